"""distinguishes_events: the end of a consent is an end, and nothing else is."""

from typing import Any

import pytest

from fiskil_harness.probes import DistinguishesEvents, Finding, Verdict
from tests.probes.courier import Courier

PROBE = DistinguishesEvents()
NONE: dict[str, Any] = {"consents": {}}
KINDS = {"e0": "consent.received", "e1": "consent.updated", "e2": "banking.accounts.sync.completed", "e3": "consent.revoked"}


def consent(status: Any) -> dict[str, Any]:
    """A state that tells the status of the consent."""
    return {"consents": {"consent-": status}}


def told(*states: Any, connected: tuple[bool | None, ...] = (None,) * 5, **more: Any) -> Finding:
    """The app told these states before the first event and after each of four."""
    courier = Courier(**more)
    before = 0
    for after, (event, kind) in enumerate(KINDS.items(), 1):
        courier.next_step()
        courier.event(event, kind)
        courier.effects({}, states[before], moment="before", is_connected=connected[before])
        courier.deliver(event)
        courier.effects({}, states[after], moment="after", is_connected=connected[after])
        before = after
    courier.next_step()
    courier.effects({}, states[-1], is_connected=connected[-1])
    return PROBE.examine(courier.journal)


def failed(finding: Finding) -> list[str]:
    """The cases that failed."""
    return [case.name for case in finding.cases if case.verdict is Verdict.FAIL]


@pytest.mark.parametrize(
    ("on", "over"),
    [
        (consent("active"), consent("revoked")),
        (consent("ACTIVE"), consent("gone")),
        (consent({"is_active": True}), consent({"is_active": False})),
        ({"connection": "connected"}, {"connection": "never mind"}),
        (consent("active"), NONE),
        ({"rows": [1, 2]}, {"rows": []}),
    ],
)
def test_an_end_that_shows(on: Any, over: Any) -> None:
    """In whatever words, or by what is gone."""
    assert told(NONE, on, on, on, over).verdict is Verdict.PASS


@pytest.mark.parametrize("word", ["active", "Connected", "GRANTED"])
def test_a_revoked_consent_that_goes_on(word: str) -> None:
    """The state says so in plain words about the consent."""
    finding = told(NONE, *[consent(word)] * 4)

    assert (finding.verdict, failed(finding)) == (Verdict.FAIL, ["revoked"])
    assert finding.observed == "after consent.revoked the consent is held to go on at $.consents[*]"


def test_a_change_that_is_taken_for_an_end() -> None:
    """Where the change says that it is over."""
    finding = told(NONE, consent("active"), *[consent("revoked")] * 3)

    assert (finding.verdict, failed(finding)) == (Verdict.FAIL, ["updated", "synced"])


def test_other_things_may_stay_active() -> None:
    """A customer is one still, also without a consent; it is no word about the consent, so nothing can be told."""
    state = {"customer": {"status": "active"}}

    finding = told({}, *[state] * 4)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


def test_what_was_there_before_is_not_of_this_consent() -> None:
    """Another consent goes on."""
    both = {"consents": {"x": "active", "consent-": "revoked"}}

    assert told({"consents": {"x": "active"}}, *[both] * 3, {"consents": {"x": "active"}}).verdict is Verdict.PASS


def test_the_hook_stands_above_words() -> None:
    """What the config says about being connected decides."""
    active = consent("active")

    right = told(NONE, *[active] * 4, connected=(False, True, True, True, False))
    wrong = told(NONE, *[active] * 3, consent("revoked"), connected=(False, True, True, True, True))
    changed = told(NONE, *[active] * 3, NONE, connected=(False, True, False, False, False))

    assert right.verdict is Verdict.PASS
    assert (wrong.verdict, failed(wrong)) == (Verdict.FAIL, ["revoked"])
    assert failed(changed) == ["updated"]


def test_events_that_nobody_uses_convict_nobody() -> None:
    """An app that does not say that it uses consent.revoked may ignore it."""
    finding = told(NONE, *[consent("active")] * 4, uses=None)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")
