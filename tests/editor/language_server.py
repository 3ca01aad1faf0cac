"""A small client of yaml-language-server, which stands behind most YAML editors: what one would show at a cursor."""

import json
import subprocess
import threading
from pathlib import Path
from typing import Any

from tests.editor.installing import NODE, SERVER

_PATIENCE = 120.0
_CAPABILITIES: dict[str, Any] = {
    "workspace": {"configuration": True},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
    },
}


class LanguageServer:
    """One running server; every text is opened, asked about, and closed. Whatever it fetches goes through `proxy`."""

    def __init__(self, proxy: str) -> None:
        self._settings: dict[str, Any] = {
            "yaml": {"schemaStore": {"enable": False}, "kubernetesCRDStore": {"enable": False}},
            "http": {"proxy": proxy, "proxyStrictSSL": True},
        }
        self._process = subprocess.Popen([NODE, SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._watch = threading.Timer(_PATIENCE, self._process.kill)
        self._watch.start()
        self._asked = 0
        self._opened = 0
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": _CAPABILITIES})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})

    def close(self) -> None:
        self._ask("shutdown", None)
        self._tell("exit", None)
        self._process.communicate(timeout=30)
        self._watch.cancel()

    def completion(self, folder: Path, text: str) -> list[dict[str, Any]]:
        """What is offered where the text has its `|`."""
        uri, found = self._at_cursor("textDocument/completion", folder, text)
        self._close(uri)
        items: list[dict[str, Any]] = found["items"]
        return items

    def hover(self, folder: Path, text: str) -> str:
        """What is shown where the text has its `|`."""
        uri, found = self._at_cursor("textDocument/hover", folder, text)
        self._close(uri)
        return str(found["contents"]["value"]) if found else ""

    def diagnostics(self, folder: Path, text: str) -> list[dict[str, Any]]:
        uri = self._open(folder, text)
        message: dict[str, Any] = {}
        while message.get("method") != "textDocument/publishDiagnostics" or message["params"]["uri"] != uri:
            message = self._read()
        self._close(uri)
        found: list[dict[str, Any]] = message["params"]["diagnostics"]
        return found

    def _at_cursor(self, method: str, folder: Path, text: str) -> tuple[str, Any]:
        before, _, after = text.partition("|")
        uri = self._open(folder, before + after)
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return uri, self._ask(method, {"textDocument": {"uri": uri}, "position": position})

    def _open(self, folder: Path, text: str) -> str:
        """Each time under another name: what is still said about the last text is not taken for this one's."""
        self._opened += 1
        uri = (folder / f"text-{self._opened}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def _close(self, uri: str) -> None:
        self._tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _ask(self, method: str, params: Any) -> Any:
        self._asked += 1
        self._write({"id": self._asked, "method": method, "params": params})
        message: dict[str, Any] = {}
        while message.get("id") != self._asked or "method" in message:
            message = self._read()
        assert "error" not in message, message["error"]
        return message["result"]

    def _tell(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def _read(self) -> dict[str, Any]:
        """The next message; what the server itself asks is answered on the way."""
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in message and "id" in message:
            self._write({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: dict[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            return [self._settings.get(item.get("section", ""), {}) for item in message["params"]["items"]]
        return None

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()
