"""distinguishes_events: consent.revoked ends a consent, and no other event does."""

from typing import Any

import pytest

from fiskil_harness.probes import DistinguishesEvents, Finding, Verdict
from tests.probes.receivers import receiver_journal

PROBE = DistinguishesEvents()
NONE: dict[str, Any] = {"consents": {}}
KINDS = {"e0": "consent.received", "e1": "consent.updated", "e2": "banking.accounts.sync.completed", "e3": "consent.revoked"}


def consent(status: Any) -> dict[str, Any]:
    """Build a state that contains the status of the consent."""
    return {"consents": {"consent-": status}}


def examined(*states: Any, connected: tuple[bool | None, ...] = (None,) * 5, **more: Any) -> Finding:
    """Return the finding for an app with these states before the first event and after each of four."""
    courier = receiver_journal(**more)
    before = 0
    for after, (event, kind) in enumerate(KINDS.items(), 1):
        courier.next_step()
        courier.event(event, kind)
        courier.effects(applied={}, state=states[before], moment="before", is_connected=connected[before])
        courier.deliver(event)
        courier.effects(applied={}, state=states[after], moment="after", is_connected=connected[after])
        before = after
    courier.next_step()
    courier.effects(applied={}, state=states[-1], is_connected=connected[-1])
    return PROBE.examine(courier.journal)


def failed_cases(finding: Finding) -> list[str]:
    """Return the names of the cases that failed."""
    return [case.name for case in finding.cases if case.verdict is Verdict.FAIL]


@pytest.mark.parametrize(
    ("active", "ended"),
    [
        (consent("active"), consent("revoked")),
        (consent("ACTIVE"), consent("gone")),
        (consent({"is_active": True}), consent({"is_active": False})),
        ({"connection": "connected"}, {"connection": "never mind"}),
        (consent("active"), NONE),
        ({"rows": [1, 2]}, {"rows": []}),
    ],
)
def test_a_visible_end_passes(active: Any, ended: Any) -> None:
    """The state may use any words, or the consent may disappear."""
    assert examined(NONE, active, active, active, ended).verdict is Verdict.PASS


@pytest.mark.parametrize("word", ["active", "Connected", "GRANTED"])
def test_a_revoked_consent_that_stays_active_fails(word: str) -> None:
    """The state contains a word for an active consent."""
    finding = examined(NONE, *[consent(word)] * 4)

    assert (finding.verdict, failed_cases(finding)) == (Verdict.FAIL, ["revoked"])
    assert finding.observed == "after consent.revoked the consent is still active at $.consents[*]"


@pytest.mark.parametrize("name", ["is_active", "connected"])
def test_a_flag_that_stays_true_fails(name: str) -> None:
    """The name of the flag states that the consent is active."""
    finding = examined(NONE, *[consent({name: True})] * 4)

    assert (finding.verdict, failed_cases(finding)) == (Verdict.FAIL, ["revoked"])


def test_a_change_that_ends_the_consent_fails() -> None:
    """After the change the state reports that the consent ended."""
    finding = examined(NONE, consent("active"), *[consent("revoked")] * 3)

    assert (finding.verdict, failed_cases(finding)) == (Verdict.FAIL, ["updated", "synced"])


def test_other_statuses_may_stay_active() -> None:
    """The customer's status is no statement about the consent, so the result is inconclusive."""
    state = {"customer": {"status": "active"}}

    finding = examined({}, *[state] * 4)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


def test_an_older_consent_is_ignored() -> None:
    """Another consent stays active."""
    both = {"consents": {"x": "active", "consent-": "revoked"}}

    assert examined({"consents": {"x": "active"}}, *[both] * 3, {"consents": {"x": "active"}}).verdict is Verdict.PASS


def test_the_connected_hook_takes_precedence_over_words() -> None:
    """app.observe.connected decides if the config has it."""
    active = consent("active")

    right = examined(NONE, *[active] * 4, connected=(False, True, True, True, False))
    wrong = examined(NONE, *[active] * 3, consent("revoked"), connected=(False, True, True, True, True))
    changed = examined(NONE, *[active] * 3, NONE, connected=(False, True, False, False, False))

    assert right.verdict is Verdict.PASS
    assert (wrong.verdict, failed_cases(wrong)) == (Verdict.FAIL, ["revoked"])
    assert failed_cases(changed) == ["updated"]


def test_unused_events_do_not_fail() -> None:
    """An app whose config does not list consent.revoked may ignore it."""
    finding = examined(NONE, *[consent("active")] * 4, uses=None)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")
