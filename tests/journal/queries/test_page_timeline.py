"""Page views between a press and the first failed call."""

from fiskil_harness.journal import PageView
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.page_timeline import views_before_failure
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
