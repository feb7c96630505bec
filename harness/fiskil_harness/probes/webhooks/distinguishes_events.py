"""Does the app distinguish the end of a consent from other events?"""

import re

from fiskil_harness.core.config.hooks import CONNECTED, EFFECTS
from fiskil_harness.journal import Effects, EventCreated, Journal, UsedEvents
from fiskil_harness.journal.queries.deliveries import events_by_id, genuine, why_busy
from fiskil_harness.journal.queries.rows import effects_around
from fiskil_harness.journal.queries.state import Leaves, StateReader, differing
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

USED = "app.facts.uses_events"
RECEIVED, REVOKED, SYNCED = "consent.received", "consent.revoked", "a sync"
CONSENT_PATH = re.compile(r"consent|connect|arrangement|grant|link", re.IGNORECASE)
ACTIVE = frozenset({"active", "authorised", "authorized", "connected", "enabled", "granted", "linked", "valid"})
ENDED = frozenset({"cancelled", "disconnected", "ended", "expired", "inactive", "revoked", "terminated", "withdrawn"})


class DistinguishesEvents(Probe, frozen=True, kw_only=True, tag="distinguishes_events"):
    """Check that consent.revoked ends a consent in the app, and that updates of a consent and syncs do not end it.

    The hook ``app.observe.connected``, or words such as active and revoked in the app's state, show whether a consent has
    ended. Each kind of event is a case.
    """

    needs = (EFFECTS,)
    around = ("deliver",)
    expected = "a consent that ends after consent.revoked, and after no other kind of event"
    source = "webhooks.events"
    fix = "choose the action by data.event, and change nothing for kinds of events that you do not use"

    def examine(self, journal: Journal) -> Finding:
        """Read the app's state after each kind of event."""
        snapshots = _snapshots(journal)
        if REVOKED not in snapshots or RECEIVED not in snapshots:
            hook = "" if journal.all(UsedEvents) else USED
            return self.inconclusive("the start and the end of a consent were not both observed", hook=hook)
        if busy := why_busy(journal):
            return self.inconclusive(*busy)
        reader = StateReader(journal)
        before, after = snapshots[RECEIVED]
        words = _active_words(reader, before, after)
        cases = tuple(_case(reader, kind, *states, words) for kind, states in snapshots.items() if kind != RECEIVED)
        wrong = [case for case in cases if case.verdict is Verdict.FAIL]
        if wrong:
            evidence = tuple(case.observed for case in wrong)
            return self.fails(wrong[0].observed, evidence=evidence, cases=cases)
        if _shows_the_end(reader, snapshots, words):
            return self.passes("only consent.revoked ended the consent", examined=1, cases=cases)
        return self.inconclusive("the app's state does not show whether a consent is active", hook=CONNECTED)


def _snapshots(journal: Journal) -> dict[str, tuple[Effects, Effects]]:
    """Return, by kind of event, the app's effects before and after the first step in which the app acknowledged that kind.

    A step with a consent event counts for the kind of that event, even if a sync completed in the same step. Steps with
    several consent events are left out. All syncs count as one kind.
    """
    events = events_by_id(journal)
    by_step: dict[int, list[EventCreated]] = {}
    for delivery in genuine(journal):
        if delivery.is_acknowledged and delivery.message_id in events:
            by_step.setdefault(delivery.step, []).append(events[delivery.message_id])
    snapshots: dict[str, tuple[Effects, Effects]] = {}
    for step, acknowledged in by_step.items():
        before, after = effects_around(journal, step, acknowledged[0].participant)
        about_consent = [event for event in acknowledged if event.kind.startswith("consent.")]
        if before and after and len(about_consent) <= 1 and all(event.is_subscribed for event in about_consent):
            snapshots.setdefault(about_consent[0].kind if about_consent else SYNCED, (before, after))
    return snapshots


def _active_words(reader: StateReader, before: Effects, after: Effects) -> dict[str, set[str]]:
    """Return the paths about a consent at which words such as active appeared when it started, with these words."""
    early, late = reader.leaves(before.state), reader.leaves(after.state)
    new_words = {
        path: _active_values(late, path) - _active_values(early, path) for path in late if CONSENT_PATH.search(path)
    }
    return {path: words for path, words in new_words.items() if words}


def _active_values(leaves: Leaves, path: str) -> set[str]:
    return {value for value in leaves.get(path, ()) if value.casefold() in ACTIVE or _is_true_flag(path, value)}


def _is_true_flag(path: str, value: str) -> bool:
    return value == "true" and path.rpartition(".")[2].casefold().removeprefix("is_") in ACTIVE


def _case(reader: StateReader, kind: str, before: Effects, after: Effects, words: dict[str, set[str]]) -> Case:
    leaves = reader.leaves(after.state)
    name = kind.rpartition(".")[2] if kind.startswith("consent.") else "synced"
    if kind == REVOKED:
        active_paths = [path for path, values in words.items() if values & _active_values(leaves, path)]
        is_wrong = after.is_connected if after.is_connected is not None else bool(active_paths)
        place = f" at {active_paths[0]}" if active_paths and after.is_connected is None else ""
        observed = f"after {kind} the consent is still active{place}" if is_wrong else f"after {kind} the consent has ended"
    else:
        ended_paths = [path for path in words if {value.casefold() for value in leaves.get(path, ())} & ENDED]
        is_wrong = bool(ended_paths)
        if after.is_connected is not None:
            is_wrong = before.is_connected is True and not after.is_connected
        observed = f"after {kind} the consent has ended" if is_wrong else f"after {kind} the consent is active"
    return Case(name=name, verdict=Verdict.FAIL if is_wrong else Verdict.PASS, observed=observed)


def _shows_the_end(reader: StateReader, snapshots: dict[str, tuple[Effects, Effects]], words: dict[str, set[str]]) -> bool:
    """Return True if the app's effects show the end of a consent: in ``connected``, in words, or by any change of state."""
    before, after = snapshots[REVOKED]
    if after.is_connected is not None or words:
        return True
    return bool(differing(reader.leaves(before.state), reader.leaves(after.state)))
