"""Encrypted storage of tokens: envelopes with a key of their own each, key rings, Vault and OpenBao.

A plugin like any other: it imports the public contract and is found through its entry points.
"""

from gateway_vault.kinds import VAULTS
from gateway_vault.secrets import SECRETS

__all__ = ["SECRETS", "VAULTS"]
