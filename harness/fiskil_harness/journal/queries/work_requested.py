"""Count the work that was requested of the app, and detect if the app resumes calling the API after an outage."""

from collections.abc import Iterable

from fiskil_harness.journal import Delivery, Exchange, HookCall, Journal, Key, ProcessChanged
from fiskil_harness.journal.queries.api_calls import (
    bearer,
    began_s,
    bitten_by,
    calls,
    calls_during,
    is_complete_success,
    timed_out,
)
from fiskil_harness.journal.queries.deliveries import ended_s
from fiskil_harness.journal.queries.idleness import idle_before, work_between

NO_CALLS_OBSERVED = "the app was not observed to call the API after the fault had ended"


def work_count(journal: Journal, since_s: float, until_s: float) -> int:
    """Return the number of hook calls, restarts and deliveries that may be the reason of calls in this time.

    Work that was requested before *since_s* counts too, if the app was not idle in between: a hook or a delivery may have
    its response before the work begins. A refused delivery counts: the app may refuse it because its calls failed.
    """
    since_s = idle_before(journal, since_s) or since_s
    hooks = sum(1 for call in journal.all(HookCall) if call.at_s >= since_s and began_s(call) <= until_s)
    starts = sum(1 for started in journal.all(ProcessChanged) if started.is_restart and since_s <= started.at_s <= until_s)
    signed = (delivery for delivery in journal.all(Delivery) if not delivery.is_forged)
    deliveries = sum(1 for delivery in signed if ended_s(delivery) >= since_s and delivery.at_s <= until_s)
    return hooks + starts + deliveries


def work_begun(journal: Journal, *, before_s: float, until_s: float) -> int:
    """Return the number of hook calls and deliveries until *until_s* that began while the app may still have been busy.

    The count begins at the last time before *before_s* at which the app was idle for every participant.
    """
    return work_between(journal, idle_before(journal, before_s), until_s)


def works_after(journal: Journal, over_s: float, routes: frozenset[str] = frozenset()) -> bool | None:
    """Return whether the app works again after the failure ended at *over_s*; None if the journal does not show it.

    True: the app called the API successfully after *over_s*, and all *routes* if any are given. False: every refresh after a
    restart failed, and ``has_failed_for_good``. Without a restart it is never False: an app that still runs may avoid a
    failed API for a while.
    """
    fine = [call for call in calls(journal) if call.at_s >= over_s and bearer(call) and is_complete_success(call)]
    if fine and routes <= {call.route for call in fine}:
        return True
    restarts = [started.at_s for started in journal.all(ProcessChanged) if started.is_restart and started.at_s > over_s]
    refreshes = [call for call in journal.all(HookCall) if restarts and call.is_refresh and began_s(call) >= restarts[0]]
    if not refreshes or any(
        timed_out(journal, call) or (call.status is not None and call.status < 400) for call in refreshes
    ):
        return None
    return False if has_failed_for_good(journal, refreshes) else None


def has_failed_for_good(journal: Journal, failed: Iterable[HookCall]) -> bool:
    """Return True if an open circuit breaker of the app does not explain all *failed* hook calls.

    A circuit breaker may outlast a restart. While it is open, the app responds without an API call that shows that the API
    works again, but not for longer than the recovery time of a hook call.
    """
    return any(
        call.status is None or call.had_recovery_time or any(map(_is_failure, calls_during(journal, call)))
        for call in failed
    )


def _is_failure(call: Exchange) -> bool:
    """Return True if the API call failed for another reason than an expired token.

    An app may still have an expired token, and not request a new one while its circuit breaker is open.
    """
    has_expired = call.status == 401 and call.route != "token" and not call.bites
    return not is_complete_success(call) and not has_expired


def key_accepted_s(journal: Journal) -> float | None:
    """Return the time since which a key pair that was refused is accepted again; None if it was never refused, or still is.

    The API accepted the key pair again, or the app was restarted with the right pair. If a fault refused the pair, only a
    restart counts, because a running app may stop its calls for a while after a refusal.
    """
    keys, bitten = journal.all(Key), bitten_by(journal, "KeyRefused")
    restarts_s = [started.at_s for started in journal.all(ProcessChanged) if started.is_restart]
    if not keys:
        return next((restart_s for restart_s in restarts_s if bitten and restart_s > over_s(bitten)), None)
    if keys[-1].is_accepted:
        return keys[-1].at_s
    if keys[-1].is_wrong:
        return next((restart_s for restart_s in reversed(restarts_s) if restart_s > keys[-1].at_s), None)
    return None


def over_s(bitten: list[Exchange]) -> float:
    """Return the time at which the last of the *bitten* calls (those on which a fault acted) ended."""
    return max(call.ended_s for call in bitten)


def has_crashed(journal: Journal, since_s: float) -> bool:
    """Return True if the app seems to have crashed: at least two hooks were called since *since_s*, and every call
    failed without a response.

    An app that the harness killed in this time has not crashed.
    """
    was_killed = any(started.is_kill and started.at_s > since_s for started in journal.all(ProcessChanged))
    hook_calls = [call for call in journal.all(HookCall) if call.at_s >= since_s]
    failed = [call for call in hook_calls if call.status is None and not timed_out(journal, call)]
    return not was_killed and len(failed) >= 2 and len(failed) == len(hook_calls)
