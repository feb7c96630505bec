"""Every ending of a journey, reached in every way: at the page, by a magic address, by a control request, in a scenario.

An app cannot distinguish the ways: state, events, messages and redirect are the same.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.core.net.server import Server
from fiskil_harness.runner.driver import Driver
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.sandbox.consents.link_sdk_messages import messages_of
from fiskil_harness.sandbox.consents.shortcut import OUTCOMES_TO_CONCLUDE
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.apps.feed import Feed, feed_settings
from tests.plain_http import plain_client

pytestmark = pytest.mark.slow

BANK = "88888"
APP = "https://app.example"
ROSA = catalog.person("rosa")
Summary = dict[str, Any]
Drive = Callable[..., Driver]

ENDINGS: dict[str, Ending] = {
    "approved": Ending.APPROVED,
    "cancelled": Ending.CANCELLED,
    "denied": Ending.DENIED,
    "wrong_code": Ending.OTP_FAILURE,
    "unknown": Ending.OTP_FAILURE,
    "ineligible": Ending.INELIGIBLE,
    "upstream_failure": Ending.UPSTREAM_FAILURE,
    "times_out": Ending.TIMED_OUT,
    "terminated": Ending.INVALID,
}
"""The ending that the app sees, for each outcome that can be requested."""

MAGIC: dict[str, str] = {
    "approved": "approved@example.com",
    "cancelled": "cancelled@example.com",
    "denied": "denied@example.com",
    "wrong_code": "wrong.code@example.com",
    "unknown": "nobody@example.com",
    "ineligible": "ines@example.com",
    "upstream_failure": "uma@example.com",
    "times_out": "tuan@example.com",
    "terminated": "terminated@example.com",
}
"""The documented address for each."""

STEPS: dict[str, steps.AnyStep] = {
    "approved": steps.Authorise(),
    "cancelled": steps.Cancel(at="code"),
    "denied": steps.Deny(at="code"),
    "wrong_code": steps.MistypeCode(),
    "unknown": steps.AttemptJourney(end_user="nobody"),
    "ineligible": steps.AttemptJourney(end_user="ines"),
    "upstream_failure": steps.AttemptJourney(end_user="uma"),
    "times_out": steps.AttemptJourney(end_user="tuan"),
    "terminated": steps.AttemptJourney(end_user="terminated"),
}
"""The step of a scenario in which an end user reaches it through the page."""

OBSERVATIONS: dict[str, Callable[[Sandbox, AuthSession], Any]] = {
    "ending": lambda _, session: session.ending,
    "is over": lambda _, session: session.has_returned or session.ending is Ending.INVALID,
    "has an error": lambda _, session: (session.error_id or "").startswith("err_"),
    "consents": lambda sandbox, session: [
        (
            consent.account_keys,
            consent.permissions,
            consent.institution_id,
            consent.is_active,
            consent.expires_at - consent.created_at,
        )
        for consent in sandbox.consents_of(session.end_user_id)
    ],
    "names its consent": lambda sandbox, session: (
        [session.arrangement_id] == [consent.arrangement_id for consent in sandbox.consents_of(session.end_user_id)]
    ),
    "events": lambda sandbox, session: [event.kind for event in sandbox.events if event.end_user_id == session.end_user_id],
    "syncs": lambda sandbox, session: [
        pending_sync.dataset
        for consent in sandbox.consents_of(session.end_user_id)
        for pending_sync in sandbox.store.syncs.of(consent.arrangement_id)
    ],
    "messages": lambda sandbox, session: [
        named(session, message) for message in messages_of(session, sandbox.store.interpretation)
    ],
}
"""The compared observations; a further effect of an ending gets a further line here."""


def named(session: AuthSession, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message to the embedding window, without ids and the app's origin."""
    ids = {session.session_id: "the session", session.error_id: "the error", session.arrangement_id: "the consent"}
    return {
        name: urlsplit(value).path if name == "redirectURL" else ids.get(value, value) for name, value in message.items()
    }


@pytest.fixture
def control(fiskil: LocalFiskil) -> Iterator[Callable[..., httpx.Response]]:
    """Yield a function that posts a control request over HTTP."""
    server = Server(fiskil.loop, control_application(fiskil))
    with plain_client(base_url=f"{server.url}/_sandbox") as client:
        yield client.post
    server.close()


def invite(fiskil: LocalFiskil) -> dict[str, str]:
    """Return the API's response to an app that opens a session for Rosa."""
    credentials = fiskil.credentials
    with plain_client(base_url=fiskil.api_url) as client:
        pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        end_user_id = client.post("/v1/end-users", json={"email": ROSA.email}).json()["end_user_id"]
        body = {
            "end_user_id": end_user_id,
            "redirect_uri": f"{APP}/thanks",
            "cancel_uri": f"{APP}/sorry",
            "institution_id": BANK,
        }
        opened: dict[str, str] = client.post("/v1/auth/session", json=body).json()
    return opened


def summary_of(sandbox: Sandbox, session_id: str, landed: str) -> Summary:
    """Return the state of an ended session and its redirect, with ids replaced."""
    session = sandbox.session(session_id)
    assert session is not None
    url = urlsplit(landed)
    ids = {session_id: "the session", session.error_id: "the error", session.arrangement_id: "the consent"}
    query = [(name, ids.get(value, value)) for name, value in parse_qsl(url.query, keep_blank_values=True)]
    return {name: observe(sandbox, session) for name, observe in OBSERVATIONS.items()} | {"path": url.path, "query": query}


def returned_to(form_browser: FormBrowser) -> str:
    """Return the address at which the app sees the browser."""
    return next((redirect for redirect in form_browser.redirects if redirect.startswith(APP)), "")


def walk(form_browser: FormBrowser, email: str, code: str = "") -> None:
    """Log in, enter the code, and continue as far as the page allows."""
    form_browser.submit("identify", email=email)
    if not form_browser.text_of("data-code"):
        return
    while shown := form_browser.text_of("data-code"):
        form_browser.submit("enter_code", code=code or shown)
    if form_browser.choices("account"):
        form_browser.submit("select", account=list(form_browser.choices("account")))
        form_browser.submit("confirm")


def at_the_page(fiskil: LocalFiskil, form_browser: FormBrowser, outcome: str) -> Summary:
    """Perform the actions at the page that lead to *outcome*, and return the summary."""
    opened = invite(fiskil)
    form_browser.open(opened["auth_url"])
    ACTIONS[outcome](fiskil, form_browser, opened["auth_url"])
    return summary_of(fiskil.sandbox, opened["session_id"], returned_to(form_browser))


def _approves(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
    walk(form_browser, ROSA.email)


def _presses(act: str) -> Callable[[LocalFiskil, FormBrowser, str], None]:
    def action(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
        form_browser.submit("identify", email=ROSA.email)
        form_browser.submit(act)

    return action


def _mistypes(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
    form_browser.submit("identify", email=ROSA.email)
    for _ in range(3):
        form_browser.submit("enter_code", code="000000")


def _is_unknown(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
    form_browser.submit("identify", email="nobody@example.com")


def _has_no_account(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
    walk(form_browser, "no.accounts@example.com")


def _meets_an_outage(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
    fiskil.sandbox.set_connection(BANK, "OUTAGE")
    form_browser.submit("identify", email=ROSA.email)


def _waits(minutes: int) -> Callable[[LocalFiskil, FormBrowser, str], None]:
    def action(fiskil: LocalFiskil, form_browser: FormBrowser, page: str) -> None:
        form_browser.submit("identify", email=ROSA.email)
        fiskil.sandbox.clock.advance(minutes=minutes)
        form_browser.open(page)

    return action


ACTIONS: dict[str, Callable[[LocalFiskil, FormBrowser, str], None]] = {
    "approved": _approves,
    "cancelled": _presses("cancel"),
    "denied": _presses("deny"),
    "wrong_code": _mistypes,
    "unknown": _is_unknown,
    "ineligible": _has_no_account,
    "upstream_failure": _meets_an_outage,
    "times_out": _waits(11),
    "terminated": _waits(5 * 24 * 60),
}


class Observe(steps.Step, frozen=True, kw_only=True, tag="observe"):
    """Appends a summary of the sandbox to ``summaries`` before the scenario ends."""

    feed: Any
    summaries: list[Summary]

    def perform(self, stage: Stage) -> None:
        """Append the summary."""
        (session_id,) = stage.end_user().session_ids
        self.summaries.append(
            summary_of(stage.fiskil.sandbox, session_id, self.feed.visited[-1] if self.feed.visited else "")
        )


def in_a_scenario(driver: Driver, feed: Feed, step: steps.AnyStep) -> Summary:
    """Return the summary after a step, for an app that opens the session itself."""
    results: list[Summary] = []
    played_steps: Any = (step, Observe(feed=feed, summaries=results))
    _, crashed = driver.perform(Scenario(name="x", practices=(), steps=played_steps, probes=()))
    assert not crashed
    return results[0]


def test_every_outcome_has_every_way() -> None:
    """The comparison covers every outcome, and each address belongs to a person with that outcome."""
    by_address = {person.email: person for person in catalog.people().values()}

    assert set(OUTCOMES_TO_CONCLUDE) == set(ENDINGS) == set(MAGIC) == set(STEPS) == set(ACTIONS)
    assert set(ENDINGS.values()) == set(Ending)
    assert {name: by_address[email].outcome for name, email in MAGIC.items()} == {
        name: "eligible" if name == "approved" else name for name in MAGIC
    }


@pytest.mark.parametrize("outcome", OUTCOMES_TO_CONCLUDE)
def test_every_way_to_an_ending_leaves_the_same(
    fiskil: LocalFiskil,
    form_browser: FormBrowser,
    control: Callable[..., httpx.Response],
    drive: Drive,
    outcome: str,
) -> None:
    """Page, magic address, control request and both steps have the same result. Source: journey.error-types"""
    results = {"page": at_the_page(fiskil, form_browser, outcome)}
    fiskil.reset()

    opened = invite(fiskil)
    form_browser.open(opened["auth_url"])
    walk(form_browser, MAGIC[outcome])
    results["address"] = summary_of(fiskil.sandbox, opened["session_id"], returned_to(form_browser))
    fiskil.reset()

    opened = invite(fiskil)
    response = control(f"/sessions/{opened['session_id']}", json={"outcome": outcome})
    form_browser.open(opened["auth_url"])
    results["order"] = summary_of(fiskil.sandbox, opened["session_id"], returned_to(form_browser))

    for name, step in (("step", STEPS[outcome]), ("ordering step", steps.Conclude(outcome=outcome))):
        feed = Feed()
        results[name] = in_a_scenario(drive(feed_settings(request_deadline_s=30), given=feed), feed, step)

    assert [name for name, summary in results.items() if summary != results["page"]] == []
    assert results["page"]["ending"] is ENDINGS[outcome]
    assert response.json()["ending"] == ENDINGS[outcome].value
    assert (response.json()["redirect"] or "") == returned_to(form_browser)
