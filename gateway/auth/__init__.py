"""Who may: API keys, scopes, and the record of what administrators did."""
