"""Does the app keep working when its API key is rotated, and are its keys rotated often enough?"""

from fiskil_harness.journal import Declared, HookCall, Journal, Key
from fiskil_harness.journal.queries.api_calls import bearer, calls, is_complete_success, refreshes, timed_out
from fiskil_harness.probes.probe import Finding, Probe

MAX_DAYS = 90
CLIENT_ERROR = 400
FACT, INTERVAL = "app.facts.key_created", "app.facts.rotate_days"
REQUEST_LIMIT = "app.limits.request_deadline_s"


class SurvivesRotation(Probe, frozen=True, kw_only=True, tag="survives_rotation"):
    """Check that the app keeps working with its second key when the first is revoked, and that keys are at most 90 days old.

    The config must state either the day on which the key was created or the number of days between rotations.
    """

    expected = "no failed call after the first key was revoked; keys no older than 90 days"
    source = "practices: rotate API keys"
    fix = "read the key at each start, keep neither it nor its tokens across restarts; rotate every 90 days"

    def examine(self, journal: Journal) -> Finding:
        """Check the calls after the first key was revoked, and the age of keys that the config states."""
        revoked_s = next((key.at_s for key in journal.all(Key) if key.is_rotated), None)
        if revoked_s is None:
            return self.inconclusive("the first key was not revoked")
        refresh_calls = refreshes(journal, since_s=revoked_s)
        if any(timed_out(journal, refresh) for refresh in refresh_calls):
            return self.inconclusive("the app was still busy when the harness stopped waiting for it", hook=REQUEST_LIMIT)
        succeeded = [
            call for call in calls(journal) if call.at_s >= revoked_s and bearer(call) and is_complete_success(call)
        ]
        refused = [call for call in calls(journal) if call.at_s >= revoked_s and call.status in {401, 403}]
        if refresh_calls and refused and (not succeeded or all(map(_has_failed, refresh_calls))):
            if any(_has_failed(refresh) for refresh in refreshes(journal, since_s=0.0) if refresh.at_s < revoked_s):
                return self.inconclusive(
                    "refreshes failed before the first key was revoked, so later failures prove nothing"
                )
            return self.fails("the app stopped working when its first key was revoked, although it had a second one")
        if not succeeded:
            return self.inconclusive("no API call succeeded after the first key was revoked")
        return self._judge_age(next(iter(journal.all(Declared)), Declared()))

    def _judge_age(self, stated: Declared) -> Finding:
        """Return the finding about the age of the production key, as the config states it."""
        if stated.key_age_days is not None and stated.key_age_days > MAX_DAYS:
            return self.fails(f"the production key is older than {MAX_DAYS} days, says {FACT}")
        if stated.rotate_days is not None and stated.rotate_days > MAX_DAYS:
            return self.fails(f"keys are rotated only every {stated.rotate_days} days, says {INTERVAL}")
        if stated.key_age_days is None and stated.rotate_days is None:
            return self.inconclusive("the config states neither the age of the key nor how often it is rotated", hook=FACT)
        age = (
            f"keys are rotated every {stated.rotate_days} days ({INTERVAL})"
            if stated.rotate_days is not None
            else f"the production key is at most {MAX_DAYS} days old ({FACT})"
        )
        return self.passes("the app keeps working with its second key, and the first is revoked", examined=1, stated=age)


def _has_failed(refresh: HookCall) -> bool:
    """Return True if the app did not respond, or responded with an error."""
    return refresh.status is None or refresh.status >= CLIENT_ERROR
