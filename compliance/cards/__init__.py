"""What a card number, its expiry and its code are: shapes only, no I/O, nothing that prints a digit."""
