"""Compiles a Config into plans: immutable, one an endpoint, with every decision already taken."""

from gateway.plan.compiling import Flags, Plan, Plans, bind, compile_plans
from gateway.plan.keeper import LINK_SECRET, Keeper, system_kit

__all__ = ["LINK_SECRET", "Flags", "Keeper", "Plan", "Plans", "bind", "compile_plans", "system_kit"]
