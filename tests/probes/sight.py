"""What a person saw, written into a journal by hand: a look, a press; and what the app waited for meanwhile."""

from typing import Any

from fiskil_harness.journal import Control, PageView, Pressed
from tests.probes.tape import Tape

BUTTON = Control(kind="button", text="Continue to your bank")
CONNECT = "Connect your bank\nWe ask your bank for your accounts and balances.\nContinue to your bank"


def shown(tape: Tape, page: str, text: str, *, moment: str = "plain", problem: str = "", **more: Any) -> None:
    """Somebody looked at a page; 0.05 s pass. A page that lacks something was never seen."""
    seen = {"lack": problem} if problem else {"status": 200, "text": text, "html": f"<p>{text}</p>", **more}
    seen = {"width_px": 1280, **seen}
    tape.journal.write(PageView(at_s=tape.now_s, participant="", page=page, moment=moment, **seen))
    tape.wait(0.05)


def failed(tape: Tape, cause: str, text: str, *, page: str = "cancelled", **more: Any) -> None:
    """Somebody looked at what the app shows after an error, on a phone."""
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


def pressed(tape: Tape, *, problem: str = "") -> None:
    """Somebody pressed what begins a journey."""
    tape.journal.write(
        Pressed(at_s=tape.now_s, participant="", page="connect", purpose="link", text=BUTTON.text, number=1, problem=problem)
    )


def hangs(tape: Tape, fault: str = "Stall()", *, for_s: float) -> None:
    """The app opens an auth session, and the answer is held up; the clock stays at the beginning."""
    began_s = tape.now_s
    tape.call("auth_session.create", bites=(fault,), took_s=for_s)
    tape.now_s = began_s
