"""The terminal's pure parts and what it asks."""
