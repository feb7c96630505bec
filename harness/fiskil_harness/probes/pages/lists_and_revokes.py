"""Does the connections page show which data is shared, and can an end user revoke a consent there with a few presses?"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import ConsentState, Control, Declared, Journal, PageView, Pressed, Renewed, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS, RESPONSE, REVOKE
from fiskil_harness.journal.queries.api_calls import acknowledged_events, consent_of
from fiskil_harness.journal.queries.page_addresses import is_local, is_same_address
from fiskil_harness.journal.queries.page_controls import names_sharing
from fiskil_harness.journal.queries.page_lists import gaps
from fiskil_harness.journal.queries.page_text import UNKNOWN_LANGUAGE, page_views, why_uncertain, why_unreadable
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for
from fiskil_harness.journal.queries.pauses import is_promised
from fiskil_harness.journal.queries.revocations import (
    TELLING,
    is_still_listed,
    last_run,
    own_revoke_words,
    presses_of,
    switched_off,
)
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.probes.pages.revocation_pages import Mismatch, false_failure, false_success
from fiskil_harness.probes.probe import Finding, Probe

MOST_PRESSES = 3
"""Maximum number of presses to revoke a consent."""
FRESH, WORDS = "app.limits.fresh_s", "app.facts.revoke_words"
HARMLESS = ("never", "spares", "keeps", "begins")
GONE = frozenset({404, 410})
FIX_FOR_RESULTS = (
    "state on the page that sharing has ended if DELETE /v1/consent returned 2xx, and otherwise that it has not"
)


class ListsAndRevokes(Probe, frozen=True, kw_only=True, tag="lists_and_revokes"):
    """Check that the connections page shows a consent completely, and that at most three presses revoke the consent.

    The page must show the institution, the datasets and the expiry. The presses must end the consent at Fiskil, and no other
    consents if each consent has its own control. Afterwards the page must no longer list the consent. The page after a press
    must state success only if the revocation succeeded at Fiskil, and a failure only if it failed.
    """

    needs = (PAGES,)
    expected = "a list of what is shared, with whom and until when, and revocation at Fiskil in at most 3 presses"
    source = "practices: provide easy access to consent management"
    fix = "list each consent with a control that revokes it at Fiskil first and then removes it from the list"

    def examine(self, journal: Journal) -> Finding:
        """Judge the list of consents, the presses, and the page after the presses."""
        sharing = _sharing(journal)
        sought = next((consent for consent in sharing if consent.will_be_revoked), None)
        if sought is None:
            return self.inconclusive("there was no active consent to revoke on a page")
        notified = {
            consent_of(delivery) for delivery, event in acknowledged_events(journal) if event.kind == "consent.received"
        }
        if any(consent.consent_id not in notified for consent in sharing):
            return self.inconclusive("the app was not notified of a consent that its page must list")
        views = page_views(journal, CONNECTIONS, [BEFORE])
        problem = why_unreadable(views)
        if problem:
            return self.inconclusive(problem)
        presses = last_run(journal)
        findings = [self._judge_list(journal, consent, views) for consent in sharing]
        findings.append(self._judge_presses(journal, sharing, views, presses))
        findings.append(self._judge_after(journal, sought, views))
        findings.append(self._judge_mismatch(false_failure(journal, sought.consent_id)))
        findings.append(self._judge_mismatch(false_success(journal)))
        problems = [finding for finding in findings if finding is not None]
        if problems:
            return max(problems, key=lambda finding: finding.verdict.weight)
        others = _others_ended(journal, sharing)
        advice = ("one control revokes all consents; each consent could have its own control",) if others else ()
        count = _counted(presses)
        verb = "revokes" if count == "1 press" else "revoke"
        observed = f"the page lists what is shared, and {count} {verb} it at Fiskil"
        return self.passes(observed, examined=len(sharing), advice=advice)

    def _judge_mismatch(self, mismatch: Mismatch | None) -> Finding | None:
        if mismatch is None:
            return None
        if mismatch.is_certain:
            return msgspec.structs.replace(self.fails(mismatch.observed, evidence=mismatch.evidence), fix=FIX_FOR_RESULTS)
        return self.inconclusive(mismatch.observed, hook=mismatch.hook)

    def _judge_list(self, journal: Journal, sharing: Sharing, views: list[PageView]) -> Finding | None:
        """Return a finding if the page does not certainly show the consent *sharing* in full; else None."""
        stated = next(iter(journal.all(Declared)), Declared())
        responses = [
            view
            for view in journal.all(PageView)
            if view.page == RESPONSE and view.moment == BEFORE and not view.participant
        ]
        absent, uncertain = gaps(
            sharing,
            views,
            responses,
            more_words=stated.dataset_words,
            stated_days=stated.consent_days,
            earlier_ends=[each.ended_on for each in journal.all(Renewed) if each.consent_id == sharing.consent_id],
        )
        reason = why_uncertain([*views, *responses])
        if absent and not _had_time(journal):
            return self._too_soon(journal)
        observed = f"the connections page does not show {' or '.join(absent)}"
        if absent and not reason:
            return self.fails(observed)
        if absent:
            return self.inconclusive(f"{observed}, but it may show more: {reason}")
        return self.inconclusive(uncertain[0]) if uncertain else None

    def _judge_presses(
        self, journal: Journal, sharing: list[Sharing], views: list[PageView], presses: list[Pressed]
    ) -> Finding | None:
        """Return a finding unless the presses revoked the right consent at Fiskil and no other consent; else None."""
        sought = next(consent for consent in sharing if consent.will_be_revoked)
        lines = tuple(_action(press) for press in presses if press.text)
        if not presses_of(journal):
            return self.inconclusive("no control was pressed on the connections page")
        others = _others_ended(journal, sharing)
        if not _has_ended(journal, sought.consent_id):
            return (
                self._judge_other(journal, views, sharing, lines)
                if others
                else self._judge_without_end(journal, views, sought)
            )
        if len(presses) > MOST_PRESSES:
            observed = f"revoking a consent takes {_counted(presses)}, and at most {MOST_PRESSES} are allowed"
            if sum(1 for press in presses if not press.is_typed) <= MOST_PRESSES:
                return self.inconclusive(f"{observed}; the practice does not state whether a typed word counts as a press")
            return self.fails(observed, evidence=lines)
        is_for_all = any(
            phrase_in(press.text, words_for(REVOKE, "every")) and not phrase_in(press.text, [sought.institution])
            for press in presses
        )
        own = [control for control in views[-1].controls if phrase_in(control.text, words_for(REVOKE, "sure"))]
        if others and not is_for_all and len(own) >= len(sharing):
            return self.fails("the control of one consent revoked others as well", evidence=lines)
        return None

    def _judge_other(
        self, journal: Journal, views: list[PageView], sharing: list[Sharing], lines: tuple[str, ...]
    ) -> Finding:
        """Judge presses that revoked another consent: INCONCLUSIVE if the pressed control may have been for that consent."""
        if _has_surplus(journal, views[-1].controls, count=len(sharing)):
            return self.inconclusive("the page has more controls than consents, and the pressed one revoked another consent")
        return self.fails("the control of one consent revoked another", evidence=lines)

    def _judge_without_end(self, journal: Journal, views: list[PageView], sought: Sharing) -> Finding:
        """Judge a consent that is still active at Fiskil: there was no control to press, or no press revoked the consent."""
        attempts = [press for press in presses_of(journal) if press.text]
        presses = [press for press in attempts if not press.problem]
        lines = tuple(dict.fromkeys(_action(press) for press in presses))
        if not attempts:
            return self._without_control(views)
        last = presses_of(journal)[-1].problem
        closed = [
            view.problem for view in journal.all(PageView) if view.page == RESPONSE and view.problem and not view.participant
        ]
        if last or closed:
            return self.inconclusive(f"the result of the last press could not be read: {last or closed[-1]}")
        sure = [press for press in presses if _is_sure(press, journal, sought.institution)]
        after = page_views(journal, CONNECTIONS, [AFTER])
        is_gone = bool(after) and not any(view.problem or phrase_in(view.text, [sought.institution]) for view in after)
        if not sure and not (is_gone and any(phrase_in(press.text, words_for(REVOKE, "likely")) for press in presses)):
            return self.inconclusive("no button or link is labelled as revoking the consent")
        reason = _other_way(journal, sure)
        if not is_gone and _has_surplus(journal, views[-1].controls, count=len(_sharing(journal))):
            reason = "the page has more controls than consents, and none of the pressed ones revoked the consent"
        if reason:
            return self.inconclusive(reason)
        if not _had_time(journal):
            return self._too_soon(journal)
        return self.fails("the consent was revoked on the page but is still active at Fiskil", evidence=lines)

    def _without_control(self, views: list[PageView]) -> Finding:
        reason = why_uncertain(views) or _unknown_control(views)
        if reason:
            observed = f"no control is labelled as revoking the consent, but one may do so: {reason}"
            return self.inconclusive(observed, hook=WORDS if reason == UNKNOWN_LANGUAGE else "")
        return self.fails("the connections page has no control that revokes the consent")

    def _too_soon(self, journal: Journal) -> Finding:
        end = last_effects(journal)
        if end is not None:
            return self.inconclusive(why_still_busy(end)[0])
        return self.inconclusive("the config does not state how soon the app shows the end of a consent", hook=FRESH)

    def _judge_after(self, journal: Journal, sought: Sharing, views: list[PageView]) -> Finding | None:
        """Return a finding if the page or the app's state still shows the consent as active after its end; else None."""
        if not _has_ended(journal, sought.consent_id):
            return None
        after = page_views(journal, CONNECTIONS, [AFTER])
        unread = [view.problem for view in after if view.problem and view.status not in GONE]
        if unread or not after:
            observed = "the connections page could not be read after the consent had ended"
            return self.inconclusive("; ".join([observed, *unread[:1]]))
        end = last_effects(journal)
        is_idle = end is None or end.is_idle
        is_listed = all(
            is_still_listed(
                before,
                text=later.text,
                controls=later.controls,
                institution=sought.institution,
                more_words=(*own_revoke_words(journal), *switched_off(journal)),
            )
            for before, later in zip(views, after, strict=False)
        )
        if is_listed and not _had_time(journal):
            return self._too_soon(journal)
        if is_listed:
            return self.fails(_unchanged_list(journal, sought))
        is_nothing_left = not any(consent.is_active for consent in _latest(journal).values())
        if end is not None and is_idle and end.is_connected and is_nothing_left:
            return self.fails("the app counts the end user as connected although their only consent was revoked")
        return None


def _unchanged_list(journal: Journal, sought: Sharing) -> str:
    """Describe a page that lists the institution of the ended consent as before; another consent there may be active."""
    consents = [consent for consent in _sharing(journal) if consent.institution == sought.institution]
    if all(_has_ended(journal, consent.consent_id) for consent in consents):
        return "the page still lists an ended consent as active"
    return (
        f"the page has not changed although one of {len(consents)} consents at the same institution ended: "
        "it hid one of them before, or still lists the ended one"
    )


def _action(press: Pressed) -> str:
    if press.is_typed:
        return press.text
    return f"turned off {press.text!r}" if press.is_switch else f"pressed {press.text!r}"


def _counted(presses: list[Pressed]) -> str:
    """Return a text with the number of presses and of typed words ("2 presses and 1 typed word")."""
    typed = sum(1 for press in presses if press.is_typed)
    count = len(presses) - typed
    words = f"{count} {'press' if count == 1 else 'presses'}"
    return f"{words} and {typed} typed {'word' if typed == 1 else 'words'}" if typed else words


def _has_surplus(journal: Journal, controls: Sequence[Control], *, count: int) -> bool:
    """Return True if more than *count* controls may revoke a consent.

    Their labels have a word for revoking, or are the same as the label of the first pressed control.
    """
    labels = [
        control.text
        for control in controls
        if not control.is_disabled and not phrase_in(control.text, words_for(REVOKE, "every"))
    ]
    sure = sum(1 for text in labels if phrase_in(text, [*own_revoke_words(journal), *words_for(REVOKE, "sure")]))
    first_labels = {plain(press.text) for press in presses_of(journal) if press.text and press.number <= 1}
    alike = Counter(plain(text) for text in labels)
    return max([sure, *(alike[text] for text in first_labels)]) > count


def _unknown_control(views: list[PageView]) -> str:
    """Return a clause about a control that may revoke a consent although its label is unknown; '' if there is none."""
    harmless = [*words_for("privacy"), *(word for name in HARMLESS for word in words_for(REVOKE, name))]
    revoking = [word for name in TELLING for word in words_for(REVOKE, name)]
    for view in views:
        for control in view.controls:
            is_foreign = bool(control.leads_to) and not is_local(view.url, control.leads_to)
            is_away = is_foreign and not phrase_in(control.text, revoking)
            is_here = control.is_link and is_same_address(control.leads_to, view.url)
            if not (control.is_disabled or is_away or is_here or phrase_in(control.text, harmless)):
                return (
                    f"the effect of {control.text!r} is unknown" if control.text else "the page has a control without a name"
                )
    return ""


def _had_time(journal: Journal) -> bool:
    """Return True if the app had enough time to show the end of the consent.

    The app must be idle. If it does not report its effects, the config must set ``fresh_s``.
    """
    end = last_effects(journal)
    return end.is_idle if end is not None else is_promised(journal, "fresh_s")


def _sharing(journal: Journal) -> list[Sharing]:
    """Return the consents that the page must show.

    If the page lists several consents of the same institution, the harness may press the wrong control. The consent that
    ended is then returned as the one to revoke.
    """
    latest = {sharing.consent_id: sharing for sharing in journal.all(Sharing) if not sharing.participant}
    sought = next((sharing for sharing in latest.values() if sharing.will_be_revoked), None)
    if sought is None or _has_ended(journal, sought.consent_id):
        return list(latest.values())
    ended = [
        sharing
        for sharing in latest.values()
        if sharing.institution == sought.institution and _has_ended(journal, sharing.consent_id)
    ]
    chosen = ended[0].consent_id if ended else sought.consent_id
    return [msgspec.structs.replace(sharing, will_be_revoked=sharing.consent_id == chosen) for sharing in latest.values()]


def _is_sure(press: Pressed, journal: Journal, institution: str) -> bool:
    """Return True if the label of the pressed control clearly states that the control revokes or stops the sharing."""
    is_labelled = bool(phrase_in(press.text, [*words_for(REVOKE, "sure"), *own_revoke_words(journal)]))
    return is_labelled or (press.is_switch and names_sharing(press.text, institution))


def _other_way(journal: Journal, sure: list[Pressed]) -> str:
    """Return why a control other than the pressed switches may revoke the consent; '' if there is no such control."""
    problems = [press.problem for press in presses_of(journal) if press.problem]
    is_open = bool(sure) and bool(problems) and all(press.is_switch for press in sure)
    return f"only a switch is labelled as revoking the consent, and another control failed: {problems[0]}" if is_open else ""


def _latest(journal: Journal) -> dict[str, ConsentState]:
    return {consent.consent_id: consent for consent in journal.all(ConsentState) if not consent.participant}


def _has_ended(journal: Journal, consent_id: str) -> bool:
    consent = _latest(journal).get(consent_id)
    return consent is not None and not consent.is_active


def _others_ended(journal: Journal, sharing: list[Sharing]) -> list[str]:
    return [
        consent.consent_id for consent in sharing if not consent.will_be_revoked and _has_ended(journal, consent.consent_id)
    ]
