"""Does the app stop trying while its key pair is refused, and recover when the pair is accepted again?"""

from fiskil_harness.journal import Exchange, Idle, Journal, Key
from fiskil_harness.journal.queries.api_calls import (
    bearer,
    bitten_by,
    calls,
    is_complete_success,
    refreshes,
    refusal_lines,
    routes_of,
    timed_out,
)
from fiskil_harness.journal.queries.work_requested import has_failed_for_good, key_accepted_s, work_count
from fiskil_harness.probes.probe import Finding, Probe

MAX_ATTEMPTS = 3
REQUEST_LIMIT = "app.limits.request_deadline_s"


class StopsOnBadCredentials(Probe, frozen=True, kw_only=True, tag="stops_on_bad_credentials"):
    """Check that the app sends a refused key pair at most three times for each piece of work and in each idle period.

    When the API accepts the key pair again, the app must resume its work, at the latest after a restart, or when its circuit
    breaker closes.
    """

    is_general = True
    expected = "a few attempts, an error, and normal work once the key is accepted"
    source = "token.bad-credentials"
    fix = "treat 401 and 403 of POST /v1/token as final: report them, and retry only when new work arrives"

    def examine(self, journal: Journal) -> Finding:
        """Count the refused token requests, and look for successful calls afterwards."""
        api_calls = calls(journal)
        refused = [call for call in api_calls if call.route == "token" and call.status in {401, 403}]
        unauthorised = [call for call in api_calls if call.route != "token" and call.status == 401]
        is_bad = bool(journal.all(Key) or bitten_by(journal, "KeyRefused"))
        if not is_bad or not (refused or unauthorised):
            return self.inconclusive("the app never sent a refused key pair to the API")
        bad = refused or unauthorised
        allowed = MAX_ATTEMPTS * max(1, work_count(journal, bad[0].at_s, bad[-1].ended_s))
        if len(refused) > allowed:
            observed = f"the app sent a refused key pair more than {MAX_ATTEMPTS} times for each piece of work"
            return self.fails(observed, evidence=refusal_lines(refused))
        if _idle_attempts(journal, refused) > MAX_ATTEMPTS:
            observed = f"the app sent a refused key pair more than {MAX_ATTEMPTS} times during an idle period"
            return self.fails(observed, evidence=refusal_lines(refused))
        return self._judge_recovery(journal, api_calls, examined=routes_of([*refused, *unauthorised]))

    def _judge_recovery(self, journal: Journal, api_calls: list[Exchange], *, examined: int) -> Finding:
        good_since_s = key_accepted_s(journal)
        if good_since_s is None:
            return self.inconclusive("the key pair was not accepted again, so there was no recovery to observe")
        if any(call.at_s >= good_since_s and bearer(call) and is_complete_success(call) for call in api_calls):
            return self.passes("the app stopped sending the refused key pair, and recovered", examined=examined)
        refresh_calls = refreshes(journal, since_s=good_since_s)
        if any(timed_out(journal, refresh) for refresh in refresh_calls):
            return self.inconclusive("the app was still busy when the harness stopped waiting for it", hook=REQUEST_LIMIT)
        have_all_failed = all(refresh.status is None or refresh.status >= 400 for refresh in refresh_calls)
        if have_all_failed and has_failed_for_good(journal, refresh_calls):
            observed = "the app does not recover although its key pair is accepted again"
            return self.fails(observed, evidence=("refresh failed with an accepted key pair",))
        return self.inconclusive("no API call succeeded after the key pair was accepted again")


def _idle_attempts(journal: Journal, refused: list[Exchange]) -> int:
    periods_s = [(idle.at_s, idle.at_s + idle.seconds) for idle in journal.all(Idle)]
    return max((sum(1 for call in refused if begin_s <= call.at_s < end_s) for begin_s, end_s in periods_s), default=0)
