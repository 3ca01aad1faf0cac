"""Secrets come from a real OpenBao: however the gateway logs in there, each path once, and with words when not."""

import json
import math
import socketserver
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from gateway_vault.secrets import Reader
from tests.openbao import ROOT_TOKEN, OpenBao
from tests.running import free_port

READ = 'path "secret/data/*" { capabilities = ["read"] }'


def as_root(bao: OpenBao, **more: str) -> Mapping[str, str]:
    return {"VAULT_ADDR": bao.url, "VAULT_TOKEN": ROOT_TOKEN, **more}


def missing(environ: Mapping[str, str], reference: str) -> str:
    with pytest.raises(LookupError) as refused:
        Reader(environ).read(reference)
    return str(refused.value.args[0])


def test_a_field_is_read_as_it_is_written_in_the_command_line_tool(bao: OpenBao) -> None:
    bao.put("crm/api", token="mark-of-a-token", port=8443, flags={"a": True})
    reader = Reader(as_root(bao))

    assert reader.read("secret/crm/api#token") == "mark-of-a-token"
    assert reader.read("/secret/data/crm/api#token") == "mark-of-a-token"
    assert (reader.read("secret/crm/api#port"), reader.read("secret/crm/api#flags")) == ("8443", '{"a":true}')


def test_secrets_without_versions_are_read_too(bao: OpenBao) -> None:
    bao.ask("POST", "sys/mounts/plain", type="kv", options={"version": "1"})
    bao.ask("POST", "plain/crm", token="mark-of-a-plain-token")

    assert Reader(as_root(bao)).read("plain/crm#token") == "mark-of-a-plain-token"


def test_a_role_logs_in_once_and_reads_each_path_once(bao: OpenBao) -> None:
    bao.put("pair", user="ann", password="old")
    environ = bao.approle(READ, secret_id_num_uses=1)
    reader = Reader(environ)

    assert reader.read("secret/pair#user") == "ann"
    bao.put("pair", user="bob", password="new")
    assert reader.read("secret/pair#password") == "old"
    assert missing(environ, "secret/pair#user") == f"{bao.url} refuses the login at `auth/approle/login`"


def test_the_secret_of_a_role_may_lie_in_a_file(bao: OpenBao, tmp_path: Path) -> None:
    bao.put("filed", token="mark-of-a-token")
    environ = bao.approle(READ)
    file = tmp_path / "secret_id"
    file.write_text(environ.pop("VAULT_SECRET_ID") + "\n")

    assert Reader({**environ, "VAULT_SECRET_ID_FILE": str(file)}).read("secret/filed#token") == "mark-of-a-token"


def test_a_login_of_its_own_ends_when_nothing_depends_on_it(bao: OpenBao) -> None:
    bao.put("once", token="t")
    reader = Reader(bao.approle(READ))
    reader.read("secret/once#token")
    assert reader._server is not None
    own = reader._server.token

    assert reader.renew() == math.inf
    with pytest.raises(AssertionError, match="403"):
        bao.ask("POST", "auth/token/lookup", token=own)


def test_the_operators_token_is_renewed_at_half_of_its_time_and_not_ended(bao: OpenBao) -> None:
    bao.put("lasting", token="t")
    own = bao.token(READ, ttl="60s")
    reader = Reader({"VAULT_ADDR": bao.url, "VAULT_TOKEN": own})
    reader.read("secret/lasting#token")
    before = bao.ask("POST", "auth/token/lookup", token=own)["data"]["expire_time"]

    assert 25 <= reader.renew() <= 30
    assert bao.ask("POST", "auth/token/lookup", token=own)["data"]["expire_time"] > before
    reader.close()
    assert bao.ask("POST", "auth/token/lookup", token=own)["data"]["renewable"]


def test_a_token_that_is_at_its_end_is_told(bao: OpenBao) -> None:
    own = bao.token(READ, ttl="60s", explicit_max_ttl="61s")
    reader = Reader({"VAULT_ADDR": bao.url, "VAULT_TOKEN": own})
    bao.put("ending", token="t")
    reader.read("secret/ending#token")
    bao.ask("POST", "auth/token/revoke", token=own)

    with pytest.raises(LookupError, match="its token may not use `auth/token/lookup-self`, or has ended"):
        reader.renew()


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("secret/crm", "it names no field: the form is `${vault:path#field}`"),
        ("#token", "it names no field: the form is `${vault:path#field}`"),
        ("secret/nobody#token", "there is nothing at `secret/data/nobody`"),
        ("secret/some#tokn", "`secret/some` has no field `tokn`, only `token`"),
        ("nowhere/crm#token", "its token may not use `sys/internal/ui/mounts/nowhere/crm`, or has ended"),
    ],
)
def test_what_is_missing_is_told_by_its_path(bao: OpenBao, reference: str, said: str) -> None:
    bao.put("some", token="mark-of-a-token")

    assert missing(as_root(bao), reference) == said


def test_a_deleted_version_is_nothing(bao: OpenBao) -> None:
    bao.put("gone", token="t")
    bao.ask("DELETE", "secret/data/gone")

    assert missing(as_root(bao), "secret/gone#token") == "there is nothing at `secret/data/gone`"


def test_who_may_not_read_it_is_told_so(bao: OpenBao) -> None:
    bao.put("closed", token="mark-of-a-token")
    own = bao.token('path "secret/data/other" { capabilities = ["read"] }')
    said = missing({"VAULT_ADDR": bao.url, "VAULT_TOKEN": own}, "secret/closed#token")

    assert said.startswith("its token may not use `s")
    assert own not in said


def test_one_that_has_not_answered_is_not_asked_again() -> None:
    port = free_port()
    reader = Reader({"VAULT_ADDR": f"http://127.0.0.1:{port}", "VAULT_TOKEN": "t"})
    for _ in range(2):
        with pytest.raises(LookupError, match=rf"http://127.0.0.1:{port} does not answer \(connection refused\)"):
            reader.read("secret/a#b")
    with silent() as address:
        slow = Reader({"VAULT_ADDR": address, "VAULT_TOKEN": "t"})
        with pytest.raises(LookupError, match="no answer within 3 seconds"):
            slow.read("secret/a#token")
    with pytest.raises(LookupError, match="no answer within 3 seconds"):  # and nobody listens there any more
        slow.read("secret/b#token")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "VAULT_ADDR is not set: the address of Vault or OpenBao"),
        ({"VAULT_ADDR": "vault.example"}, "VAULT_ADDR is no address, such as `https://vault.example:8200`"),
        ({"VAULT_ADDR": "http://127.0.0.1:1"}, "there is no login for it: set VAULT_TOKEN, VAULT_ROLE_ID with "),
        (
            {"VAULT_ADDR": "https://127.0.0.1:1", "VAULT_CACERT": "/nowhere.pem"},
            "the certificate of VAULT_CACERT cannot be read: /nowhere.pem",
        ),
        (
            {"VAULT_ADDR": "http://127.0.0.1:1", "VAULT_K8S_ROLE": "gateway"},
            "the file of VAULT_K8S_TOKEN_FILE cannot be read: /var/run/secrets/kubernetes.io/serviceaccount/token",
        ),
    ],
)
def test_what_is_not_set_is_told_by_its_name(environ: Mapping[str, str], said: str) -> None:
    assert missing(environ, "secret/a#b").startswith(said)


def test_a_pod_logs_in_with_its_service_account(bao: OpenBao, tmp_path: Path) -> None:
    """There is no cluster here: a stand-in answers for the one route that needs it, OpenBao for all others."""
    bao.put("pod", token="mark-of-a-pods-token")
    account = tmp_path / "token"
    account.write_text("mark-of-the-account\n")
    with cluster(bao.token(READ), bao.url) as (address, asked):
        environ = {"VAULT_ADDR": address, "VAULT_K8S_ROLE": "gateway", "VAULT_K8S_TOKEN_FILE": str(account)}
        assert Reader({**environ, "VAULT_NAMESPACE": "team"}).read("secret/pod#token") == "mark-of-a-pods-token"

    assert asked == [("team", {"role": "gateway", "jwt": "mark-of-the-account"})]


@contextmanager
def silent() -> Iterator[str]:
    """Takes connections and says nothing."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler, bind_and_activate=True) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"


@contextmanager
def cluster(token: str, behind: str) -> Iterator[tuple[str, list[tuple[str, object]]]]:
    asked: list[tuple[str, object]] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/auth/kubernetes/login"
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append((self.headers["x-vault-namespace"], body))
            self.tell({"auth": {"client_token": token, "lease_duration": 60, "renewable": True}})

        def do_GET(self) -> None:
            headers = {"X-Vault-Token": self.headers["x-vault-token"]}
            self.tell(httpx.get(behind + self.path, headers=headers, trust_env=False).json())

        def tell(self, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
