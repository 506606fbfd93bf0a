"""Lists of up to a million numbers, each replaced as a whole."""
