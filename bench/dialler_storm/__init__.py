"""Processes that dial are killed while they do: is anybody dialled twice, left out, or dialled against the gate?"""
