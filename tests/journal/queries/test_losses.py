"""Classes of messages: each disturbance is a separate cause of loss."""

import pytest

from fiskil_harness.journal import DURING_KILL
from fiskil_harness.journal.queries.losses import cases_of, classify
from fiskil_harness.probes import LosesNothing, Verdict
from tests.probes.receivers import receiver_journal


def test_an_undisturbed_message_is_plain() -> None:
    """A message without any disturbance is in the plain class."""
    courier = receiver_journal()
    courier.deliver("e0")

    assert classify(courier.journal) == {"m-e0": "plain"}


def test_a_kill_after_the_response_differs_from_one_before_it() -> None:
    """Only the message that was acknowledged before the kill is in the killed class."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=None, problem="connection reset")
    courier.kill()
    courier.deliver("e1", attempt=2)

    assert classify(courier.journal) == {"m-e0": "killed", "m-e1": "interrupted"}


def test_a_message_applied_before_the_kill_is_plain() -> None:
    """The kill cannot disturb an effect that is already visible."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 1}, moment="settled")
    courier.kill()

    assert classify(courier.journal) == {"m-e0": "plain"}


def test_the_last_attempt_as_the_first_is_late() -> None:
    """The four earlier attempts did not arrive."""
    courier = receiver_journal()
    courier.deliver("e0", attempt=5)

    assert classify(courier.journal) == {"m-e0": "late"}


@pytest.mark.parametrize(("applied", "verdict"), [(0, Verdict.FAIL), (1, Verdict.PASS)])
def test_each_disturbance_has_its_own_verdict(applied: int, verdict: Verdict) -> None:
    """A message that is lost in a kill counts against no other class."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 1}, moment="settled")
    courier.deliver("e2")
    courier.kill()
    courier.effects(applied={"e0": 1, "e2": applied})

    cases = {case.name: case.verdict for case in LosesNothing().examine(courier.journal).cases}

    assert cases == {"plain": Verdict.PASS, "killed": verdict}


def test_a_message_refused_up_to_the_last_attempt_is_late() -> None:
    """A receiver that refuses old messages loses late ones."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.deliver("e0", attempt=5, status=400)
    courier.effects(applied={"e1": 1})

    (case,) = LosesNothing().examine(courier.journal).cases

    assert (case.name, case.verdict, case.events) == ("late", Verdict.FAIL, ("e0",))


def test_a_loss_during_a_kill_names_no_single_message() -> None:
    """Chance decides which message is lost, so the case names all of them."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.effects(applied={"e1": 1}, moment="settled")
    courier.deliver("e0", name=DURING_KILL, status=None, problem="connection reset")
    courier.deliver("e2", name=DURING_KILL)
    courier.kill()
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e1": 1, "e2": 1})

    finding = LosesNothing().examine(courier.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ())
    assert finding.observed == "messages in flight when the app was killed were acknowledged later and never applied"
    assert [(case.name, case.verdict, case.events) for case in finding.cases] == [
        ("interrupted", Verdict.FAIL, ("e0", "e2")),
        ("plain", Verdict.PASS, ("e1",)),
    ]


def test_a_requested_failure_is_no_loss() -> None:
    """A requested failure may refuse the last attempt; without a request, that is a loss."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.request_failure()
    courier.deliver("e0", attempt=5, status=503)
    courier.effects(applied={"e1": 1}, failed=1)
    assert LosesNothing().examine(courier.journal).verdict is Verdict.PASS

    courier.deliver("e2", attempt=5, status=503)

    assert LosesNothing().examine(courier.journal).verdict is Verdict.FAIL


def test_a_loss_without_disturbance_is_not_blamed_on_a_kill() -> None:
    """An app that ignores a kind of event loses it with and without a kill."""
    courier = receiver_journal()
    courier.deliver("a.e0")
    courier.deliver("a.e2")
    courier.deliver("b.e0")
    courier.deliver("b.e2")
    courier.kill()
    courier.effects(applied={"a.e0": 1, "b.e0": 1}, participant="b")

    cases = {case.name: case.verdict for case in LosesNothing().examine(courier.journal).cases}

    assert cases == {"killed": Verdict.INCONCLUSIVE}


def test_a_kill_after_all_responses_is_inconclusive() -> None:
    """If every delivery got its response before the kill, recovery was not tested."""
    courier = receiver_journal()
    courier.deliver("e0", name=DURING_KILL, group=1)
    courier.kill()
    courier.effects(applied={"e0": 1})

    finding = LosesNothing().examine(courier.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app had responded to every delivery before it was killed",
    )


def test_a_lost_message_without_a_symbol_is_listed_by_its_id() -> None:
    """The journal knows no event of it."""
    courier = receiver_journal()
    courier.deliver("e0")

    cases = cases_of(courier.journal, lost=["m-e0", "m-unknown"], applied=[])

    assert [(case.name, case.verdict, case.events) for case in cases] == [("plain", Verdict.FAIL, ("e0", "m-unknown"))]
