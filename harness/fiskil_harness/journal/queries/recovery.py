"""The time after a disturbance in which an app must resume its work, and apps that never did.

An app may wait before it tries again, after a fault, a kill or a restart. But it cannot wait for ever: an app that reports
unfinished work, makes no API call and changes nothing for minutes has abandoned the work.
"""

from itertools import pairwise
from math import inf
from typing import Final

from fiskil_harness.journal import (
    ApiServedOverTls,
    ConsentState,
    Effects,
    Exchange,
    FaultSet,
    HookCall,
    Journal,
    Key,
    ProcessChanged,
)
from fiskil_harness.journal.queries.api_calls import began_s, call_key, calls, header, is_complete_success, refreshes
from fiskil_harness.journal.queries.idleness import work_between
from fiskil_harness.journal.queries.overdue import AFTER_DISTURBANCE
from fiskil_harness.journal.queries.pauses import is_promised, paused_s

RECOVERY_S: Final = 200.0
"""The time after which an app that changes nothing has abandoned its work, in real seconds.

A client may repeat a failed call within a second, and the job queue behind it may wait for three minutes before it tries
again, so short pauses that were seen do not show how long the next one is.
"""

GROWTH: Final = 3.0
"""A next pause between two attempts is shorter than this many times the longest pause so far."""
MOST_PAUSED = 0.1
"""The share of the time without a change for which the machine may have been paused."""
_SERVER_ERROR: Final = 500
_OWN_MISTAKES = range(400, 500)
_RETRIABLE = frozenset({401, 408, 425, 429})


def recovery_s(journal: Journal, fresh_s: float) -> float:
    """Return ``RECOVERY_S``, or infinity if an app that changes nothing for so long need not have abandoned its work.

    An app whose config does not state ``fresh_s`` is never judged, and neither is one whose next pause may be longer.

    Args:
        fresh_s: The time in which the app finishes undisturbed work.
    """
    is_excused = journal.all(Key) or any(call.is_failure_request for call in journal.all(HookCall))
    if is_excused or cannot_reach_api(journal) or not is_promised(journal, "fresh_s"):
        return inf
    needed_s = max(AFTER_DISTURBANCE * fresh_s, GROWTH * _longest_pause_s(journal), _longest_request_s(journal))
    return RECOVERY_S if needed_s <= RECOVERY_S else inf


def is_abandoned(journal: Journal, end: Effects | None) -> bool:
    """Return True if the app never resumed the work that *end* reports as unfinished, and nothing excuses that."""
    if end is None or not end.had_recovery_time or end.is_idle:
        return False
    return not is_excused(journal, end.at_s - end.unchanged_s, end.at_s)


def stays_down(journal: Journal) -> bool:
    """Return True if the app exited at each start after its last kill, although every call that it made succeeded.

    Without faults and with an unchanged API key, only what the kill left behind differs from the start before.
    """
    changes = journal.all(ProcessChanged)
    killed_s = max((changed.at_s for changed in changes if changed.is_kill), default=inf)
    if not changes or not changes[-1].is_refusal or killed_s == inf:
        return False
    since_kill = [call for call in calls(journal) if call.at_s >= killed_s]
    had_fault = bool(journal.all(FaultSet)) or bool(journal.all(Key)) or cannot_reach_api(journal)
    return not had_fault and all(map(is_complete_success, since_kill))


def is_excused(journal: Journal, since_s: float, until_s: float) -> bool:
    """Return True if an app that changed nothing from *since_s* to *until_s* has an excuse.

    A long pause of the machine and a refusal of a wrong request are excuses: without them the work might have ended.
    """
    pause_s = paused_s(journal, since_s, until_s)
    return pause_s > MOST_PAUSED * (until_s - since_s) or any(map(_is_refusal, calls(journal)))


def failed_refresh(journal: Journal, participant: str, *, since_s: float) -> HookCall | None:
    """Return the refresh since *since_s* that failed for very long after the API had recovered; None if one succeeded later.

    While a consent has ended, or an API key is refused, a refresh may fail. A refresh that never made an API call may be a
    wrong hook. The status of a client error may have another reason, such as a limit of the app.
    """
    consents = {consent.consent_id: consent for consent in journal.all(ConsentState) if consent.participant == participant}
    if journal.all(Key) or cannot_reach_api(journal) or not all(consent.is_active for consent in consents.values()):
        return None
    every = [call for call in refreshes(journal, since_s=0.0) if call.participant == participant]
    own = [call for call in every if began_s(call) >= since_s]
    has_worked = any(call.has_succeeded or _has_called(journal, call) for call in every)
    is_down = bool(own) and own[-1].had_recovery_time and (own[-1].status or 0) >= _SERVER_ERROR
    return own[-1] if is_down and has_worked else None


def _has_called(journal: Journal, hook: HookCall) -> bool:
    """Return True if the app called the API during *hook*."""
    return any(began_s(hook) <= call.at_s <= hook.at_s for call in calls(journal))


def cannot_reach_api(journal: Journal) -> bool:
    """Return True if the app's config lets it trust no certificate of the local Fiskil."""
    return any(not served.is_reached for served in journal.all(ApiServedOverTls))


def _is_refusal(call: Exchange) -> bool:
    """Return True if the API itself refused *call* for good."""
    return call.status in _OWN_MISTAKES and call.status not in _RETRIABLE and not call.bites


def _longest_pause_s(journal: Journal) -> float:
    """Return the longest pause that the app made by itself before it repeated a failed call."""
    by_key: dict[object, list[Exchange]] = {}
    for call in calls(journal):
        by_key.setdefault(call_key(call), []).append(call)
    pauses_s = [
        later.at_s - failed.ended_s
        for same in by_key.values()
        for failed, later in pairwise(same)
        if not is_complete_success(failed) and not work_between(journal, failed.ended_s, later.at_s)
    ]
    return max(pauses_s, default=0.0)


def _longest_request_s(journal: Journal) -> float:
    """Return the longest pause that a response requested with Retry-After; infinite if one does not name it in seconds."""
    values = {header(call.response_headers, "retry-after").strip() for call in calls(journal)} - {""}
    return max((float(value) if value.isdecimal() else inf for value in values), default=0.0)
