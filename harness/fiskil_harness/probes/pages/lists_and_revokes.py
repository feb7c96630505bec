"""Can the end user see what they share, and end it in a few presses, so that it ends at Fiskil and the app follows?"""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import ConsentState, Control, Declared, Journal, Limits, PageView, Pressed, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS, RESPONSE, REVOKE
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.journal.queries.deliveries import consent_of
from fiskil_harness.journal.queries.page_addresses import is_local, is_same_address
from fiskil_harness.journal.queries.page_controls import names_sharing
from fiskil_harness.journal.queries.page_lists import gaps
from fiskil_harness.journal.queries.page_text import UNKNOWN_LANGUAGE, page_views, why_uncertain, why_unreadable
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for
from fiskil_harness.journal.queries.revocations import (
    TELLING,
    is_still_listed,
    last_run,
    own_revoke_words,
    presses_of,
    switched_off,
)
from fiskil_harness.journal.queries.rows import at_work, last_effects
from fiskil_harness.probes.probe import PlainProbe

MOST_PRESSES = 3
FRESH, WORDS = "app.limits.fresh_s", "app.facts.revoke_words"
HARMLESS = ("never", "spares", "keeps", "begins")
GONE = frozenset({404, 410})


class ListsAndRevokes(PlainProbe, frozen=True, kw_only=True, tag="lists_and_revokes"):
    """The page of connections shows institution, datasets and expiry of a consent, and at most three presses end it.

    It must end at Fiskil, alone where others have a control of their own, and then the page must list it no more.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = (
        "a list of what is shared, with whom and until when, and its end at Fiskil in 3 presses at most"
    )
    source: ClassVar[str] = "practices: provide easy access to consent management"
    fix: ClassVar[str] = "list each consent with a control that revokes it at Fiskil first, and take it off the list then"

    def examine(self, journal: Journal) -> Finding:
        """Read the page, follow the presses, and read the page again."""
        sharing = _sharing(journal)
        sought = next((each_sharing for each_sharing in sharing if each_sharing.is_sought), None)
        if sought is None:
            return self.inconclusive("no consent stood that could have been revoked on a page")
        heard = {
            consent_of(acknowledged_event)
            for acknowledged_event, event in acknowledged_events(journal)
            if event.kind == "consent.received"
        }
        unheard = [each_sharing for each_sharing in sharing if each_sharing.consent_id not in heard]
        if unheard:
            return self.inconclusive("the app was not told of a consent that its page is to list")
        seen = page_views(journal, CONNECTIONS, [BEFORE])
        unreadable = why_unreadable(seen)
        if unreadable:
            return self.inconclusive(unreadable)
        pressed = last_run(journal)
        found = [self._judge_list(journal, each_sharing, seen, examined=len(sharing)) for each_sharing in sharing]
        found.append(self._judge_presses(journal, sharing, seen, pressed))
        found.append(self._judge_after(journal, sought, seen))
        wrong = [finding for finding in found if finding is not None]
        if wrong:
            return max(wrong, key=lambda finding: finding.verdict.weight)
        alone = _others_ended(journal, sharing)
        advice = ("one control ends all consents; each could have its own",) if alone else ()
        how = _counted(pressed)
        ends = "ends" if how == "1 press" else "end"
        seen_words = f"the page lists what is shared, and {how} {ends} it at Fiskil"
        return self.passes(seen_words, examined=len(sharing), advice=advice)

    def _judge_list(self, journal: Journal, one: Sharing, seen: list[PageView], *, examined: int) -> Finding | None:
        """What the page lacks of one consent, and what is open; None where all of it is there."""
        stated = next(iter(journal.all(Declared)), Declared())
        answers = [
            view
            for view in journal.all(PageView)
            if view.page == RESPONSE and view.moment == BEFORE and not view.participant
        ]
        lost, left_open = gaps(one, seen, answers, more_words=stated.dataset_words)
        why = why_uncertain([*seen, *answers])
        if lost and not _had_time(journal):
            return self._too_soon(journal)
        if lost and not why:
            return self.fails(f"the page of connections does not tell {' and '.join(lost)}", examined=examined)
        if lost:
            return self.inconclusive(f"the page of connections does not tell {' and '.join(lost)}, and {why}")
        return self.inconclusive(left_open[0]) if left_open else None

    def _judge_presses(
        self, journal: Journal, sharing: list[Sharing], seen: list[PageView], pressed: list[Pressed]
    ) -> Finding | None:
        """What was pressed, and whether that ended the consent at Fiskil, and no other."""
        sought = next(each_sharing for each_sharing in sharing if each_sharing.is_sought)
        lines = tuple(_done(each_pressed) for each_pressed in pressed if each_pressed.text)
        if not presses_of(journal):
            return self.inconclusive("nothing was tried on the page of connections")
        others = _others_ended(journal, sharing)
        if not _has_ended(journal, sought.consent_id):
            return self._judge_other(journal, seen, sharing, lines) if others else self._judge_vain(journal, seen, sought)
        if len(pressed) > MOST_PRESSES:
            seen_words = f"it takes {_counted(pressed)} to revoke a consent, and {MOST_PRESSES} are the most"
            if sum(1 for each_pressed in pressed if not each_pressed.is_typed) <= MOST_PRESSES:
                return self.inconclusive(f"{seen_words}; whether a word that is typed is a press, the practice does not say")
            return self.fails(seen_words, evidence=lines, examined=len(pressed))
        is_for_all = any(
            phrase_in(each_pressed.text, words_for(REVOKE, "every"))
            and not phrase_in(each_pressed.text, [sought.institution])
            for each_pressed in pressed
        )
        own = [control for control in seen[-1].controls if phrase_in(control.text, words_for(REVOKE, "sure"))]
        if others and not is_for_all and len(own) >= len(sharing):
            return self.fails("the control of one consent ended others as well", evidence=lines, examined=len(sharing))
        return None

    def _judge_other(
        self, journal: Journal, seen: list[PageView], sharing: list[Sharing], lines: tuple[str, ...]
    ) -> Finding:
        """Another consent has ended: by its own control, perhaps, where it was not to be seen whose it is."""
        if _has_surplus(journal, seen[-1].controls, count=len(sharing)):
            return self.inconclusive("of more controls than consents one was pressed that ended another consent")
        return self.fails("the control of one consent ended another", evidence=lines, examined=len(sharing))

    def _judge_vain(self, journal: Journal, seen: list[PageView], sought: Sharing) -> Finding:
        """The consent lives on at Fiskil: because nothing could be pressed, or although something was."""
        tried = [pressed for pressed in presses_of(journal) if pressed.text]
        pressed = [pressed for pressed in tried if not pressed.problem]
        lines = tuple(dict.fromkeys(_done(each_pressed) for each_pressed in pressed))
        if not tried:
            return self._without_control(seen)
        last = presses_of(journal)[-1].problem
        closed = [
            view.problem for view in journal.all(PageView) if view.page == RESPONSE and view.problem and not view.participant
        ]
        if last or closed:
            return self.inconclusive(f"what was pressed last could not be followed: {last or closed[-1]}")
        sure = [each_pressed for each_pressed in pressed if _is_sure(each_pressed, journal, sought.institution)]
        after = page_views(journal, CONNECTIONS, [AFTER])
        is_gone = bool(after) and not any(view.problem or phrase_in(view.text, [sought.institution]) for view in after)
        if not sure and not (
            is_gone and any(phrase_in(each_pressed.text, words_for(REVOKE, "likely")) for each_pressed in pressed)
        ):
            return self.inconclusive("nothing that could be pressed says that it would revoke the consent")
        why = _other_way(journal, sure)
        if not is_gone and _has_surplus(journal, seen[-1].controls, count=len(_sharing(journal))):
            why = "of more controls than consents none that was pressed has ended the consent"
        if why:
            return self.inconclusive(why)
        if not _had_time(journal):
            return self._too_soon(journal)
        return self.fails(
            "the consent was revoked on the page and lives on at Fiskil", evidence=lines, examined=len(pressed)
        )

    def _without_control(self, seen: list[PageView]) -> Finding:
        why = why_uncertain(seen) or _unknown(seen)
        if why:
            told = f"nothing was found that says it would revoke the consent, and {why}"
            return self.inconclusive(told, hook=WORDS if why == UNKNOWN_LANGUAGE else "")
        return self.fails("the page of connections has nothing to press that would revoke the consent")

    def _too_soon(self, journal: Journal) -> Finding:
        end = last_effects(journal)
        if end is not None:
            return self.inconclusive(at_work(end)[0])
        return self.inconclusive("within which time the app follows the end of a consent is not stated", hook=FRESH)

    def _judge_after(self, journal: Journal, sought: Sharing, seen: list[PageView]) -> Finding | None:
        """Whether page and state have followed the end."""
        if not _has_ended(journal, sought.consent_id):
            return None
        after = page_views(journal, CONNECTIONS, [AFTER])
        unread = [view.problem for view in after if view.problem and view.status not in GONE]
        if unread or not after:
            return self.inconclusive("; ".join(["the page of connections was not seen after the end", *unread[:1]]))
        end = last_effects(journal)
        is_resting = end is None or end.is_idle
        is_listed = all(
            is_still_listed(
                before,
                text=later.text,
                controls=later.controls,
                institution=sought.institution,
                more_words=(*own_revoke_words(journal), *switched_off(journal)),
            )
            for before, later in zip(seen, after, strict=False)
        )
        if is_listed and not _had_time(journal):
            return self._too_soon(journal)
        if is_listed:
            return self.fails("the page still lists a consent as active that has ended", examined=len(after))
        is_nothing_left = not any(consent.is_active for consent in _latest(journal).values())
        if end is not None and is_resting and end.is_connected and is_nothing_left:
            return self.fails("the app counts the end user as connected although their only consent was revoked")
        return None


def _done(act: Pressed) -> str:
    if act.is_typed:
        return act.text
    return f"turned off {act.text!r}" if act.is_switch else f"pressed {act.text!r}"


def _counted(pressed: list[Pressed]) -> str:
    """How many presses, and how many words to be typed besides."""
    typed = sum(1 for each_pressed in pressed if each_pressed.is_typed)
    presses = len(pressed) - typed
    words = f"{presses} {'press' if presses == 1 else 'presses'}"
    return f"{words} and {typed} typed {'word' if typed == 1 else 'words'}" if typed else words


def _has_surplus(journal: Journal, controls: Sequence[Control], *, count: int) -> bool:
    """Whether more than *count* controls say that they end something, or the same as what was pressed first."""
    able = [
        control.text
        for control in controls
        if not control.is_disabled and not phrase_in(control.text, words_for(REVOKE, "every"))
    ]
    sure = sum(1 for text in able if phrase_in(text, [*own_revoke_words(journal), *words_for(REVOKE, "sure")]))
    begun = {plain(pressed.text) for pressed in presses_of(journal) if pressed.text and pressed.number <= 1}
    alike = Counter(plain(text) for text in able)
    return max([sure, *(alike[text] for text in begun)]) > count


def _unknown(seen: list[PageView]) -> str:
    """What on the page might end something though nobody knows its words: all but what is known to do something else."""
    harmless = [*words_for("privacy"), *(word for name in HARMLESS for word in words_for(REVOKE, name))]
    telling = [word for name in TELLING for word in words_for(REVOKE, name)]
    for look in seen:
        for control in look.controls:
            is_away = (
                bool(control.leads_to) and not is_local(look.url, control.leads_to) and not phrase_in(control.text, telling)
            )
            is_here = control.kind == "link" and is_same_address(control.leads_to, look.url)
            if not (control.is_disabled or is_away or is_here or phrase_in(control.text, harmless)):
                return f"what {control.text!r} does is not known" if control.text else "a control without a name is there"
    return ""


def _had_time(journal: Journal) -> bool:
    """Whether the app could follow: it is at rest, or has promised a time that is over."""
    end = last_effects(journal)
    if end is not None:
        return end.is_idle
    return not any("fresh_s" in limits.assumed for limits in journal.all(Limits))


def _sharing(journal: Journal) -> list[Sharing]:
    """What was shared; of consents with one institution, which a page may not tell apart, the one that went is sought."""
    latest = {sharing.consent_id: sharing for sharing in journal.all(Sharing) if not sharing.participant}
    sought = next((sharing for sharing in latest.values() if sharing.is_sought), None)
    if sought is None or _has_ended(journal, sought.consent_id):
        return list(latest.values())
    twins = [
        sharing
        for sharing in latest.values()
        if sharing.institution == sought.institution and _has_ended(journal, sharing.consent_id)
    ]
    chosen = twins[0].consent_id if twins else sought.consent_id
    return [msgspec.structs.replace(sharing, is_sought=sharing.consent_id == chosen) for sharing in latest.values()]


def _is_sure(act: Pressed, journal: Journal, institution: str) -> bool:
    """Whether what was pressed said by its own label that it would end what is shared, or a switch that it stands for it."""
    is_told = bool(phrase_in(act.text, [*words_for(REVOKE, "sure"), *own_revoke_words(journal)]))
    return is_told or (act.is_switch and names_sharing(act.text, institution))


def _other_way(journal: Journal, sure: list[Pressed]) -> str:
    """Why something else may end the consent where only switches said that they stand for it; empty where nothing may."""
    lacks = [pressed.problem for pressed in presses_of(journal) if pressed.problem]
    is_open = bool(sure) and bool(lacks) and all(pressed.is_switch for pressed in sure)
    return f"a switch alone says that it would revoke the consent, and beside it: {lacks[0]}" if is_open else ""


def _latest(journal: Journal) -> dict[str, ConsentState]:
    return {consent.consent_id: consent for consent in journal.all(ConsentState) if not consent.participant}


def _has_ended(journal: Journal, consent_id: str) -> bool:
    known = _latest(journal).get(consent_id)
    return known is not None and not known.is_active


def _others_ended(journal: Journal, sharing: list[Sharing]) -> list[str]:
    return [
        each_sharing.consent_id
        for each_sharing in sharing
        if not each_sharing.is_sought and _has_ended(journal, each_sharing.consent_id)
    ]
