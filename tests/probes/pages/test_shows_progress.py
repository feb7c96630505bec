"""shows_progress: while the auth session is slow to open, the page shows progress within a second."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ShowsProgress, Verdict
from tests.probes.sight import BUTTON, CONNECT, hangs, pressed, shown

PROBE = ShowsProgress()


def waited(
    tape: JournalBuilder,
    text: str = CONNECT,
    *,
    before: str = CONNECT,
    after_s: float = 1.0,
    digest: str = "same",
    for_s: float = 2.5,
    **more: Any,
) -> None:
    """Record a press, a call that hangs for *for_s*, and a view of *text* *after_s* seconds after the press."""
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
    ids=["words", "busy", "bar", "status", "disabled", "other button", "another page", "German"],
)
def test_any_new_sign_passes(tape: JournalBuilder, text: str, more: dict[str, Any]) -> None:
    """The app may choose any sign of progress."""
    waited(tape, text, **more)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "a sign of progress appeared within 1 s of the press")


def test_an_unchanged_page_fails(tape: JournalBuilder) -> None:
    """Without a sign, an end user presses again or leaves."""
    waited(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "nothing on the page changed within 1 s of the press")


def test_a_changed_number_is_no_sign(tape: JournalBuilder) -> None:
    """A clock on the page changes without progress."""
    waited(tape, CONNECT + "\n12:00:02", before=CONNECT + "\n12:00:01")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_change_of_the_picture_only_is_inconclusive(tape: JournalBuilder) -> None:
    """The picture may show a spinner, or only another colour of the button."""
    waited(tape, digest="other")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_missing_picture_is_inconclusive(tape: JournalBuilder) -> None:
    """The page may have shown a sign without words."""
    waited(tape, digest="")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_no_longer_waits_is_inconclusive(tape: JournalBuilder) -> None:
    """The old page may be visible while the next one loads."""
    waited(tape, for_s=0.5)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not waiting for the API when the page was viewed",
    )


def test_a_view_too_soon_is_inconclusive(tape: JournalBuilder) -> None:
    """A spinner may appear after half a second."""
    waited(tape, after_s=0.3)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_late_sign_is_inconclusive(tape: JournalBuilder) -> None:
    """The page was not viewed in time."""
    waited(tape, CONNECT + "\nOpening", after_s=2.3)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_missing_control_is_inconclusive(tape: JournalBuilder) -> None:
    """No control leads to the consent page."""
    shown(tape, "connect", CONNECT)
    pressed(tape, problem="no button leads on")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no control was pressed: no button leads on")


def test_a_missing_view_names_the_hook(tape: JournalBuilder) -> None:
    """Without a browser, no page can be viewed."""
    assert PROBE.examine(tape.journal).hook == "app.observe.pages"


def waited_on_both(
    tape: JournalBuilder, on_phone: str, *, again: str = f"{CONNECT}\nOpening\u2026", after_s: float = 1.0
) -> None:
    """Record a sign at desktop width, then a view at phone width, and one more at desktop width."""
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
    ("on_phone", "again", "verdict", "observed"),
    [
        (
            f"{CONNECT}\nOpening",
            f"{CONNECT}\nOpening\u2026",
            Verdict.PASS,
            "a sign of progress appeared within 1 s of the press",
        ),
        (
            CONNECT,
            f"{CONNECT}\nOpening\u2026",
            Verdict.FAIL,
            "nothing on the page changed within 1 s of the press at 360 px",
        ),
        (CONNECT, CONNECT, Verdict.INCONCLUSIVE, "the views at 360 px do not show whether a sign appeared in time"),
    ],
    ids=["there too", "not there", "gone meanwhile"],
)
def test_a_sign_must_appear_on_a_phone_too(
    tape: JournalBuilder, on_phone: str, again: str, verdict: Verdict, observed: str
) -> None:
    """A sign that meanwhile vanished at desktop width proves nothing."""
    waited_on_both(tape, on_phone, again=again)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, observed)


def test_a_missing_view_on_a_phone_is_inconclusive(tape: JournalBuilder) -> None:
    """The page was viewed at phone width before the press only."""
    shown(tape, "connect", CONNECT, width_px=360)
    waited(tape, f"{CONNECT}\nOpening")

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the page was not viewed at 360 px while the app was waiting"


def test_another_fragment_of_the_url_is_no_progress(tape: JournalBuilder) -> None:
    """The end user sees the same page."""
    waited(tape, url="#waiting")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
