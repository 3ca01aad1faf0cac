"""A declarative integration gateway: the public contract that policies and plugins import."""

from gateway.contract import (
    SLOTS,
    Body,
    Call,
    Caller,
    Credential,
    Event,
    FailureClass,
    Handler,
    Headers,
    Keep,
    Kit,
    Page,
    Policy,
    Reply,
    Site,
    Stage,
    Trail,
    Verdict,
    first,
)
from gateway.declared import Answer, Operation, Parameter, ReplyMapping, Send, Settings
from gateway.problems import problem_reply
from gateway.shared import NotShared, Pace, Shared, Taken
from gateway.units import Duration, JsonSchema, Percentage, Secret, Size

__version__ = "0.1.0"

__all__ = [
    "SLOTS",
    "Answer",
    "Body",
    "Call",
    "Caller",
    "Credential",
    "Duration",
    "Event",
    "FailureClass",
    "Handler",
    "Headers",
    "JsonSchema",
    "Keep",
    "Kit",
    "NotShared",
    "Operation",
    "Pace",
    "Page",
    "Parameter",
    "Percentage",
    "Policy",
    "Reply",
    "ReplyMapping",
    "Secret",
    "Send",
    "Settings",
    "Shared",
    "Site",
    "Size",
    "Stage",
    "Taken",
    "Trail",
    "Verdict",
    "first",
    "problem_reply",
]
