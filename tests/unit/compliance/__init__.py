"""Pure decisions of the compliance package."""
