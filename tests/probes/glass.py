"""Handwritten page views, presses and consents for probes of pages; each page at both widths."""

import html as markup
from typing import Any

from fiskil_harness.journal import Control, Declared, Effects, PageView, Pressed, PressPurpose, Sharing
from fiskil_harness.journal.builder import JournalBuilder

ORIGIN = "http://127.0.0.1:8000"
NARROW, WIDE = 360, 1280
FACTS: dict[str, Any] = {
    "datasets": ("accounts", "balances", "transactions"),
    "purpose": "to build your monthly budget",
    "privacy_url": "/privacy",
}
BANK = "Banking Sandbox Data Holder"


def declare(tape: JournalBuilder, **facts: Any) -> None:
    """Record the usual facts of the config, changed by *facts*."""
    tape.journal.write(Declared(**{**FACTS, **facts}))


def link(text: str, leads_to: str = "") -> Control:
    """Return a link to a path of the app or to a URL."""
    return Control(kind="link", text=text, leads_to=ORIGIN + leads_to if leads_to.startswith("/") else leads_to)


def button(text: str) -> Control:
    """Return a button."""
    return Control(kind="button", text=text)


def show(
    tape: JournalBuilder, page: str, text: str, *controls: Control, widths: tuple[int, ...] = (NARROW, WIDE), **more: Any
) -> None:
    """Record a view of a page at each of *widths*; its HTML contains *text* by default."""
    more.setdefault("html", f"<body><main>{markup.escape(text)}</main></body>")
    more.setdefault("status", 200)
    more.setdefault("url", f"{ORIGIN}/{page}")
    for width_px in widths:
        tape.journal.write(
            PageView(at_s=tape.now_s, participant="", page=page, width_px=width_px, text=text, controls=controls, **more)
        )
    tape.now_s += 0.05


def press(
    tape: JournalBuilder, *texts: str, purpose: PressPurpose = "revoke", problem: str = "", is_switch: bool = False
) -> None:
    """Record presses in order since the page was opened; a text that begins with ``typed`` is a typed word."""
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
    tape: JournalBuilder,
    consent_id: str = "arr1",
    *,
    institution: str = BANK,
    is_sought: bool = True,
    is_notified: bool = True,
) -> None:
    """Record an active consent until 12 March 2027, as of 2 December 2026; *is_notified*: the app acknowledged its event."""
    tape.consent(consent_id)
    tape.deliver_event("consent.received", consent=consent_id, outcome="ack" if is_notified else "refuse")
    tape.journal.write(
        Sharing(
            at_s=tape.now_s,
            participant="",
            consent_id=consent_id,
            institution=institution,
            permissions=("accounts", "balances", "transactions"),
            expires_on="2027-03-12",
            today="2026-12-02",
            will_be_revoked=is_sought,
        )
    )


def report_end(tape: JournalBuilder, *, is_connected: bool | None = False, is_idle: bool = True) -> None:
    """Record the effects at the end of the scenario."""
    tape.journal.write(
        Effects(
            at_s=tape.now_s,
            participant="",
            moment="end",
            state={},
            pending=0 if is_idle else 1,
            is_idle=is_idle,
            is_connected=is_connected,
        )
    )
