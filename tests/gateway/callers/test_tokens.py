"""Which access tokens are believed, for how long, and how often their issuer is asked."""

import asyncio
import base64
import hmac
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from gateway.callers import Identity, Presented
from gateway.callers.key_set import FRESH, RESTRAINT, Keys
from gateway.callers.tokens import Tokens
from gateway.contract import Caller
from gateway.errors import ScopeMissing, StoreUnavailable, Unauthenticated
from gateway.units import Secret
from tests.gateway.callers.issuer import AUDIENCE, CURVE, ISSUER, RSA, Issuer, token
from tests.kit import clock, run

NOW = 1_900_000_000.0


class Scene:
    def __init__(self, issuer: Issuer | None = None) -> None:
        self.issuer = issuer or Issuer()
        keys = Keys(self.issuer.fetch, clock, ISSUER, allow_private=False)
        self.tokens = Tokens(keys, lambda: NOW + clock() - 1000.0, ISSUER, AUDIENCE)
        self.identity = Identity(None, self.tokens)

    async def ask(self, secret: str, user: str | None = None) -> Caller:
        return await self.identity.identify(Presented(secret, user), "192.0.2.1", "crm.list_contacts")


@pytest.mark.parametrize(
    "good",
    [token(), token(CURVE, "ES256"), token(aud=["others", AUDIENCE]), token(exp=int(NOW) - 5)],
    ids=["rsa", "elliptic", "for_several", "clocks_that_differ"],
)
def test_a_token_of_the_issuer_names_the_application_and_its_user(good: str) -> None:
    assert run(Scene().ask(good)) == Caller("app", "192.0.2.1", "ann", token=Secret(good))


def test_an_application_without_a_name_is_its_user() -> None:
    assert run(Scene().ask(token(without="client_id"))).id == "user:ann"


def _tampered() -> str:
    head, _, signature = token().split(".")
    forged = base64.urlsafe_b64encode(b'{"iss":"https://login.example","aud":"integrations","sub":"bob","exp":2e9}')
    return f"{head}.{forged.decode().rstrip('=')}.{signature}"


def _unsigned() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{head}.{token().split('.')[1]}."


def _with_the_public_key() -> str:
    """HMAC with what everybody knows: taken by verifiers that believe the head."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa-1"}').decode().rstrip("=")
    signed = f"{head}.{token().split('.')[1]}"
    signature = hmac.digest(RSA.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _nested() -> str:
    """A head that no decoder likes to follow."""
    head = b'{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    return f"{base64.urlsafe_b64encode(head).decode().rstrip('=')}.a.b"


STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1"})
BAD = {
    "of_another_issuer": token(iss="https://evil.example"),
    "for_somebody_else": token(aud="others"),
    "expired": token(exp=int(NOW) - 60),
    "without_an_end": token(without="exp"),
    "without_an_audience": token(without="aud"),
    "without_a_user": token(without="sub"),
    "user_that_is_no_text": token(sub=7),
    "not_yet": token(nbf=int(NOW) + 600),
    "by_another_key_of_that_name": token(STRANGER),
    "changed": _tampered(),
    "unsigned": _unsigned(),
    "signed_with_the_public_key": _with_the_public_key(),
    "no_token": "a.b.c",
    "nested_too_deep": _nested(),
    "nothing_at_all": "..",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_no_other_token_is_believed(bad: str) -> None:
    with pytest.raises(Unauthenticated):
        run(Scene().ask(bad))


def test_what_is_no_token_is_told_what_to_send() -> None:
    with pytest.raises(Unauthenticated, match="access token"):
        run(Scene().ask("gwk_live_something"))


def test_a_token_acts_for_its_own_user_and_for_nobody_else() -> None:
    assert run(Scene().ask(token(), user="ann")).user == "ann"
    with pytest.raises(ScopeMissing):
        run(Scene().ask(token(), user="bob"))


def test_the_issuer_is_asked_once_an_hour_however_many_ask() -> None:
    async def main() -> list[int]:
        scene, counts = Scene(), []
        await asyncio.gather(*(scene.ask(token(sub=f"u{number}")) for number in range(50)))
        counts.append(scene.issuer.asked)
        await asyncio.sleep(FRESH - 1)
        await scene.ask(token(sub="late"))
        counts.append(scene.issuer.asked)
        await asyncio.sleep(1)
        await scene.ask(token(sub="later"))
        return [*counts, scene.issuer.asked]

    assert run(main()) == [2, 2, 4]  # two addresses: what is where, and the keys


def test_a_new_key_of_the_issuer_is_found_but_made_up_names_do_not_make_it_busy() -> None:
    async def main() -> None:
        scene = Scene(Issuer(RSA))
        await scene.ask(token())
        scene.issuer.keys.append(CURVE)
        await asyncio.sleep(RESTRAINT)
        await scene.ask(token(CURVE, "ES256"))
        asked = scene.issuer.asked
        for number in range(20):
            with pytest.raises(Unauthenticated):
                await scene.ask(token(RSAKey.import_key(STRANGER.as_dict(private=True) | {"kid": f"k{number}"})))
        assert scene.issuer.asked == asked

    run(main())


def test_while_the_issuer_is_away_its_old_keys_serve_and_without_any_nobody_can_tell() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.ask(token())
        scene.issuer.down = True
        await asyncio.sleep(FRESH)
        assert (await scene.ask(token(sub="bob"))).user == "bob"

        other = Scene()
        other.issuer.down = True
        with pytest.raises(StoreUnavailable):
            await other.ask(token())

    run(main())


def test_keys_of_whoever_calls_himself_otherwise_are_not_taken() -> None:
    issuer = Issuer(name="https://login.example/")
    with pytest.raises(StoreUnavailable):
        run(Scene(issuer).ask(token()))


def test_a_caller_who_leaves_does_not_end_the_look_for_the_others() -> None:
    async def main() -> Any:
        scene = Scene()
        first = asyncio.create_task(scene.ask(token()))
        second = asyncio.create_task(scene.ask(token(sub="bob")))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).user

    assert run(main()) == "bob"
