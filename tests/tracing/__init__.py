"""Traces as a collector gets them: real gateways, a real collector, and what came over the wire."""
