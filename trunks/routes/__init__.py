"""By which trunk a call out leaves, and what is done when a trunk does not take it."""
