"""Finding, exporting and erasing what is kept of a person; legal holds; how long what is kept."""
