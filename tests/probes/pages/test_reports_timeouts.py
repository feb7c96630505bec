"""reports_timeouts: by the request deadline the page says in words that what somebody waits for did not come."""

import pytest

from fiskil_harness.probes import ReportsTimeouts, Verdict
from tests.probes.sight import BUTTON, CONNECT, hangs, pressed, shown
from tests.probes.tape import Tape

PROBE = ReportsTimeouts()
BUSY = CONNECT + "\nOpening the secure connection…"
GAVE_UP = "That did not work\nThe bank connection is taking too long to answer. Please try again in a minute."


def stalled(
    tape: Tape, text: str, *, after_s: float = 4.2, problem: str = "", for_s: float = 4.0, status: int = 504
) -> None:
    """Somebody presses, sees progress, and what it came to after so many seconds."""
    shown(tape, "connect", CONNECT, controls=(BUTTON,))
    pressed(tape)
    hangs(tape, for_s=for_s)
    tape.wait(1)
    shown(tape, "connect", BUSY, moment="waiting", after_s=1)
    tape.wait(after_s - 1)
    shown(
        tape,
        "answer",
        text,
        moment="stalled",
        cause="Stall",
        problem=problem,
        after_s=after_s,
        status=status,
        controls=(BUTTON,),
    )


def test_words_by_the_deadline_pass(tape: Tape) -> None:
    """What happened and what to do."""
    stalled(tape, GAVE_UP)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "whoever waited was told in words")


@pytest.mark.parametrize("text", [BUSY, CONNECT], ids=["still busy", "as before"])
def test_a_page_that_says_nothing_by_the_deadline_fails(tape: Tape, text: str) -> None:
    """Progress for ever is no answer, and a page as before is none either."""
    stalled(tape, text, after_s=13.2, for_s=60, status=200)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page had not said by the request deadline that it did not work",
    )


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", "when the app gave up, the page answered 504 without a word"),
        ("Internal Server Error", "when the app gave up, the page is a framework's own error page"),
        ('{"error":"timeout"}', "when the app gave up, the page shows bare JSON"),
    ],
)
def test_what_nobody_wrote_for_people_fails(tape: Tape, text: str, seen: str) -> None:
    """The wait ends, and nobody knows why."""
    stalled(tape, text)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, seen)


def test_nobody_is_held_to_a_deadline_that_was_not_promised() -> None:
    """A default is no promise."""
    tape = Tape(assumed=("request_deadline_s",))
    stalled(tape, BUSY, after_s=13.2, for_s=60)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.request_deadline_s")


def test_words_that_may_have_come_too_late_are_a_doubt(tape: Tape) -> None:
    """Nobody looked at the very moment."""
    stalled(tape, GAVE_UP, after_s=14)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_look_before_the_deadline_blames_nobody(tape: Tape) -> None:
    """The page may say it in time."""
    stalled(tape, BUSY, after_s=5)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_press_after_which_nothing_hung_is_a_doubt(tape: Tape) -> None:
    """A fault that never bit shows nothing."""
    shown(tape, "connect", CONNECT)
    pressed(tape)
    shown(tape, "answer", GAVE_UP, moment="stalled", after_s=1)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no call of the app was held up after the press",
    )


def test_a_page_that_was_not_seen_is_a_doubt(tape: Tape) -> None:
    """Nothing to see is never a pass."""
    stalled(tape, "", problem="the window was closed")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the page was not seen: the window was closed")


def test_no_look_names_the_hook(tape: Tape) -> None:
    """Without a browser there is nothing to see."""
    assert PROBE.examine(tape.journal).hook == "app.observe.pages"
