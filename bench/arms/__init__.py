"""The same calls to several agents with the same providers: ours, stock livekit-agents, Pipecat."""
