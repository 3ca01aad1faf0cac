"""What users see while they connect an account: plain pages that need no script, and work when read aloud."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from gateway.contract import Headers, Reply

_STYLE = """
:root { color-scheme: light }
body { margin: 0; background: #f3f4f6; color: #1c1e21; font: 1.125rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 3rem auto; padding: 1.5rem 2rem 2rem; background: #ffffff; border-radius: 0.5rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
code { overflow-wrap: anywhere }
button { font: inherit; padding: 0.75rem 1.5rem; border: 0; border-radius: 0.25rem }
button { background: #0b57d0; color: #ffffff }
button:focus-visible, a:focus-visible { outline: 3px solid #1c1e21; outline-offset: 3px }
a { color: #0b57d0 }
p.aside { color: #4a4f57; font-size: 1rem }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>{head}
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_SECURE, _PLAIN = "__Host-gateway-connect", "gateway-connect"
_KEPT = 1200
"""Seconds for which the cookie is kept: as long as a link, and what begins with it."""


def consent_page(
    *, provider: str, host: str, application: str, user: str, integrations: Iterable[str], scopes: Iterable[str],
    token: str,
) -> str:  # fmt: skip
    """Names who asks and for whom, so that nobody gives his own account to somebody else's user unawares."""
    body = (
        f"<p><strong>{escape(application)}</strong> asks to connect your account at {escape(provider)} "
        f"with its user <strong>{escape(user)}</strong>.</p>\n"
        f"{_listed('It is used for:', map(escape, integrations))}"
        f"{_listed('You will be asked for:', (f'<code>{escape(scope)}</code>' for scope in scopes))}"
        '<form method="post">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        f"<button>Continue to {escape(provider)}</button>\n</form>\n"
        f'<p class="aside">The button leads to {escape(host)}. If you are not {escape(user)}, or did not ask for '
        "this, close this page: nothing has happened yet.</p>"
    )
    return _page(f"Connect your account at {provider}", body)


def forwarding_page(*, provider: str, url: str) -> str:
    """Goes on by itself. A redirect would not do: browsers hold what follows a form to the form's own origin."""
    head = f'\n<meta http-equiv="refresh" content="0; url={escape(url)}">'
    body = f'<p><a href="{escape(url)}">Continue to {escape(provider)}</a> if nothing happens.</p>'
    return _page(f"On to {provider}", body, head)


def connected_page(*, provider: str, user: str, missing: Iterable[str], back: str) -> str:
    left_out = _listed(
        "You did not give these permissions, so what needs them will not work until you connect again:",
        (f"<code>{escape(scope)}</code>" for scope in missing),
    )
    body = f"<p>Your account at {escape(provider)} is connected with the user <strong>{escape(user)}</strong>.</p>\n"
    end = f'<a href="{escape(back)}">Back to the application</a>' if back else "You can close this page."
    return _page("Connected", f"{body}{left_out}<p>{end}</p>")


def refusal_page(*, title: str, text: str) -> str:
    return _page(title, f"<p>{escape(text)}</p>")


def page_reply(html: str, *, status: int = 200, cookie: bytes | None = None, sends_form: bool = False) -> Reply:
    """`sends_form`: the page may post to its own origin, and says there whose page it is; no other page says that."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {chr(39)}{'self' if sends_form else 'none'}{chr(39)}"
    )
    headers: Headers = (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode()),
        # with no-referrer a browser's form says that it comes from nowhere, and could not be told from another site's
        (b"referrer-policy", b"same-origin" if sends_form else b"no-referrer"),
        (b"cache-control", b"no-store"),
    )
    return Reply(status, headers if cookie is None else (*headers, (b"set-cookie", cookie)), html.encode())


def leave(url: str) -> Reply:
    return Reply(
        303, ((b"location", url.encode()), (b"referrer-policy", b"no-referrer"), (b"cache-control", b"no-store"))
    )


def cookie_name(public_url: str) -> str:
    return _SECURE if urlsplit(public_url).scheme == "https" else _PLAIN


def cookie_of(header: bytes | None, public_url: str) -> str | None:
    """The browser's cookie of ours; None where there is none, or more than one."""
    name = f"{cookie_name(public_url)}="
    pairs = [part.strip() for part in (header or b"").decode("latin-1").split(";")]
    values = [pair.removeprefix(name) for pair in pairs if pair.startswith(name)]
    return values[0] if len(values) == 1 else None


def cookie_field(value: str, public_url: str) -> bytes:
    secure = "; Secure" if urlsplit(public_url).scheme == "https" else ""
    return f"{cookie_name(public_url)}={value}; Path=/; Max-Age={_KEPT}; HttpOnly; SameSite=Lax{secure}".encode()


def _listed(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"<li>{item}</li>\n" for item in items)
    return f"<p>{title}</p>\n<ul>\n{lines}</ul>\n" if lines else ""


def _page(title: str, body: str, head: str = "") -> str:
    return _PAGE.format(title=escape(title), head=head, style=_STYLE, body=body)
