"""Config data as YAML text: block or flow style, with anchors where something stands twice."""

import re
from typing import Any

import yaml

_CERTAIN = re.compile(r"[A-Za-z][A-Za-z_]*( [A-Za-z]+)*")
_WORDS = frozenset({"null", "true", "false"})


class _Dumper(yaml.SafeDumper):
    """Writes YAML 1.1, so whatever a reader of 1.2 could take for something else than a text is quoted."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    bare = _CERTAIN.fullmatch(text) is not None and text.lower() not in _WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else '"')


_Dumper.add_representer(str, _text)


def yaml_text(config: Any, *, flow: bool | None = False) -> str:
    """`flow` None writes the innermost collections in flow style, as people do."""
    text: str = yaml.dump(
        config, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=flow
    )
    return text
