"""What is installed is found, and what is broken is named."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from gateway.config import Endpoint
from gateway.loading.published import config_schema
from gateway.loading.reading import Text, compose
from gateway.loading.tree import Tree
from gateway.registry import PluginError, discover, written_types
from tests.gateway.loading.toys import REGISTRY

MODULE = """
from gateway import Policy
POLICIES = (Policy(name="{name}", settings=None, build=lambda *_: {{}}),)
NOT_POLICIES = ["timeout"]
"""


def install(folder: Path, name: str, value: str, source: str) -> None:
    """A distribution with one entry point."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[gateway.policies]\n{name} = {name}_module:{value}\n")
    (folder / f"{name}_module.py").write_text(source)


def test_the_built_in_policies_and_credentials_are_found() -> None:
    found = discover()
    assert {"timeout", "retry", "breaker"} <= {policy.name for policy in found.policies}
    assert "bearer" in {credential.settings.__struct_config__.tag for credential in found.credentials}


@pytest.fixture
def installing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where distributions are found."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_plugin_comes_through_the_same_door(installing: Path) -> None:
    install(installing, "acme1", "POLICIES", MODULE.format(name="shout"))
    assert "shout" in {policy.name for policy in discover().policies}


GOOD = MODULE.format(name="x")


@pytest.mark.parametrize(
    ("name", "value", "source", "says"),
    [
        ("acme2", "POLICIES", MODULE.format(name="timeout"), "offered twice, by acme2 and integration-gateway"),
        (
            "acme3",
            "POLICIES",
            "raise RuntimeError('broken')",
            "acme3 cannot be imported (acme3_module:POLICIES): broken",
        ),
        ("acme4", "ABSENT", GOOD, "acme4 cannot be imported"),
        ("acme5", "NOT_POLICIES", GOOD, "acme5 offers acme5_module:NOT_POLICIES, which is no tuple of Policy values"),
    ],
)
def test_a_plugin_that_does_not_work_is_named(installing: Path, name: str, value: str, source: str, says: str) -> None:
    install(installing, name, value, source)
    with pytest.raises(PluginError, match=re.escape(says)):
        discover()


def test_every_key_of_a_policy_is_optional_where_it_is_written() -> None:
    endpoint = msgspec.convert({"route": "GET /x", "cache": {}, "retry": None}, written_types(REGISTRY).endpoint)
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.cache.ttl, endpoint.retry, endpoint.errors) == (msgspec.UNSET, None, msgspec.UNSET)  # type: ignore[attr-defined]


def test_the_schema_for_editors_accepts_the_shipped_file() -> None:
    schema = config_schema(written_types(discover()))
    jsonschema.Draft202012Validator.check_schema(schema)
    text = Path(__file__).parents[2].joinpath("integrations.yaml").read_text()
    source = Text("integrations.yaml", text)
    data = Tree(compose(source), source).data
    checker = jsonschema.Draft202012Validator(schema)
    assert [f"{error.json_path}: {error.message}" for error in checker.iter_errors(data)] == []


def test_the_schema_for_editors_refuses_what_the_gateway_refuses() -> None:
    checker = jsonschema.Draft202012Validator(config_schema(written_types(REGISTRY)))
    crm = {"base_url": "https://crm.example", "x-note": "ours"}
    assert checker.is_valid({"version": 1, "defaults": {"retry": {"attempts": "${N}"}}, "integrations": {"crm": crm}})
    assert not checker.is_valid({"version": 1, "defaults": {"retry": {"attempts": "many"}}})
    assert not checker.is_valid({"version": 1, "defaults": {"timeout": {"total": "10"}}})
    assert not checker.is_valid({"version": 1, "integrations": {"crm": {**crm, "retires": {}}}})


def undescribed(kind: Any) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if not _described(field.type)]


def _described(kind: Any) -> bool:
    return any(getattr(meta, "description", None) for meta in getattr(kind, "__metadata__", ()))


@pytest.mark.parametrize("module", ["events", "integration", "providers", "server"])
def test_every_key_of_the_file_has_a_description(module: str) -> None:
    found = vars(__import__(f"gateway.config.{module}", fromlist=["x"])).values()
    structs = [kind for kind in found if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    own = [kind for kind in structs if kind.__module__.startswith("gateway.config")]
    assert own
    assert not {kind.__name__: undescribed(kind) for kind in own if undescribed(kind)}
