"""A generated gateway taken for a vendor: endpoints made of its document have to be true as well."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_DOCUMENT = "vendor.json"
_CONFIG = f"""
version: 1
integrations:
  vendor:
    base_url: https://vendor.example
    credential: {{use: none}}
    openapi: {{document: {_DOCUMENT}, operations: ["/**"]}}
"""


def write_imported(path: Path, document: Mapping[str, Any]) -> None:
    """Overwrites the config at `path` by one that imports the document."""
    (path.parent / _DOCUMENT).write_text(json.dumps(document))
    path.write_text(_CONFIG)
