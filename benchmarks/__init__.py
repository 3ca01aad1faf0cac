"""How fast the gateway is, beside what else stands between a caller and a vendor: `python -m benchmarks`."""
