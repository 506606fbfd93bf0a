"""Recorders at work: effects of the call become orders and commands, what recorders tell becomes facts and rows."""
