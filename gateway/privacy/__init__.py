"""Privacy put together: the places that keep something of persons, retention, and who else heard a call."""
