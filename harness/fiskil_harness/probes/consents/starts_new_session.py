"""Does the app create a new auth session for the next consent journey after an unsuccessful journey?"""

from itertools import pairwise

from fiskil_harness.journal import HookCall, Journal, Journey
from fiskil_harness.journal.queries.api_calls import began_s, calls_beside, timed_out
from fiskil_harness.probes.probe import Finding, Probe


class StartsNewSession(Probe, frozen=True, kw_only=True, tag="starts_new_session"):
    """Check that after a failed, cancelled or abandoned journey, the next journey uses a new auth session and can succeed.

    Only the session of an abandoned journey may be used again, because it is still open.
    """

    expected = "a new auth session for each attempt after the last one ended"
    source = "auth-session.single-use"
    fix = "create an auth session when a journey begins, and never use one that has ended"

    def examine(self, journal: Journal) -> Finding:
        """Compare each journey of an end user with the end user's previous journey."""
        recovered = 0
        for journeys in _by_participant(journal).values():
            for earlier, later in pairwise(journeys):
                if earlier.is_approved or not later.session:
                    continue
                if later.session == earlier.session and not earlier.is_abandoned:
                    observed = f"the auth session that had ended with {earlier.ending} was used again"
                    return self.fails(observed, evidence=_lines(journeys))
                recovered += later.is_approved
            refused = _refused_after(journal, journeys)
            if refused is not None:
                observed = f"no journey could be started after the one that ended with {journeys[-1].ending}"
                evidence = (*_lines(journeys), f"start_session: {refused}")
                return self.fails(observed, evidence=evidence)
        if not recovered:
            return self.inconclusive("no journey was approved after an unsuccessful one")
        return self.passes(f"{recovered} journeys were approved after an unsuccessful one", examined=recovered)


def _by_participant(journal: Journal) -> dict[str, list[Journey]]:
    journeys: dict[str, list[Journey]] = {}
    for journey in journal.all(Journey):
        journeys.setdefault(journey.participant, []).append(journey)
    return journeys


def _refused_after(journal: Journal, journeys: list[Journey]) -> str | None:
    """Return the status with which the app refused to start another journey although the API was healthy; else None."""
    last = journeys[-1]
    if last.is_approved:
        return None
    for hook in journal.all(HookCall):
        is_next = hook.is_session_start and hook.participant == last.participant and began_s(hook) > last.at_s
        if not is_next or (hook.status is not None and hook.status < 400) or timed_out(journal, hook):
            continue
        during = calls_beside(journal, hook)
        if all(call.status is not None and call.status < 400 and not call.bites for call in during):
            return str(hook.status) if hook.status is not None else "no response"
    return None


def _lines(journeys: list[Journey]) -> tuple[str, ...]:
    return tuple(f"attempt {journey.attempt}: {journey.ending}" for journey in journeys)
