"""Supervisors: people who listen to a call, whisper to the human in it, or barge in."""
