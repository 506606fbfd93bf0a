"""Which agent takes a call: rules, their order, their conflicts."""
