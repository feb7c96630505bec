"""Work that an app leaves unfinished: stuck waits in a row make later ones shorter, and the first cause is remembered."""

import pytest

from fiskil_harness.app.backlog import NONE, Backlog
from fiskil_harness.app.unapplied_messages import UnappliedMessages
from fiskil_harness.journal import Delivery, EventCreated, Journal


def backlog_after(scenario: str, message: str = "", *, before: Backlog = NONE) -> Backlog:
    """Return the backlog after one more stuck scenario."""
    return before.after_stuck_wait(is_old=False, new_waits=before.new_waits + 1, scenario=scenario, message=message)


def test_patience_is_full_twice_then_halves_to_a_minimum() -> None:
    """One slow scenario may be bad luck; from the third stuck one on waits get shorter, but not below two seconds."""
    backlogs = [NONE]
    for name in "abcdefgh":
        backlogs.append(backlog_after(name, before=backlogs[-1]))

    assert [backlog.patience_s(10) for backlog in backlogs] == [10, 10, 5, 2.5, 2, 2, 2, 2, 2]
    assert backlogs[-1].patience_s(0.5) == 0.5


def test_old_work_does_not_shorten_the_patience_with_new_work() -> None:
    """An old task that waits for its retry does not shorten the wait for a new one."""
    once = backlog_after("a")

    twice = once.after_stuck_wait(is_old=True, new_waits=9, scenario="b", message="")

    often = twice
    for _ in range(20):
        often = often.after_stuck_wait(is_old=True, new_waits=9, scenario="b", message="")
    assert (twice.patience_s(10), often.patience_s(10)) == (10, 10)
    assert (once.old_patience_s(), twice.old_patience_s(), often.old_patience_s()) == (2, 1, 0.05)


def test_the_first_scenario_is_remembered_with_its_message() -> None:
    """A message found later in the same scenario is added, one of a later scenario is not."""
    first = backlog_after("a")
    filled = backlog_after("a", "b.e1 consent.revoked", before=first)

    assert backlog_after("b", "e0 consent.received", before=first).since == "a"
    assert backlog_after("b", "e0 consent.received", before=filled).since == "a, b.e1 consent.revoked"


@pytest.mark.parametrize(
    ("applied", "pending", "is_overtaken"),
    [
        ({"e0": 1}, 3, False),
        ({"e0": 1, "e1": 1}, 3, True),
        ({}, 0, False),
        (None, 3, False),
        (None, 2, True),
        (None, None, False),
    ],
    ids=["unchanged", "one more applied", "a new process", "unchanged without counts", "less pending", "no report"],
)
def test_work_completed_after_the_wait_is_noticed(
    applied: dict[str, int] | None, pending: int | None, is_overtaken: bool
) -> None:
    """Completed work restores the full limit, but counts that a restart reset do not show any."""
    backlog = backlog_after("a").updated(applied={"e0": 1}, pending=3, values={"end_user_id": "eu_1"})

    assert backlog.has_progressed(applied=applied, pending=pending) is is_overtaken


def test_the_first_message_without_an_effect_is_named() -> None:
    """Its event and kind are named if the app reports counts."""
    journal = Journal()
    for number in range(3):
        event = f"e{number}"
        journal.write(EventCreated(event=event, kind="consent.updated", message_id=event, participant="", publish_time=""))
        journal.write(Delivery(event=event, participant="", message_id=event, attempt=1, body=b"{}", outcome="ack"))

    owed = UnappliedMessages(journal, "")

    assert owed.first_unapplied({"e0": 1}) == "e1 consent.updated"
    assert (owed.first_unapplied({"e0": 1, "e1": 1, "e2": 1}), owed.first_unapplied(None)) == ("", "")
