"""Does the app live with less than it asked for, and let go of what is shared no longer?"""

from collections.abc import Collection
from itertools import pairwise
from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model import USUAL_PERMISSIONS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import ConsentState, Effects, Exchange, HookCall, Journal, Rows
from fiskil_harness.journal.queries.api_calls import acknowledged_events, began_s, call_key, calls, is_fine
from fiskil_harness.journal.queries.consents import calls_during, hooks, is_declined, is_done, permitted, shown_as_before
from fiskil_harness.journal.queries.deliveries import consent_of
from fiskil_harness.journal.queries.rows import STILL_BUSY, at_work, effects_before, last_effects, name_of_row
from fiskil_harness.probes.probe import PlainProbe

MOST = 20
WINDOW_S = 3.0


class RespectsReducedConsent(PlainProbe, frozen=True, kw_only=True, tag="respects_reduced_consent"):
    """What is not shared is not asked for over and over, keeps nobody from reading the rest, and is shown no longer.

    Asking for it once in a while is an app's own business. What leaves a consent must go when the app was told that the
    consent changed, or when it has read everything anew.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("amend", "refresh")
    expected: ClassVar[str] = "the datasets that the consent covers now, and no others"
    source: ClassVar[str] = "data.missing-permission"
    fix: ClassVar[str] = "read a consent's permissions when it changes: delete what left them, and ask for nothing else"

    def examine(self, journal: Journal) -> Finding:
        """Look at refusals, at refreshes, and at the rows of what was taken away."""
        stormed = sorted({call.route for call in _refused(journal) if _is_storm(journal, call)})
        if stormed:
            seen = f"{stormed[0]} was asked for more than {MOST} times within {WINDOW_S:g} s though it is not shared"
            return self.fails(seen, evidence=tuple(f"refused {text}" for text in stormed), examined=len(stormed))
        stuck = [hook for hook in hooks(journal, "refresh") if _came_to_nothing(journal, hook)]
        if stuck:
            seen = "a refresh brought nothing of what is shared, because of what is not"
            missing = sorted(
                {call.route for hook in stuck for call in calls_during(journal, hook, "banking.") if not is_fine(call)}
            )
            return self.fails(seen, evidence=tuple(f"refused {text}" for text in missing), examined=len(stuck))
        lost = _lost(journal)
        return self._let_go(journal, lost) if lost else self._lived(journal)

    def _let_go(self, journal: Journal, lost: dict[str, float]) -> Finding:
        """Whether the rows of what was taken away are gone."""
        end = last_effects(journal)
        if end is None or not end.is_idle:
            reason, hook = at_work(end) if end else (STILL_BUSY, EFFECTS)
            return self.inconclusive(reason, hook=hook)
        names = _names(journal, lost)
        known, kept = shown_as_before(journal, end, names)
        if not known:
            return self.inconclusive("the app's state never showed a row of what was taken away", hook=EFFECTS)
        if kept:
            seen = f"{', '.join(sorted(lost))} of before still stand in the app's state though they are shared no longer"
            evidence = tuple(sorted(f"kept {names[text]}" for text in kept))
            return self.fails(seen, evidence=evidence, examined=len(known))
        return self.passes(f"{len(known)} rows that are shared no longer are gone", examined=len(known))

    def _lived(self, journal: Journal) -> Finding:
        """Whether the app was seen to read what was granted where something usual was not."""
        granted = permitted(journal)
        if not granted or set(USUAL_PERMISSIONS) <= granted:
            return self.inconclusive("nothing was taken away of which the app was told, and nothing usual was withheld")
        made = {call.route for call in calls(journal) if call.route.removeprefix("banking.") in granted and is_fine(call)}
        return self.passes(f"{len(made)} datasets were read where others were withheld", examined=len(made))


def _names(journal: Journal, lost: Collection[str]) -> dict[str, str]:
    """The rows of what was taken away, by id; without ids that rows of another dataset have too."""
    own: dict[str, str] = {}
    others: set[str] = set()
    for sync in journal.all(Rows):
        if sync.participant:
            continue
        for number, row in enumerate(sync.rows, start=1):
            if sync.dataset in lost:
                own[str(row["fiskil_id"])] = f"{sync.dataset} {name_of_row(row, number)}"
            else:
                others.add(str(row.get("fiskil_id")))
    return {text: name for text, name in own.items() if text not in others}


def _refused(journal: Journal) -> list[Exchange]:
    """Interpretations of datasets that no active consent covers, which the API refused for that."""
    return [
        call
        for call in calls(journal)
        if call.status == 403
        and not call.bites
        and call.route.startswith("banking.")
        and call.route.removeprefix("banking.") not in permitted(journal, until_s=call.at_s)
    ]


def _is_storm(journal: Journal, refused: Exchange) -> bool:
    times = [call.at_s for call in _refused(journal) if call_key(call) == call_key(refused)]
    return any(last - first <= WINDOW_S for first, last in zip(times, times[MOST:], strict=False))


def _came_to_nothing(journal: Journal, hook: HookCall) -> bool:
    """Whether the app was refused only what is not shared, and therefore told nothing new though there is something."""
    made = [call for call in calls_during(journal, hook, "") if call.end_user_id]
    refused = [call for call in _refused(journal) if call in made]
    if not is_declined(hook) or not refused or any(not is_fine(call) and call not in refused for call in made):
        return False
    before = effects_before(journal, began_s(hook))
    after = next(
        (effects for effects in journal.all(Effects) if not effects.participant and effects.at_s >= hook.at_s), None
    )
    if before is None or after is None or not after.is_idle or after.state is None:
        return False
    return before.state == after.state and _has_news(journal, hook)


def _has_news(journal: Journal, hook: HookCall) -> bool:
    """Whether rows of a dataset that is shared changed with a sync of which nothing had told the app."""
    for name in permitted(journal, until_s=began_s(hook)):
        syncs = [rows for rows in journal.all(Rows) if rows.dataset == name and not rows.participant]
        syncs = [sync for sync in syncs if sync.at_s < began_s(hook)]
        if len(syncs) > 1 and syncs[-1].rows != syncs[-2].rows:
            later = [
                acknowledged_event
                for acknowledged_event, event in acknowledged_events(journal)
                if acknowledged_event.at_s >= syncs[-1].at_s and not event.participant
            ]
            if not later:
                return True
    return False


def _lost(journal: Journal) -> dict[str, float]:
    """The datasets that an active consent covered and does no longer, where the app had word of it, and when they left."""
    changes: dict[str, list[ConsentState]] = {}
    for consent in journal.all(ConsentState):
        if not consent.participant:
            changes.setdefault(consent.consent_id, []).append(consent)
    left = {
        name: after.at_s
        for ones in changes.values()
        for before, after in pairwise(ones)
        if after.is_active and _has_heard(journal, after)
        for name in set(before.permissions) - set(after.permissions)
    }
    return {name: at_s for name, at_s in left.items() if name not in permitted(journal)}


def _has_heard(journal: Journal, changed: ConsentState) -> bool:
    if any(is_done(hook) for hook in hooks(journal, "refresh", since_s=changed.at_s)):
        return True
    return any(
        event.kind == "consent.updated" and event.is_subscribed and consent_of(acknowledged_event) == changed.consent_id
        for acknowledged_event, event in acknowledged_events(journal)
        if acknowledged_event.at_s >= changed.at_s
    )
