"""Carriers' webhooks: they wake whoever reads the carrier's records, and are believed in nothing."""
