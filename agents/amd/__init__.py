"""Answering-machine detection (AMD): who answered a call that we placed, told from the far end's audio alone."""
