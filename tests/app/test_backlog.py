"""What an app leaves undone: vain waits in a row make later ones shorter, and what came first is remembered."""

import pytest

from fiskil_harness.app.backlog import NONE, Backlog
from fiskil_harness.app.owed_messages import OwedMessages
from fiskil_harness.journal import Delivery, EventCreated, Journal


def left(scenario: str, message: str = "", *, before: Backlog = NONE) -> Backlog:
    """What one more scenario in vain leaves known."""
    return before.again(is_old=False, new_waits=before.new_waits + 1, scenario=scenario, message=message)


def test_patience_is_whole_twice_then_halves_and_has_an_end() -> None:
    """One vain scenario may be bad luck; from the third one on nobody waits as long, and never less than two seconds."""
    stalls = [NONE]
    for name in "abcdefgh":
        stalls.append(left(name, before=stalls[-1]))

    assert [stall.patience_s(10) for stall in stalls] == [10, 10, 5, 2.5, 2, 2, 2, 2, 2]
    assert stalls[-1].patience_s(0.5) == 0.5


def test_what_was_pending_before_makes_nobody_impatient_with_something_new() -> None:
    """An old job that waits for its next try is no reason to leave a new one alone."""
    once = left("a")

    again = once.again(is_old=True, new_waits=9, scenario="b", message="")

    often = again
    for _ in range(20):
        often = often.again(is_old=True, new_waits=9, scenario="b", message="")
    assert (again.patience_s(10), often.patience_s(10)) == (10, 10)
    assert (once.old_patience_s(), again.old_patience_s(), often.old_patience_s()) == (2, 1, 0.05)


def test_the_scenario_that_came_first_is_remembered_with_its_message() -> None:
    """A message that becomes known later in that scenario is filled in, one of a later scenario is not."""
    first = left("a")
    filled = left("a", "b.e1 consent.revoked", before=first)

    assert left("b", "e0 consent.received", before=first).since == "a"
    assert left("b", "e0 consent.received", before=filled).since == "a, b.e1 consent.revoked"


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
    ids=["stands", "applied one more", "a new process", "stands, untold", "less pending", "tells nothing"],
)
def test_work_that_went_on_after_the_wait_is_seen(
    applied: dict[str, int] | None, pending: int | None, is_overtaken: bool
) -> None:
    """A slow app that gets done between two scenarios has the whole time again; one that forgot in a restart has not."""
    stall = left("a").updated(applied={"e0": 1}, pending=3, values={"end_user_id": "eu_1"})

    assert stall.is_overtaken(applied=applied, pending=pending) is is_overtaken


def test_the_first_message_without_an_effect_is_named() -> None:
    """By its event and kind, and only where the app tells its counts."""
    journal = Journal()
    for number in range(3):
        event = f"e{number}"
        journal.write(EventCreated(event=event, kind="consent.updated", message_id=event, participant="", publish_time=""))
        journal.write(Delivery(event=event, participant="", message_id=event, attempt=1, body=b"{}", outcome="ack"))

    due = OwedMessages(journal, "")

    assert due.first_left({"e0": 1}) == "e1 consent.updated"
    assert (due.first_left({"e0": 1, "e1": 1, "e2": 1}), due.first_left(None)) == ("", "")
