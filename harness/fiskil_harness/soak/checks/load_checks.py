"""Checks of the behaviour under load: acknowledgements, backlog, tokens, and whether the load was offered at all."""

from bisect import bisect_left
from collections import Counter
from itertools import pairwise

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.checks.given import MOST_ERRORS, Given, Messages, finding, outcome
from fiskil_harness.soak.figures import is_error, percentile
from fiskil_harness.soak.observed import EXPIRY_WINDOW_S, SAMPLE_S, Expiry, Observed

LATE_S = 1.0
"""The load counts as offered in time if 99 of 100 deliveries began at most this long after their intended time."""
RENEWALS = 2
"""The most token requests of one process after an expiry: one, and another if a call was under way."""
GROWTH = 1.5


def acknowledges_genuine(given: Given, messages: Messages) -> Finding:
    """Return whether each genuine message was acknowledged, or put off lawfully."""
    expected = "an acknowledgement of each genuine message, now or after the delay that Retry-After states"
    fix = "return 2xx once the message is stored; under too much load return 429 or 503 with Retry-After"
    attempts = [attempt for attempts in messages.genuine.values() for attempt in attempts if attempt.is_load]
    refused = {
        message_id: attempt
        for message_id, attempt in messages.unacknowledged.items()
        if attempt.reply is not None and is_error(attempt)
    }
    errors = [attempt for attempt in attempts if is_error(attempt)]
    share = len(errors) / max(1, len(attempts))
    put_off = sum(attempt.is_put_off for attempt in attempts)
    ways = ", ".join(f"{count:,} x {outcome}" for outcome, count in Counter(map(outcome, errors)).most_common(4))
    observed = f"{len(errors):,} of {len(attempts):,} attempts failed ({ways})" if errors else "no attempt failed"
    observed += f"; {put_off:,} were put off lawfully" if put_off else ""
    if given.is_interrupted:
        verdict = Verdict.INCONCLUSIVE if messages.unacknowledged else Verdict.PASS
        observed += f"; {len(messages.unacknowledged):,} messages were never acknowledged, because the run was disturbed"
    elif refused and given.ledger.is_cut_short and share <= MOST_ERRORS:
        verdict = Verdict.INCONCLUSIVE
        observed += f"; {len(refused):,} messages were never acknowledged, and a worker ended before it had sent everything"
    elif refused or share > MOST_ERRORS:
        verdict = Verdict.FAIL
        observed += f"; {len(refused):,} messages were never acknowledged"
    elif messages.unacknowledged:
        verdict = Verdict.INCONCLUSIVE
        observed += f"; {len(messages.unacknowledged):,} messages were not acknowledged before the run ended"
    else:
        verdict = Verdict.PASS
    evidence = [messages.phrase(message_id) for message_id in refused]
    return finding(
        "acknowledges_genuine",
        verdict,
        observed,
        expected=expected,
        fix=fix,
        evidence=evidence,
        examined=len(messages.genuine),
    )


def acknowledges_promptly(given: Given, messages: Messages) -> Finding:
    """Return whether acknowledgements came in the time that the config promises."""
    replies = [
        attempt.reply
        for attempts in messages.genuine.values()
        for attempt in attempts
        if attempt.reply is not None and attempt.is_acknowledged and attempt.is_load
    ]
    latencies_s = sorted(reply.latency_s for reply in replies)
    own_s = percentile(sorted(reply.took_s for reply in replies), 0.99)
    p99_s = percentile(latencies_s, 0.99)
    observed = f"99 of 100 acknowledgements came within {p99_s:.3f} s of the intended time"
    if not replies:
        observed, expected = "no message of the load was acknowledged", "acknowledgements, whose time can be measured"
        return finding("acknowledges_promptly", Verdict.INCONCLUSIVE, observed, expected=expected)
    if p99_s <= given.ack_s:
        verdict = Verdict.PASS
    elif own_s > given.ack_s and given.promises_ack:
        verdict = Verdict.FAIL
    elif own_s > given.ack_s:
        verdict = Verdict.INCONCLUSIVE
        observed += "; the config promises no time: state app.limits.ack_s"
    else:
        verdict = Verdict.INCONCLUSIVE
        observed += f"; the app itself took {own_s:.3f} s, and the deliveries began late: give more --users or workers"
    fix = "store the message, acknowledge it, and do the work afterwards; add workers, or return 429 with Retry-After"
    return finding(
        "acknowledges_promptly",
        verdict,
        observed,
        expected=f"within app.limits.ack_s, {given.ack_s:g} s",
        fix=fix,
        examined=len(latencies_s),
    )


def finishes_work(given: Given, _messages: Messages) -> Finding:
    """Return whether the app finished its work after the load, and how its backlog developed."""
    expected = "no unfinished work some time after the load"
    observed_run = given.observed
    growth = _growth(observed_run)
    if observed_run.idle_after_s is None:
        is_reported = any(effects.pending is not None for effects in given.examined.values())
        observed = f"the app still had unfinished work at the end of the wait{growth}"
        if not is_reported:
            observed = "the app reports no `pending` work in app.observe.effects, so nothing is known about its backlog"
        fix = "add workers or lower --rate; --settle waits longer"
        return finding("finishes_work", Verdict.INCONCLUSIVE, observed, expected=expected, fix=fix)
    observed = f"the app had finished its work {observed_run.idle_after_s:.0f} s after the load{growth}"
    if observed_run.recovery_s is not None:
        observed += f"; {observed_run.recovery_s:.0f} s after the brown-out the backlog was as before"
    return finding("finishes_work", Verdict.PASS, observed, expected=expected)


def _growth(observed: Observed) -> str:
    """Return how the backlog of the sampled end users changed during the load, as the end of a sentence."""
    pending = [sample.pending for sample in observed.samples if sample.pending is not None]
    if len(pending) < 8:
        return ""
    quarter = len(pending) // 4
    before, after = sum(pending[quarter : 2 * quarter]) / quarter, sum(pending[-quarter:]) / quarter
    if after > max(1.0, before) * GROWTH:
        return f"; its backlog grew during the load, from {before:.1f} to {after:.1f} messages in the sample"
    return f"; its backlog did not grow ({before:.1f} and {after:.1f} messages in the sample)"


def renews_token_once(given: Given, _messages: Messages) -> Finding:
    """Return whether few token requests followed each expiry of all tokens."""
    expected = f"at most {RENEWALS} token requests of each process after an expiry, or twice as many as usual"
    expiries = [expiry for expiry in given.observed.expiries if expiry.processes]
    if not expiries:
        observed = "no token expired during the load, or the number of the app's processes is unknown"
        return finding("renews_token_once", Verdict.INCONCLUSIVE, observed, expected=expected)
    if not any(expiry.token_requests for expiry in expiries):
        observed = f"the app requested no token after {len(expiries)} expiries"
        return finding("renews_token_once", Verdict.INCONCLUSIVE, observed, expected=expected)
    worst = max(expiries, key=lambda expiry: expiry.token_requests - _most_token_requests(expiry, given.observed))
    observed = (
        f"after {len(expiries)} expiries, at most {worst.token_requests} token requests of {worst.processes} processes"
    )
    verdict = Verdict.FAIL if worst.token_requests > _most_token_requests(worst, given.observed) else Verdict.PASS
    fix = "let one call renew the token, and let the others of the process wait for the result"
    evidence = [f"{expiry.token_requests} token requests after the expiry at {expiry.at_s:.0f} s" for expiry in expiries]
    return finding(
        "renews_token_once", verdict, observed, expected=expected, fix=fix, evidence=evidence, examined=len(expiries)
    )


def _most_token_requests(expiry: Expiry, observed: Observed) -> float:
    """Return how many token requests after an expiry are lawful.

    An app that requests a token for each call, or for each list, does so after an expiry as well.
    """
    requests_after = sum(
        after.api_requests - before.api_requests
        for before, after in pairwise(observed.samples)
        if expiry.at_s <= before.at_s and after.at_s <= expiry.at_s + EXPIRY_WINDOW_S + SAMPLE_S
    )
    return max(RENEWALS * (expiry.processes or 1), 2 * _usual_token_share(observed) * requests_after)


def _usual_token_share(observed: Observed) -> float:
    """Return the lowest share of token requests among the requests to the API, of all windows without an expiry.

    A window is as long as the one after an expiry. Apps that keep their tokens need many now and then, such as at the begin
    of the load, but not in each window. If no two windows are apart, the usual share is not known and 0 is returned.
    """
    expiries = [(each.at_s, each.at_s + EXPIRY_WINDOW_S) for each in observed.expiries]
    times_s = [sample.at_s for sample in observed.samples]
    shares: dict[float, float] = {}
    for begin in observed.samples:
        last = bisect_left(times_s, begin.at_s + EXPIRY_WINDOW_S)
        if last == len(times_s):
            break
        end = observed.samples[last]
        requests = end.api_requests - begin.api_requests
        if requests and not any(begin.at_s < end_s + SAMPLE_S and end.at_s >= begin_s for begin_s, end_s in expiries):
            shares[begin.at_s] = (end.token_requests - begin.token_requests) / requests
    is_known = bool(shares) and max(shares) - min(shares) >= EXPIRY_WINDOW_S
    return min(shares.values()) if is_known else 0.0


def keeps_running(given: Given, _messages: Messages) -> Finding:
    """Return whether the app ran until the end."""
    expected = "the app runs until the end"
    exits = given.observed.exits
    if not exits and not given.is_watched:
        observed = "the harness did not start the app, so it would not notice the app's end: set app.command"
        return finding("keeps_running", Verdict.INCONCLUSIVE, observed, expected=expected)
    if not exits:
        return finding("keeps_running", Verdict.PASS, "the app ran until the end", expected=expected)
    is_killed = all("was killed" in text for text in exits)
    verdict = Verdict.INCONCLUSIVE if is_killed else Verdict.FAIL
    observed = f"the app ended during the load and was started again: {'; '.join(exits)}"
    return finding("keeps_running", verdict, observed, expected=expected, fix="see the app's output for the reason")


def load_was_offered(given: Given, messages: Messages) -> Finding:
    """Return whether the planned load was sent, in time and with known outcomes."""
    expected = "every planned delivery, at most a second after its time, with a known outcome"
    ledger, planned = given.ledger, given.timetable.count
    lag_s = sorted(
        attempt.reply.latency_s - attempt.reply.took_s
        for attempt in ledger.attempts
        if attempt.reply is not None and attempt.is_load
    )
    unknown = [attempt for attempt in ledger.attempts if attempt.reply is None]
    dead = [worker.worker for worker in ledger.workers if not worker.is_closed and worker.worker.startswith("worker")]
    unsent = sum(worker.unsent for worker in ledger.workers)
    present = {worker.worker for worker in ledger.workers}
    missing = [name for number in range(given.workers) if (name := f"worker-{number}") not in present]
    sent = sum(worker.worker.startswith("worker") and len(worker.attempts) for worker in ledger.workers)
    strange = sorted({message_id for report in given.reports() for message_id in report if message_id not in messages.owner})
    problems = []
    if dead:
        problems.append(f"{', '.join(dead)} ended without closing its ledger; the slots that it had left were not sent")
    if missing:
        problems.append(f"{', '.join(missing)} left no ledger")
    if not dead and not missing and sent + unsent < planned:
        problems.append(f"{planned - sent - unsent:,} planned slots are in no ledger")
    if unknown:
        problems.append(f"the outcome of {len(unknown):,} attempts is unknown")
    if unsent:
        problems.append(f"{unsent:,} planned deliveries were not sent")
    if strange:
        problems.append(f"{len(strange):,} applied messages are in no ledger")
    if percentile(lag_s, 0.99) > LATE_S:
        problems.append(
            f"1 of 100 deliveries began {percentile(lag_s, 0.99):.1f} s late or more; give more --users or workers"
        )
    evidence = [messages.phrase(attempt.sent.message_id) for attempt in unknown] + [
        f"in no ledger: {name}" for name in strange
    ]
    observed = f"{sent:,} attempts for {planned:,} planned slots" + "".join(f"; {problem}" for problem in problems)
    verdict = Verdict.INCONCLUSIVE if problems or not sent else Verdict.PASS
    return finding("load_was_offered", verdict, observed, expected=expected, evidence=evidence, examined=sent)
