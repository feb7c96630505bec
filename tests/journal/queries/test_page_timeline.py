"""Page views between a press and the first failed call."""

import msgspec
import pytest

from fiskil_harness.journal import PageView, Pressed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.page_timeline import is_still_calling, views_before_failure, views_during_call
from tests.probes.sight import CONNECT, pressed, shown


def test_a_press_began_with_the_view_before_it(tape: JournalBuilder) -> None:
    """A busy machine records the press after the first call has failed, and the next view may report that failure."""
    shown(tape, "connect", CONNECT)
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",))
    pressed(tape)
    tape.wait(0.1)
    shown(tape, "connect", "One moment, please", moment="waiting")
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",))

    assert views_before_failure(tape.journal, tape.journal.all(PageView)[-1]) == []


def test_a_view_before_the_first_failed_call_is_about_waiting(tape: JournalBuilder) -> None:
    """No call had failed since the press."""
    shown(tape, "connect", CONNECT)
    pressed(tape)
    tape.wait(0.1)
    shown(tape, "connect", "One moment, please", moment="waiting")
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",))

    waiting = tape.journal.all(PageView)[-1]
    assert views_before_failure(tape.journal, waiting) == [waiting]


STATUS = "Status(status=503)"


@pytest.mark.parametrize(
    ("began_s", "ended_s", "press_s", "expected"),
    [
        (4.0, 5.0, 9.0, True),
        (4.0, 4.99, 9.0, False),
        (8.99, 9.5, 9.0, True),
        (9.0, 9.5, 9.0, False),
        (9.0, 9.5, 5.0, True),
        (9.0, 9.5, None, True),
    ],
)
def test_an_app_is_calling_until_the_next_press(
    tape: JournalBuilder, began_s: float, ended_s: float, press_s: float | None, expected: bool
) -> None:
    """A call that ends with the view counts, and so does one that begins before the next press."""
    for at_s in (press_s, 99.0) if press_s else ():
        tape.now_s = at_s
        pressed(tape)
    tape.now_s = 5.0
    shown(tape, "connect", "One moment, please")
    tape.call("auth_session.create", at_s=began_s, ended_s=ended_s)

    assert is_still_calling(tape.journal, tape.journal.all(PageView)[-1]) is expected


@pytest.mark.parametrize(("failed_s", "is_before"), [(0.99, False), (1.0, False), (2.0, False), (2.01, True)])
def test_a_view_is_before_the_first_failure_after_the_press(tape: JournalBuilder, failed_s: float, is_before: bool) -> None:
    """A failure from before the press does not count, and without a later one the text may report anything."""
    tape.now_s = 1.0
    shown(tape, "connect", CONNECT)
    pressed(tape)
    tape.now_s = 2.0
    shown(tape, "connect", "One moment, please", moment="waiting")
    tape.call("auth_session.create", at_s=0.5, ended_s=failed_s, bites=(STATUS,))

    waiting = tape.journal.all(PageView)[-1]
    assert views_before_failure(tape.journal, waiting) == ([waiting] if is_before else [])


@pytest.mark.parametrize(
    ("failed_s", "waiting_s", "is_before"), [(0.7, 2.0, True), (1.0, 2.0, False), (1.5, 2.0, False), (1.5, 1.0, True)]
)
def test_a_press_begins_with_a_view_of_the_same_time(
    tape: JournalBuilder, failed_s: float, waiting_s: float, is_before: bool
) -> None:
    """A call that failed at that time failed after the press, and an earlier one failed before it."""
    for at_s in (0.5, 1.0):
        tape.now_s = at_s
        shown(tape, "connect", CONNECT)
    tape.now_s = 1.0
    pressed(tape)
    tape.call("auth_session.create", at_s=0.5, ended_s=failed_s, bites=(STATUS,))
    tape.call("auth_session.create", at_s=0.5, ended_s=3.0, bites=(STATUS,))
    tape.now_s = waiting_s
    shown(tape, "connect", "One moment, please", moment="waiting")

    waiting = tape.journal.all(PageView)[-1]
    assert views_before_failure(tape.journal, waiting) == ([waiting] if is_before else [])


def test_a_press_without_a_view_before_it_begins_when_it_is_recorded(tape: JournalBuilder) -> None:
    """No view shows an earlier time."""
    tape.now_s = 1.0
    pressed(tape)
    tape.now_s = 2.0
    shown(tape, "connect", "One moment, please", moment="waiting")
    tape.call("auth_session.create", at_s=0.5, ended_s=0.9, bites=(STATUS,))
    tape.call("auth_session.create", at_s=0.5, ended_s=2.5, bites=(STATUS,))

    [waiting] = tape.journal.all(PageView)
    assert views_before_failure(tape.journal, waiting) == [waiting]


def test_a_view_before_any_press_is_about_waiting_only_for_nothing(tape: JournalBuilder) -> None:
    """No press shows what the end user waits for."""
    shown(tape, "connect", "One moment, please", moment="waiting")
    tape.call("auth_session.create", bites=(STATUS,))

    [waiting] = tape.journal.all(PageView)
    assert views_before_failure(tape.journal, waiting) == []
    assert views_during_call(tape.journal, waiting) == [waiting]


def test_views_since_the_last_press_are_during_the_call(tape: JournalBuilder) -> None:
    """Views of an earlier press, later views, and views at other moments are left out."""
    for text in ("First", "Second"):
        tape.wait(1)
        shown(tape, "connect", CONNECT)
        tape.wait(1)
        pressed(tape)
        for number in range(3):
            tape.wait(1)
            shown(tape, "connect", f"{text} press, moment {number}", moment="waiting")
    views = {view.text: view for view in tape.journal.all(PageView)}

    found = views_during_call(tape.journal, views["Second press, moment 1"])

    assert [view.text for view in found] == ["Second press, moment 0", "Second press, moment 1"]


def test_pages_of_another_end_user_are_left_out(tape: JournalBuilder) -> None:
    """Each end user sees an own page, and presses an own control."""
    shown(tape, "connect", CONNECT)
    pressed(tape)
    tape.wait(1)
    shown(tape, "connect", "One moment, please", moment="waiting")
    own = tape.journal.all(PageView)[-1]
    press = tape.journal.all(Pressed)[-1]
    tape.write(msgspec.structs.replace(own, participant="b", at_s=own.at_s - 0.5))
    tape.write(msgspec.structs.replace(press, participant="b", at_s=own.at_s - 0.4))

    assert views_during_call(tape.journal, own) == [own]
