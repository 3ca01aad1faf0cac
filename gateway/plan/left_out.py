"""What is left out of a pipeline, where it would have nothing to do."""

NOT_ON_NATIVE = frozenset({"validate", "transform", "idempotency"})
"""Policies: a native mount speaks the vendor's own language. `cache` stays: a native write drops cached answers."""

NOT_ON_STUBS = frozenset({"budget", "cost"})
"""Slots: a stub charges nothing."""
