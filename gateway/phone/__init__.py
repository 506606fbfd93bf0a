"""The test phone: a SIP/RTP caller that speaks, listens, presses keys and keeps a recording."""
