"""Whether the gateway is the same after a million requests, many of which went wrong: `python -m benchmarks.soak`."""
