"""Puts integrations.yaml in order: `formatted` never changes what a file says and never loses a comment."""

import re
from typing import Any

import yaml

from gateway.editing.formatting.keeping import read, refuse_loss
from gateway.editing.formatting.layout import laid_out
from gateway.editing.formatting.order import Order
from gateway.editing.formatting.outline import outline
from gateway.editing.refusing import Refused

__all__ = ["formatted"]

_LINE_END = re.compile(r"\r\n?")


def formatted(file: str, text: str, document: Any) -> str:
    """The text in order; `document` is the type of the file, whose fields tell the order of keys.

    Raises InvalidConfig where it is not YAML, Refused where it cannot be done without a loss.
    """
    text = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
    if not isinstance(read(file, text).data, dict):
        raise Refused(f"{file} has to be a map of keys")
    root = outline(text)
    if not _has_anchors(text):  # an alias has to stand after its anchor
        root = Order(document).arranged(root)
    result = laid_out(root)
    refuse_loss(file, text, result)
    return result


def _has_anchors(text: str) -> bool:
    return "&" in text and any(
        isinstance(token, yaml.AnchorToken) for token in yaml.scan(text, Loader=yaml.CSafeLoader)
    )
