"""shows_progress: while the auth session is slow to open, something new shows in the page within a second."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.probes import ShowsProgress, Verdict
from tests.probes.sight import BUTTON, CONNECT, hangs, pressed, shown
from tests.probes.tape import Tape

PROBE = ShowsProgress()


def waited(
    tape: Tape,
    text: str = CONNECT,
    *,
    before: str = CONNECT,
    after_s: float = 1.0,
    digest: str = "same",
    for_s: float = 2.5,
    **more: Any,
) -> None:
    """Somebody presses, looks again after so many seconds, and sees a picture; the call hangs for *for_s*."""
    shown(tape, "connect", before, controls=(BUTTON,), digest="same")
    pressed(tape)
    hangs(tape, "Latency(delay_ms=2500)", for_s=for_s)
    tape.wait(after_s)
    shown(tape, "connect", text, moment="waiting", after_s=after_s, digest=digest, **{"controls": (BUTTON,), **more})


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (CONNECT + "\nOpening the secure connection…", {}),
        (CONNECT, {"signs": ("aria-busy",)}),
        (CONNECT, {"signs": ("progressbar",)}),
        (CONNECT, {"signs": ("status: Opening",)}),
        (CONNECT, {"controls": (Control(kind="button", text="Continue to your bank", is_disabled=True),)}),
        (CONNECT, {"controls": (Control(kind="button", text="One moment"),)}),
        ("One moment, please", {"url": "http://127.0.0.1/waiting"}),
        ("Ihre Bank wird geöffnet", {}),
    ],
    ids=["words", "busy", "bar", "status", "disabled", "other button", "page of its own", "German"],
)
def test_any_new_sign_passes(tape: Tape, text: str, more: dict[str, Any]) -> None:
    """How it is shown is the app's affair."""
    waited(tape, text, **more)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "something showed within 1 s of the press")


def test_a_page_that_stays_as_it_was_fails(tape: Tape) -> None:
    """A person presses again, or leaves."""
    waited(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "nothing on the page changed within 1 s of the press")


def test_a_number_that_counts_is_no_sign(tape: Tape) -> None:
    """A clock on the page goes on by itself."""
    waited(tape, CONNECT + "\n12:00:02", before=CONNECT + "\n12:00:01")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_what_only_the_picture_shows_is_a_doubt(tape: Tape) -> None:
    """It may be a spinner, or the colour of a button under the pointer."""
    waited(tape, digest="other")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_picture_nothing_is_blamed(tape: Tape) -> None:
    """The page may have shown what has no words."""
    waited(tape, digest="")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_waits_no_longer_is_not_judged(tape: Tape) -> None:
    """A page from before may stand there while the next one loads."""
    waited(tape, for_s=0.5)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not waiting for the API when the page was looked at",
    )


def test_a_look_too_soon_blames_nobody(tape: Tape) -> None:
    """A spinner may come after half a second."""
    waited(tape, after_s=0.3)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_sign_that_came_late_is_a_doubt(tape: Tape) -> None:
    """Nobody looked in time."""
    waited(tape, CONNECT + "\nOpening", after_s=2.3)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_what_could_not_be_pressed_is_a_doubt(tape: Tape) -> None:
    """Nobody found the way to the consent page."""
    shown(tape, "connect", CONNECT)
    pressed(tape, problem="no button leads on")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "nothing was pressed: no button leads on")


def test_no_look_names_the_hook(tape: Tape) -> None:
    """Without a browser there is nothing to see."""
    assert PROBE.examine(tape.journal).hook == "app.observe.pages"


def waited_on_both(tape: Tape, on_phone: str, *, again: str = f"{CONNECT}\nOpening\u2026", after_s: float = 1.0) -> None:
    """A sign shows on a desk at once; then somebody looks on a phone, and on a desk again."""
    opening = f"{CONNECT}\nOpening\u2026"
    shown(tape, "connect", CONNECT, width_px=360, digest="small")
    shown(tape, "connect", CONNECT, digest="same")
    pressed(tape)
    hangs(tape, "Latency(delay_ms=3000)", for_s=3.0)
    tape.wait(0.1)
    shown(tape, "connect", opening, moment="waiting", after_s=0.1, digest="other")
    tape.wait(1.0)
    shown(tape, "connect", on_phone, moment="waiting", after_s=after_s, width_px=360, digest="small")
    shown(tape, "connect", again, moment="waiting", after_s=after_s + 0.1, digest="other")


@pytest.mark.parametrize(
    ("on_phone", "again", "verdict", "seen"),
    [
        (f"{CONNECT}\nOpening", f"{CONNECT}\nOpening\u2026", Verdict.PASS, "something showed within 1 s of the press"),
        (
            CONNECT,
            f"{CONNECT}\nOpening\u2026",
            Verdict.FAIL,
            "nothing on the page changed within 1 s of the press at 360 px",
        ),
        (CONNECT, CONNECT, Verdict.INCONCLUSIVE, "whether anything showed in time at 360 px cannot be told"),
    ],
    ids=["there too", "not there", "gone meanwhile"],
)
def test_a_sign_shows_on_a_phone_as_well(tape: Tape, on_phone: str, again: str, verdict: Verdict, seen: str) -> None:
    """What has gone from the desk in the meantime accuses nobody."""
    waited_on_both(tape, on_phone, again=again)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, seen)


def test_a_phone_that_nobody_looked_at_in_time_is_a_doubt(tape: Tape) -> None:
    """It had been looked at before the press."""
    shown(tape, "connect", CONNECT, width_px=360)
    waited(tape, f"{CONNECT}\nOpening")

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the page was not seen at 360 px while the app was waiting"
