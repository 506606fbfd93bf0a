"""Calls in which card numbers are keyed and spoken, processes are killed meanwhile; then the search for any of them."""
