"""Does each kind of event have an effect of its own?"""

import re
from typing import ClassVar

from fiskil_harness.core.config.hooks import CONNECTED, EFFECTS
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Effects, EventCreated, Journal, UsedEvents
from fiskil_harness.journal.queries.deliveries import events_by_id, genuine, why_busy
from fiskil_harness.journal.queries.state import Leaves, StateReader, differing
from fiskil_harness.probes.probe import PlainProbe

USED = "app.facts.uses_events"
RECEIVED, REVOKED, SYNCED = "consent.received", "consent.revoked", "a sync"
ABOUT_CONSENT = re.compile(r"consent|connect|arrangement|grant|link", re.IGNORECASE)
GOES_ON = frozenset({"active", "authorised", "authorized", "connected", "enabled", "granted", "linked", "valid"})
IS_OVER = frozenset({"cancelled", "disconnected", "ended", "expired", "inactive", "revoked", "terminated", "withdrawn"})


class DistinguishesEvents(PlainProbe, frozen=True, kw_only=True, tag="distinguishes_events"):
    """A consent that was revoked is not held to go on, and one that was only changed or synced is not held to be over.

    The app says so by ``app.observe.connected``, or its state does in plain words about the consent. Each kind is a case.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver",)
    expected: ClassVar[str] = "an end after consent.revoked, and after no other kind of event"
    source: ClassVar[str] = "webhooks.events"
    fix: ClassVar[str] = "decide by data.event what a message does, and change nothing for kinds that you do not use"

    def examine(self, journal: Journal) -> Finding:
        """Look at the state after each kind of event."""
        looks = _looks(journal)
        if REVOKED not in looks or RECEIVED not in looks:
            hook = "" if journal.all(UsedEvents) else USED
            return self.inconclusive("no consent was seen to begin and to end", hook=hook)
        reason, hook = why_busy(journal)
        if reason:
            return self.inconclusive(reason, hook=hook)
        reading = StateReader(journal)
        before, after = looks[RECEIVED]
        words = _words(reading, before, after)
        cases = tuple(_case(reading, kind, *around, words) for kind, around in looks.items() if kind != RECEIVED)
        wrong = [case for case in cases if case.verdict is Verdict.FAIL]
        if wrong:
            evidence = tuple(case.observed for case in wrong)
            return self.fails(wrong[0].observed, evidence=evidence, cases=cases)
        if _is_told(reading, looks, words):
            return self.passes("the end of a consent alone was taken for its end", examined=1, cases=cases)
        return self.inconclusive("the app's state does not say whether a consent goes on", hook=CONNECTED)


def _looks(journal: Journal) -> dict[str, tuple[Effects, Effects]]:
    """For each kind that the app uses: what it told before and after the step in which one was acknowledged first.

    A sync may have ended meanwhile, so the step of a consent's event may hold one as well; syncs of their own are one kind.
    """
    events = events_by_id(journal)
    by_step: dict[int, list[EventCreated]] = {}
    for delivery in genuine(journal):
        if delivery.outcome == "ack" and delivery.message_id in events:
            by_step.setdefault(delivery.step, []).append(events[delivery.message_id])
    found: dict[str, tuple[Effects, Effects]] = {}
    for step, told in by_step.items():
        around = _around(journal, step, told[0].participant)
        about_consent = [event for event in told if event.kind.startswith("consent.")]
        if around and len(about_consent) <= 1 and all(event.is_subscribed for event in about_consent):
            found.setdefault(about_consent[0].kind if about_consent else SYNCED, around)
    return found


def _around(journal: Journal, step: int, participant: str) -> tuple[Effects, Effects] | None:
    told = {
        effects.moment: effects
        for effects in journal.all(Effects)
        if effects.step == step and effects.participant == participant
    }
    return (told["before"], told["after"]) if {"before", "after"} <= told.keys() else None


def _words(reading: StateReader, before: Effects, after: Effects) -> dict[str, set[str]]:
    """The places about the consent where its beginning wrote that it goes on, with the words."""
    early, late = reading.leaves(before.state), reading.leaves(after.state)
    found = {path: _going(late, path) - _going(early, path) for path in late if ABOUT_CONSENT.search(path)}
    return {path: words for path, words in found.items() if words}


def _going(leaves: Leaves, path: str) -> set[str]:
    return {value for value in leaves.get(path, ()) if value.casefold() in GOES_ON or _is_yes(path, value)}


def _is_yes(path: str, value: str) -> bool:
    return value == "true" and path.rpartition(".")[2].casefold().removeprefix("is_") in GOES_ON


def _case(reading: StateReader, kind: str, before: Effects, after: Effects, words: dict[str, set[str]]) -> Case:
    leaves = reading.leaves(after.state)
    name = kind.rpartition(".")[2] if kind.startswith("consent.") else "synced"
    if kind == REVOKED:
        going = [path for path, known in words.items() if known & _going(leaves, path)]
        is_wrong = after.is_connected if after.is_connected is not None else bool(going)
        place = f" at {going[0]}" if going and after.is_connected is None else ""
        seen = f"after {kind} the consent is held to go on{place}" if is_wrong else f"after {kind} the consent is over"
    else:
        over = [path for path in words if {value.casefold() for value in leaves.get(path, ())} & IS_OVER]
        is_wrong = (
            after.is_connected is False and before.is_connected is True if after.is_connected is not None else bool(over)
        )
        seen = f"after {kind} the consent is held to be over" if is_wrong else f"after {kind} the consent goes on"
    return Case(name=name, verdict=Verdict.FAIL if is_wrong else Verdict.PASS, observed=seen)


def _is_told(reading: StateReader, looks: dict[str, tuple[Effects, Effects]], words: dict[str, set[str]]) -> bool:
    """Whether the end of a consent shows at all."""
    before, after = looks[REVOKED]
    if after.is_connected is not None or words:
        return True
    return bool(differing(reading.leaves(before.state), reading.leaves(after.state)))
