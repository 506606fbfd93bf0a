"""Who vouches for a call, over real sockets."""
