"""Files of contacts: bytes to text, text to rows, rows to contacts, contacts to the database."""
