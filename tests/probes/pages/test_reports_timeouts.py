"""reports_timeouts: by the request deadline the page states in words that the request failed."""

from typing import Any

import pytest

from fiskil_harness.journal import Pressed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.entries.pages import JOURNEY_CONTINUED
from fiskil_harness.probes import ReportsTimeouts, Verdict
from fiskil_harness.probes.probe import Case
from tests.probes.sight import BUTTON, CONNECT, hangs, pressed, shown

PROBE = ReportsTimeouts()
BUSY = CONNECT + "\nOpening the secure connection…"
GAVE_UP = "That did not work\nThe bank connection is taking too long to answer. Please try again in a minute."


def stalled(
    tape: JournalBuilder, text: str, *, after_s: float = 4.2, problem: str = "", for_s: float = 4.0, **more: Any
) -> None:
    """Record a press, a view of the progress, and a view of the result *after_s* seconds after the press."""
    shown(tape, "connect", CONNECT, controls=(BUTTON,))
    pressed(tape)
    hangs(tape, for_s=for_s)
    tape.wait(1)
    shown(tape, "connect", BUSY, moment="waiting", after_s=1)
    tape.wait(after_s - 1)
    shown(
        tape,
        "response",
        text,
        moment="stalled",
        cause="Stall",
        problem=problem,
        after_s=after_s,
        **{"status": 504, "controls": (BUTTON,), **more},
    )


def test_words_by_the_deadline_pass(tape: JournalBuilder) -> None:
    """The page states what happened and what to do."""
    stalled(tape, GAVE_UP)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "each wait ended with a failure reported in words")
    assert finding.examined == 1
    assert finding.cases == (Case(name="Stall", verdict=Verdict.PASS, observed="the failure was reported in words"),)


def test_an_app_that_continues_the_journey_passes(tape: JournalBuilder) -> None:
    """It has no failure to report; without a held call that would show nothing."""
    stalled(tape, "", problem=JOURNEY_CONTINUED)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.observed == "1 of 1 journeys continued in spite of the held call"


def test_a_journey_that_no_call_held_shows_nothing(tape: JournalBuilder) -> None:
    """The stall did not happen, so the app did not have to cope with it."""
    shown(tape, "connect", CONNECT, controls=(BUTTON,))
    pressed(tape)
    tape.wait(1)
    shown(tape, "response", "", moment="stalled", cause="Stall", problem=JOURNEY_CONTINUED, after_s=1)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_only_the_last_press_of_a_step_is_judged(tape: JournalBuilder) -> None:
    """The end user went through another page of the app, or the first wait was not seen."""
    tape.journal.write(Pressed(step=0, participant="", page="connect", purpose="link", text="Begin", number=1))
    tape.wait(1)
    stalled(tape, GAVE_UP)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize("text", [BUSY, CONNECT], ids=["still busy", "as before"])
def test_a_page_without_a_report_by_the_deadline_fails(tape: JournalBuilder, text: str) -> None:
    """Endless progress and an unchanged page do not report the failure."""
    stalled(tape, text, after_s=13.2, for_s=60, status=200)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page did not report by the request deadline that the request failed",
    )
    assert finding.evidence == (f"Stall: {finding.observed}",)
    assert [(case.name, case.verdict) for case in finding.cases] == [("Stall", Verdict.FAIL)]


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        ("", "when the app gave up, the page responded 504 without any text"),
        ("Internal Server Error", "when the app gave up, the page is a framework's own error page"),
        ('{"error":"timeout"}', "when the app gave up, the page shows bare JSON"),
    ],
)
def test_a_page_that_is_not_for_people_fails(tape: JournalBuilder, text: str, observed: str) -> None:
    """The page ends the wait without an explanation for people."""
    stalled(tape, text)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, observed)


def test_a_default_deadline_is_inconclusive() -> None:
    """A default of the harness is no promise of the team."""
    tape = JournalBuilder(assumed=("request_deadline_s",))
    stalled(tape, BUSY, after_s=13.2, for_s=60)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.request_deadline_s")


def test_a_report_that_may_be_late_is_inconclusive(tape: JournalBuilder) -> None:
    """The page was not viewed exactly at the deadline."""
    stalled(tape, GAVE_UP, after_s=14)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_view_before_the_deadline_is_inconclusive(tape: JournalBuilder) -> None:
    """The page may still report the failure in time."""
    stalled(tape, BUSY, after_s=5)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_press_without_a_held_call_is_inconclusive(tape: JournalBuilder) -> None:
    """A fault that never acted proves nothing."""
    shown(tape, "connect", CONNECT)
    pressed(tape)
    shown(tape, "response", GAVE_UP, moment="stalled", after_s=1)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no API call of the app was held after the press",
    )


def test_an_unreadable_page_is_inconclusive(tape: JournalBuilder) -> None:
    """A page that could not be read never passes."""
    stalled(tape, "", problem="the window was closed")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the page could not be read: the window was closed")


def test_a_missing_view_names_the_hook(tape: JournalBuilder) -> None:
    """Without a browser, no page can be viewed."""
    assert PROBE.examine(tape.journal).hook == "app.observe.pages"


@pytest.mark.parametrize(
    ("text", "more", "observed"),
    [
        (f"{CONNECT}\nPlease wait", {}, "the page had too little new text at the request deadline to judge"),
        (BUSY, {"covers": ("a canvas",)}, "the page had too little new text at the request deadline to judge"),
        (
            f"{CONNECT}\nYour bank did not respond in time",
            {},
            "the page seems to have reported the failure after the request deadline",
        ),
    ],
    ids=["two words", "behind a canvas", "a sentence"],
)
def test_new_text_at_the_deadline_may_be_a_report(
    tape: JournalBuilder, text: str, more: dict[str, Any], observed: str
) -> None:
    """Only a page that is the same as before certainly reports nothing."""
    stalled(tape, text, after_s=13.2, for_s=60, status=200, **more)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, observed, "")
    assert [(case.name, case.verdict) for case in finding.cases] == [("Stall", Verdict.INCONCLUSIVE)]


@pytest.mark.parametrize(("after_s", "verdict"), [(13.0, Verdict.PASS), (13.1, Verdict.INCONCLUSIVE)])
def test_a_second_after_the_deadline_is_accepted(tape: JournalBuilder, after_s: float, verdict: Verdict) -> None:
    """The deadline is twelve seconds, and the page may need a moment to appear."""
    stalled(tape, GAVE_UP, after_s=after_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def view_while_held(tape: JournalBuilder, *, seen_s: float, for_s: float) -> None:
    """Record a press, a call held for *for_s*, and a page with the result *seen_s* after the press and at the end."""
    shown(tape, "connect", CONNECT, controls=(BUTTON,))
    pressed(tape)
    began_s = tape.now_s
    hangs(tape, for_s=for_s)
    tape.now_s = began_s + seen_s
    shown(tape, "response", GAVE_UP, moment="waiting", after_s=seen_s, controls=(BUTTON,))
    tape.now_s = began_s + 8
    shown(tape, "response", GAVE_UP, moment="stalled", cause="Stall", after_s=8, controls=(BUTTON,))


@pytest.mark.parametrize(
    ("seen_s", "for_s", "verdict"),
    [
        (3.5, 4.0, Verdict.INCONCLUSIVE),
        (3.75, 4.0, Verdict.PASS),
        (2.0, 60.0, Verdict.INCONCLUSIVE),
        (2.25, 60.0, Verdict.PASS),
    ],
)
def test_text_from_well_before_the_app_gave_up_is_about_waiting(
    tape: JournalBuilder, seen_s: float, for_s: float, verdict: Verdict
) -> None:
    """Half a second before it closes the connection, or two seconds after the press, the app knows of no failure."""
    view_while_held(tape, seen_s=seen_s, for_s=for_s)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("after_s", "observed"),
    [
        (4.2, "when the app gave up, the page has too little text to judge"),
        (13.2, "the page had too little new text at the request deadline to judge"),
    ],
)
def test_short_sentences_are_no_report_together(tape: JournalBuilder, after_s: float, observed: str) -> None:
    """Each of them has fewer than four words."""
    stalled(tape, f"{CONNECT}\nPlease wait now.\nThis takes long.", after_s=after_s)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, observed)
