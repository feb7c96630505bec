"""Does the app process messages about one end user while the API fails for others?"""

from msgspec.structs import replace

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, IsolationRound, Journal
from fiskil_harness.journal.queries.api_calls import calls, kind_of
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.journal.queries.isolation import awaited, blocked_s, failures, first_call_s, longest_wait_s
from fiskil_harness.journal.queries.pauses import is_promised, paused_s
from fiskil_harness.journal.queries.rows import snapshots
from fiskil_harness.probes.probe import Probe

FRESH = "app.limits.fresh_s"
ADVICE = "failing reads for some end users open the circuit breaker for all; count the failures for each end user"


class DelaysNoOtherEndUser(Probe, frozen=True, kw_only=True, tag="delays_no_other_end_user"):
    """Check that messages about one end user are processed while reads for others fail and are retried.

    The app must begin within three times ``fresh_s``: it calls the API for the end user, or an effect appears. A circuit
    breaker may stop all calls, so time counts only while the app called every failing endpoint at least every two seconds. A
    FAIL also needs a control: the app called the API for the end user in time after an earlier message of the same kind.
    """

    expected = "each message processed within three times app.limits.fresh_s, whatever fails for other end users"
    source = "webhooks.success"
    fix = "put a failed message back with the time of its next attempt, and free the worker: never sleep in a worker"

    def examine(self, journal: Journal) -> Finding:
        """Compare the time that the first message of the round waited with the limit."""
        watched = next(iter(journal.all(IsolationRound)), None)
        delivery = awaited(journal, watched) if watched else None
        if watched is None or delivery is None:
            return self.inconclusive("no event that the app uses was acknowledged", hook="app.facts.uses_events")
        failed = failures(journal, watched.failing_ids)
        begun_s = _begun_s(journal, watched, delivery)
        until_s = watched.at_s if begun_s is None else begun_s
        waited_s = until_s - delivery.at_s - paused_s(journal, delivery.at_s, until_s)
        if begun_s is not None and waited_s <= longest_wait_s(journal):
            meanwhile = "while reads for other end users failed" if failed else "at once"
            return self.passes(f"a message was processed {meanwhile}", examined=1)
        if not failed:
            return self.inconclusive(
                "the app made no API call that could fail, and its effects show no message", hook=EFFECTS
            )
        return self._judge_wait(journal, replace(watched, at_s=until_s), delivery)

    def _judge_wait(self, journal: Journal, watched: IsolationRound, delivery: Delivery) -> Finding:
        """Return the finding about a message that waited for too long, until the end of the round *watched*."""
        limit_s = longest_wait_s(journal)
        if not is_promised(journal, "fresh_s"):
            return self.inconclusive("a message waited, but the config promises no maximum delay", hook=FRESH)
        if blocked_s(journal, watched, since_s=delivery.at_s) <= limit_s:
            if watched.refusals:
                return self.passes(
                    "a circuit breaker stopped all API calls after the failures", examined=1, advice=(ADVICE,)
                )
            return self.inconclusive(
                "a message waited while reads for other end users failed, but perhaps all calls had stopped"
            )
        if not _was_prompt_before(journal, watched, delivery, limit_s=limit_s):
            return self.inconclusive("the app read nothing after an earlier message of the same kind")
        observed = f"a message waited for more than {limit_s:g} s, while the app repeated failing reads for other end users"
        return self.fails(observed, evidence=(f"{delivery.event} {kind_of(delivery)}",))


def _begun_s(journal: Journal, watched: IsolationRound, delivery: Delivery) -> float | None:
    """Return the time at which the app began to process the message of *delivery*; None if it did not in the round.

    That is its first such API call for the end user, or else the end of the round if the app reports an effect then. A
    changed state is an effect only of an app that makes no API call: others may store the message first.
    """
    called_s = first_call_s(journal, watched, delivery)
    if called_s is not None:
        return called_s
    reports = snapshots(journal, watched.participant)
    earlier = [effects for effects in reports if effects.at_s <= watched.began_s]
    later = [effects for effects in reports if delivery.at_s <= effects.at_s <= watched.at_s]
    if any((effects.applied or {}).get(delivery.message_id) for effects in later):
        return watched.at_s
    has_changed = bool(earlier) and any(effects.state != earlier[-1].state for effects in later)
    return watched.at_s if has_changed and not failures(journal, watched.failing_ids) else None


def _was_prompt_before(journal: Journal, watched: IsolationRound, delivery: Delivery, *, limit_s: float) -> bool:
    """Return True if the app called the API for the end user within *limit_s* after the last earlier message of the kind."""
    earlier_s = [
        earlier.at_s
        for earlier in genuine(journal)
        if earlier.participant == watched.participant
        and earlier.at_s < watched.began_s
        and earlier.is_acknowledged
        and kind_of(earlier) == kind_of(delivery)
    ]
    if not earlier_s:
        return False
    until_s = min(max(earlier_s) + limit_s, watched.began_s)
    return any(call.end_user_id == watched.end_user_id and max(earlier_s) <= call.at_s <= until_s for call in calls(journal))
