"""After a journey that came to nothing, does the next one work, with an auth session of its own?"""

from itertools import pairwise
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import HookCall, Journal, Journey
from fiskil_harness.journal.queries.api_calls import began_s, calls, is_unheard
from fiskil_harness.probes.probe import PlainProbe

LEFT = "ABANDONED"
APPROVED = "APPROVED"


class StartsAgainAfresh(PlainProbe, frozen=True, kw_only=True, tag="starts_again_afresh"):
    """The journey after a failed, cancelled or left one gets another auth session and can be approved.

    A session that was only left is still open, so an app may offer it again.
    """

    expected: ClassVar[str] = "a new auth session for each attempt after the last one ended"
    source: ClassVar[str] = "auth-session.single-use"
    fix: ClassVar[str] = "create an auth session when a journey begins, and never hand out one that has ended"

    def examine(self, journal: Journal) -> Finding:
        """Walk through each end user's journeys in order."""
        afresh = 0
        for journeys in _by_participant(journal).values():
            for earlier, later in pairwise(journeys):
                if earlier.ending == APPROVED or not later.session:
                    continue
                if later.session == earlier.session and earlier.ending != LEFT:
                    seen = f"the auth session that had ended with {earlier.ending} was handed out again"
                    return self.fails(seen, evidence=_lines(journeys), examined=len(journeys))
                afresh += later.ending == APPROVED
            refused = _refused_after(journal, journeys)
            if refused is not None:
                seen = f"no journey could be started after the one that ended with {journeys[-1].ending}"
                return self.fails(seen, evidence=(*_lines(journeys), f"start_session: {refused}"), examined=len(journeys))
        if not afresh:
            return self.inconclusive("no journey was approved after one that came to nothing")
        return self.passes(f"{afresh} journeys were approved after one that came to nothing", examined=afresh)


def _by_participant(journal: Journal) -> dict[str, list[Journey]]:
    found: dict[str, list[Journey]] = {}
    for journey in journal.all(Journey):
        found.setdefault(journey.participant, []).append(journey)
    return found


def _refused_after(journal: Journal, journeys: list[Journey]) -> str | None:
    """How the app answered, if it refused to start a journey after the last one and the API was well."""
    last = journeys[-1]
    if last.ending == APPROVED:
        return None
    for hook in journal.all(HookCall):
        is_next = hook.hook == "start_session" and hook.participant == last.participant and began_s(hook) > last.at_s
        if not is_next or (hook.status is not None and hook.status < 400) or is_unheard(journal, hook):
            continue
        within = [call for call in calls(journal) if began_s(hook) <= call.ended_s and call.at_s <= hook.at_s]
        if all(call.status is not None and call.status < 400 and not call.bites for call in within):
            return str(hook.status) if hook.status is not None else "no answer"
    return None


def _lines(journeys: list[Journey]) -> tuple[str, ...]:
    return tuple(f"attempt {journey.attempt}: {journey.ending}" for journey in journeys)
