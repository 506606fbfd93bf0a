"""Card numbers, codes and expiries that are spoken or typed, taken out of text. Pure. `docs/redaction.md`.

`call.py` is one call, `text.py` one text, `value.py` JSON; `search.py` looks afterwards whether anything was left.
"""
