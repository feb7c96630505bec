"""The pages: which data is requested and why, what is shared, and what to do after an error.

Every value is escaped, and no page requires JavaScript.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from reference_app import layout

if TYPE_CHECKING:
    from reference_app.failures import Explanation

PURPOSE = "to build your monthly budget"


def home() -> str:
    """Render the home page."""
    return layout.render(
        "Monthly budget",
        "<p>See where your money goes, month by month. Connect your bank and we do the sums.</p>"
        '<p><a class="button" href="/connect">Connect your bank</a></p>'
        '<p><small><a href="/privacy">How we use your data</a></small></p>',
    )


def connect(ref: str) -> str:
    """Render the page that states which data, why, and how to stop, before the customer agrees to anything."""
    ref_field = f'<input type="hidden" name="customer" value="{escape(ref)}">'
    if not ref:
        ref_field = '<label>Your customer number <input name="customer" required maxlength="100"></label>'
    return layout.render(
        "Connect your bank",
        f"<p>We ask your bank for the following data, {PURPOSE}:</p>"
        "<ul><li><strong>Accounts</strong>: names and types, so you can tell them apart</li>"
        "<li><strong>Balances</strong>: what you have today</li>"
        "<li><strong>Transactions</strong>: what came in and went out in the last months</li></ul>"
        "<p>We never see your bank password, and we cannot move money. You choose the accounts at your bank,"
        ' and you can stop sharing at any time. <a href="/privacy">How we use your data</a></p>'
        f'<form method="post" action="/connect">{ref_field}<button>Continue to your bank</button></form>'
        '<p id="progress" role="status" hidden>Opening the secure connection to your bank…</p>'
        f"<script>{layout.PROGRESS_SCRIPT}</script>",
    )


def privacy() -> str:
    """Render the privacy notice."""
    return layout.render(
        "How we use your data",
        f"<p>We use your accounts, balances and transactions for one thing: {PURPOSE}."
        " We do not sell or pass on any of it.</p>"
        "<p>Your bank shares it through Fiskil under the Consumer Data Right. When you stop sharing,"
        " or the consent ends, we delete what it gave us.</p>"
        "<p>You can see and end what you share on your connections page at any time.</p>",
    )


def thanks(*, ref: str, connection: str) -> str:
    """Render the page after a journey. Only Fiskil's events prove that there is data yet."""
    if connection == "connected":
        body = '<p role="status">Your data is here and your budget is ready.</p>'
    else:
        body = (
            '<p role="status">We are syncing your data.</p><p>Your bank usually needs a few minutes.'
            " You can close this page; your budget will be ready when you come back.</p>"
        )
    return layout.render("Thank you", body + _connections_link(ref))


def not_connected(explanation: "Explanation", *, ref: str) -> str:
    """Render the page after a journey that ended without a consent."""
    return layout.render(
        explanation.title,
        f"<p>{escape(explanation.what_happened)}</p><p>{escape(explanation.what_to_do)}</p>"
        f'<p><a class="button" href="{_connect_url(ref)}">{escape(explanation.link)}</a></p>' + _connections_link(ref),
    )


def unavailable(message: str, *, ref: str) -> str:
    """Render the page for a request that Fiskil or the app cannot serve now."""
    return layout.render(
        "That did not work",
        f'<p role="alert">{escape(message)}</p><p>Nothing has changed.</p>'
        f'<p><a class="button" href="{_connect_url(ref)}">Try again</a></p>',
    )


def connections(ref: str, state: Mapping[str, object]) -> str:
    """Render what a customer shares, until when, and the controls to stop it."""
    consents = [consent for consent in _rows(state, "consents") if consent["status"] == "active"]
    if not consents:
        return layout.render(
            "Your connections",
            "<p>You are not sharing any data with us.</p>"
            f'<p><a class="button" href="{_connect_url(ref)}">Connect your bank</a></p>',
        )
    syncing = '<p role="status">We are syncing your data. This usually takes a few minutes.</p>'
    return layout.render(
        "Your connections",
        (syncing if state["connection"] == "syncing" else "")
        + "".join(_consent(consent, ref) for consent in consents)
        + _balances(state)
        + "<p><small>When you stop sharing, your bank stops at once and we delete what it gave us."
        ' <a href="/privacy">How we use your data</a></small></p>' + (_stop_all(ref) if len(consents) > 1 else ""),
    )


def _consent(consent: Mapping[str, str], ref: str) -> str:
    name = consent.get("institution_name") or f"Institution {consent.get('institution_id', '')}"
    shared = ", ".join(consent.get("datasets", "").split()).replace("_", " ") or "accounts, balances, transactions"
    action = f"/customers/{quote(ref, safe='')}/consents/{quote(consent['consent_id'], safe='')}/end"
    return (
        f"<section><h2>{escape(name)}</h2><dl><dt>Shares</dt><dd>{escape(shared)}</dd>"
        f"<dt>Until</dt><dd>{escape(_day(consent.get('expires_at') or ''))}</dd>"
        f"<dt>Status</dt><dd>{escape(consent['status'])}</dd></dl>"
        f'<form method="post" action="{action}">'
        f'<button class="quiet" aria-label="Stop sharing with {escape(name)}">Stop sharing</button></form></section>'
    )


def _stop_all(ref: str) -> str:
    return (
        f'<form method="post" action="/customers/{quote(ref, safe="")}/disconnect">'
        '<button class="quiet">Stop all sharing and delete my data</button></form>'
    )


def _day(instant: str) -> str:
    """Format a date for people; a consent without an end date lasts until the bank ends it."""
    try:
        day = datetime.fromisoformat(instant)
    except ValueError:
        return "your bank ends it"
    return f"{day.day} {day:%B %Y}"


def _balances(state: Mapping[str, object]) -> str:
    balances = {balance["account_id"]: balance for balance in _rows(state, "balances")}
    lines = [
        f"<tr><td>{escape(account.get('display_name', 'Account'))}"
        f"<br><small>{escape(account.get('masked_number', ''))}</small></td>"
        f"<td>{escape(balances.get(account['account_id'], {}).get('current_balance', ''))}</td></tr>"
        for account in _rows(state, "accounts")
    ]
    return f"<table><tr><th>Account</th><th>Balance</th></tr>{''.join(lines)}</table>" if lines else ""


def _rows(state: Mapping[str, object], name: str) -> Sequence[Mapping[str, str]]:
    return cast("Sequence[Mapping[str, str]]", state[name])


def _connect_url(ref: str) -> str:
    return f"/connect?customer={quote(ref, safe='')}" if ref else "/connect"


def _connections_link(ref: str) -> str:
    return f'<p><a href="/connections?customer={quote(ref, safe="")}">Your connections</a></p>' if ref else ""
