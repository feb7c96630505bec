"""Orders to fail: a failure that nobody felt was not recovered from."""

import pytest

from fiskil_harness.journal.queries.failpoints import unfelt
from fiskil_harness.probes import AppliesOnce, LosesNothing, Verdict
from tests.probes.courier import Courier

UNFELT = "the app accepted a request to fail, but no failure was observed (app.observe.effects can report it as `failed`)"


def ordered(*, before: int | None = None) -> Courier:
    """An app that tells how often it has failed so far, and is then told to fail."""
    courier = Courier()
    courier.effects({}, moment="ordered", failed=before)
    courier.ordered_to_fail()
    return courier


@pytest.mark.parametrize("failed", [None, 3])
@pytest.mark.parametrize("probe", [LosesNothing(), AppliesOnce()])
def test_an_order_without_a_witness_proves_nothing(probe: LosesNothing | AppliesOnce, failed: int | None) -> None:
    """The hook answers 200 and does nothing, or tells that nothing has failed since."""
    courier = ordered(before=failed)
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 1}, failed=failed)

    finding = probe.examine(courier.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, UNFELT, "app.drive.fail")


@pytest.mark.parametrize(("before", "after"), [(3, 4), (3, 1)])
def test_an_app_may_tell_that_it_failed(before: int, after: int) -> None:
    """Its count has grown since the order, or has begun anew with a start."""
    courier = ordered(before=before)
    courier.deliver("e0")
    courier.effects({"e0": 1}, failed=after)

    assert LosesNothing().examine(courier.journal).verdict is Verdict.PASS


def test_what_failed_before_the_order_is_no_witness() -> None:
    """An earlier scenario's failures do not count."""
    courier = Courier()
    courier.effects({}, moment="settled", failed=1)
    courier.effects({}, moment="ordered", failed=2)
    courier.ordered_to_fail()
    courier.effects({}, failed=2)

    assert unfelt(courier.journal) == UNFELT


def test_a_refused_delivery_is_a_witness() -> None:
    """Whoever works before the answer says 5xx when the work fails."""
    courier = ordered()
    courier.deliver("e0", status=503)
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 1})

    assert LosesNothing().examine(courier.journal).verdict is Verdict.PASS


def test_each_order_needs_its_own_witness() -> None:
    """A hook may know one point and ignore another."""
    courier = ordered()
    courier.deliver("e0", status=503)
    courier.ordered_to_fail()
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 1})

    assert unfelt(courier.journal) == UNFELT


def test_failures_that_come_late_count_together() -> None:
    """Both failed after the second order, for the queue took its time."""
    courier = ordered(before=0)
    courier.deliver("e0")
    courier.effects({}, moment="ordered", failed=0)
    courier.ordered_to_fail()
    courier.deliver("e1")
    courier.effects({"e0": 1, "e1": 1}, failed=2)

    assert unfelt(courier.journal) == ""


@pytest.mark.parametrize(("calls", "reason"), [(1, UNFELT), (2, "")])
def test_a_call_that_is_made_again_is_a_witness(calls: int, reason: str) -> None:
    """The control twin needed one for everything; two for one message are a second try."""
    courier = Courier()
    courier.deliver("a.e1")
    courier.call("banking.accounts", participant="a")
    courier.ordered_to_fail(participant="b")
    courier.deliver("b.e1")
    for _ in range(calls):
        courier.call("banking.accounts", participant="b")
    courier.effects({"a.e1": 1, "b.e1": 1})

    assert unfelt(courier.journal) == reason


def test_calls_after_a_repetition_are_no_witness() -> None:
    """The message itself came again."""
    courier = Courier()
    courier.deliver("a.e1")
    courier.call("banking.accounts", participant="a")
    courier.ordered_to_fail(participant="b")
    courier.deliver("b.e1")
    courier.call("banking.accounts", participant="b")
    courier.deliver("b.e1", attempt=2)
    courier.call("banking.accounts", participant="b")

    assert unfelt(courier.journal) == UNFELT


def test_a_loss_outranks_an_unfelt_order() -> None:
    """What was lost is lost, whether the order bit or not."""
    courier = ordered()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects({"e0": 1})

    assert LosesNothing().examine(courier.journal).verdict is Verdict.FAIL
