"""The check of Identity headers, piece by piece and as a whole."""
