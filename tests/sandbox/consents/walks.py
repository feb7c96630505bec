"""Walks through the consent page: how to reach each stage, and what to do there for each result."""

from collections.abc import Callable

import msgspec

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents import journey_table
from tests.sandbox.still import Still

Way = Callable[[Still, AuthSession, FormBrowser], None]


def walk_to(stage: str, still: Still, form_browser: FormBrowser, *, name: str = "rosa", **session: str) -> AuthSession:
    """Open a new session's page, continue to *stage*, and return the session."""
    opened = still.invite(**session)
    form_browser.open(still.page_of(opened))
    while (at := still.standing(opened).stage) != stage:
        _onward(at, form_browser, name)
    return still.standing(opened)


def finish(still: Still, form_browser: FormBrowser, **session: str) -> AuthSession:
    """Continue to the end, confirm, and return the session."""
    opened = walk_to("confirm", still, form_browser, **session)
    form_browser.submit("confirm")
    return still.standing(opened)


def _onward(stage: str, form_browser: FormBrowser, name: str) -> None:
    if stage == "institution":
        form_browser.submit("choose", institution_id="88888")
    elif stage == "login":
        form_browser.submit("identify", email=catalog.person(name).email)
    elif stage == "code":
        form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    else:
        form_browser.submit("select", account=list(form_browser.choices("account")))


def _submits(act: str, **answers: str) -> Way:
    def way(_still: Still, _session: AuthSession, form_browser: FormBrowser) -> None:
        form_browser.submit(act, **answers)

    return way


def _the_code(still: Still, session: AuthSession, form_browser: FormBrowser) -> None:
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))


def _wrong_codes(still: Still, session: AuthSession, form_browser: FormBrowser) -> None:
    for _ in range(3):
        form_browser.submit("enter_code", code="nonsense")


def _waits(still: Still, session: AuthSession, form_browser: FormBrowser) -> None:
    still.sandbox.clock.advance(minutes=10, seconds=0.000001)


def _out_of_order(then: Way) -> Way:
    def way(still: Still, session: AuthSession, form_browser: FormBrowser) -> None:
        table = still.sandbox.store.institutions
        table["88888"] = msgspec.structs.replace(table["88888"], connection_status="OUTAGE")
        then(still, session, form_browser)

    return way


def _every_account(still: Still, session: AuthSession, form_browser: FormBrowser) -> None:
    form_browser.submit("select", account=list(form_browser.choices("account")))


def _too_late(still: Still, session: AuthSession, form_browser: FormBrowser) -> None:
    still.sandbox.choose_interpretations({"journey.code-expired": "otp-failure"})
    form_browser.submit("enter_code", code="999999")


WAYS: dict[tuple[str, str, str], Way] = {
    ("institution", "choose", "fine"): _submits("choose", institution_id="88888"),
    ("institution", "choose", "unknown"): _submits("choose", institution_id="22"),
    ("institution", "choose", "outage"): _out_of_order(_submits("choose", institution_id="88888")),
    ("login", "identify", "fine"): _submits("identify", email="ROSA.Keane@example.com "),
    ("login", "identify", "malformed"): _submits("identify", email="rosa"),
    ("login", "identify", "unknown"): _submits("identify", email="nobody@example.com"),
    ("login", "identify", "outage"): _out_of_order(_submits("identify", email="rosa.keane@example.com")),
    ("code", "enter_code", "fine"): _the_code,
    ("code", "enter_code", "wrong"): _submits("enter_code", code="nonsense"),
    ("code", "enter_code", "wrong_too_often"): _wrong_codes,
    ("code", "enter_code", "expired"): _submits("enter_code", code="999999"),
    ("code", "enter_code", "too_late"): _too_late,
    ("code", "enter_code", "cancelled"): _the_code,
    ("code", "enter_code", "denied"): _the_code,
    ("code", "enter_code", "terminated"): _the_code,
    ("code", "enter_code", "ineligible"): _the_code,
    ("code", "enter_code", "upstream_failure"): _the_code,
    ("code", "enter_code", "times_out"): _the_code,
    ("accounts", "select", "fine"): _every_account,
    ("accounts", "select", "nothing"): _submits("select", account="nothing-like-it"),
    ("confirm", "confirm", "fine"): _submits("confirm"),
    **{(stage, "cancel", "fine"): _submits("cancel") for stage in journey_table.STAGES},
    **{(stage, "deny", "fine"): _submits("deny") for stage in journey_table.INSTITUTION_STAGES},
    **{(stage, "wait_too_long", "fine"): _waits for stage in (*journey_table.INSTITUTION_STAGES, "confirm")},
}
"""The actions of a person at a stage, for each entry of the table."""

WHO = {
    "ineligible": "ines",
    "upstream_failure": "uma",
    "times_out": "tuan",
    "cancelled": "cancelled",
    "denied": "denied",
    "terminated": "terminated",
}
"""The person of the journey, where the result depends on the person."""

ENDINGS: dict[Ending, tuple[str, str, str]] = {
    Ending.CANCELLED: ("login", "cancel", "fine"),
    Ending.DENIED: ("accounts", "deny", "fine"),
    Ending.OTP_FAILURE: ("code", "enter_code", "wrong_too_often"),
    Ending.INELIGIBLE: ("code", "enter_code", "ineligible"),
    Ending.TIMED_OUT: ("code", "enter_code", "times_out"),
    Ending.UPSTREAM_FAILURE: ("code", "enter_code", "upstream_failure"),
}
"""An entry of the table that leads to each ending that sends the browser to cancel_uri."""
