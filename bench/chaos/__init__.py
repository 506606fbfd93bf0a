"""Transfers on a running stack while its processes are killed: is any caller left alone, is any human called twice?"""
