"""The life of the process: how it stops, reloads, is killed and is overwhelmed, with callers who notice everything."""
