"""The wire: hostile callers, leaving clients, and everything else that only raw sockets show, at the real server."""
