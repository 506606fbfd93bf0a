"""Digits that a caller keys in and that nobody else may see: what is asked for, what is accepted, where it goes."""
