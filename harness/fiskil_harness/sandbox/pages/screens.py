"""The screens of the consent page, each rendered from a session's current state."""

import json
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec.structs import replace
from starlette.responses import HTMLResponse, Response

from fiskil_harness.core.model import PERMISSIONS, AuthSession, Ending, Institution, Person
from fiskil_harness.sandbox.consents import consents, journey_table, redirects
from fiskil_harness.sandbox.consents.institutions import is_accessible
from fiskil_harness.sandbox.consents.journey_rules import MAGIC_CODES, person_of
from fiskil_harness.sandbox.consents.link_sdk_messages import Message, messages_of
from fiskil_harness.sandbox.consents.magic_people import expected_outcome, grouped
from fiskil_harness.sandbox.consents.people import accounts_at, is_offered, offered_at
from fiskil_harness.sandbox.pages.headers import headers_for
from fiskil_harness.sandbox.store import Store

COMPLAINTS = {
    ("institution", "unknown"): "This institution is not in the sandbox. Choose another.",
    ("login", "malformed"): "That is no e-mail address. It must look like name@example.com.",
    ("code", "wrong"): "That is not the code. You can try again.",
    ("code", "expired"): "That code has expired. A new one is below.",
    ("accounts", "nothing"): "Choose at least one account.",
}
ENDINGS = {
    Ending.CANCELLED: "You cancelled.",
    Ending.DENIED: "You declined to share.",
    Ending.OTP_FAILURE: "The institution could not make sure that it is you.",
    Ending.INELIGIBLE: "The institution has no account of yours that can be shared.",
    Ending.TIMED_OUT: "It took too long.",
    Ending.UPSTREAM_FAILURE: "The institution could not finish it.",
}
PATIENCE = {"1": "one wrong code ends", "3": "three wrong codes end", "5": "five wrong codes end"}
STEP_NAMES = {"institution": "Institution", "login": "Log in", "code": "Code", "accounts": "Accounts", "confirm": "Confirm"}


def screen(store: Store, session: AuthSession | None) -> Response:
    """Return the screen of the session's stage; for an ended or unknown session, a screen that says so.

    Source: auth-session.single-use
    """
    if session is None or session.ending is not None:
        return _used(store, session)
    return _html(
        f"{session.stage}.html",
        headers=headers_for(session, store.embed_from),
        session=session,
        acts=journey_table.acts_at(session.stage),
        complaint=COMPLAINTS.get((session.stage, session.act_result), ""),
        institution=store.institutions.get(session.institution_id or ""),
        institutions=_offered(store),
        people=_suggested(store),
        what_happens=expected_outcome,
        magic_codes=MAGIC_CODES,
        chosen=_chosen(store, session),
        withheld=_withheld(store, session),
        shared=_shared(store, session),
        patience=PATIENCE[store.interpretation("journey.code-attempts")] if session.stage == "code" else "",
        days=consents.duration(store).days if session.stage == "confirm" else 0,
        steps=STEP_NAMES,
    )


def over(store: Store, session: AuthSession, *, back: str | None, is_followed: bool) -> Response:
    """Return the last screen, for a journey without a redirect URL or with another window that must be notified.

    Args:
        back: The redirect URL, to which the screen has a link.
        is_followed: True if the page's script follows that link, after it has posted the messages.

    Source: sdk.last-screen
    """
    ending = session.ending or Ending.INVALID
    return _html(
        "over.html",
        headers=headers_for(session, store.embed_from),
        session=session,
        messages=messages_of(session, store.interpretation),
        ending=ending.value,
        words=ENDINGS.get(ending, ""),
        back=back,
        is_followed=is_followed,
    )


def refused(words: str, *, status: int) -> Response:
    """Return the screen for a refused request, with the reason *words*."""
    return _html("refused.html", headers=headers_for(None), session=None, status=status, words=words)


def no_such_page(*, status: int, headers: Mapping[str, str] | None) -> Response:
    """Return a screen for a URL path or an HTTP method that the page does not support."""
    words = "There is no such page here." if status == 404 else "This page does not support that method."
    response = refused(words, status=status)
    response.headers.update(headers or {})
    return response


def _used(store: Store, session: AuthSession | None) -> Response:
    """Return the screen for an ended or unknown session, with its ending and a link to the app.

    A window that embeds or opened the page is notified that the session is invalid.
    """
    status = 404 if session is None else 410
    ending = session.ending if session and session.ending else Ending.INVALID
    back = redirects.destination(session, store.interpretation) if session else None
    return _html(
        "used.html",
        headers=headers_for(session, store.embed_from),
        session=session,
        messages=messages_of(None, store.interpretation),
        status=status,
        ending=ending.value,
        words=ENDINGS.get(ending, ""),
        back=back,
    )


def _offered(store: Store) -> list[Institution]:
    """Return all institutions: accessible ones first, and then banks before energy retailers."""
    institutions = [
        replace(institution, is_accessible=is_accessible(store, institution)) for institution in store.institutions.values()
    ]
    return sorted(
        institutions,
        key=lambda institution: (
            not institution.is_accessible,
            institution.industry,
            institution.priority,
            institution.name,
        ),
    )


def _suggested(store: Store) -> dict[str, list[Person]]:
    """Return people who can log in, by heading: the fixture people and those added later, without generated people."""
    people = store.named | {email: person for email, person in store.people.items() if person.why != "made from the seed"}
    return {heading: members for heading, members in grouped(people.values()).items() if members}


def _chosen(store: Store, session: AuthSession) -> list[tuple[str, str, str, bool]]:
    """Return the accounts that the person who logged in can share: key, name, product, and True if the box is ticked."""
    person = person_of(store, session)
    accounts = offered_at(store, person, session.institution_id or "") if person else ()
    is_first_look = session.act_result != "nothing" and session.stage == "accounts"
    return [
        (account.key, account.name, account.product, is_first_look or account.key in session.account_keys)
        for account in accounts
    ]


def _withheld(store: Store, session: AuthSession) -> list[str]:
    """Return the names of accounts that the institution shows but does not allow to be shared. Source: accounts.offered"""
    person = person_of(store, session)
    accounts = accounts_at(store, person, session.institution_id or "") if person else ()
    return [account.name for account in accounts if not is_offered(account)]


def _shared(store: Store, session: AuthSession) -> list[str]:
    """Return the descriptions of the permissions that a consent at the session's institution requests."""
    institution = store.institutions.get(session.institution_id or "")
    if institution is None:
        return []
    return [
        PERMISSIONS[name].description for name in store.console.requested_from(institution.industry, session.permissions)
    ]


def _html(
    template: str, *, headers: dict[str, str], messages: tuple[Message, ...] = (), status: int = 200, **values: object
) -> Response:
    posted = json.dumps(messages) if messages else ""
    html = _templates().get_template(template).render(messages=posted, **values)
    return HTMLResponse(html, status_code=status, headers=headers)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("fiskil_harness.sandbox.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
