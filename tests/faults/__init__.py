"""A vendor that misbehaves on purpose, over real sockets."""
