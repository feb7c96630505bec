"""Made-up looks at pages: what a browser would have written down of a page, at both widths."""

import html as markup
from typing import Any

from fiskil_harness.journal import Control, Declared, Effects, PageView, Pressed, Sharing
from tests.probes.tape import Tape

ORIGIN = "http://127.0.0.1:8000"
NARROW, WIDE = 360, 1280
FACTS: dict[str, Any] = {
    "datasets": ("accounts", "balances", "transactions"),
    "purpose": "to build your monthly budget",
    "privacy_url": "/privacy",
}
BANK = "Banking Sandbox Data Holder"


def declare(tape: Tape, **facts: Any) -> None:
    """The config states these facts, and the usual ones besides."""
    tape.journal.write(Declared(**{**FACTS, **facts}))


def link(text: str, leads_to: str = "") -> Control:
    """A link to a path of the app's own, or to an address."""
    return Control(kind="link", text=text, leads_to=ORIGIN + leads_to if leads_to.startswith("/") else leads_to)


def button(text: str) -> Control:
    """A button."""
    return Control(kind="button", text=text)


def show(
    tape: Tape, page: str, text: str, *controls: Control, widths: tuple[int, ...] = (NARROW, WIDE), **more: Any
) -> None:
    """A page was looked at; its HTML is its text unless told otherwise."""
    more.setdefault("html", f"<body><main>{markup.escape(text)}</main></body>")
    more.setdefault("status", 200)
    more.setdefault("url", f"{ORIGIN}/{page}")
    for width_px in widths:
        tape.journal.write(
            PageView(at_s=tape.now_s, participant="", page=page, width_px=width_px, text=text, controls=controls, **more)
        )
    tape.now_s += 0.05


def press(tape: Tape, *texts: str, purpose: str = "revoke", problem: str = "", is_switch: bool = False) -> None:
    """These controls were pressed one after another since the page was opened; some were typed, or were switches."""
    for number, text in enumerate(texts, start=1):
        tape.journal.write(
            Pressed(
                at_s=tape.now_s,
                participant="",
                page="connections",
                purpose=purpose,
                text=text,
                number=number,
                problem=problem,
                is_typed=text.startswith("typed "),
                is_switch=is_switch,
            )
        )
        tape.now_s += 0.05


def share(
    tape: Tape, consent_id: str = "arr1", *, institution: str = BANK, is_sought: bool = True, is_told: bool = True
) -> None:
    """A consent stands, until 12 March 2027, when the page is opened on 2 December 2026; the app *is_told* of it."""
    tape.consent(consent_id)
    tape.told("consent.received", consent=consent_id, outcome="ack" if is_told else "refuse")
    tape.journal.write(
        Sharing(
            at_s=tape.now_s,
            participant="",
            consent_id=consent_id,
            institution=institution,
            permissions=("accounts", "balances", "transactions"),
            expires_on="2027-03-12",
            today="2026-12-02",
            is_sought=is_sought,
        )
    )


def rest(tape: Tape, *, is_connected: bool | None = False, is_quiescent: bool = True) -> None:
    """The app told its state at the end."""
    tape.journal.write(
        Effects(
            at_s=tape.now_s,
            participant="",
            moment="end",
            state={},
            pending=0 if is_quiescent else 1,
            is_idle=is_quiescent,
            is_connected=is_connected,
        )
    )
