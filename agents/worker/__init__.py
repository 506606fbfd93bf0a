"""`gateway worker`: registers with LiveKit and answers the calls that LiveKit hands to it."""
