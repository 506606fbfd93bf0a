"""Captures of keys that nobody may know, as operators and agents begin, follow and cancel them."""
