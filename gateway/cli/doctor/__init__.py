"""What can be wrong with a machine or an installation, looked at one thing after the other."""

from gateway.cli.doctor.findings import Finding, examined

__all__ = ["Finding", "examined"]
