"""Steps of the end user who revokes a consent on the app's own page in Chromium."""

from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.app.browser import DESK_PX, PageSnapshot, Window
from fiskil_harness.app.browser.confirmation_word import confirmation_word
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import PAGES, START_SESSION
from fiskil_harness.core.model import Consent
from fiskil_harness.faults import Status
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Control, PageView, Pressed, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS, FAILED_REVOCATION, RESPONSE, REVOKE
from fiskil_harness.journal.queries.page_balances import shown_balances
from fiskil_harness.journal.queries.page_rows import shown_rows
from fiskil_harness.journal.queries.page_text import page_views
from fiskil_harness.journal.queries.page_wording import phrase_in, words_for
from fiskil_harness.journal.queries.revocations import is_still_listed, switched_off
from fiskil_harness.scenario.steps.pages import Looking, address_of, view_page
from fiskil_harness.scenario.steps.revoke_controls import (
    RevokeControl,
    disabled_controls,
    first_controls,
    is_alike,
    next_controls,
)

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

MOST_TRIES = 4
MOST_DETAILS = 2
MOST_PRESSES = 5
"""The most clicks in one attempt: more than an end user should need, so that a probe can report too many."""

CLIENT_ERROR = 400
"""The lowest status of an error response."""

NOTHING = "no button or link would revoke the consent"
TYPED = "the page requires more input than presses"


class RevokeInBrowser(Looking, frozen=True, kw_only=True, tag="revoke_in_browser"):
    """The end user opens the page that lists their consents, and clicks a control that revokes the latest consent.

    The end user also confirms the revocation on pages and in dialogs. The step waits up to ``app.limits.fresh_s`` real
    seconds for the end of the consent. Needs ``app.observe.pages`` and ``app.drive.start_session``.

    Args:
        page: Name of the page that lists consents, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES, START_SESSION)
    page: str = CONNECTIONS
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Search for a control, click it, and record the pages.

        Raises:
            StepError: There is no consent yet.
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        consent = stage.consent_of(end_user)
        _record_sharing(stage, end_user, consent)
        _await_list(stage, end_user, self.page)
        view_page(stage, end_user, self.page, moment=BEFORE)
        if self.page in stage.settings.app.observe.pages:
            _Revocation(stage, end_user, consent, self.page).attempt()
        stage.dispatcher.collect()


class OpenConnections(Looking, frozen=True, kw_only=True, tag="open_connections"):
    """The end user opens the page that lists their consents, which must list each active one within ``app.limits.fresh_s``.

    Needs ``app.observe.pages``.

    Args:
        page: Name of the page that lists consents, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_slow: ClassVar[bool] = True
    page: str = CONNECTIONS
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the page until it lists the consents, and record it.

        Raises:
            StepError: There is no consent yet.
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        _record_sharing(stage, end_user, stage.consent_of(end_user))
        _await_list(stage, end_user, self.page)
        view_page(stage, end_user, self.page, moment=BEFORE)


class WaitForRevocation(Looking, frozen=True, kw_only=True, tag="wait_for_revocation"):
    """The end user opens the list of consents again until it shows the revocation, up to ``app.limits.fresh_s`` seconds.

    The end user also opens each other page that showed data of the ended consent, until that data is gone, in the same time.
    Needs ``app.observe.pages``.

    Args:
        page: Name of the page that lists consents, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    page: str = CONNECTIONS
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open and read the pages repeatedly, and record each at the end.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        elapsed = stopwatch()
        template = stage.settings.app.observe.pages.get(self.page)
        before = page_views(stage.journal, self.page, [BEFORE], participant=end_user.participant)
        if template is not None and before:
            ended = [consent for consent in end_user.consents if not consent.is_active]
            names = [stage.fiskil.sandbox.store.institutions[consent.institution_id].name for consent in ended]
            window = stage.window(end_user)
            window.open(address_of(stage, end_user, template), page=self.page)
            more_words = (*stage.settings.app.facts.revoke_words, *switched_off(stage.journal, end_user.participant))
            cap_s = stage.settings.app.limits.fresh_s
            shown = partial(
                shown_balances,
                stage.journal,
                participant=end_user.participant,
                consents=[consent.arrangement_id for consent in ended],
            )
            balances = shown(before[-1].text)
            while elapsed() < cap_s:
                now = window.read()
                if not balances & shown(now.text) and not _lists_any(before, now, names, more_words):
                    break
                window.pause()
                window.open(address_of(stage, end_user, template), page=self.page)
        view_page(stage, end_user, self.page, moment=AFTER)
        for name in stage.settings.app.observe.pages:
            if name != self.page:
                _await_end_of_data(stage, end_user, name, elapsed)


class FailToRevokeInBrowser(Looking, frozen=True, kw_only=True, tag="fail_to_revoke_in_browser"):
    """The end user clicks a control that revokes a consent while the API fails, and reads the page with the error.

    A page without an error status is recorded as plain: the app may require a confirmation, or repeat the revocation later.
    Needs ``app.observe.pages``.

    Args:
        page: Name of the page that lists consents, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    page: str = CONNECTIONS
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let revocations fail, click the first control that states that it revokes, and record the page.

        Raises:
            StepError: There is no consent yet.
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        if self.page not in stage.settings.app.observe.pages:
            return
        revocation = _Revocation(stage, end_user, stage.consent_of(end_user), self.page)
        rules = stage.environment.proxy.rules
        waiting = rules.set(Rule(route="consents.revoke", fault=Status(status=503), times=0))
        stage.was_disturbed = True
        try:
            revocation.fail()
        finally:
            rules.lift(waiting)


def _await_list(stage: "Stage", end_user: "EndUser", page: str) -> None:
    """Reload the page until it names every institution with an active consent, up to ``app.limits.fresh_s`` seconds."""
    template = stage.settings.app.observe.pages.get(page)
    if template is None:
        return
    sharings = [sharing for sharing in stage.journal.all(Sharing) if sharing.participant == end_user.participant]
    window, elapsed = stage.window(end_user), stopwatch()
    while elapsed() < stage.settings.app.limits.fresh_s:
        window.open(address_of(stage, end_user, template), page=page)
        text = window.read().text
        if all(phrase_in(text, [sharing.institution]) for sharing in sharings):
            return
        window.pause()


def _await_end_of_data(stage: "Stage", end_user: "EndUser", page: str, elapsed: Callable[[], float]) -> None:
    """Reload a page until it no longer shows data of ended consents, up to ``app.limits.fresh_s`` seconds, and record it.

    A page that was not viewed before, or showed no such data then, is not opened.
    """
    ended = [consent.arrangement_id for consent in end_user.consents if not consent.is_active]
    shown = partial(shown_rows, stage.journal, participant=end_user.participant, consents=ended)
    views = page_views(stage.journal, page, [BEFORE], participant=end_user.participant)
    if not any(shown(view.text) for view in views):
        return
    window = stage.window(end_user)
    while elapsed() < stage.settings.app.limits.fresh_s:
        window.open(address_of(stage, end_user, stage.settings.app.observe.pages[page]), page=page)
        if not shown(window.read().text):
            break
        window.pause()
    view_page(stage, end_user, page, moment=AFTER)


def _lists_any(before: list[PageView], now: PageSnapshot, names: list[str], more_words: tuple[str, ...]) -> bool:
    return any(
        is_still_listed(view, text=now.text, controls=now.controls, institution=name, more_words=more_words)
        for view in before
        for name in names
    )


def _record_sharing(stage: "Stage", end_user: "EndUser", sought: Consent) -> None:
    """Record the consents that the page must list."""
    sandbox = stage.fiskil.sandbox
    for consent in end_user.consents:
        if consent.is_active:
            stage.record(
                Sharing,
                participant=end_user.participant,
                consent_id=consent.arrangement_id,
                institution=sandbox.store.institutions[consent.institution_id].name,
                permissions=consent.permissions,
                expires_on=consent.expires_at.astimezone(UTC).date().isoformat(),
                today=sandbox.clock.now().astimezone(UTC).date().isoformat(),
                will_be_revoked=consent.arrangement_id == sought.arrangement_id,
            )


class _Revocation:
    """One end user's attempt to revoke one consent on a page."""

    def __init__(self, stage: "Stage", end_user: "EndUser", consent: Consent, page: str) -> None:
        self._stage = stage
        self._end_user = end_user
        self._consent = consent
        self._page = page
        self._window: Window = stage.window(end_user)
        self._number = 0
        self._dialogs_recorded = 0
        self._switched: list[str] = []
        self._first_controls: tuple[Control, ...] = ()
        self._typed_field: Control | None = None
        self._needs_input = False

    def attempt(self) -> None:
        """Try one control after another, each from the page that lists consents, until a consent has ended.

        After a button whose label states that it ends the consent, only buttons with the same label are tried. After a
        switch, other controls are still tried, because the switch may concern other sharing.
        """
        self._window.accept_dialogs_until(self._has_ended)
        candidates = self._first_candidates()
        self._read_details([candidate for candidate in candidates if candidate.is_way])
        if not candidates:
            self._number = 1
            self._record_press("", problem=NOTHING)
        tried: list[RevokeControl] = []
        while candidates and len(tried) < MOST_TRIES:
            candidate, candidates = candidates[0], candidates[1:]
            is_final = self._follow(candidate)
            tried.append(candidate)
            if self._has_ended():
                self._window.settle()
                self._window.name_page(RESPONSE)
                self._window.look(moment=AFTER, has_pictures=False, widths_px=(DESK_PX,))
                return
            self._open()
            if is_final and not candidate.control.is_switch:
                candidates = self._equal_candidates(candidate, tried)

    def fail(self) -> None:
        """Click the first control that states that it revokes, and record the page before and after the click."""
        self._window.accept_dialogs_until(self._has_ended)
        self._open()
        self._window.look(cause=FAILED_REVOCATION, has_pictures=False, widths_px=(DESK_PX,))
        control = next((candidate for candidate in self._first_candidates() if candidate.is_sure), None)
        if control is None or self._window.press(control.control, nth=control.nth):
            return
        self._window.settle()
        status = self._window.read().status
        self._window.name_page(RESPONSE)
        if status is not None and status >= CLIENT_ERROR:
            self._window.look(moment="failed", cause=FAILED_REVOCATION, has_pictures=False)
        else:
            self._window.look(cause=FAILED_REVOCATION, has_pictures=False, widths_px=(DESK_PX,))

    def _equal_candidates(self, pressed: RevokeControl, tried: list[RevokeControl]) -> list[RevokeControl]:
        """Return the untried controls with the same label as *pressed*, whose click ended no consent.

        *pressed* may have concerned a login, or one of several accounts. If there are several consents, an equal control may
        belong to another consent, so equal controls count only if they outnumber the consents.
        """
        text = self._window.read().text
        equal = [each for each in self._first_candidates() if is_alike(each, pressed) and each not in tried]
        count = len(self._initial_consent_ids)
        is_listed = any(phrase_in(text, [sharing.institution]) for sharing in self._sharings if sharing.will_be_revoked)
        return [candidate for candidate in equal if is_listed and (count == 1 or candidate.alike > count)]

    def _read_details(self, candidates: list[RevokeControl]) -> None:
        """Open and record pages with details of a consent, as an undecided end user does, and return to the list."""
        for candidate in candidates[:MOST_DETAILS]:
            problem = self._window.press(candidate.control, nth=candidate.nth)
            self._window.settle()
            self._window.name_page(RESPONSE)
            self._window.look(moment=BEFORE, problem=problem)
            self._open()

    def _follow(self, first: RevokeControl) -> bool:
        """Click *first* and the confirmations that follow.

        Returns:
            True if a consent has ended, or if the label of a clicked control states that it ends the consent.
        """
        self._number = 0
        has_sure = self._needs_input = False
        self._switched, self._typed_field = [], None
        self._first_controls = self._window.read().controls
        next_control: RevokeControl | None = first
        while next_control is not None and self._number < MOST_PRESSES:
            before = self._window.read()
            self._tick(is_all=False)
            if not self._press(next_control):
                return False
            has_sure = has_sure or next_control.is_sure
            next_control = self._await(before, has_sure=has_sure, has_switched=next_control.control.is_switch)
            if self._needs_input and next_control is not None and is_alike(next_control, first):
                break
        if self._needs_input and not self._has_ended():
            self._number += 1
            self._record_press("", problem=TYPED)
        return has_sure or self._has_ended()

    def _press(self, candidate: RevokeControl) -> bool:
        self._number += 1
        problem = self._window.press(candidate.control, nth=candidate.nth)
        if not problem:
            self._window.settle()
        label = candidate.control.text or "a control without a name"
        is_switch = candidate.control.is_switch
        if is_switch:
            self._switched.append(label)
        self._record_press(label, problem=problem, is_switch=is_switch)
        self._dialogs_recorded = 0
        self._record_questions()
        return not problem

    def _record_questions(self) -> None:
        """Record each new question in a browser dialog as another click; dialogs without a question do not count."""
        dialogs = self._window.dialogs
        for dialog in dialogs[self._dialogs_recorded :]:
            if dialog.is_question:
                self._number += 1
                self._record_press(" ".join(dialog.text.split()))
        self._dialogs_recorded = len(dialogs)

    def _await(self, before: PageSnapshot, *, has_sure: bool, has_switched: bool) -> RevokeControl | None:
        """Wait for the next control to click and return it; None if a consent has ended, or if no control appears."""
        elapsed = stopwatch()
        cap_s = self._stage.settings.app.limits.fresh_s
        is_own = self._window.places.is_app
        while True:
            self._record_questions()
            if self._has_ended():
                return None
            now = self._window.read()
            if self._type(before, now):
                continue
            candidates = next_controls(
                before.controls, now.controls, is_own=is_own, has_sure=has_sure, has_switched=has_switched
            )
            if candidates or elapsed() > (cap_s if has_sure else cap_s / 5):
                break
            if disabled_controls(before.controls, now.controls) and self._tick(is_all=True):
                continue
            self._window.pause()
        self._needs_input = self._needs_input or self._has_open_input(before, now, candidates)
        self._window.name_page(RESPONSE)
        self._window.look(moment=BEFORE)
        return candidates[0] if candidates else None

    def _has_open_input(self, before: PageSnapshot, now: PageSnapshot, candidates: list[RevokeControl]) -> bool:
        """Return true if the page requires input whose right value is unknown.

        If *candidates* contains a next control, only empty fields count that are not optional. Otherwise every field counts:
        a typed value may be wrong as long as its field is still on the page.
        """
        fields = self._new_fields(now)
        if candidates:
            optional = words_for(REVOKE, "optional")
            return any(field != self._typed_field and not phrase_in(field.text, optional) for field in fields)
        return bool(fields) or (self._typed_field is not None and bool(disabled_controls(before.controls, now.controls)))

    def _new_fields(self, now: PageSnapshot) -> list[Control]:
        """Return the enabled fields that were not on the page that lists consents."""
        return [
            control
            for control in now.controls
            if control.is_field and control not in self._first_controls and not control.is_disabled
        ]

    def _type(self, before: PageSnapshot, now: PageSnapshot) -> bool:
        """Type the confirmation word that the page requires into a field that is new since the last click.

        Returns:
            True if something was typed.
        """
        fields = [control for control in self._new_fields(now) if control not in before.controls]
        for field in fields if self._typed_field is None else ():
            word = confirmation_word(field.text) or confirmation_word(now.text)
            if word and word not in now.values:
                problem = self._window.fill(field, word)
                self._typed_field = field
                self._needs_input = self._needs_input or bool(problem) or not self._is_usual_confirmation(word)
                self._number += 1
                self._record_press(f"typed {word!r}", problem=problem, is_typed=True)
                return not problem
        return False

    def _is_usual_confirmation(self, word: str) -> bool:
        """Return true if *word* is a usual word to confirm a revocation; any other word may have been misread."""
        names = [sharing.institution for sharing in self._sharings]
        return bool(
            phrase_in(word, [*names, *(text for name in ("sure", "likely", "confirms") for text in words_for(REVOKE, name))])
        )

    def _tick(self, *, is_all: bool) -> bool:
        """Tick boxes and choose from lists on a confirmation page; return true if there were any.

        Args:
            is_all: True includes boxes and lists that are not required.
        """
        if not self._number:
            return False
        names = self._window.fill_in(is_all=is_all, excluded=self._switched)
        for name in names:
            self._number += 1
            self._record_press(name)
        return bool(names)

    def _first_candidates(self) -> list[RevokeControl]:
        now = self._window.read()
        sandbox = self._stage.fiskil.sandbox
        active = [consent for consent in self._end_user.consents if consent.is_active]
        names = {consent.arrangement_id: sandbox.store.institutions[consent.institution_id].name for consent in active}
        return first_controls(
            now.text,
            now.controls,
            url=now.url,
            institutions=list(names.values()),
            sought=names.get(self._consent.arrangement_id, ""),
            is_own=self._window.places.is_app,
            more_words=self._stage.settings.app.facts.revoke_words,
        )

    def _open(self) -> None:
        template = self._stage.settings.app.observe.pages[self._page]
        self._window.open(address_of(self._stage, self._end_user, template), page=self._page)

    def _has_ended(self) -> bool:
        """Return true if any of the initial consents has ended at Fiskil; a probe judges whether it was the right one."""
        consents = self._end_user.consents
        return any(not consent.is_active for consent in consents if consent.arrangement_id in self._initial_consent_ids)

    @property
    def _initial_consent_ids(self) -> set[str]:
        return {sharing.consent_id for sharing in self._sharings}

    @property
    def _sharings(self) -> list[Sharing]:
        return [sharing for sharing in self._stage.journal.all(Sharing) if sharing.participant == self._end_user.participant]

    def _record_press(self, text: str, *, problem: str = "", is_typed: bool = False, is_switch: bool = False) -> None:
        self._stage.record(
            Pressed,
            participant=self._end_user.participant,
            page=self._page,
            purpose=REVOKE,
            text=text,
            number=self._number,
            problem=problem,
            is_typed=is_typed,
            is_switch=is_switch,
        )
