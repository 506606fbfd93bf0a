"""The floor: imports nothing else of ours."""
