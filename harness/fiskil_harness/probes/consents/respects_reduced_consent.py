"""Does the app work with fewer permissions than it requested, and delete data that is no longer shared?"""

from collections.abc import Collection
from itertools import pairwise

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.core.model import USUAL_PERMISSIONS
from fiskil_harness.journal import ConsentState, Declared, Exchange, FailureReplaced, FaultSet, HookCall, Journal, Key
from fiskil_harness.journal.queries.api_calls import (
    acknowledged_events,
    began_s,
    call_key,
    calls,
    calls_beside,
    calls_during,
    consent_of,
    dataset_read,
    is_complete_success,
    is_done,
    is_redirect,
)
from fiskil_harness.journal.queries.consents import (
    consents_of,
    hook_calls,
    is_declined,
    permitted,
    reads_during,
    still_shown,
)
from fiskil_harness.journal.queries.rows import effects_before, labelled_rows, last_effects, snapshots, syncs, why_still_busy
from fiskil_harness.journal.queries.storms import MAX_CALLS, WINDOW_S, is_storm
from fiskil_harness.probes.probe import Finding, Probe


class RespectsReducedConsent(Probe, frozen=True, kw_only=True, tag="respects_reduced_consent"):
    """Check that the app accepts a consent to fewer datasets than it requested.

    The app must read the shared datasets, must not keep requesting the others, and must delete the rows of withdrawn
    datasets. An occasional request for data that is not shared is accepted, but its refusal must not make a refresh fail.
    Withdrawn rows must be gone after the app was notified of the change or completed a refresh.
    """

    needs = (EFFECTS,)
    around = ("amend", "refresh")
    expected = "only the datasets that the consent covers now"
    source = "data.missing-permission"
    fix = "when a consent changes, read its permissions and delete data they no longer cover; request no other"

    def examine(self, journal: Journal) -> Finding:
        """Check the refused reads, the refreshes, and the rows of withdrawn datasets."""
        stormy = sorted({call.route for call in _refused(journal) if _is_storm(journal, call)})
        if stormy:
            observed = f"{stormy[0]} was requested more than {MAX_CALLS} times in {WINDOW_S:g} s although it is not shared"
            return self.fails(observed, evidence=tuple(f"refused {route}" for route in stormy))
        blocked = [hook for hook in hook_calls(journal, "refresh") if _is_blocked(journal, hook)]
        if blocked:
            observed = "a refresh read no shared data because other data is not shared"
            reads = [call for hook in blocked for call in reads_during(journal, hook)]
            refused = sorted({call.route for call in reads if not is_complete_success(call)})
            return self.fails(observed, evidence=tuple(f"refused {route}" for route in refused))
        failed = [hook for hook in hook_calls(journal, "refresh") if _fails_for_unshared(journal, hook)]
        if failed:
            observed = f"a refresh responded {failed[0].status} because data that is not shared was refused"
            refused = sorted({call.route for hook in failed for call in reads_during(journal, hook) if call.status == 403})
            return self.fails(observed, evidence=tuple(f"refused {route}" for route in refused))
        withdrawn = _withdrawn(journal)
        return self._judge_withdrawn(journal, withdrawn) if withdrawn else self._judge_withheld(journal)

    def _judge_withdrawn(self, journal: Journal, withdrawn: dict[str, float]) -> Finding:
        """Return PASS if the rows of the withdrawn datasets are gone, and FAIL if the app still shows some unchanged."""
        end = last_effects(journal)
        if end is None or not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        names = _names(journal, withdrawn)
        ever_shown, remaining = still_shown(journal, end, names)
        if not ever_shown:
            return self.inconclusive("the app's state never showed a row of the withdrawn datasets", hook=STATE)
        if remaining:
            observed = (
                f"earlier {', '.join(sorted(withdrawn))} are still in the app's state although they are no longer shared"
            )
            evidence = tuple(sorted(f"kept {names[fiskil_id]}" for fiskil_id in remaining))
            return self.fails(observed, evidence=evidence)
        return self.passes(f"{len(ever_shown)} rows that are no longer shared are gone", examined=len(ever_shown))

    def _judge_withheld(self, journal: Journal) -> Finding:
        """Return PASS if the app read the granted datasets although a usual permission was not granted."""
        granted = permitted(journal)
        if not granted or _requested(journal) <= granted:
            return self.inconclusive("the app was notified of no withdrawn permission, and no requested one was withheld")
        routes = {call.route for call in calls(journal) if dataset_read(call) in granted and is_complete_success(call)}
        observed = f"{len(routes)} datasets were read although others were withheld"
        return self.passes(observed, examined=len(routes), advice=_page_to_check(journal))


def _page_to_check(journal: Journal) -> tuple[str, ...]:
    """Return advice about a refresh that led to another page after a refusal: the page may report a failure."""
    refused, redirected = _refused(journal), filter(is_redirect, hook_calls(journal, "refresh"))
    routes = sorted({call.route for hook in redirected for call in calls_during(journal, hook) if call in refused})
    if not routes:
        return ()
    return (f"a refresh redirected after {', '.join(routes)} was refused: check that the page reports no failure",)


def _requested(journal: Journal) -> set[str]:
    """Return the permissions that the app's consents request: the usual ones unless the app uses none of them."""
    declared = next((set(each.datasets) for each in journal.all(Declared) if each.datasets is not None), set[str]())
    usual = set(USUAL_PERMISSIONS)
    return declared if declared and not declared & usual else usual


def _names(journal: Journal, withdrawn: Collection[str]) -> dict[str, str]:
    """Return the names (for reports) of the withdrawn rows by ``fiskil_id``.

    Ids that also occur in another dataset are left out, because the app may still show them.
    """
    names: dict[str, str] = {}
    other_ids: set[str] = set()
    for dataset, row, name in labelled_rows(journal):
        if dataset in withdrawn:
            names[str(row["fiskil_id"])] = name
        else:
            other_ids.add(str(row.get("fiskil_id")))
    return {fiskil_id: name for fiskil_id, name in names.items() if fiskil_id not in other_ids}


def _refused(journal: Journal) -> list[Exchange]:
    """Return the reads that the API refused because no active consent covered their dataset."""
    return [
        call
        for call in calls(journal)
        if call.status == 403
        and not call.bites
        and dataset_read(call)
        and dataset_read(call) not in permitted(journal, until_s=call.at_s)
    ]


def _is_storm(journal: Journal, refused: Exchange) -> bool:
    return is_storm(journal, [call for call in _refused(journal) if call_key(call) == call_key(refused)])


def _is_blocked(journal: Journal, hook: HookCall) -> bool:
    """Return True if the refresh failed and stored no new rows, although the API only refused data that is not shared."""
    during = [call for call in calls_during(journal, hook) if call.end_user_id]
    refused = [call for call in _refused(journal) if call in during]
    if (
        not (is_declined(hook) or is_redirect(hook))
        or not refused
        or any(not is_complete_success(call) and call not in refused for call in during)
    ):
        return False
    before = effects_before(journal, began_s(hook))
    after = next((effects for effects in snapshots(journal) if effects.at_s >= hook.at_s), None)
    if before is None or after is None or not after.is_idle or after.state is None:
        return False
    return before.state == after.state and _has_news(journal, hook)


def _fails_for_unshared(journal: Journal, hook: HookCall) -> bool:
    """Return True if the refresh failed with 5xx, and nothing failed beside it but reads of data that is not shared.

    The app knew what is shared, no fault was ever set, and the harness requested no failure.
    """
    is_disturbed = any((journal.all(FaultSet), journal.all(Key), journal.all(FailureReplaced), hook_calls(journal, "fail")))
    if hook.status is None or hook.status < 500 or is_disturbed:
        return False
    beside, refused = calls_beside(journal, hook), _refused(journal)
    if not any(call in refused for call in calls_during(journal, hook)):
        return False
    return _knows_permissions(journal, hook) and all(is_complete_success(call) or call in refused for call in beside)


def _knows_permissions(journal: Journal, hook: HookCall) -> bool:
    """Return True if, before *hook*, the app was notified of each active consent as it is now."""
    active = [consent for consent in consents_of(journal, until_s=began_s(hook)).values() if consent.is_active]
    notified = [
        (consent_of(delivery), delivery.at_s)
        for delivery, event in acknowledged_events(journal)
        if event.kind in {"consent.received", "consent.updated"} and delivery.at_s < began_s(hook)
    ]
    return bool(active) and all(
        any(consent_id == consent.consent_id and at_s >= consent.at_s for consent_id, at_s in notified) for consent in active
    )


def _has_news(journal: Journal, hook: HookCall) -> bool:
    """Return True if, before *hook*, a sync changed rows of a shared dataset, and the app was not notified since."""
    for name in permitted(journal, until_s=began_s(hook)):
        earlier = [sync for sync in syncs(journal, name) if sync.at_s < began_s(hook)]
        if len(earlier) > 1 and earlier[-1].rows != earlier[-2].rows:
            deliveries = [delivery for delivery, event in acknowledged_events(journal) if not event.participant]
            if all(delivery.at_s < earlier[-1].at_s for delivery in deliveries):
                return True
    return False


def _withdrawn(journal: Journal) -> dict[str, float]:
    """Return the datasets that an active consent no longer covers, each with the time of the change.

    Changes of which the app was not notified are left out.
    """
    changes: dict[str, list[ConsentState]] = {}
    for consent in journal.all(ConsentState):
        if not consent.participant:
            changes.setdefault(consent.consent_id, []).append(consent)
    removed = {
        name: after.at_s
        for states in changes.values()
        for before, after in pairwise(states)
        if after.is_active and _was_notified(journal, after)
        for name in set(before.permissions) - set(after.permissions)
    }
    return {name: at_s for name, at_s in removed.items() if name not in permitted(journal)}


def _was_notified(journal: Journal, changed: ConsentState) -> bool:
    """Return True if the app acknowledged an event about the change, or completed a refresh after it."""
    if any(is_done(journal, hook) for hook in hook_calls(journal, "refresh", since_s=changed.at_s)):
        return True
    return any(
        event.kind == "consent.updated" and event.is_subscribed and consent_of(acknowledged_event) == changed.consent_id
        for acknowledged_event, event in acknowledged_events(journal)
        if acknowledged_event.at_s >= changed.at_s
    )
