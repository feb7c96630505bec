"""recovery: how long an app may wait after a disturbance, and which app has abandoned its work."""

from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from fiskil_harness.journal import ApiServedOverTls, Limits, MachinePaused
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.recovery import RECOVERY_S, failed_refresh, is_abandoned, recovery_s
from fiskil_harness.journal.queries.rows import last_effects

LIMITS = Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, assumed=("fresh_s",))


def fails(tape: JournalBuilder, **more: Any) -> None:
    """Record a call that fails."""
    tape.call("banking.transactions", status=503, bites=("Status(503)",), **more)


@pytest.mark.parametrize(("fresh_s", "expected_s"), [(1, RECOVERY_S), (60, RECOVERY_S), (70, inf)])
def test_a_slow_app_is_not_judged(tape: JournalBuilder, fresh_s: float, expected_s: float) -> None:
    """After a disturbance an app may need three times the promised time."""
    assert recovery_s(tape.journal, fresh_s) == expected_s


@pytest.mark.parametrize(("pause_s", "expected_s"), [(0.5, RECOVERY_S), (60, RECOVERY_S), (70, inf)])
def test_an_app_that_pauses_for_long_between_attempts_is_not_judged(
    tape: JournalBuilder, pause_s: float, expected_s: float
) -> None:
    """The next pause may be three times as long. A short one may be that of a client, and a queue may wait much longer."""
    fails(tape, took_s=0.05)
    tape.wait(pause_s)
    fails(tape)

    assert recovery_s(tape.journal, 5) == expected_s


def test_a_repetition_for_a_new_event_shows_no_pause_of_the_app(tape: JournalBuilder) -> None:
    fails(tape)
    tape.wait(70)
    tape.deliver_event("banking.transactions.sync.completed")
    fails(tape)

    assert recovery_s(tape.journal, 5) == RECOVERY_S


@pytest.mark.parametrize(("value", "expected_s"), [("20", RECOVERY_S), ("300", inf), ("Mon, 30 Nov 2026 09:00:00 GMT", inf)])
def test_a_requested_pause_is_allowed(tape: JournalBuilder, value: str, expected_s: float) -> None:
    """A date is not compared with the clock: such an app is not judged."""
    fails(tape, response_headers=(("Retry-After", value),))

    assert recovery_s(tape.journal, 5) == expected_s


@pytest.mark.parametrize(
    "disturb",
    [
        lambda tape: tape.key("revoked"),
        lambda tape: tape.request_failure(),
        lambda tape: tape.write(ApiServedOverTls(is_reached=False)),
        lambda tape: tape.write(LIMITS),
    ],
    ids=["key", "requested failure", "no certificate is trusted", "nothing is promised"],
)
def test_after_some_disturbances_no_time_is_enough(tape: JournalBuilder, disturb: Callable[[JournalBuilder], None]) -> None:
    disturb(tape)

    assert recovery_s(tape.journal, 5) == inf


@pytest.mark.parametrize(
    ("excuse", "expected"),
    [
        (lambda _tape: None, True),
        (lambda tape: tape.call("banking.transactions", status=401), True),
        (lambda tape: tape.call("banking.transactions", status=422, bites=("Status(422)",)), True),
        (lambda tape: tape.call("banking.transactions", status=404), False),
        (lambda tape: tape.write(MachinePaused(at_s=tape.now_s + 40, lasted_s=5.0)), False),
    ],
    ids=["none", "token", "fault", "refusal", "pause"],
)
def test_a_refusal_and_a_long_pause_are_excuses(
    tape: JournalBuilder, excuse: Callable[[JournalBuilder], None], *, expected: bool
) -> None:
    excuse(tape)
    tape.wait(50)
    tape.effects(pending=1, is_idle=False, had_recovery_time=True, unchanged_s=45.0)

    assert is_abandoned(tape.journal, last_effects(tape.journal)) is expected


@pytest.mark.parametrize(
    ("disturb", "expected"),
    [
        (lambda _tape: None, True),
        (lambda tape: tape.hook("refresh"), False),
        (lambda tape: tape.consent("c", is_active=False), False),
        (lambda tape: tape.key("revoked"), False),
    ],
    ids=["none", "later success", "consent ended", "key"],
)
def test_a_refresh_never_recovers_if_nothing_excuses_it(
    tape: JournalBuilder, disturb: Callable[[JournalBuilder], None], *, expected: bool
) -> None:
    tape.consent("c")
    fails(tape)
    tape.hook("refresh", status=502, took_s=5.0)
    tape.hook("refresh", status=502, had_recovery_time=True)
    disturb(tape)

    assert (failed_refresh(tape.journal, "", since_s=0) is not None) is expected


def test_a_client_error_shows_no_failed_recovery(tape: JournalBuilder) -> None:
    """The app may limit how often it reads."""
    tape.consent("c")
    fails(tape)
    tape.hook("refresh", status=502, took_s=5.0)
    tape.hook("refresh", status=409, had_recovery_time=True)

    assert failed_refresh(tape.journal, "", since_s=0) is None


def test_a_refresh_that_never_worked_is_not_judged(tape: JournalBuilder) -> None:
    """The hook may be wrong."""
    tape.consent("c")
    tape.hook("refresh", status=501)
    tape.hook("refresh", status=501, had_recovery_time=True)

    assert failed_refresh(tape.journal, "", since_s=0) is None
