"""STIR/SHAKEN: who vouches for the number of a caller, checked before the call is answered.

`verify.py` is the whole check in its order, pure; `service.py` brings it the certificates. `docs/stir-shaken.md`.
"""
