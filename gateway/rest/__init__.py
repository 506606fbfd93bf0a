"""What every REST resource shares: problems, pages, idempotency, the session of a request."""
