"""forgets_ended_consents: whatever told the app that a consent is over, nothing of it stays."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.probes import ForgetsEndedConsents, Verdict
from tests.probes.tape import Tape

PROBE = ForgetsEndedConsents()
Told = Callable[[Tape], None]


def row(key: str, consent: str = "arr1") -> dict[str, Any]:
    return Tape.transaction(key, arrangement_id=consent)


def begun(tape: Tape) -> None:
    """A consent brings one row, which the app shows."""
    tape.consent("arr1")
    tape.rows(row("a"))
    tape.told("banking.transactions.sync.completed")
    tape.effects({"transactions": [row("a")]}, moment="before")


def ended(tape: Tape) -> None:
    begun(tape)
    tape.consent("arr1", is_active=False)


def by_event(tape: Tape) -> None:
    tape.told("consent.revoked", consent="arr1")


def by_refresh(tape: Tape) -> None:
    tape.now_s += 1
    tape.call("consents.list")
    tape.hook("refresh")


def by_refusal(tape: Tape) -> None:
    tape.now_s += 1
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=502)


def by_itself(tape: Tape) -> None:
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")


@pytest.mark.parametrize("told", [by_event, by_refresh, by_refusal, by_itself])
def test_rows_that_stay_fail_however_the_app_heard(tape: Tape, told: Told) -> None:
    """By the event, by looking, by being refused, by ending the consent itself: the rows had to go."""
    ended(tape)
    told(tape)
    tape.effects({"transactions": [row("a")]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("kept transactions a",))


@pytest.mark.parametrize("told", [by_event, by_refresh, by_refusal, by_itself])
@pytest.mark.parametrize("state", [{"transactions": []}, None, {"history": [{**row("a"), "removed": "yes"}]}])
def test_rows_that_are_gone_or_marked_pass(tape: Tape, told: Told, state: Any) -> None:
    """Nothing left is right, and so is what stands there as something else than before."""
    ended(tape)
    told(tape)
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_row_that_comes_back_under_another_consent_that_is_over_fails(tape: Tape) -> None:
    """It is the same record, whatever consent it names."""
    ended(tape)
    by_event(tape)
    tape.effects({"transactions": []}, moment="between")
    tape.consent("arr2")
    tape.rows(row("a", "arr2"))
    tape.consent("arr2", is_active=False)
    tape.told("consent.revoked", consent="arr2")
    tape.effects({"transactions": [row("a", "arr2")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_rows_that_an_active_consent_brings_stay(tape: Tape) -> None:
    """The end user has consented again, and the same rows come under the new consent."""
    ended(tape)
    by_event(tape)
    tape.consent("arr2")
    tape.rows(row("a", "arr2"))
    tape.effects({"transactions": [row("a", "arr2")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def unheard(tape: Tape) -> None:
    """Nothing."""


def refused_event(tape: Tape) -> None:
    tape.told("consent.revoked", consent="arr1", outcome="refuse")


def too_soon(tape: Tape) -> None:
    tape.now_s += 1
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=429)


def looks_later(tape: Tape) -> None:
    tape.now_s += 1
    tape.hook("refresh", status=202)


def api_was_down(tape: Tape) -> None:
    tape.now_s += 1
    tape.call("banking.accounts", status=503)
    tape.hook("refresh", status=502)


def of_another(tape: Tape) -> None:
    tape.told("consent.revoked", consent="arr9")


@pytest.mark.parametrize("told", [unheard, refused_event, too_soon, looks_later, api_was_down, of_another])
def test_who_has_not_heard_is_not_accused(tape: Tape, told: Told) -> None:
    """No event, no answer from the API, or one that says nothing: the app cannot know."""
    ended(tape)
    told(tape)
    tape.effects({"transactions": [row("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_one_refusal_says_nothing_while_another_consent_stands(tape: Tape) -> None:
    """A 403 may then be about anything."""
    ended(tape)
    tape.consent("arr2")
    by_refusal(tape)
    tape.effects({"transactions": [row("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The rows may still go."""
    ended(tape)
    by_event(tape)
    tape.effects({"transactions": [row("a")]}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("consents", [(), ("arr1",)])
def test_no_end_is_no_experiment(tape: Tape, consents: tuple[str, ...]) -> None:
    """Nothing is over."""
    for consent in consents:
        tape.consent(consent)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_never_showed_a_row_proves_nothing(tape: Tape) -> None:
    """Nothing before and nothing after."""
    tape.consent("arr1")
    tape.rows(row("a"))
    tape.consent("arr1", is_active=False)
    by_event(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
