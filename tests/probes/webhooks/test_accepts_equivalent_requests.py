"""accepts_equivalent_requests: what Fiskil could well send is taken in whatever letters and pieces it comes."""

import pytest

from fiskil_harness.probes import AcceptsEquivalentRequests, Finding, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = AcceptsEquivalentRequests().examine(courier.journal)
    return finding


@pytest.fixture
def courier() -> Courier:
    """A receiver that has taken a plain message."""
    one = Courier()
    one.deliver("e0")
    return one


def test_forms_that_are_taken_and_applied_pass(courier: Courier) -> None:
    """Each is a case of its own."""
    courier.deliver("e2", name="charset")
    courier.effects({"e0": 1, "e2": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert [(case.name, case.verdict, case.observed) for case in finding.cases] == [
        ("charset", Verdict.PASS, "charset: 204")
    ]


def test_a_form_that_is_refused_fails(courier: Courier) -> None:
    """Others are not accused with it."""
    courier.deliver("e1", name="sliced")
    courier.deliver("e2", name="charset", status=415)
    courier.deliver("e2", name="charset", status=415, attempt=2)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 2 forms of a genuine message were not taken: charset"
    assert finding.evidence == ("e2 charset attempt 2: 415",)
    assert {case.name: case.verdict for case in finding.cases} == {"sliced": Verdict.PASS, "charset": Verdict.FAIL}


def test_a_second_try_is_enough(courier: Courier) -> None:
    """A lock that was busy for a moment is no fault of the form."""
    courier.deliver("e2", name="charset", status=503)
    courier.deliver("e2", name="charset", attempt=2)

    assert examined(courier).verdict is Verdict.PASS


def test_a_form_that_is_acknowledged_and_ignored_fails(courier: Courier) -> None:
    """Where another message about the same kind of event had its effect."""
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="charset")
    courier.effects({"e0": 1, "e4": 1})

    assert examined(courier).verdict is Verdict.FAIL


def test_a_receiver_that_refuses_everything_is_not_judged_by_forms() -> None:
    """Another probe says what is wrong with it."""
    courier = Courier()
    courier.deliver("e0", status=401)
    courier.deliver("e2", name="charset", status=401)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_no_form_proves_nothing(courier: Courier) -> None:
    """A plain delivery is no form."""
    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_in_doubt(courier: Courier) -> None:
    """What is not applied yet may come."""
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="charset")
    courier.effects({"e0": 1, "e4": 1}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_a_receiver_that_has_ended_is_not_judged_by_forms(courier: Courier) -> None:
    """A form that found nobody was refused by nobody; the one that it died of is its own fault."""
    courier.deliver("e1", name="sliced", status=None, trouble="connection refused")
    courier.deliver("e1", name="sliced", status=None, trouble="connection refused", attempt=2)
    unreached = examined(courier)
    deadly = Courier()
    deadly.deliver("e0")
    deadly.deliver("e1", name="sliced", status=None, trouble="connection reset")
    deadly.deliver("e1", name="sliced", status=None, trouble="connection refused", attempt=2)

    assert (unreached.verdict, unreached.observed) == (
        Verdict.INCONCLUSIVE,
        "the receiver did not listen any more before every form had been tried",
    )
    assert examined(deadly).verdict is Verdict.FAIL


def test_a_form_that_was_put_off_is_not_judged(courier: Courier) -> None:
    """Too much had come at once; that is no matter of forms either."""
    courier.deliver("e1", name="sliced", status=503, response_headers=(("Retry-After", "1"),))
    courier.deliver("e1", name="sliced", status=429, attempt=2)

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the receiver asked for a pause before every form had been tried",
    )
