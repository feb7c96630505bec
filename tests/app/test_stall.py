"""What an app leaves undone: each wait in vain makes the next one shorter, and what came first is remembered."""

from harness.app.due import Due
from harness.app.stall import NONE
from harness.journal import Delivery, EventSeen, Journal


def test_patience_halves_with_each_wait_in_vain_and_has_an_end() -> None:
    """Ten seconds, five, and never less than an idle app is watched for."""
    once = NONE.again(pending=3, backlog=0, scenario="a", message="e0 consent.received")
    often = once
    for _ in range(20):
        often = often.again(pending=3, backlog=0, scenario="b", message="")

    assert [NONE.patience_s(10), once.patience_s(10), often.patience_s(10)] == [10, 5, 0.25]


def test_what_was_pending_before_makes_nobody_impatient_with_something_new() -> None:
    """An old job that waits for its next try is no reason to leave a new one alone."""
    left = NONE.again(pending=1, backlog=0, scenario="a", message="")

    again = left.again(pending=1, backlog=1, scenario="b", message="")

    for _ in range(20):
        left = left.again(pending=1, backlog=1, scenario="b", message="")
    assert (again.patience_s(10), NONE.old_patience_s(), again.old_patience_s(), left.old_patience_s()) == (5, 2, 1, 0.05)


def test_the_scenario_that_came_first_is_remembered_with_its_message() -> None:
    """A message that becomes known later in that scenario is filled in, one of a later scenario is not."""
    first = NONE.again(pending=1, backlog=0, scenario="a", message="")
    filled = first.again(pending=1, backlog=0, scenario="a", message="b.e1 consent.revoked")

    assert first.again(pending=2, backlog=1, scenario="b", message="e0 consent.received").since == "a"
    assert filled.again(pending=2, backlog=1, scenario="b", message="e0 consent.received").since == "a, b.e1 consent.revoked"


def test_the_first_message_without_an_effect_is_named() -> None:
    """By its event and kind, and only where the app tells its counts."""
    journal = Journal()
    for number in range(3):
        event = f"e{number}"
        journal.write(EventSeen(event=event, kind="consent.updated", message_id=event, participant="", publish_time=""))
        journal.write(Delivery(event=event, participant="", message_id=event, attempt=1, body=b"{}", outcome="ack"))

    due = Due(journal, "")

    assert due.first_left({"e0": 1}) == "e1 consent.updated"
    assert (due.first_left({"e0": 1, "e1": 1, "e2": 1}), due.first_left(None)) == ("", "")
