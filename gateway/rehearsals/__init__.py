"""Rehearsals of an agent: what a caller says and keys, by text or on a real call, and what has to come of it."""
