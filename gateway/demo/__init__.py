"""The product's main job, shown on one machine: a call from the built-in phone to a local agent."""
