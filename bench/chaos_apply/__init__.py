"""Plans are carried out while the process that does it is killed: is any number bought twice, or lost?"""
