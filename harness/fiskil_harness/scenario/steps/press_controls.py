"""The step that presses every harmless control on every page of the app that the end user has reached.

The page after a failed journey counts too.

Pressing shows what a page contains only after a press: details, exports, settings. The journal gets the pages, requests and
stored values that follow; the probes about secrets judge them. Controls whose labels say that they end, remove or pay
something are never pressed.
"""

import re
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

import msgspec

from fiskil_harness.app.browser import DESK_PX, PageSnapshot, Window
from fiskil_harness.app.browser.navigation import RESPONDED
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.model import Ending
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control, PageView, Pressed
from fiskil_harness.journal.entries.pages import LINKED
from fiskil_harness.journal.queries.page_wording import phrase_in, words_for
from fiskil_harness.sandbox.consents.redirects import destination
from fiskil_harness.scenario.steps.pages import Looking, address_of

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

MOST_PAGES, MOST_ON_PAGE, MOST_PRESSES = 20, 25, 60
"""Limits of one step: pages, presses on one page, presses in total."""

LONGEST_S = 45.0
"""The longest time for all presses, in real seconds."""

HARMLESS = "Test"
"""The text for empty fields, which a form may require."""

_CHANGING = re.compile(r"(?<![\w-])(?=[\w-]*?\d)[\w-]++")
"""Words with digits, such as ids and amounts, which differ between the rows of a list."""


class PressEveryControl(Looking, frozen=True, kw_only=True, tag="press_every_control"):
    """The end user presses every control whose label is not destructive, on every page that they have reached.

    Pages that open after a press count too. In a list of options, another one is chosen. Controls that differ only in
    numbers, such as the links of a list, are pressed once. If the limits leave out some controls, the scenario is recorded
    as incomplete. Needs ``app.observe.pages``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_slow: ClassVar[bool] = True
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Press the controls, and record the pages, requests and stored values that follow.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
        """
        _Exploration(stage, stage.end_user(self.twin)).run()


class _Exploration:
    """The presses of one step: the pages that were reached, and the controls that were pressed."""

    def __init__(self, stage: "Stage", end_user: "EndUser") -> None:
        self._stage, self._end_user = stage, end_user
        self._window: Window = stage.window(end_user)
        self._pages: dict[str, tuple[str, str]] = {}
        self._pressed: set[tuple[str, ...]] = set()
        self._elapsed = stopwatch()
        self._destructive = (*(stage.settings.app.facts.revoke_words or ()), *words_for("destructive"))

    def run(self) -> None:
        """Visit the pages one after another; pages that open after a press are added."""
        for name, template in self._stage.settings.app.observe.pages.items():
            self._add(address_of(self._stage, self._end_user, template), name)
        for view in self._stage.journal.all(PageView):
            if view.participant == self._end_user.participant:
                self._add(view.url, view.page)
        self._add(_error_page(self._stage, self._end_user), "cancelled")
        for number in range(MOST_PAGES):
            if number == len(self._pages):
                return
            url, name = list(self._pages.values())[number]
            try:
                self._visit(url, name)
            except StepError as error:
                self._leave_out(name, str(error).rstrip("."))
        if len(self._pages) > MOST_PAGES:
            self._leave_out(list(self._pages.values())[MOST_PAGES][1], f"the app has more than {MOST_PAGES} pages")

    def _add(self, url: str, name: str) -> None:
        if self._window.places.is_app(url):
            self._pages.setdefault(_page_key(url), (url, name))

    def _leave_out(self, name: str, reason: str) -> None:
        self._stage.record_incomplete(f"some controls of the page {name!r} were not pressed: {reason}")

    def _visit(self, url: str, name: str) -> None:
        """Record one page, and press its controls, also those that appear after a press; then look once more for others."""
        problem = self._window.open(url, page=name)
        if problem:
            if not problem.startswith(RESPONDED):
                self._leave_out(name, problem)
            return
        if self._is_at(url):
            self._record()
        is_fresh, count = True, 0
        while self._is_at(url):
            control = next(iter(self._untried(url)), None)
            if control is None and is_fresh:
                return
            if control is not None:
                if count == MOST_ON_PAGE or len(self._pressed) == MOST_PRESSES or self._elapsed() > LONGEST_S:
                    self._leave_out(name, "it has too many, or other controls on every view")
                    return
                count += 1
                self._press(control, url, number=count)
            is_fresh = control is None or not self._is_at(url)
            if is_fresh:
                self._add(self._window.url, LINKED)
                self._window.open(url, page=name)

    def _is_at(self, url: str) -> bool:
        return self._window.places.is_app(self._window.url) and _page_key(self._window.url) == _page_key(url)

    def _untried(self, url: str) -> list[Control]:
        """Return the controls that were not pressed yet, those with words first.

        A login page has none, because a wrong password may lock the end user out.
        """
        snapshot = self._window.read()
        if snapshot.has_password:
            return []
        controls = [control for control in snapshot.controls if self._may_press(control)]
        untried = {_control_key(url, control): control for control in reversed(controls)}
        left = [control for key, control in reversed(untried.items()) if key not in self._pressed]
        return sorted(left, key=lambda control: not _has_words(control.text))

    def _may_press(self, control: Control) -> bool:
        """Return true for an enabled control of the app whose label, or target, is not destructive."""
        target = urlsplit(control.leads_to)
        is_ours = target.scheme in {"", "javascript"} or self._window.places.is_app(control.leads_to)
        is_typed = control.is_field and not control.is_choice
        is_kept = control.is_disabled or is_typed or control.is_on or _has_symbol(control.text)
        return is_ours and not is_kept and not phrase_in(f"{control.text} {target.path}", self._destructive)

    def _press(self, control: Control, url: str, *, number: int) -> None:
        """Press one control, and record the page that follows and what the browser stores then."""
        self._pressed.add(_control_key(url, control))
        name = self._window.page_name
        if control.is_button and control.leads_to:
            self._fill_in(self._window.read())
        problem = self._window.press(control)
        self._stage.journal.write(
            Pressed(
                **self._stage.journal.stamp(),
                participant=self._end_user.participant,
                page=name,
                purpose="explore",
                text=control.text,
                number=number,
                problem=problem,
            )
        )
        if problem:
            self._leave_out(name, problem)
            return
        self._window.settle()
        if self._window.places.is_app(self._window.url):
            self._record()

    def _record(self) -> None:
        """Record the page, unless it is an error or a login page, and what the browser stores."""
        snapshot = self._window.read()
        if (snapshot.status or 0) < 400 and not snapshot.has_password:
            self._window.look(has_pictures=False, widths_px=(DESK_PX,))
        self._window.note_storage()

    def _fill_in(self, snapshot: PageSnapshot) -> None:
        """Fill in the fields of a form, unless all fields of the page have a value."""
        fields = [control for control in snapshot.controls if control.is_field and not control.is_disabled]
        if len(snapshot.values) >= len(fields):
            return
        inputs = {"mail": self._end_user.email, "name": self._end_user.person.full_name}
        for field in (control for control in fields if not control.is_choice):
            self._window.fill(
                field, next((value for word, value in inputs.items() if word in field.text.casefold()), HARMLESS)
            )


def _error_page(stage: "Stage", end_user: "EndUser") -> str:
    """Return the URL to which the browser would be redirected if the latest journey had been denied; "" if there is none."""
    session = stage.fiskil.sandbox.session(end_user.session_ids[-1]) if end_user.session_ids else None
    if session is None:
        return ""
    return destination(msgspec.structs.replace(session, ending=Ending.DENIED), stage.fiskil.interpretation) or ""


def _page_key(url: str) -> str:
    """Return the path and query of *url* without words that change, such as ids."""
    parts = urlsplit(url)
    return _CHANGING.sub("*", f"{parts.path}?{parts.query}")


def _control_key(url: str, control: Control) -> tuple[str, ...]:
    """Return what identifies a control; a link to another page is the same on every page, for example in a menu."""
    target = _page_key(control.leads_to)
    is_menu = control.is_link and control.leads_to.startswith("http") and target != _page_key(url)
    return "" if is_menu else _page_key(url), control.kind, _CHANGING.sub("*", control.text), target


def _has_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", text))


def _has_symbol(text: str) -> bool:
    """Return true if *text* has a symbol that stands for closing or deleting."""
    return any(symbol in text for symbol in words_for("destructive", "symbols"))
