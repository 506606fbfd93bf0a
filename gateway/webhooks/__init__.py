"""Webhooks out: what is recorded about calls, told to a company's own servers (Standard Webhooks)."""
