"""Places real calls through a trunk, and says in words what works."""
