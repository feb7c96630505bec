"""Every ending of a journey, reached in every way: at the page, by a magic address, by order, in a scenario.

Whatever the way, an app can tell no difference: the same state, events, messages, and address to come back to.
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
from fiskil_harness.sandbox.consents.shortcut import CONCLUSIONS
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.apps.feed import Feed, feed_settings

pytestmark = pytest.mark.slow

BANK = "88888"
APP = "https://app.example"
ROSA = catalog.person("rosa")
Seen = dict[str, Any]
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
"""What each outcome that can be ordered is to the app."""

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
"""The step of a scenario in which somebody walks the page to it."""

LOOKS: dict[str, Callable[[Sandbox, AuthSession], Any]] = {
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
"""What is compared. Whatever else an ending shows to somebody is one more line here."""


def named(session: AuthSession, message: dict[str, Any]) -> dict[str, Any]:
    """A message to the window that embeds the page, ids and the app's origin taken out."""
    ids = {session.session_id: "the session", session.error_id: "the error", session.arrangement_id: "the consent"}
    return {
        name: urlsplit(value).path if name == "redirectURL" else ids.get(value, value) for name, value in message.items()
    }


@pytest.fixture
def order(fiskil: LocalFiskil) -> Iterator[Callable[..., httpx.Response]]:
    """Give an order to the control API, over HTTP."""
    server = Server(fiskil.loop, control_application(fiskil))
    with httpx.Client(base_url=f"{server.url}/_sandbox", timeout=30, trust_env=False) as client:
        yield client.post
    server.close()


def invite(fiskil: LocalFiskil) -> dict[str, str]:
    """What the API answers to an app that opens a session for Rosa."""
    given = fiskil.credentials
    with httpx.Client(base_url=fiskil.api_url, timeout=30, trust_env=False) as client:
        pair = {"client_id": given.client_id, "client_secret": given.client_secret}
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


def seen(sandbox: Sandbox, session_id: str, landed: str) -> Seen:
    """What there is to see of an ended session, ids taken out: the state, and where the browser was sent."""
    session = sandbox.session(session_id)
    assert session is not None
    url = urlsplit(landed)
    ids = {session_id: "the session", session.error_id: "the error", session.arrangement_id: "the consent"}
    query = [(name, ids.get(value, value)) for name, value in parse_qsl(url.query, keep_blank_values=True)]
    return {name: look(sandbox, session) for name, look in LOOKS.items()} | {"path": url.path, "query": query}


def came_back(visitor: FormBrowser) -> str:
    """Where the app would see the browser."""
    return next((redirect for redirect in visitor.redirects if redirect.startswith(APP)), "")


def walk(visitor: FormBrowser, email: str, code: str = "") -> None:
    """Log in, type the code, and go on as far as the page goes."""
    visitor.submit("identify", email=email)
    if not visitor.text_of("data-code"):
        return
    visitor.submit("enter_code", code=code or visitor.text_of("data-code"))
    if visitor.choices("account"):
        visitor.submit("select", account=list(visitor.choices("account")))
        visitor.submit("confirm")


def at_the_page(fiskil: LocalFiskil, visitor: FormBrowser, outcome: str) -> Seen:
    """Rosa does at the page what leads there, or the world does it to her."""
    opened = invite(fiskil)
    visitor.open(opened["auth_url"])
    DEEDS[outcome](fiskil, visitor, opened["auth_url"])
    return seen(fiskil.sandbox, opened["session_id"], came_back(visitor))


def _approves(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
    walk(visitor, ROSA.email)


def _presses(act: str) -> Callable[[LocalFiskil, FormBrowser, str], None]:
    def deed(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
        visitor.submit("identify", email=ROSA.email)
        visitor.submit(act)

    return deed


def _mistypes(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
    visitor.submit("identify", email=ROSA.email)
    for _ in range(3):
        visitor.submit("enter_code", code="000000")


def _is_unknown(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
    visitor.submit("identify", email="nobody@example.com")


def _has_no_account(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
    walk(visitor, "no.accounts@example.com")


def _meets_an_outage(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
    fiskil.sandbox.set_connection(BANK, "OUTAGE")
    visitor.submit("identify", email=ROSA.email)


def _waits(minutes: int) -> Callable[[LocalFiskil, FormBrowser, str], None]:
    def deed(fiskil: LocalFiskil, visitor: FormBrowser, page: str) -> None:
        visitor.submit("identify", email=ROSA.email)
        fiskil.sandbox.clock.advance(minutes=minutes)
        visitor.open(page)

    return deed


DEEDS: dict[str, Callable[[LocalFiskil, FormBrowser, str], None]] = {
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


class Look(steps.PlainStep, frozen=True, kw_only=True, tag="look"):
    """Look at the sandbox before the scenario is over, and put what is seen into ``found``."""

    feed: Any
    found: list[Seen]

    def perform(self, stage: Stage) -> None:
        """Look."""
        (session_id,) = stage.participant().session_ids
        self.found.append(seen(stage.fiskil.sandbox, session_id, self.feed.visited[-1] if self.feed.visited else ""))


def in_a_scenario(driver: Driver, feed: Feed, step: steps.AnyStep) -> Seen:
    """A step does it, for an app that opens the session itself."""
    found: list[Seen] = []
    given: Any = (step, Look(feed=feed, found=found))
    _, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    assert not crashed
    return found[0]


def test_every_outcome_has_every_way() -> None:
    """No outcome is left out of the comparison, and each address belongs to a person whose file says so."""
    by_address = {person.email: person for person in catalog.people().values()}

    assert set(CONCLUSIONS) == set(ENDINGS) == set(MAGIC) == set(STEPS) == set(DEEDS)
    assert set(ENDINGS.values()) == set(Ending)
    assert {name: by_address[email].outcome for name, email in MAGIC.items()} == {
        name: "eligible" if name == "approved" else name for name in MAGIC
    }


@pytest.mark.parametrize("outcome", CONCLUSIONS)
def test_every_way_to_an_ending_leaves_the_same(
    fiskil: LocalFiskil,
    visitor: FormBrowser,
    order: Callable[..., httpx.Response],
    drive: Drive,
    outcome: str,
) -> None:
    """Page, magic address, order, step and ordering step cannot be told apart. Source: journey.error-types"""
    found = {"page": at_the_page(fiskil, visitor, outcome)}
    fiskil.reset()

    opened = invite(fiskil)
    visitor.open(opened["auth_url"])
    walk(visitor, MAGIC[outcome])
    found["address"] = seen(fiskil.sandbox, opened["session_id"], came_back(visitor))
    fiskil.reset()

    opened = invite(fiskil)
    answer = order(f"/sessions/{opened['session_id']}", json={"outcome": outcome})
    visitor.open(opened["auth_url"])
    found["order"] = seen(fiskil.sandbox, opened["session_id"], came_back(visitor))

    for name, step in (("step", STEPS[outcome]), ("ordering step", steps.Conclude(outcome=outcome))):
        feed = Feed()
        found[name] = in_a_scenario(drive(feed_settings(request_deadline_s=30), given=feed), feed, step)

    assert [name for name, seen in found.items() if seen != found["page"]] == []
    assert found["page"]["ending"] is ENDINGS[outcome]
    assert answer.json()["ending"] == ENDINGS[outcome].value
    assert (answer.json()["redirect"] or "") == came_back(visitor)
