"""From the page that begins linking to the consent page, by pressing what a person would press."""

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from fiskil_harness.app.browser import PageSnapshot, Window
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control, Pressed
from fiskil_harness.scenario.steps.journeys import begin

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

MOST_PRESSES = 6
IDLE_S = 1.2
"""A page that asked for nothing for so long after a press opens no auth session, in real seconds."""


def connect(stage: "Stage", participant: "Participant", window: Window, *, page: str) -> str:
    """Press until an auth session is open and its consent page is there; return the session's id.

    Where nothing that can be pressed leads there, the app is asked for a session as programs do, and the lack written down.

    Raises:
        StepError: No auth session came of it.
    """
    known = set(stage.fiskil.sandbox.store.sessions)
    problem = _press_until(stage, participant, window, known, page=page)
    session_id = _session_of(stage, window, known)
    if session_id:
        session = stage.fiskil.sandbox.session(session_id)
        assert session is not None
        participant.end_user_id = session.end_user_id
        participant.session_ids.append(session_id)
        if window.consent_url:
            return session_id
        _note(stage, participant, page, "", 0, "a session was opened, and the browser did not get to the consent page")
        window.open(f"{stage.fiskil.auth_url}?sess_id={session_id}", page="consent")
        return session_id
    return _ask(stage, participant, window, page=page, problem=problem)


def candidates(seen: PageSnapshot, window: Window) -> list[Control]:
    """What may begin linking, the likeliest first; nothing that its name speaks against, nor what leads off this machine."""
    able = [control for control in seen.controls if control.kind in {"button", "link"} and not control.is_disabled]
    fit = [
        control
        for control in able
        if _fit(control) >= 0 and (not control.leads_to or window.places.may_pass(control.leads_to))
    ]
    return sorted(fit, key=lambda control: (-_fit(control), control.kind != "button"))


def press(stage: "Stage", participant: "Participant", window: Window, control: Control, *, number: int) -> str:
    """Press *control* to begin linking, and write it down; return what kept it from being pressed."""
    problem = window.press(control)
    _note(stage, participant, window.page_name, control.text, number, problem)
    return problem


def _press_until(stage: "Stage", participant: "Participant", window: Window, known: set[str], *, page: str) -> str:
    """Press one after another, on this page and on those that follow, until there is a session."""
    pressed: set[tuple[str, str]] = set()
    for number in range(1, MOST_PRESSES + 1):
        seen = window.read()
        left = [candidate for candidate in candidates(seen, window) if (seen.url, candidate.text) not in pressed]
        if not left:
            return f"nothing that can be pressed on the page {page!r} opens an auth session"
        pressed.add((seen.url, left[0].text))
        _fill_in(window, seen, participant)
        if not press(stage, participant, window, left[0], number=number):
            _await_session(window)
            if _session_of(stage, window, known):
                return ""
    return f"{MOST_PRESSES} presses on the page {page!r} opened no auth session"


def _await_session(window: Window) -> None:
    """Wait until the browser is at the consent page, or nothing is on its way any more."""
    elapsed, still = stopwatch(), stopwatch()
    while elapsed() < window.deadline_s:
        if window.consent_url:
            window.settle()
            return
        if not window.is_idle:
            still = stopwatch()
        elif still() > IDLE_S and window.settle() and not window.consent_url:
            # Settling asks the browser itself: one that a busy machine held up has had no time to go anywhere.
            return
        window.pause()


def _session_of(stage: "Stage", window: Window, known: set[str]) -> str:
    """The session whose page the browser shows, or else the newest that was opened since."""
    sessions = stage.fiskil.sandbox.store.sessions
    shown = dict(parse_qsl(urlsplit(window.consent_url).query))
    session_id = shown.get("sess_id") or shown.get("session") or ""
    if session_id in sessions and session_id not in known:
        return session_id
    new = [session for session in list(sessions) if session not in known]
    return new[-1] if new else ""


def _ask(stage: "Stage", participant: "Participant", window: Window, *, page: str, problem: str) -> str:
    _note(stage, participant, page, "", 0, problem)
    if not stage.app.has(START_SESSION):
        raise StepError(f"No auth session was opened: {problem}.")
    window.open(begin(stage, participant), page="consent")
    return participant.session_ids[-1]


def _fill_in(window: Window, seen: PageSnapshot, participant: "Participant") -> None:
    """Fill in what is asked for by the name of an address or a name, as a form may before it lets anybody go on."""
    person = participant.person
    told = {"mail": person.email, "name": f"{person.given_name} {person.family_name}"}
    for field in (control for control in seen.controls if control.kind == "field" and not control.is_disabled):
        value = next((value for word, value in told.items() if word in field.text.casefold()), "")
        if value and value not in seen.values:
            window.fill(field, value)


def _note(stage: "Stage", participant: "Participant", page: str, text: str, number: int, problem: str) -> None:
    stage.journal.write(
        Pressed(
            **stage.journal.stamp(),
            participant=participant.name,
            page=page,
            purpose="link",
            text=text,
            number=number,
            problem=problem,
        )
    )


def _fit(control: Control) -> int:
    """How many wanted words its name holds; -1 for one that is unwanted."""
    wanted, unwanted = _patterns()
    text = control.text.casefold()
    return -1 if unwanted.search(text) else len(wanted.findall(text))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = catalog.read_fixture("page_words.toml")["link"]
    wanted, unwanted = ("|".join(map(re.escape, words[name])) for name in ("wanted", "unwanted"))
    return re.compile(rf"\b(?:{wanted})"), re.compile(rf"\b(?:{unwanted})")
