"""Outbound campaigns: who is called, when, how often, and what became of each dial."""
