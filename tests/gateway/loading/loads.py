"""Loads a config from text, with the small policies of `toys`."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from gateway.config import EndpointConfig
from gateway.diagnostics import InvalidConfig, Problem
from gateway.loading import Loaded, load
from tests.gateway.loading.toys import REGISTRY


def loaded(folder: Path, text: str, environ: Mapping[str, str] | None = None, *, lenient: bool = False) -> Loaded:
    path = folder / "integrations.yaml"
    path.write_text(dedent(text))
    return load(path, REGISTRY, environ or {}, lenient_secrets=lenient)


def refused(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(InvalidConfig) as caught:
        loaded(folder, text, environ)
    return caught.value.problems


def only_endpoint(found: Loaded) -> EndpointConfig:
    (integration,) = found.config.integrations
    (endpoint,) = integration.endpoints
    return endpoint
