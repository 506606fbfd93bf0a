"""What a caller is told before anybody else speaks, and whether the call may be recorded."""
