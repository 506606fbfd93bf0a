"""Numbers and the road to the telephone network."""
