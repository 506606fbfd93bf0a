"""Accounts at carriers: their keys, their numbers on offer, their connections."""
