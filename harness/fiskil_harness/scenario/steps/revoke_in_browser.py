"""Steps of the end user who takes back what they share, on the app's own page in Chromium."""

from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar

from fiskil_harness.app.browser import PageSnapshot, Window
from fiskil_harness.app.browser.confirmation_word import confirmation_word
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import PAGES, START_SESSION
from fiskil_harness.core.model import Consent
from fiskil_harness.journal import Control, PageView, Pressed, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS, RESPONSE, REVOKE
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
    from fiskil_harness.scenario.stage import Participant, Stage

MOST_TRIES = 4
MOST_DETAILS = 2
MOST_PRESSES = 5
"""More than a person should need, so that a way that is too long is seen for what it is."""

NOTHING = "there is nothing to press that would revoke the consent"
TYPED = "the page asks for more than presses"
TICK = """([isAll, spared]) => {
  const visible = (one) => one.checkVisibility() && !one.disabled;
  const ticked = [];
  const name = (one) => (one.labels?.[0]?.innerText || one.name || "a box").replace(/\\s+/g, " ").trim();
  for (const one of [...document.querySelectorAll("input[type=checkbox],input[type=radio]")].filter(visible)) {
    const alike = one.type === "radio" && document.querySelector(`input[type=radio][name="${one.name}"]:checked`);
    if (one.checked || alike || spared.includes(name(one)) || !(one.required || isAll)) continue;
    one.click();
    ticked.push(name(one));
  }
  for (const one of [...document.querySelectorAll("select")].filter(visible)) {
    if (one.value || !(one.required || isAll)) continue;
    one.selectedIndex = one.options.length - 1;
    one.dispatchEvent(new Event("change", { bubbles: true }));
    ticked.push(name(one));
  }
  return ticked;
}"""
"""Answers what a page asks besides: boxes that must be ticked, one of several choices; each costs a press."""


class RevokeInBrowser(Looking, frozen=True, kw_only=True, tag="revoke_in_browser"):
    """The end user opens the page that lists their consents, looks for what ends the latest one, and presses it.

    A page or a window that asks once more is answered; the end is waited for as long as ``app.limits.fresh_s``.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES, START_SESSION)
    page: str = CONNECTIONS
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Look, press, and see what comes of it."""
        participant = stage.participant(self.twin)
        consent = stage.consent_of(participant)
        _note_sharing(stage, participant, consent)
        _await_list(stage, participant, self.page)
        view_page(stage, participant, self.page, moment=BEFORE)
        if self.page in stage.settings.app.observe.pages:
            _Leaving(stage, participant, consent, self.page).leave()
        stage.collect_events()


class WaitForRevocation(Looking, frozen=True, kw_only=True, tag="wait_for_revocation"):
    """The end user opens the list of their consents again, until it has followed or ``app.limits.fresh_s`` are over."""

    page: str = CONNECTIONS
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open and read it, and write down the last look."""
        participant = stage.participant(self.twin)
        template = stage.settings.app.observe.pages.get(self.page)
        before = page_views(stage.journal, self.page, [BEFORE], participant=participant.name)
        if template is not None and before:
            ended = [
                consent for consent in stage.fiskil.sandbox.consents_of(participant.end_user_id) if not consent.is_active
            ]
            names = [stage.fiskil.sandbox.store.institutions[consent.institution_id].name for consent in ended]
            window = stage.window(participant)
            elapsed = stopwatch()
            window.open(address_of(stage, participant, template), page=self.page)
            told = (*stage.settings.app.facts.revoke_words, *switched_off(stage.journal, participant.name))
            cap_s = stage.settings.app.limits.fresh_s
            while elapsed() < cap_s and _lists_any(before, window.read(), names, told):
                window.pause()
                window.open(address_of(stage, participant, template), page=self.page)
        view_page(stage, participant, self.page, moment=AFTER)


def _await_list(stage: "Stage", participant: "Participant", page: str) -> None:
    """Open the page until it names every institution that data is shared with, at most for ``app.limits.fresh_s``."""
    template = stage.settings.app.observe.pages.get(page)
    if template is None:
        return
    told = [sharing for sharing in stage.journal.all(Sharing) if sharing.participant == participant.name]
    window, elapsed = stage.window(participant), stopwatch()
    while elapsed() < stage.settings.app.limits.fresh_s:
        window.open(address_of(stage, participant, template), page=page)
        text = window.read().text
        if all(phrase_in(text, [sharing.institution]) for sharing in told):
            return
        window.pause()


def _lists_any(before: list[PageView], seen: PageSnapshot, names: list[str], more_words: tuple[str, ...]) -> bool:
    return any(
        is_still_listed(view, text=seen.text, controls=seen.controls, institution=name, more_words=more_words)
        for view in before
        for name in names
    )


def _note_sharing(stage: "Stage", participant: "Participant", sought: Consent) -> None:
    """Write down what the page is to list."""
    sandbox = stage.fiskil.sandbox
    for consent in sandbox.consents_of(participant.end_user_id):
        if consent.is_active:
            stage.journal.write(
                Sharing(
                    **stage.journal.stamp(),
                    participant=participant.name,
                    consent_id=consent.arrangement_id,
                    institution=sandbox.store.institutions[consent.institution_id].name,
                    permissions=consent.permissions,
                    expires_on=consent.expires_at.astimezone(UTC).date().isoformat(),
                    today=sandbox.clock.now().astimezone(UTC).date().isoformat(),
                    is_sought=consent.arrangement_id == sought.arrangement_id,
                )
            )


class _Leaving:
    """One end user's search for the end of one consent."""

    def __init__(self, stage: "Stage", participant: "Participant", consent: Consent, page: str) -> None:
        self._stage = stage
        self._participant = participant
        self._consent = consent
        self._page = page
        self._window: Window = stage.window(participant)
        self._number = 0
        self._heard = 0
        self._switched: list[str] = []
        self._listed: tuple[Control, ...] = ()
        self._typed: Control | None = None
        self._is_open = False

    def leave(self) -> None:
        """Try one way after another, each from the page that lists consents, until one has ended the consent.

        After a button that has said that it would end it only its like is left; a switch may speak of other sharing.
        """
        self._window.accept_dialogs_until(self._has_ended)
        ways = self._first_ways()
        self._read_details([way for way in ways if way.is_way])
        if not ways:
            self._number = 1
            self._note("", problem=NOTHING)
        tried: list[RevokeControl] = []
        while ways and len(tried) < MOST_TRIES:
            way, ways = ways[0], ways[1:]
            has_said_so = self._follow(way)
            tried.append(way)
            if self._has_ended():
                return
            self._open()
            if has_said_so and way.control.kind != "switch":
                ways = self._others(way, tried)

    def _others(self, way: RevokeControl, tried: list[RevokeControl]) -> list[RevokeControl]:
        """What says the same as *way*, which has ended nothing: that may have been about a login, or one account of many.

        Where several consents stand, what is left over may be another's.
        """
        text = self._window.read().text
        ways = [first_way for first_way in self._first_ways() if is_alike(first_way, way) and first_way not in tried]
        count = len(self._stood)
        is_listed = any(phrase_in(text, [sharing.institution]) for sharing in self._told if sharing.is_sought)
        return [way for way in ways if is_listed and (count == 1 or way.alike > count)]

    def _read_details(self, ways: list[RevokeControl]) -> None:
        """Open what tells more of a consent, as somebody does who has not made up their mind, and come back."""
        for way in ways[:MOST_DETAILS]:
            problem = self._window.press(way.control, nth=way.nth)
            self._window.settle()
            self._window.called(RESPONSE)
            self._window.look(moment=BEFORE, problem=problem)
            self._open()

    def _follow(self, way: RevokeControl) -> bool:
        """Press *way* and what follows; True where the consent has ended, or what was pressed said that it would end it."""
        self._number = 0
        has_sure = self._is_open = False
        self._switched, self._typed = [], None
        self._listed = self._window.read().controls
        going: RevokeControl | None = way
        while going is not None and self._number < MOST_PRESSES:
            before = self._window.read()
            self._tick(is_all=False)
            if not self._press(going):
                return False
            has_sure = has_sure or going.is_sure
            going = self._await(before, has_sure=has_sure, has_switched=going.control.kind == "switch")
            if self._is_open and going is not None and is_alike(going, way):
                break
        if self._is_open and not self._has_ended():
            self._number += 1
            self._note("", problem=TYPED)
        return has_sure or self._has_ended()

    def _press(self, way: RevokeControl) -> bool:
        self._number += 1
        problem = self._window.press(way.control, nth=way.nth)
        if not problem:
            self._window.settle()
        name = way.control.text or "a control without a name"
        is_switch = way.control.kind == "switch"
        if is_switch:
            self._switched.append(name)
        self._note(name, problem=problem, is_switch=is_switch)
        self._heard = 0
        self._note_questions()
        return not problem

    def _note_questions(self) -> None:
        """What a dialog of the browser's has asked since the press is another press; what it only told is none."""
        said = self._window.dialogs
        for page_dialog in said[self._heard :]:
            if page_dialog.is_question:
                self._number += 1
                self._note(" ".join(page_dialog.text.split()))
        self._heard = len(said)

    def _await(self, before: PageSnapshot, *, has_sure: bool, has_switched: bool) -> RevokeControl | None:
        """What to press next; None where the consent has ended or nothing comes of the last press."""
        elapsed = stopwatch()
        cap_s = self._stage.settings.app.limits.fresh_s
        while True:
            self._note_questions()
            if self._has_ended():
                return None
            seen = self._window.read()
            is_own = self._window.places.is_app
            if self._type(before, seen):
                continue
            ways = next_controls(before.controls, seen.controls, is_own=is_own, has_sure=has_sure, has_switched=has_switched)
            if ways or elapsed() > (cap_s if has_sure else cap_s / 5):
                break
            if disabled_controls(before.controls, seen.controls) and self._tick(is_all=True):
                continue
            self._window.pause()
        self._is_open = self._is_open or self._is_left_open(before, seen, ways)
        self._window.called(RESPONSE)
        self._window.look(moment=BEFORE)
        return ways[0] if ways else None

    def _is_left_open(self, before: PageSnapshot, seen: PageSnapshot, ways: list[RevokeControl]) -> bool:
        """Whether something is asked that nobody here can answer for sure.

        Where the way goes on, a field is left empty; what stands in one may be wrong as long as it stays there.
        """
        fields = self._asked(seen)
        if ways:
            return any(field != self._typed and not phrase_in(field.text, words_for(REVOKE, "optional")) for field in fields)
        return bool(fields) or (self._typed is not None and bool(disabled_controls(before.controls, seen.controls)))

    def _asked(self, seen: PageSnapshot) -> list[Control]:
        """The fields that were not on the page that lists consents."""
        return [
            control
            for control in seen.controls
            if control.kind == "field" and control not in self._listed and not control.is_disabled
        ]

    def _type(self, before: PageSnapshot, seen: PageSnapshot) -> bool:
        """Type what the page asks to be typed into a field that has come since the last press; whether there was any."""
        fields = [control for control in self._asked(seen) if control not in before.controls]
        for field in fields if self._typed is None else ():
            word = confirmation_word(field.text) or confirmation_word(seen.text)
            if word and word not in seen.values:
                problem = self._window.fill(field, word)
                self._typed = field
                self._is_open = self._is_open or bool(problem) or not self._is_of_an_end(word)
                self._number += 1
                self._note(f"typed {word!r}", problem=problem, is_typed=True)
                return not problem
        return False

    def _is_of_an_end(self, word: str) -> bool:
        """Whether a word is one that people are asked to type before something ends; any other may have been misread."""
        names = [sharing.institution for sharing in self._told]
        return bool(
            phrase_in(word, [*names, *(text for name in ("sure", "likely", "confirms") for text in words_for(REVOKE, name))])
        )

    def _tick(self, *, is_all: bool) -> bool:
        """Answer what must be answered on a page that asks once more, or *is_all*; whether there was anything."""
        if not self._number:
            return False

        async def tick(page: Any) -> Any:
            return await page.evaluate(TICK, [is_all, self._switched])

        names = self._window.run(tick)
        for name in names:
            self._number += 1
            self._note(str(name))
        return bool(names)

    def _first_ways(self) -> list[RevokeControl]:
        seen = self._window.read()
        sandbox = self._stage.fiskil.sandbox
        active = [consent for consent in sandbox.consents_of(self._participant.end_user_id) if consent.is_active]
        names = {consent.arrangement_id: sandbox.store.institutions[consent.institution_id].name for consent in active}
        return first_controls(
            seen.text,
            seen.controls,
            url=seen.url,
            institutions=list(names.values()),
            sought=names.get(self._consent.arrangement_id, ""),
            is_own=self._window.places.is_app,
            more_words=self._stage.settings.app.facts.revoke_words,
        )

    def _open(self) -> None:
        template = self._stage.settings.app.observe.pages[self._page]
        self._window.open(address_of(self._stage, self._participant, template), page=self._page)

    def _has_ended(self) -> bool:
        """Whether any consent of theirs that stood has ended at Fiskil; the probe says whether it was the right one."""
        found = self._stage.fiskil.sandbox.consents_of(self._participant.end_user_id)
        return any(not consent.is_active for consent in found if consent.arrangement_id in self._stood)

    @property
    def _stood(self) -> set[str]:
        return {sharing.consent_id for sharing in self._told}

    @property
    def _told(self) -> list[Sharing]:
        return [sharing for sharing in self._stage.journal.all(Sharing) if sharing.participant == self._participant.name]

    def _note(self, text: str, *, problem: str = "", is_typed: bool = False, is_switch: bool = False) -> None:
        self._stage.journal.write(
            Pressed(
                **self._stage.journal.stamp(),
                participant=self._participant.name,
                page=self._page,
                purpose=REVOKE,
                text=text,
                number=self._number,
                problem=problem,
                is_typed=is_typed,
                is_switch=is_switch,
            )
        )
