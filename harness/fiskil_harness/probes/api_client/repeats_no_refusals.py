"""Does the app take a final refusal for an answer?"""

from itertools import pairwise
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, call_key, routes_of
from fiskil_harness.journal.queries.idleness import idle_before, work_between
from fiskil_harness.probes.probe import PlainProbe

TRIES = 3
FINAL = frozenset({400, 406, 410, 413, 415, 422})
FINAL_FOR_CREATIONS = FINAL | {403, 404}
CREATIONS = frozenset({"auth_session", "end_users.create"})
DATA = ("banking.", "common.", "energy.")
SPACED_S = 1.0


class RepeatsNoRefusals(PlainProbe, frozen=True, kw_only=True, tag="repeats_no_refusals"):
    """A call that was refused for good is not made more than three times for each thing that the app was asked to do.

    A queue that tries everything again after a second and more is wasteful and harms nobody, so such a try is not counted.
    Neither are 403 and 404 of data, which may also mean that a consent is just about to end.
    """

    expected: ClassVar[str] = "an error for whoever asked, and no further try of the same request"
    source: ClassVar[str] = "errors.simple"
    fix: ClassVar[str] = "repeat only what may pass, as network errors, 429 and 5xx do; report any other 4xx, and end there"

    def examine(self, journal: Journal) -> Finding:
        """Count equal refused calls, against what the app was asked to do meanwhile."""
        groups: dict[object, list[Exchange]] = {}
        for call in bitten_by(journal):
            if _is_final(call):
                groups.setdefault(call_key(call), []).append(call)
        refused = [call for ones in groups.values() for call in ones]
        insisted = sorted({ones[0].route for ones in groups.values() if _is_insisted_on(journal, ones)})
        if insisted:
            seen = f"{insisted[0]} was refused for good, and asked more than {TRIES} times for each thing the app was asked"
            return self.fails(
                seen, evidence=tuple(f"insisted on: {route}" for route in insisted), examined=routes_of(refused)
            )
        if not refused:
            return self.inconclusive("nothing was refused for good")
        return self.passes("what was refused for good was not insisted on", examined=routes_of(refused))


def _is_final(call: Exchange) -> bool:
    if call.route in CREATIONS:
        return call.status in FINAL_FOR_CREATIONS
    return call.route.startswith(DATA) and call.status in FINAL


def _is_insisted_on(journal: Journal, refused: list[Exchange]) -> bool:
    spaced = sum(1 for before, call in pairwise(refused) if call.at_s - before.ended_s >= SPACED_S)
    asked_for = work_between(journal, idle_before(journal, refused[0].at_s), refused[-1].at_s)
    return len(refused) - spaced > TRIES * max(1, asked_for)
