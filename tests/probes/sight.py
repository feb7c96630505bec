"""Handwritten page views and presses, and calls that hang meanwhile."""

from typing import Any

from fiskil_harness.journal import Control, PageView, Pressed, ViewMoment
from fiskil_harness.journal.builder import JournalBuilder

BUTTON = Control(kind="button", text="Continue to your bank")
CONNECT = "Connect your bank\nWe ask your bank for your accounts and balances.\nContinue to your bank"


def shown(
    tape: JournalBuilder, page: str, text: str, *, moment: ViewMoment = "plain", problem: str = "", **more: Any
) -> None:
    """Record a view of a page; 0.05 s pass. A view with a *problem* has no content."""
    content = {"problem": problem} if problem else {"status": 200, "text": text, "html": f"<p>{text}</p>", **more}
    fields = {"width_px": 1280, **content}
    tape.journal.write(PageView(at_s=tape.now_s, participant="", page=page, moment=moment, **fields))
    tape.wait(0.05)


def failed(tape: JournalBuilder, cause: str, text: str, *, page: str = "cancelled", **more: Any) -> None:
    """Record a view of a page after an error, at phone width."""
    tape.journal.write(
        PageView(
            at_s=tape.now_s,
            participant="",
            page=page,
            moment="failed",
            cause=cause,
            width_px=360,
            text=text,
            **{"status": 200, "html": f"<p>{text}</p>", **more},
        )
    )
    tape.wait(0.05)


def pressed(tape: JournalBuilder, *, problem: str = "") -> None:
    """Record a press that begins a journey, in a step of its own."""
    tape.next_step()
    place: dict[str, Any] = {"at_s": tape.now_s, "step": tape.step, "participant": "", "page": "connect"}
    tape.write(Pressed(**place, purpose="link", text=BUTTON.text, number=1, problem=problem))


def hangs(tape: JournalBuilder, fault: str = "Stall()", *, for_s: float) -> None:
    """Record a call for an auth session whose response is held for *for_s*; the clock stays at its begin."""
    began_s = tape.now_s
    tape.call("auth_session.create", bites=(fault,), took_s=for_s)
    tape.now_s = began_s
