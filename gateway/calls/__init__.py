"""THE CALL: what happened (facts), what we recorded (events), what to do (effects)."""
