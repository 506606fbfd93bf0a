"""Which calls in are wanted: block and allow lists, numbers that never call, anonymous callers, calls per minute.

`decide.py` is the decision, pure; `lookup.py` finds what it needs to know. `docs/screening.md`.
"""
