"""idleness: when an app was idle, and how much work was requested since."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.idleness import idle_before, work_between, work_times
from fiskil_harness.journal.queries.work_requested import work_count


def test_without_a_snapshot_the_app_was_never_idle(tape: JournalBuilder) -> None:
    """Only a snapshot of the effects shows that the app is idle."""
    tape.deliver_event("consent.received")

    assert idle_before(tape.journal, 100) == 0


def test_the_last_idle_snapshot_counts(tape: JournalBuilder) -> None:
    """A later snapshot of a busy app does not count."""
    tape.deliver_event("consent.received")
    tape.effects({}, moment="settled")
    tape.effects({}, moment="settled", is_idle=False)

    assert idle_before(tape.journal, 100) == pytest.approx(1.05)


def test_the_app_must_be_idle_for_all_participants(tape: JournalBuilder) -> None:
    """The app is not idle while the work of another end user is pending."""
    tape.deliver_event("consent.received", participant="a")
    tape.deliver_event("consent.received", participant="b")
    tape.effects({}, moment="settled", participant="a")
    before = idle_before(tape.journal, 100)
    tape.effects({}, moment="settled", participant="b")

    assert before == 0
    assert idle_before(tape.journal, 100) == pytest.approx(1.15)


def test_work_counts_from_its_begin(tape: JournalBuilder) -> None:
    """Hook calls and deliveries count from their begin; a failure request is no work."""
    tape.deliver_event("consent.received")
    tape.hook("fail")
    tape.wait(1)
    tape.hook("refresh", took_s=0.5)

    assert work_times(tape.journal) == pytest.approx([1.0, 1.6])
    assert work_between(tape.journal, 1.0, 2.0) == 1


def test_work_that_begins_with_a_snapshot_is_later_work(tape: JournalBuilder) -> None:
    """The app was idle for everyone at that moment."""
    tape.effects({}, moment="settled", participant="a")
    tape.deliver("b.e0", at_s=1.0)

    assert idle_before(tape.journal, 100) == pytest.approx(1.0)


@pytest.mark.parametrize(("early_s", "count"), [(0.0, 1), (0.1, 0)])
def test_a_restart_at_the_begin_of_a_period_is_work(tape: JournalBuilder, early_s: float, count: int) -> None:
    """It may be the reason of the calls of this period."""
    tape.now_s = 10.0 - early_s
    tape.restart()

    assert work_count(tape.journal, 10.0, 11.0) == count
