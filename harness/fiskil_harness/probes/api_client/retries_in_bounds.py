"""Does the app limit retries of failing calls, and look up an end user before it repeats a creation?"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from fiskil_harness.journal import Exchange, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import (
    CallKey,
    began_s,
    bitten_by,
    call_key,
    calls,
    routes_of,
)
from fiskil_harness.journal.queries.storms import MAX_CALLS, WINDOW_S, is_storm
from fiskil_harness.probes.api_client.retries_broken_reads import is_spoilt
from fiskil_harness.probes.probe import Finding, Probe

LOOKUPS = frozenset({"end_users.list", "end_users.get"})
GATEWAY = frozenset({502, 504})
"""Statuses of a gateway, after which it is unknown if the API created the end user."""

NOT_DONE = frozenset({"Pending", "ResetOnAccept"})
"""Faults after which it is certain that the API did nothing."""


class RetriesInBounds(Probe, frozen=True, kw_only=True, tag="retries_in_bounds"):
    """Check that no failing call is repeated more than 20 times in three real seconds, and no end user is created twice.

    More calls are accepted if many messages and requests arrive at once: three for each of them.
    Creating an end user is not idempotent. If the response is lost, unreadable or from a gateway, the app must look the end
    user up before it repeats the creation, unless a new request arrives, or several requests are in progress.
    """

    is_general = True
    expected = "growing pauses between attempts; POST /v1/end-users once"
    source = "end-users.duplicate-email"
    fix = "back off exponentially with a limit; after a lost response, look the end user up before creating"

    def examine(self, journal: Journal) -> Finding:
        """Count equal failing calls, and look for repeated creations after a lost response."""
        bitten = bitten_by(journal)
        if not bitten:
            return self.inconclusive("no fault affected a call")
        if _created_blindly(journal):
            observed = "POST /v1/end-users was repeated after a lost response, without a lookup first"
            line = "POST end_users.create twice for one request"
            return self.fails(observed, evidence=(line,))
        stormy = sorted({failed[0].route for failed in _equal_failures(bitten) if is_storm(journal, failed)})
        if stormy:
            observed = f"{stormy[0]} was repeated more than {MAX_CALLS} times within {WINDOW_S:g} s while it failed"
            evidence = tuple(f"retry storm: {route}" for route in stormy)
            return self.fails(observed, evidence=evidence)
        return self.passes("the retries of every failing call stayed within bounds", examined=routes_of(bitten))


def _equal_failures(bitten: Iterable[Exchange]) -> Iterable[list[Exchange]]:
    """Return the failed calls of *bitten* in order, as one list for each group of equal calls."""
    groups: dict[CallKey, list[Exchange]] = defaultdict(list)
    for call in filter(_has_failed, bitten):
        groups[call_key(call)].append(call)
    return groups.values()


def _has_failed(call: Exchange) -> bool:
    """Return True unless the fault left a response that the app can use, such as one with another date."""
    return is_spoilt(call) or call.status is None or call.status >= 400


def _created_blindly(journal: Journal) -> bool:
    api_calls = calls(journal)
    creations = [call for call in api_calls if call.route == "end_users.create"]
    hook_times_s = [began_s(hook_call) for hook_call in journal.all(HookCall)]
    for lost, again in pairwise(creations):
        is_equal = lost.request_body == again.request_body
        if not is_equal or not _is_ambiguous(lost) or any(lost.at_s < hook_s < again.at_s for hook_s in hook_times_s):
            continue
        is_looked_up = any(call.route in LOOKUPS and lost.number < call.number < again.number for call in api_calls)
        if not is_looked_up and _starts_beside(journal, again) < 2:
            return True
    return False


def _starts_beside(journal: Journal, call: Exchange) -> int:
    """Return the number of requests to open an auth session that were in progress when *call* began."""
    starts = [hook for hook in journal.all(HookCall) if hook.is_session_start]
    return sum(1 for hook in starts if began_s(hook) <= call.at_s <= hook.at_s)


def _is_ambiguous(call: Exchange) -> bool:
    """Return True if the app cannot know the outcome, because the response is lost, unreadable or from a gateway."""
    if not call.bites or any(bite.partition("(")[0] in NOT_DONE for bite in call.bites):
        return False
    return call.status is None or 200 <= call.status < 300 or call.status in GATEWAY
