"""One machine, all processes: finds Redis and livekit-server, starts and supervises everything."""
