"""The adapter to LiveKit's server API; nothing else imports `livekit.api`."""
