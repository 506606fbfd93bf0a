"""What the steps of a plan do, one function each. Every one may be run again from its start, after a crash too."""
