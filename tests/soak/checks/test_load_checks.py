"""The verdict about the behaviour under load, from ledgers and observations that are written by hand."""

from typing import Any

import pytest

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.checks import Given, judged
from fiskil_harness.soak.figures import ON_PURPOSE
from fiskil_harness.soak.ledger import BEFORE_LOAD, Attempt
from fiskil_harness.soak.observed import Expiry, Observed, Sample
from tests.soak.ledgers import attempt, effects, given, ledger

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def finding(material: Given, name: str) -> Finding:
    """Return the finding of the check *name*."""
    return next(found for found in judged(material) if found.probe == name)


def seen(**fields: object) -> Given:
    """Return the material of a run with one acknowledged message, in which this was observed."""
    return given(ledger(attempt("m1")), effects("ann", applied={"m1": 1}), observed=Observed(**fields))


@pytest.mark.parametrize(
    ("attempts", "verdict"),
    [
        ((attempt("m1", status=503, retry_after="1"), attempt("m1", number=2, attempt=2)), PASS),
        ((attempt("m1", status=429, retry_after="1"),), INCONCLUSIVE),
        ((attempt("m1", status=401),), FAIL),
        ((attempt("m1", status=500), attempt("m1", number=2, attempt=2)), FAIL),
        ((attempt("m1", status=503), attempt("m1", number=2, attempt=2)), FAIL),
        ((attempt("m1", status=0, problem="connection closed"),), FAIL),
        ((attempt("m1", status=0, problem=ON_PURPOSE), attempt("m1", number=2, attempt=2)), PASS),
        ((attempt("m1", status=None),), INCONCLUSIVE),
    ],
)
def test_a_refusal_is_lawful_only_with_a_delay(attempts: tuple[Attempt, ...], verdict: Verdict) -> None:
    """429 and 503 with Retry-After are back-pressure; other failures of genuine messages are errors."""
    assert finding(given(ledger(*attempts)), "acknowledges_genuine").verdict is verdict


@pytest.mark.parametrize(("latency_s", "took_s", "verdict"), [(4.9, 4.9, PASS), (5.1, 5.1, FAIL), (5.1, 4.9, INCONCLUSIVE)])
def test_the_promised_time_counts_from_the_intended_time(latency_s: float, took_s: float, verdict: Verdict) -> None:
    """A delivery that began late proves neither that the app is in time nor that it is late."""
    material = given(ledger(attempt("m1", latency_s=latency_s, took_s=took_s)), ack_s=5.0, promises_ack=True)

    assert finding(material, "acknowledges_promptly").verdict is verdict


@pytest.mark.parametrize(("took_s", "verdict"), [(9.0, PASS), (60.0, INCONCLUSIVE)])
def test_without_a_promised_time_no_latency_fails(took_s: float, verdict: Verdict) -> None:
    """A late acknowledgement breaks no promise, and proves none."""
    material = given(ledger(attempt("m1", latency_s=took_s, took_s=took_s)))

    assert finding(material, "acknowledges_promptly").verdict is verdict


def test_an_app_that_does_not_become_idle_is_inconclusive() -> None:
    """Nothing is proven about work that is unfinished; the growth of the backlog is shown."""
    samples = tuple(Sample(at_s=number, pending=number * 2) for number in range(20))

    found = finding(seen(samples=samples), "finishes_work")

    assert found.verdict is INCONCLUSIVE
    assert "its backlog grew during the load, from 14.0 to 34.0 messages in the sample" in found.observed


def test_the_recovery_after_a_brown_out_is_reported() -> None:
    """The time until the backlog was as before is part of the finding."""
    found = finding(seen(idle_after_s=2.0, recovery_s=7.0), "finishes_work")

    assert found.verdict is PASS
    assert found.observed.endswith("; 7 s after the brown-out the backlog was as before")


@pytest.mark.parametrize(
    ("requests", "processes", "verdict"),
    [(2, 1, PASS), (4, 2, PASS), (27, 3, FAIL), (9, None, INCONCLUSIVE), (0, 1, INCONCLUSIVE)],
)
def test_many_token_requests_after_an_expiry_are_a_stampede(requests: int, processes: int | None, verdict: Verdict) -> None:
    """Each process may renew its token, and need not be faster than a call that is under way."""
    expiries = (Expiry(at_s=5, token_requests=requests, processes=processes),)

    assert finding(seen(expiries=expiries, idle_after_s=1.0), "renews_token_once").verdict is verdict


@pytest.mark.parametrize(
    ("text", "verdict"), [("at 5 s it exited with 1", FAIL), ("at 5 s it was killed by signal 9", INCONCLUSIVE)]
)
def test_an_app_that_ends_by_itself_fails(text: str, verdict: Verdict) -> None:
    """A kill by a signal may come from outside."""
    assert finding(seen(exits=(text,), idle_after_s=1.0), "keeps_running").verdict is verdict


@pytest.mark.parametrize(("is_watched", "verdict"), [(True, PASS), (False, INCONCLUSIVE)])
def test_only_a_watched_app_is_known_to_run(is_watched: bool, verdict: Verdict) -> None:
    """The harness does not notice the end of an app that it did not start."""
    assert finding(given(ledger(attempt("m1")), is_watched=is_watched), "keeps_running").verdict is verdict


def test_a_killed_worker_makes_the_load_incomplete() -> None:
    """The verdict says what is unknown."""
    material = given(ledger(attempt("m1"), attempt("m2", number=2, status=None), is_closed=False))

    found = finding(material, "load_was_offered")

    assert found.verdict is INCONCLUSIVE
    assert found.observed == (
        "2 attempts for 1 planned slots; worker-0 ended without closing its ledger; the slots that it had left were "
        "not sent; the outcome of 1 attempts is unknown"
    )


def test_an_effect_that_no_ledger_explains_is_reported() -> None:
    """An applied message that no worker recorded is unknown, not wrong."""
    material = given(ledger(attempt("m1")), effects("ann", applied={"m1": 1, "other": 1}))

    found = finding(material, "load_was_offered")

    assert (found.verdict, found.evidence) == (INCONCLUSIVE, ("in no ledger: other",))


def test_a_load_that_began_late_is_inconclusive() -> None:
    """Deliveries that waited in the load generator say nothing about the app."""
    material = given(ledger(attempt("m1", latency_s=3.0, took_s=0.5)))

    assert finding(material, "load_was_offered").verdict is INCONCLUSIVE


def test_an_app_that_reports_no_pending_work_is_inconclusive() -> None:
    """Nothing is known about its backlog."""
    material = given(ledger(attempt("m1")), effects("ann", applied={"m1": 1}, pending=None), observed=Observed())

    found = finding(material, "finishes_work")

    assert (found.verdict, "reports no `pending`" in found.observed) == (INCONCLUSIVE, True)


def test_a_worker_without_a_ledger_is_missed() -> None:
    """Its slots were not sent, and no other worker reports that."""
    found = finding(given(ledger(attempt("m1")), workers=2), "load_was_offered")

    assert found.verdict is INCONCLUSIVE
    assert found.observed == "1 attempts for 1 planned slots; worker-1 left no ledger"


def test_slots_that_are_in_no_ledger_are_missed() -> None:
    """Each slot is an attempt or is reported as not sent."""
    found = finding(given(ledger(attempt("m1")), planned=3), "load_was_offered")

    assert (found.verdict, found.observed.rpartition("; ")[2]) == (INCONCLUSIVE, "2 planned slots are in no ledger")


@pytest.mark.parametrize(
    ("end", "verdict"), [({"is_closed": False}, INCONCLUSIVE), ({"unsent": 1}, INCONCLUSIVE), ({}, FAIL)]
)
def test_a_retry_that_a_killed_worker_did_not_send_is_no_refusal(end: dict[str, Any], verdict: Verdict) -> None:
    """The app refused one attempt of two hundred, and the next one was never made."""
    rest = (attempt(f"m{number}", number=number) for number in range(1, 200))

    material = given(ledger(attempt("m0", number=300, status=500), *rest, **end))

    assert finding(material, "acknowledges_genuine").verdict is verdict


def test_deliveries_before_the_load_do_not_dilute_its_figures() -> None:
    """A thousand quick acknowledgements before the load hide neither errors nor lateness of ten during it."""
    before = [attempt(f"b{number}", number=number, phase=BEFORE_LOAD) for number in range(1000)]
    slow = [attempt(f"s{number}", number=2000 + number, latency_s=6.0, took_s=4.0) for number in range(9)]
    failed = (attempt("f", number=3000, status=500), attempt("f", number=3001, attempt=2, latency_s=6.0, took_s=6.0))

    material = given(ledger(*before, *slow, *failed), ack_s=5.0, promises_ack=True)

    found = finding(material, "acknowledges_genuine")
    assert (found.verdict, found.observed[:28]) == (FAIL, "1 of 11 attempts failed (1 x")
    assert finding(material, "acknowledges_promptly").verdict is FAIL
    assert "deliveries began 2.0 s late" in finding(material, "load_was_offered").observed


def test_a_load_without_acknowledgements_is_not_prompt() -> None:
    """There is no time to measure."""
    material = given(
        ledger(attempt("b", phase=BEFORE_LOAD), attempt("m1", number=2, status=500)), ack_s=5.0, promises_ack=True
    )

    assert finding(material, "acknowledges_promptly").verdict is INCONCLUSIVE


@pytest.mark.parametrize(("usual", "duration_s", "verdict"), [(0, 30, FAIL), (1, 30, FAIL), (5, 30, PASS), (5, 12, FAIL)])
def test_a_token_for_each_call_is_no_stampede(usual: int, duration_s: int, verdict: Verdict) -> None:
    """Of ten requests a second, the app always sends *usual* for tokens; after the expiry it sends five a second.

    A short run does not show what is usual.
    """
    expiry, totals = 4, [0]
    for second in range(duration_s):
        totals.append(totals[-1] + (5 if expiry <= second < expiry + 6 else usual))
    samples = tuple(
        Sample(at_s=second, api_requests=second * 10, token_requests=totals[second]) for second in range(duration_s)
    )
    expiries = (Expiry(at_s=expiry, token_requests=30, processes=1),)

    assert finding(seen(samples=samples, expiries=expiries), "renews_token_once").verdict is verdict


@pytest.mark.parametrize(("first_s", "duration_s"), [(0, 40), (20, 40), (0, 18)])
def test_many_tokens_at_one_time_are_not_usual(first_s: int, duration_s: int) -> None:
    """Such as at the begin of the load, if the app keeps a token for each customer."""
    expiry = 12
    totals = [10 * sum(first_s <= second < first_s + 11 for second in range(end)) for end in range(duration_s)]
    samples = tuple(
        Sample(at_s=second, api_requests=second * 10, token_requests=total) for second, total in enumerate(totals)
    )
    expiries = (Expiry(at_s=expiry, token_requests=21, processes=3),)

    assert finding(seen(samples=samples, expiries=expiries), "renews_token_once").verdict is FAIL
