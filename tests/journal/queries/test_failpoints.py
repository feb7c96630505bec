"""Requested failures: without an observed failure, recovery was not tested."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.failpoints import why_failure_unobserved
from fiskil_harness.probes import AppliesOnce, LosesNothing, Verdict
from tests.probes.receivers import receiver_journal

UNFELT = "the app accepted a request to fail, but no failure was observed (app.observe.effects can report it as `failed`)"


def failing(*, before: int | None = None) -> JournalBuilder:
    """Return a journal of an app that reports its failures so far, and is then requested to fail."""
    courier = receiver_journal()
    courier.effects(applied={}, moment="before_failure", failed=before)
    courier.request_failure()
    return courier


@pytest.mark.parametrize("failed", [None, 3])
@pytest.mark.parametrize("probe", [LosesNothing(), AppliesOnce()])
def test_an_unobserved_failure_is_inconclusive(probe: LosesNothing | AppliesOnce, failed: int | None) -> None:
    """The hook responds 200 and does nothing, or the app reports no new failure."""
    courier = failing(before=failed)
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 1}, failed=failed)

    finding = probe.examine(courier.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, UNFELT, "app.drive.fail")


@pytest.mark.parametrize(("before", "after"), [(3, 4), (3, 1)])
def test_a_reported_failure_is_observed(before: int, after: int) -> None:
    """The app's count has grown since the request, or started again after a restart."""
    courier = failing(before=before)
    courier.deliver("e0")
    courier.effects(applied={"e0": 1}, failed=after)

    assert LosesNothing().examine(courier.journal).verdict is Verdict.PASS


def test_a_failure_before_the_request_does_not_count() -> None:
    """Failures of an earlier scenario do not count."""
    courier = receiver_journal()
    courier.effects(applied={}, moment="settled", failed=1)
    courier.effects(applied={}, moment="before_failure", failed=2)
    courier.request_failure()
    courier.effects(applied={}, failed=2)

    assert why_failure_unobserved(courier.journal) == UNFELT


def test_a_failure_between_two_requests_belongs_to_the_first() -> None:
    """The second request caused none."""
    courier = failing(before=0)
    courier.deliver("e0")
    courier.effects(applied={}, moment="settled", failed=1)
    courier.request_failure()
    courier.deliver("e2")
    courier.effects(applied={}, failed=1)

    assert why_failure_unobserved(courier.journal) == UNFELT


def test_each_requested_failure_may_be_observed_in_its_own_way() -> None:
    """The first one is reported, and the second one shows as a refusal."""
    courier = failing(before=0)
    courier.deliver("e0")
    courier.effects(applied={}, moment="settled", failed=1)
    courier.request_failure()
    courier.deliver("e2", status=503)
    courier.effects(applied={}, failed=1)

    assert why_failure_unobserved(courier.journal) == ""


def test_a_refused_delivery_is_an_observed_failure() -> None:
    """An app that processes before it responds returns 5xx when processing fails."""
    courier = failing()
    courier.deliver("e0", status=503)
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 1})

    assert LosesNothing().examine(courier.journal).verdict is Verdict.PASS


def test_each_request_needs_an_observed_failure() -> None:
    """A hook may support one failure point and ignore another."""
    courier = failing()
    courier.deliver("e0", status=503)
    courier.request_failure()
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 1})

    assert why_failure_unobserved(courier.journal) == UNFELT


def test_late_failures_count_together() -> None:
    """Both failures may happen after the second request if the queue is slow."""
    courier = failing(before=0)
    courier.deliver("e0")
    courier.effects(applied={}, moment="before_failure", failed=0)
    courier.request_failure()
    courier.deliver("e1")
    courier.effects(applied={"e0": 1, "e1": 1}, failed=2)

    assert why_failure_unobserved(courier.journal) == ""


@pytest.mark.parametrize(("calls", "reason"), [(1, UNFELT), (2, "")])
def test_a_repeated_call_is_an_observed_failure(calls: int, reason: str) -> None:
    """The control twin needed one call for all messages; two calls for one message are a retry."""
    courier = receiver_journal()
    courier.deliver("a.e1")
    courier.call("banking.accounts", participant="a")
    courier.request_failure(participant="b")
    courier.deliver("b.e1")
    for _ in range(calls):
        courier.call("banking.accounts", participant="b")
    courier.effects(applied={"a.e1": 1, "b.e1": 1})

    assert why_failure_unobserved(courier.journal) == reason


def test_calls_after_a_repeated_delivery_do_not_count() -> None:
    """A repeated delivery explains the second call."""
    courier = receiver_journal()
    courier.deliver("a.e1")
    courier.call("banking.accounts", participant="a")
    courier.request_failure(participant="b")
    courier.deliver("b.e1")
    courier.call("banking.accounts", participant="b")
    courier.deliver("b.e1", attempt=2)
    courier.call("banking.accounts", participant="b")

    assert why_failure_unobserved(courier.journal) == UNFELT


def test_a_loss_outranks_an_unobserved_failure() -> None:
    """A lost message fails, whether the requested failure happened or not."""
    courier = failing()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects(applied={"e0": 1})

    assert LosesNothing().examine(courier.journal).verdict is Verdict.FAIL
