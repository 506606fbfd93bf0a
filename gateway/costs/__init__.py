"""What calls cost: carriers' own records of calls, joined to ours."""
