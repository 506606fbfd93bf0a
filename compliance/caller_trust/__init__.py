"""What the gateway makes of who vouches for a caller: our own check and the carrier's word, weighed by terms."""
