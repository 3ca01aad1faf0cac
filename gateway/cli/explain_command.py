"""`gateway explain`: what an endpoint does with a request, or what a diagnostic or a problem means."""

from difflib import get_close_matches

import click
import msgspec

from gateway.cli import config_option, json_option
from gateway.cli.completing import explainable
from gateway.cli.pages import show_page
from gateway.cli.reporting import refuse
from gateway.explanations import Page, diagnostic_page, names, problem_page


@click.command("explain")
@click.argument("name", shell_complete=explainable)
@config_option
@json_option
def command(name: str, config: str, as_json: bool) -> None:
    """Explain NAME: an endpoint such as twilio.send_message, a diagnostic such as GW104, or a problem's slug.

    Of an endpoint: its stages in order, each value and the line that it came from, how long a caller can wait at most,
    what is sent again and what never is.
    """
    page = diagnostic_page(name.upper()) or problem_page(name.lower())
    if page is not None and as_json:
        click.echo(_json(page))
    elif page is not None:
        show_page(page)
    elif "." in name:
        from gateway.cli.explain_endpoint import explain_endpoint  # a page needs no config

        explain_endpoint(name, config, as_json=as_json)
    else:
        refuse(f"there is no diagnostic and no problem `{name}`; {_nearest(name)}")


def _json(page: Page) -> bytes:
    whole = {"name": page.name, "title": page.title, "text": page.text}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def _nearest(name: str) -> str:
    codes = get_close_matches(name.upper(), names("diagnostics"), n=1, cutoff=0.7)
    slugs = get_close_matches(name.lower(), names("problems"), n=1, cutoff=0.5)
    return f"did you mean `{(slugs or codes)[0]}`?" if slugs or codes else "an endpoint is written `crm.list_contacts`"
