"""What befell messages: each fate tells one way of losing them from another."""

import pytest

from fiskil_harness.journal import DURING_KILL
from fiskil_harness.journal.queries.losses import classify
from fiskil_harness.probes import LosesNothing, Verdict
from tests.probes.courier import Courier


def test_a_message_that_had_no_trouble_is_plain() -> None:
    """Most are."""
    courier = Courier()
    courier.deliver("e0")

    assert classify(courier.journal) == {"id-e0": "plain"}


def test_a_death_after_the_answer_is_told_from_one_before_it() -> None:
    """Only the first is the app's promise."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", status=None, trouble="connection reset")
    courier.killed()
    courier.deliver("e1", attempt=2)

    assert classify(courier.journal) == {"id-e0": "killed", "id-e1": "cut_off"}


def test_what_had_shown_before_the_death_was_not_in_danger() -> None:
    """Its effect was there already."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects({"e0": 1}, moment="settled")
    courier.killed()

    assert classify(courier.journal) == {"id-e0": "plain"}


def test_the_last_attempt_as_the_first_is_late() -> None:
    """The four before it got lost."""
    courier = Courier()
    courier.deliver("e0", attempt=5)

    assert classify(courier.journal) == {"id-e0": "late"}


@pytest.mark.parametrize(("applied", "verdict"), [(0, Verdict.FAIL), (1, Verdict.PASS)])
def test_each_fate_has_a_verdict_of_its_own(applied: int, verdict: Verdict) -> None:
    """What was lost in a crash accuses no other way."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects({"e0": 1}, moment="settled")
    courier.deliver("e2")
    courier.killed()
    courier.effects({"e0": 1, "e2": applied})

    found = {case.name: case.verdict for case in LosesNothing().examine(courier.journal).cases}

    assert found == {"plain": Verdict.PASS, "killed": verdict}


def test_a_refusal_up_to_the_end_is_a_loss_with_a_fate() -> None:
    """Who refuses old messages loses the late ones."""
    courier = Courier()
    courier.deliver("e1")
    courier.deliver("e0", attempt=5, status=400)
    courier.effects({"e1": 1})

    (case,) = LosesNothing().examine(courier.journal).cases

    assert (case.name, case.verdict, case.events) == ("late", Verdict.FAIL, ("e0",))


def test_what_was_lost_in_a_crash_amidst_has_no_name() -> None:
    """Chance decides which it is."""
    courier = Courier()
    courier.deliver("e1")
    courier.effects({"e1": 1}, moment="settled")
    courier.deliver("e0", name=DURING_KILL, status=None, trouble="connection reset")
    courier.deliver("e2", name=DURING_KILL)
    courier.killed()
    courier.deliver("e0", attempt=2)
    courier.effects({"e1": 1, "e2": 1})

    finding = LosesNothing().examine(courier.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ())
    assert (
        finding.observed == "messages that were under way when the app died were acknowledged afterwards and never applied"
    )
    assert [(case.name, case.verdict, case.events) for case in finding.cases] == [
        ("cut_off", Verdict.FAIL, ("e0", "e2")),
        ("plain", Verdict.PASS, ("e1",)),
    ]


def test_a_refusal_that_was_ordered_loses_nothing() -> None:
    """Whoever is told to fail may do so at the last attempt; the next one has no such excuse."""
    courier = Courier()
    courier.deliver("e1")
    courier.ordered_to_fail()
    courier.deliver("e0", attempt=5, status=503)
    courier.effects({"e1": 1}, failed=1)
    assert LosesNothing().examine(courier.journal).verdict is Verdict.PASS

    courier.deliver("e2", attempt=5, status=503)

    assert LosesNothing().examine(courier.journal).verdict is Verdict.FAIL


def test_what_is_lost_without_any_trouble_accuses_no_crash() -> None:
    """An app that throws a kind of event away does so whether or not it dies."""
    courier = Courier()
    courier.deliver("a.e0")
    courier.deliver("a.e2")
    courier.deliver("b.e0")
    courier.deliver("b.e2")
    courier.killed()
    courier.effects({"a.e0": 1, "b.e0": 1}, participant="b")

    cases = {case.name: case.verdict for case in LosesNothing().examine(courier.journal).cases}

    assert cases == {"killed": Verdict.INCONCLUSIVE}


def test_a_crash_that_cut_nothing_off_proves_nothing() -> None:
    """Where every delivery was answered before, the app never had to know again what it had begun."""
    courier = Courier()
    courier.deliver("e0", name=DURING_KILL, group=1)
    courier.killed()
    courier.effects({"e0": 1})

    finding = LosesNothing().examine(courier.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app had responded to every delivery before it was killed",
    )
