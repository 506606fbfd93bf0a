"""Work that survives the process: begun once, carried on by whoever starts next (DBOS inside)."""
