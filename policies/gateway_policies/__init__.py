"""The built-in policies: one file each, settings, build and stage."""

from gateway import Policy

POLICIES: tuple[Policy, ...] = ()
