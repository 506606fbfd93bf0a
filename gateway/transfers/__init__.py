"""Transfers: who may take a caller, and how a caller gets there."""
