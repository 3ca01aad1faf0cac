"""A language server for the tests of a file, a network that nobody may use, and the schema that an editor is given."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.schema import schema
from tests.editor.installing import install
from tests.editor.language_server import LanguageServer


@pytest.fixture(scope="session")
def network() -> Iterator[socket.socket]:
    """Stands where the server would go for anything that is not on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture(scope="module")
def server(network: socket.socket) -> Iterator[LanguageServer]:
    install()
    running = LanguageServer(f"http://127.0.0.1:{network.getsockname()[1]}")
    yield running
    running.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the texts lie; the schema lies there too, for modelines and tools."""
    made = tmp_path_factory.mktemp("editor")
    (made / "schema.json").write_text(schema())
    return made
