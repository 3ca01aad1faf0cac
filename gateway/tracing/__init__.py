"""Spans of requests and of attempts, for whoever collects them (OpenTelemetry)."""
