"""Are failed calls repeated in bounds, and what must not be repeated not at all?"""

from itertools import pairwise
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, began_s, bitten_by, call_key, calls, routes_of
from fiskil_harness.probes.probe import PlainProbe

MOST = 20
WINDOW_S = 3.0
LOOK_UPS = frozenset({"end_users.list", "end_users.get"})
GATEWAY = frozenset({502, 504})
"""Statuses of somebody in between, who cannot say either."""

NOT_DONE = frozenset({"Pending", "ResetOnAccept"})
"""Faults that tell the app that nothing has been done."""


class RetriesInBounds(PlainProbe, frozen=True, kw_only=True, tag="retries_in_bounds"):
    """No failing call is repeated more than twenty times within three real seconds; no end user is created blindly again.

    Creating an end user is not idempotent. After an answer that got lost, that cannot be read, or that a gateway gave in the
    API's place, an app must look before it creates once more, unless somebody asks it anew.
    """

    expected: ClassVar[str] = "growing pauses between tries; POST /v1/end-users once"
    source: ClassVar[str] = "end-users.duplicate-email"
    fix: ClassVar[str] = "back off exponentially with a limit; after a lost answer look the end user up before creating it"

    def examine(self, journal: Journal) -> Finding:
        """Count equal calls around bites, and creations after a lost answer."""
        bitten = bitten_by(journal)
        if not bitten:
            return self.inconclusive("no fault bit")
        doubled = _created_blindly(journal)
        if doubled:
            seen = "POST /v1/end-users was repeated after an answer that got lost, without looking first"
            return self.fails(seen, evidence=("POST end_users.create twice for one request",), examined=routes_of(bitten))
        stormy = sorted({call.route for call in bitten if _is_storm(_times(journal, call_key(call)))})
        if stormy:
            seen = f"{stormy[0]} was repeated more than {MOST} times within {WINDOW_S:g} s while it failed"
            return self.fails(seen, evidence=tuple(f"stormed {route}" for route in stormy), examined=routes_of(bitten))
        return self.passes("every failing call was repeated in bounds", examined=routes_of(bitten))


def _times(journal: Journal, wanted: CallKey) -> list[float]:
    """When calls equal to *wanted* failed."""
    return [call.at_s for call in calls(journal) if call_key(call) == wanted and call.bites]


def _is_storm(times: list[float]) -> bool:
    return any(last - first <= WINDOW_S for first, last in zip(times, times[MOST:], strict=False))


def _created_blindly(journal: Journal) -> bool:
    made = calls(journal)
    creations = [call for call in made if call.route == "end_users.create"]
    asked_at = [began_s(hook_call) for hook_call in journal.all(HookCall)]
    for lost, again in pairwise(creations):
        is_equal = lost.request_body == again.request_body
        if not is_equal or not _is_ambiguous(lost) or any(lost.at_s < moment < again.at_s for moment in asked_at):
            continue
        if not any(call.route in LOOK_UPS and lost.number < call.number < again.number for call in made):
            return True
    return False


def _is_ambiguous(call: Exchange) -> bool:
    """Whether the app cannot know if the API did the work: nothing came, nothing that says so, or a gateway's word."""
    if not call.bites or any(bite.partition("(")[0] in NOT_DONE for bite in call.bites):
        return False
    return call.status is None or 200 <= call.status < 300 or call.status in GATEWAY
