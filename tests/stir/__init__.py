"""Certificates, tokens and lists for the tests of STIR/SHAKEN."""
