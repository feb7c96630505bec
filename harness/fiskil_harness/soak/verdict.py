"""The verdict: compares what the ledger says was sent with what the app did. It reads values and touches nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from fiskil_harness.core.model.events import matches_any
from fiskil_harness.core.model.findings import Finding, Verdict, heaviest
from fiskil_harness.soak.effects import EndUserEffects, differences
from fiskil_harness.soak.figures import is_error, percentile
from fiskil_harness.soak.ledger import Attempt, MergedLedger
from fiskil_harness.soak.observed import Observed
from fiskil_harness.soak.shapes import Timetable

MOST_EVIDENCE = 5
LATE_S = 1.0
"""The load counts as offered in time if 99 of 100 deliveries began at most this long after their intended time."""
MOST_ERRORS = 0.01
"""The largest share of failed attempts in an undisturbed run."""
RENEWALS = 2
"""The most token requests of one process after an expiry: one, and another if a call was under way."""
GROWTH = 1.5


class Given(Struct, frozen=True, kw_only=True):
    """Everything that the verdict is about.

    ``examined`` are the effects by end user. ``controls`` names another undisturbed end user for each twin. ``uses`` are the patterns of the kinds that the app uses; None if the config
    does not say. ``ack_s`` is the acknowledgement time that the config promises; None if it promises none.
    """

    ledger: MergedLedger
    examined: Mapping[str, EndUserEffects]
    observed: Observed
    timetable: Timetable
    controls: Mapping[str, str] = {}
    uses: tuple[str, ...] | None = None
    ack_s: float | None = None


class Messages:
    """The messages of the ledger, by what is known about them."""

    def __init__(self, ledger: MergedLedger, uses: tuple[str, ...] | None) -> None:
        self.owner: dict[str, str] = {}
        self.kind: dict[str, str] = {}
        self.acknowledged: dict[str, list[str]] = defaultdict(list)
        self.forged: dict[str, list[Attempt]] = defaultdict(list)
        self.genuine: dict[str, list[Attempt]] = defaultdict(list)
        self.attempts: Counter[str] = Counter()
        for attempt in ledger.attempts:
            sent = attempt.sent
            self.owner[sent.message_id] = sent.end_user_id
            self.kind[sent.message_id] = sent.kind
            self.attempts[sent.end_user_id] += 1
            (self.forged if sent.origin == "forged" else self.genuine)[sent.message_id].append(attempt)
        self.unacknowledged: dict[str, Attempt] = {}
        for message_id, attempts in self.genuine.items():
            if not any(attempt.is_acknowledged for attempt in attempts):
                self.unacknowledged[message_id] = attempts[-1]
            is_used = uses is None or matches_any(self.kind[message_id], uses)
            if is_used and any(attempt.is_acknowledged for attempt in attempts):
                self.acknowledged[self.owner[message_id]].append(message_id)

    @property
    def incomplete(self) -> set[str]:
        """The end users with a genuine message that was never acknowledged, so that their state may lack its effect."""
        return {self.owner[message_id] for message_id in self.unacknowledged}

    def phrase(self, message_id: str) -> str:
        """Return a message with its end user and its attempts, in one short phrase."""
        attempts = self.genuine.get(message_id) or self.forged.get(message_id) or []
        replies = Counter(_outcome(attempt) for attempt in attempts)
        ways = "/".join(dict.fromkeys(attempt.sent.how for attempt in attempts))
        listed = ", ".join(f"{count} x {outcome}" for outcome, count in replies.items())
        return f"{self.kind.get(message_id, 'unknown')} {message_id} of {self.owner.get(message_id, '?')} ({ways}: {listed})"


def judged(given: Given) -> tuple[Finding, ...]:
    """Return every finding; the verdict of the run is the heaviest."""
    messages = Messages(given.ledger, given.uses)
    checks: tuple[Callable[[Given, Messages], Finding], ...] = (
        _applies_once,
        _loses_nothing,
        _refuses_forgeries,
        _separates_end_users,
        _reaches_twin_state,
        _acknowledges_genuine,
        _acknowledges_promptly,
        _finishes_work,
        _renews_token_once,
        _keeps_running,
        _load_was_offered,
    )
    return tuple(check(given, messages) for check in checks)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict of the run."""
    return heaviest([finding.verdict for finding in findings])


def _outcome(attempt: Attempt) -> str:
    reply = attempt.reply
    if reply is None:
        return "outcome unknown"
    return f"{reply.status}" if reply.status else "no response"


def _finding(
    probe: str, verdict: Verdict, observed: str, *, expected: str, fix: str = "", evidence: Iterable[str] = (), examined: int = 0
) -> Finding:
    return Finding(
        probe=probe,
        verdict=verdict,
        observed=observed,
        expected=expected,
        fix=fix if verdict is not Verdict.PASS else "",
        evidence=tuple(evidence)[:MOST_EVIDENCE],
        examined=examined,
    )


def _with_counts(given: Given) -> list[EndUserEffects]:
    return [effects for effects in given.examined.values() if effects.applied is not None]


def _no_counts(probe: str, expected: str) -> Finding:
    observed = "the app reports no counts of applied messages; add app.observe.effects to the config"
    return _finding(probe, Verdict.INCONCLUSIVE, observed, expected=expected)


def _applies_once(given: Given, messages: Messages) -> Finding:
    expected = "one effect per message_id"
    examined = _with_counts(given)
    if not examined:
        return _no_counts("applies_once", expected)
    applied = {
        message_id: count
        for effects in examined
        for message_id, count in (effects.applied or {}).items()
        if messages.owner.get(message_id) == effects.end_user_id
    }
    twice = [message_id for message_id, count in applied.items() if count > 1]
    if twice:
        observed = f"{len(twice):,} of {len(applied):,} messages were applied more than once"
        evidence = [f"{applied[message_id]} effects: {messages.phrase(message_id)}" for message_id in twice]
        fix = "claim message_id and apply its effect in one database transaction"
        return _finding(
            "applies_once", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence, examined=len(applied)
        )
    observed = f"{len(applied):,} messages of {len(examined):,} end users were applied once"
    return _finding("applies_once", Verdict.PASS, observed, expected=expected, examined=len(applied))


def _loses_nothing(given: Given, messages: Messages) -> Finding:
    expected = "an effect for each acknowledged message"
    examined = _with_counts(given)
    if not examined:
        return _no_counts("loses_nothing", expected)
    lost, unfinished, count = [], [], 0
    for effects in examined:
        for message_id in messages.acknowledged.get(effects.end_user_id, ()):
            count += 1
            if not (effects.applied or {}).get(message_id):
                (unfinished if effects.pending else lost).append(message_id)
    if lost:
        observed = f"{len(lost):,} of {count:,} acknowledged messages had no effect, and the app reports no unfinished work"
        fix = "store the message before you acknowledge it, and keep it until its work is committed"
        evidence = map(messages.phrase, lost)
        return _finding(
            "loses_nothing", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence, examined=count
        )
    if unfinished:
        observed = f"{len(unfinished):,} of {count:,} acknowledged messages were still pending at the end; --settle waits longer"
        evidence = map(messages.phrase, unfinished)
        return _finding(
            "loses_nothing", Verdict.INCONCLUSIVE, observed, expected=expected, evidence=evidence, examined=count
        )
    verdict = Verdict.PASS if count else Verdict.INCONCLUSIVE
    return _finding(
        "loses_nothing", verdict, f"all {count:,} acknowledged messages were applied", expected=expected, examined=count
    )


def _refuses_forgeries(given: Given, messages: Messages) -> Finding:
    expected = "no effect of a message that Fiskil did not sign"
    accepted = [
        message_id for message_id, attempts in messages.forged.items() if any(attempt.is_acknowledged for attempt in attempts)
    ]
    applied = [
        message_id
        for effects in _with_counts(given)
        for message_id in effects.applied or {}
        if message_id in messages.forged
    ]
    fix = "verify the signature over the raw body before anything else, and refuse with 401"
    if applied:
        observed = f"{len(applied):,} of {len(messages.forged):,} forged messages were applied"
        evidence = map(messages.phrase, applied)
        return _finding("refuses_forgeries", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence)
    if accepted:
        observed = f"{len(accepted):,} of {len(messages.forged):,} forged messages were acknowledged; no effect was reported"
        evidence = map(messages.phrase, accepted)
        return _finding("refuses_forgeries", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence)
    if not messages.forged:
        return _finding("refuses_forgeries", Verdict.INCONCLUSIVE, "no forged message was sent", expected=expected)
    observed = f"all {len(messages.forged):,} forged messages were refused"
    return _finding("refuses_forgeries", Verdict.PASS, observed, expected=expected, examined=len(messages.forged))


def _separates_end_users(given: Given, messages: Messages) -> Finding:
    expected = "only the end user's own messages and data"
    evidence = []
    counted = _with_counts(given)
    is_global = len(counted) > 1 and all(effects.applied == counted[0].applied for effects in counted[1:])
    for effects in given.examined.values():
        evidence += [f"the state of {effects.end_user_id} has {foreign}" for foreign in effects.foreign]
        for message_id in () if is_global else effects.applied or ():
            owner = messages.owner.get(message_id, effects.end_user_id)
            if owner != effects.end_user_id:
                evidence.append(f"{effects.end_user_id}: {messages.phrase(message_id)}")
    examined = len(given.examined)
    if evidence:
        observed = f"{len(evidence):,} messages or rows of another end user"
        fix = "use the end_user_id of the message, and refuse pairs of end user and consent that do not belong together"
        return _finding(
            "separates_end_users", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence, examined=examined
        )
    verdict = Verdict.PASS if examined > 1 else Verdict.INCONCLUSIVE
    observed = f"{examined:,} end users have only their own messages and data"
    return _finding("separates_end_users", verdict, observed, expected=expected, examined=examined)


def _reaches_twin_state(given: Given, messages: Messages) -> Finding:
    expected = "the state of a twin that received everything once and in order"
    differing, compared = [], 0
    for effects in given.examined.values():
        twin = given.examined.get(effects.twin)
        is_comparable = twin is not None and effects.state and twin.state and not effects.pending and not twin.pending
        if twin is None or not is_comparable or effects.end_user_id in messages.incomplete:
            continue
        compared += 1
        control = given.examined.get(given.controls.get(effects.twin, ""), twin)
        extra = messages.attempts[effects.end_user_id]
        places = differences(effects.state, twin.state, control.state, extra_attempts=extra)
        differing += [f"{effects.end_user_id}: {places[0]}"] if places else []
    if differing:
        observed = f"{len(differing):,} of {compared:,} end users have another state than their twin"
        fix = "let publish_time decide which event is newer, and read the data from the API"
        return _finding(
            "reaches_twin_state", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=differing, examined=compared
        )
    if not compared:
        observed = "no end user's state could be compared with a twin's"
        return _finding("reaches_twin_state", Verdict.INCONCLUSIVE, observed, expected=expected)
    observed = f"{compared:,} end users have the same state as their twin"
    return _finding("reaches_twin_state", Verdict.PASS, observed, expected=expected, examined=compared)


def _acknowledges_genuine(given: Given, messages: Messages) -> Finding:
    expected = "an acknowledgement of each genuine message, now or after the delay that Retry-After states"
    fix = "return 2xx once the message is stored; under too much load return 429 or 503 with Retry-After"
    attempts = [attempt for attempts in messages.genuine.values() for attempt in attempts]
    refused = {
        message_id: attempt
        for message_id, attempt in messages.unacknowledged.items()
        if attempt.reply is not None and is_error(attempt)
    }
    errors = [attempt for attempt in attempts if is_error(attempt)]
    share = len(errors) / max(1, len(attempts))
    put_off = sum(attempt.is_put_off for attempt in attempts)
    ways = ", ".join(f"{count:,} x {outcome}" for outcome, count in Counter(map(_outcome, errors)).most_common(4))
    observed = f"{len(errors):,} of {len(attempts):,} attempts failed ({ways})" if errors else "no attempt failed"
    observed += f"; {put_off:,} were put off lawfully" if put_off else ""
    if given.observed.exits or given.observed.is_interrupted:
        verdict = Verdict.INCONCLUSIVE if messages.unacknowledged else Verdict.PASS
        observed += f"; {len(messages.unacknowledged):,} messages were never acknowledged, because the run was disturbed"
    elif refused or share > MOST_ERRORS:
        verdict = Verdict.FAIL
        observed += f"; {len(refused):,} messages were never acknowledged"
    elif messages.unacknowledged:
        verdict = Verdict.INCONCLUSIVE
        observed += f"; {len(messages.unacknowledged):,} messages were not acknowledged before the run ended"
    else:
        verdict = Verdict.PASS
    evidence = [messages.phrase(message_id) for message_id in refused]
    return _finding(
        "acknowledges_genuine",
        verdict,
        observed,
        expected=expected,
        fix=fix,
        evidence=evidence,
        examined=len(messages.genuine),
    )


def _acknowledges_promptly(given: Given, messages: Messages) -> Finding:
    latencies_s = sorted(
        attempt.reply.latency_s
        for attempts in messages.genuine.values()
        for attempt in attempts
        if attempt.reply is not None and attempt.is_acknowledged
    )
    p99_s = percentile(latencies_s, 0.99)
    observed = f"99 of 100 acknowledgements came within {p99_s:.3f} s of the intended time"
    if given.ack_s is None:
        expected = "no limit: the config states no app.limits.ack_s"
        return _finding("acknowledges_promptly", Verdict.PASS, observed, expected=expected, examined=len(latencies_s))
    verdict = Verdict.FAIL if p99_s > given.ack_s else Verdict.PASS
    fix = "store the message, acknowledge it, and do the work afterwards; add workers, or return 429 with Retry-After"
    return _finding(
        "acknowledges_promptly",
        verdict,
        observed,
        expected=f"within app.limits.ack_s, {given.ack_s:g} s",
        fix=fix,
        examined=len(latencies_s),
    )


def _finishes_work(given: Given, _messages: Messages) -> Finding:
    expected = "no unfinished work some time after the load"
    observed_run = given.observed
    growth = _growth(observed_run)
    if observed_run.idle_after_s is None:
        observed = f"the app still had unfinished work at the end of the wait{growth}"
        fix = "add workers or lower --rate; --settle waits longer"
        return _finding("finishes_work", Verdict.INCONCLUSIVE, observed, expected=expected, fix=fix)
    observed = f"the app had finished its work {observed_run.idle_after_s:.0f} s after the load{growth}"
    if observed_run.recovery_s is not None:
        observed += f"; {observed_run.recovery_s:.0f} s after the brown-out the backlog was as before"
    return _finding("finishes_work", Verdict.PASS, observed, expected=expected)


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


def _renews_token_once(given: Given, _messages: Messages) -> Finding:
    expected = f"at most {RENEWALS} token requests of each process after an expiry"
    expiries = [expiry for expiry in given.observed.expiries if expiry.processes]
    if not expiries:
        observed = "no token expired during the load, or the number of the app's processes is unknown"
        return _finding("renews_token_once", Verdict.INCONCLUSIVE, observed, expected=expected)
    worst = max(expiries, key=lambda expiry: expiry.token_requests / (expiry.processes or 1))
    observed = f"after {len(expiries)} expiries, at most {worst.token_requests} token requests of {worst.processes} processes"
    verdict = Verdict.FAIL if worst.token_requests > RENEWALS * (worst.processes or 1) else Verdict.PASS
    fix = "let one call renew the token, and let the others of the process wait for the result"
    evidence = [f"{expiry.token_requests} token requests after the expiry at {expiry.at_s:.0f} s" for expiry in expiries]
    return _finding(
        "renews_token_once", verdict, observed, expected=expected, fix=fix, evidence=evidence, examined=len(expiries)
    )


def _keeps_running(given: Given, _messages: Messages) -> Finding:
    expected = "the app runs until the end"
    exits = given.observed.exits
    if not exits:
        return _finding("keeps_running", Verdict.PASS, "the app ran until the end", expected=expected)
    is_killed = all("was killed" in text for text in exits)
    verdict = Verdict.INCONCLUSIVE if is_killed else Verdict.FAIL
    observed = f"the app ended during the load and was started again: {'; '.join(exits)}"
    return _finding("keeps_running", verdict, observed, expected=expected, fix="see the app's output for the reason")


def _load_was_offered(given: Given, messages: Messages) -> Finding:
    expected = "every planned delivery, at most a second after its time, with a known outcome"
    ledger, planned = given.ledger, given.timetable.count
    lag_s = sorted(
        attempt.reply.latency_s - attempt.reply.took_s for attempt in ledger.attempts if attempt.reply is not None
    )
    unknown = [attempt for attempt in ledger.attempts if attempt.reply is None]
    dead = [worker.worker for worker in ledger.workers if not worker.is_closed and worker.worker.startswith("worker")]
    unsent = sum(worker.unsent for worker in ledger.workers)
    known = messages.owner.keys()
    strange = [
        message_id
        for effects in given.examined.values()
        for message_id in effects.applied or {}
        if message_id not in known
    ]
    problems = []
    if dead:
        problems.append(f"{', '.join(dead)} ended without closing its ledger; the slots that it had left were not sent")
    if unknown:
        problems.append(f"the outcome of {len(unknown):,} attempts is unknown")
    if unsent:
        problems.append(f"{unsent:,} planned deliveries were not sent")
    if strange:
        problems.append(f"{len(strange):,} applied messages are in no ledger")
    if percentile(lag_s, 0.99) > LATE_S:
        problems.append(f"1 of 100 deliveries began {percentile(lag_s, 0.99):.1f} s late or more; give more --users or workers")
    evidence = [messages.phrase(attempt.sent.message_id) for attempt in unknown] + [f"in no ledger: {name}" for name in strange]
    sent = sum(worker.worker.startswith("worker") and len(worker.attempts) for worker in ledger.workers)
    observed = f"{sent:,} attempts for {planned:,} planned slots" + "".join(f"; {problem}" for problem in problems)
    verdict = Verdict.INCONCLUSIVE if problems or not sent else Verdict.PASS
    return _finding("load_was_offered", verdict, observed, expected=expected, evidence=evidence, examined=sent)
