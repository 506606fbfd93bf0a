"""Measurements; figures go to a table and to JSON, never into an assertion."""
