"""The gateway's own token, from a provider that nobody here wrote, for callers who connect nothing."""

import json
from pathlib import Path
from typing import Literal

import pytest
from joserfc.jwk import KeySet, RSAKey

from tests.provider import oidc_provider
from tests.running import running

CONFIG = """
version: 1
providers:
  acme: {provider}
integrations:
  calendar:
    base_url: {calendar}
    allow_private: true
    credential: {{use: client-credentials, provider: acme, scopes: [calendar.events], extra: {{audience: crm}}}}
    endpoints:
      list_events: {{route: GET /events}}
"""


@pytest.mark.parametrize("auth", ["client_secret_basic", "private_key_jwt"])
def test_one_token_serves_all_callers(tmp_path: Path, auth: Literal["client_secret_basic", "private_key_jwt"]) -> None:
    key = RSAKey.generate_key(2048, {"kid": "k1"})
    with oidc_provider(auth=auth, jwks=KeySet([key]).as_dict(private=False)) as provider:
        client = {"id": provider.client_id, "secret": "${PROOF}", "auth": auth}
        settings = json.dumps(provider.settings(client=client, allow_private=True))
        (tmp_path / "integrations.yaml").write_text(CONFIG.format(provider=settings, calendar=provider.calendar))
        pem = key.as_pem(private=True).decode()
        environ = {"PROOF": pem if auth == "private_key_jwt" else provider.client_secret}
        with running(tmp_path / "integrations.yaml", environ, cwd=tmp_path) as gateway, gateway.client() as caller:
            replies = [caller.get("/api/v1/calendar/events") for _ in range(5)]
        seen = provider.seen()

    assert {reply.status_code for reply in replies} == {200}, replies[0].text
    assert [(one.grant, one.error) for one in seen.tokens] == [("client_credentials", None)]
