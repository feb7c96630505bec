"""accepts_equivalent_requests: a genuine message is accepted whatever its header case, charset or chunks."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.rows import STILL_BUSY
from fiskil_harness.probes import AcceptsEquivalentRequests, Finding, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = AcceptsEquivalentRequests().examine(courier.journal)
    return finding


@pytest.fixture
def courier() -> JournalBuilder:
    """A receiver that has acknowledged a plain message."""
    courier = receiver_journal()
    courier.deliver("e0")
    return courier


def test_forms_that_are_acknowledged_and_applied_pass(courier: JournalBuilder) -> None:
    """Each form is a case."""
    courier.deliver("e2", name="charset")
    courier.effects(applied={"e0": 1, "e2": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert [(case.name, case.verdict, case.observed) for case in finding.cases] == [
        ("charset", Verdict.PASS, "charset: 204")
    ]


def test_a_refused_form_fails(courier: JournalBuilder) -> None:
    """Only the refused form fails."""
    courier.deliver("e1", name="sliced")
    courier.deliver("e2", name="charset", status=415)
    courier.deliver("e2", name="charset", status=415, attempt=2)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 2 forms of a genuine message were not accepted: charset"
    assert finding.evidence == ("e2 charset attempt 2: 415",)
    assert {case.name: case.verdict for case in finding.cases} == {"sliced": Verdict.PASS, "charset": Verdict.FAIL}


def test_an_acknowledged_second_attempt_is_enough(courier: JournalBuilder) -> None:
    """A receiver that is busy for a moment does not refuse the form."""
    courier.deliver("e2", name="charset", status=503)
    courier.deliver("e2", name="charset", attempt=2)

    assert examined(courier).verdict is Verdict.PASS


def test_a_form_that_is_acknowledged_but_not_applied_fails(courier: JournalBuilder) -> None:
    """Another message about the same kind of event had its effect."""
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="charset")
    courier.effects(applied={"e0": 1, "e4": 1})

    assert examined(courier).verdict is Verdict.FAIL


def test_a_receiver_that_refuses_everything_is_not_judged_by_forms() -> None:
    """Another probe reports why it refuses every message."""
    courier = receiver_journal()
    courier.deliver("e0", status=401)
    courier.deliver("e2", name="charset", status=401)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_a_form_the_result_is_inconclusive(courier: JournalBuilder) -> None:
    """A plain delivery is not a form."""
    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no message was delivered in another form")


def test_a_busy_app_is_inconclusive(courier: JournalBuilder) -> None:
    """A message that is not applied yet may be applied later."""
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="charset")
    courier.effects(applied={"e0": 1, "e4": 1}, is_idle=False)

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, STILL_BUSY)


def test_a_receiver_that_had_stopped_is_not_judged_by_forms(courier: JournalBuilder) -> None:
    """A form that found no listener proves nothing; a form that crashed the receiver fails."""
    courier.deliver("e1", name="sliced", status=None, problem="connection refused")
    courier.deliver("e1", name="sliced", status=None, problem="connection refused", attempt=2)
    unreached = examined(courier)
    deadly = receiver_journal()
    deadly.deliver("e0")
    deadly.deliver("e1", name="sliced", status=None, problem="connection reset")
    deadly.deliver("e1", name="sliced", status=None, problem="connection refused", attempt=2)

    assert (unreached.verdict, unreached.hook, unreached.observed) == (
        Verdict.INCONCLUSIVE,
        "",
        "the receiver stopped listening before every form had been tried",
    )
    assert examined(deadly).verdict is Verdict.FAIL


def test_a_postponed_form_is_not_judged(courier: JournalBuilder) -> None:
    """The receiver was overloaded, which does not depend on the form."""
    courier.deliver("e1", name="sliced", status=503, response_headers=(("Retry-After", "1"),))
    courier.deliver("e1", name="sliced", status=429, attempt=2)

    finding = examined(courier)

    assert (finding.verdict, finding.hook, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "",
        "the receiver responded with 429 or Retry-After before every form had been tried",
    )


def test_a_busy_app_passes_if_every_form_was_applied(courier: JournalBuilder) -> None:
    """Its other work does not matter."""
    courier.deliver("e2", name="charset")
    courier.effects(applied={"e0": 1, "e2": 1}, is_idle=False)

    assert examined(courier).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"status": 503}, {"status": 429}, Verdict.FAIL),
        ({"status": None, "problem": "connection refused"}, {"status": 415}, Verdict.FAIL),
        ({"status": None, "problem": "connection refused"}, {"status": 204}, Verdict.PASS),
        ({"status": 429}, {"status": 429}, Verdict.INCONCLUSIVE),
    ],
)
def test_one_attempt_that_met_the_form_is_enough_to_judge_it(
    courier: JournalBuilder, first: dict[str, Any], second: dict[str, Any], verdict: Verdict
) -> None:
    """Only if every attempt found no receiver, or a busy one, the form was not tried."""
    courier.deliver("e1", name="sliced", **first)
    courier.deliver("e1", name="sliced", attempt=2, **second)

    finding = examined(courier)

    assert finding.verdict is verdict
    assert [(case.name, case.verdict) for case in finding.cases] == [("sliced", verdict)]


def test_a_form_of_a_kind_that_was_never_applied_passes(courier: JournalBuilder) -> None:
    """The app may not use the kind, so a missing effect does not show that it ignores the form."""
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="charset")
    courier.effects(applied={"e0": 1, "e4": 0, "unknown": 1})

    assert examined(courier).verdict is Verdict.PASS
