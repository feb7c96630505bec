"""Queries about disconnects in the app: which of them the app reported as done, and which consents they ended at Fiskil.

A redirect reports nothing, because it may lead to a page with an error. Other facts show if the app was done: the consents
at Fiskil, the app's revocations, and the state that the app reports.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from fiskil_harness.journal import ConsentState, Exchange, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import (
    acknowledged_events,
    began_s,
    calls,
    calls_during,
    consent_of,
    is_complete_success,
    is_done,
    is_redirect,
    never_succeeded,
)
from fiskil_harness.journal.queries.consents import consents_of, hook_calls
from fiskil_harness.journal.queries.rows import effects_before, last_effects, snapshots

NEVER_S = float("inf")


def disconnects(journal: Journal) -> list[HookCall]:
    """Return the first request of each disconnect that succeeded in the end. A failed request may have revoked a consent."""
    first: HookCall | None = None
    succeeded = []
    for hook, until_s in _with_ends(hook_calls(journal, "revoke")):
        first = first or hook
        if _is_reported_as_done(journal, hook, first=first, until_s=until_s):
            succeeded.append(first)
            first = None
    return succeeded


def undone_redirect(journal: Journal) -> HookCall | None:
    """Return the last disconnect if the app responded with a redirect and a consent stayed active; else None."""
    hook = next(reversed(hook_calls(journal, "revoke")), None)
    if hook is None or not is_redirect(hook) or is_done(journal, hook):
        return None
    now = consents_of(journal)
    return hook if any(now[consent.consent_id].is_active for consent in known_consents(journal, hook)) else None


def known_consents(journal: Journal, hook: HookCall) -> list[ConsentState]:
    """Return the consents that were active when *hook* was called, and of which the app had been notified before."""
    received = [delivery for delivery, event in acknowledged_events(journal) if event.kind == "consent.received"]
    notified_ids = {consent_of(delivery) for delivery in received if delivery.at_s < began_s(hook)}
    return [consent for consent in _active_before(journal, hook) if consent.consent_id in notified_ids]


def is_ended_by_app(journal: Journal, consent: ConsentState, *, since_s: float, until_s: float = NEVER_S) -> bool:
    """Return True if a revocation that the app sent from *since_s* until *until_s* ended the consent.

    A revocation whose response was lost counts if the consent was no longer active at *until_s*.
    """
    sent = [call for call in calls(journal) if since_s <= call.at_s < until_s and _revokes(call, consent)]
    is_active = consents_of(journal, until_s=until_s)[consent.consent_id].is_active
    return any(is_complete_success(call) or (call.bites and not is_active) for call in sent)


def has_failed_calls(journal: Journal, hook: HookCall) -> bool:
    """Return True if a fault acted on an API call during *hook*, and no later call to its route succeeded meanwhile."""
    during = calls_during(journal, hook)
    return bool(never_succeeded(during, [call for call in during if call.bites]))


def treats_as_disconnected(journal: Journal, hook: HookCall) -> bool:
    """Return True if the end user counted as connected before *hook*, and no longer did when the app was idle afterwards.

    Every consent that was active before is still active at the end, so nothing but a disconnect in the app explains that.
    A later message may correct the app's state; then the app must have reported before that it had no unfinished work.
    """
    before, end = effects_before(journal, began_s(hook)), last_effects(journal)
    after = [effects for effects in snapshots(journal) if effects.at_s >= hook.at_s]
    claiming = [
        effects for effects in after if effects.is_connected is False and (effects.has_reported_idle or effects is end)
    ]
    was_connected = before is not None and bool(before.is_connected)
    return was_connected and bool(claiming) and all_still_active(journal, hook)


def all_still_active(journal: Journal, hook: HookCall) -> bool:
    """Return True if there were active consents when *hook* was called, and all of them are still active at the end."""
    active, now = _active_before(journal, hook), consents_of(journal)
    return bool(active) and all(now[consent.consent_id].is_active for consent in active)


def _is_reported_as_done(journal: Journal, hook: HookCall, *, first: HookCall, until_s: float) -> bool:
    """Return True if the app reported success, or redirected and it follows from other facts that it was done.

    Args:
        first: The first request of the same disconnect.
        until_s: The time of the next request, as end of the facts that follow from this one.
    """
    if not is_redirect(hook):
        return hook.has_succeeded
    if is_done(journal, hook):
        return True
    known = known_consents(journal, first)
    if known and all(is_ended_by_app(journal, consent, since_s=began_s(first), until_s=until_s) for consent in known):
        return True
    return until_s == NEVER_S and treats_as_disconnected(journal, first)


def _with_ends(hooks: list[HookCall]) -> Iterator[tuple[HookCall, float]]:
    """Yield each hook call with the time at which the next one began."""
    begins: Iterable[float] = [*map(began_s, hooks), NEVER_S]
    return zip(hooks, (later for _, later in pairwise(begins)), strict=True)


def _active_before(journal: Journal, hook: HookCall) -> list[ConsentState]:
    return [consent for consent in consents_of(journal, until_s=began_s(hook)).values() if consent.is_active]


def _revokes(call: Exchange, consent: ConsentState) -> bool:
    return (call.route == "consents.revoke" and consent.consent_id in call.path) or call.route == "end_users.delete"
