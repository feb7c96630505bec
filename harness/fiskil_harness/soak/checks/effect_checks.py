"""Checks of the effects: each acknowledged message applied once, no forgery applied, the state of a twin reached."""

from itertools import pairwise

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.checks.given import Given, Messages, finding
from fiskil_harness.soak.effects import EndUserEffects, differences
from fiskil_harness.soak.ledger import Attempt

QUEUED = 202
"""The status of a receiver that verifies the signature after the response."""


def effects_were_read(given: Given, _messages: Messages) -> Finding:
    """Return whether the app reported the effects of each examined end user."""
    expected = "a report about each examined end user"
    examined = given.examined.values()
    has_counts = any(effects.applied is not None for effects in examined)
    unread = [effects for effects in examined if effects.problem or (has_counts and effects.applied is None)]
    if not examined:
        observed = "no end user's effects were read; add app.observe.effects to the config"
        return finding("effects_were_read", Verdict.INCONCLUSIVE, observed, expected=expected)
    if unread:
        observed = f"the effects of {len(unread):,} of {len(examined):,} end users could not be read"
        evidence = [f"{effects.end_user_id}: {effects.problem or 'no counts of applied messages'}" for effects in unread]
        fix = "let app.observe.effects return a report for every end user, also under load"
        return finding(
            "effects_were_read",
            Verdict.INCONCLUSIVE,
            observed,
            expected=expected,
            fix=fix,
            evidence=evidence,
            examined=len(examined),
        )
    observed = f"the effects of all {len(examined):,} end users were read"
    return finding("effects_were_read", Verdict.PASS, observed, expected=expected, examined=len(examined))


def applies_once(given: Given, messages: Messages) -> Finding:
    """Return whether each message had at most one effect."""
    expected = "one effect per message_id"
    examined = _with_counts(given)
    if not examined:
        return _no_counts("applies_once", expected)
    applied = {
        message_id: effects.count(message_id)
        for effects in examined
        for message_id in messages.of.get(effects.end_user_id, ())
        if effects.count(message_id)
    }
    twice = [message_id for message_id, count in applied.items() if count > 1]
    if twice:
        observed = f"{len(twice):,} of {len(applied):,} messages were applied more than once"
        evidence = [f"{applied[message_id]} effects: {messages.phrase(message_id)}" for message_id in twice]
        fix = "claim message_id and apply its effect in one database transaction"
        return finding(
            "applies_once", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence, examined=len(applied)
        )
    verdict = Verdict.PASS if applied else Verdict.INCONCLUSIVE
    observed = f"{len(applied):,} messages of {len(examined):,} end users were applied once"
    return finding("applies_once", verdict, observed, expected=expected, examined=len(applied))


def loses_nothing(given: Given, messages: Messages) -> Finding:
    """Return whether each acknowledged message had an effect."""
    expected = "an effect for each acknowledged message"
    examined = _with_counts(given)
    if not examined:
        return _no_counts("loses_nothing", expected)
    lost: list[str] = []
    unfinished: list[str] = []
    count = 0
    for effects in examined:
        for message_id in messages.acknowledged.get(effects.end_user_id, ()):
            count += 1
            if not effects.count(message_id):
                is_open = effects.pending or (effects.pending is None and not given.observed.is_settled)
                (unfinished if is_open else lost).append(message_id)
    if lost:
        observed = f"{len(lost):,} of {count:,} acknowledged messages had no effect, and the app reports no unfinished work"
        fix = "store the message before you acknowledge it, and keep it until its work is committed"
        evidence = map(messages.phrase, lost)
        return finding(
            "loses_nothing", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence, examined=count
        )
    if unfinished:
        observed = (
            f"{len(unfinished):,} of {count:,} acknowledged messages were not finished at the end; --settle waits longer"
        )
        evidence = map(messages.phrase, unfinished)
        return finding("loses_nothing", Verdict.INCONCLUSIVE, observed, expected=expected, evidence=evidence, examined=count)
    verdict = Verdict.PASS if count else Verdict.INCONCLUSIVE
    return finding(
        "loses_nothing", verdict, f"all {count:,} acknowledged messages were applied", expected=expected, examined=count
    )


def refuses_forgeries(given: Given, messages: Messages) -> Finding:
    """Return whether every forged message was refused and had no effect."""
    expected = "no effect of a message that Fiskil did not sign"
    accepted = [
        message_id
        for message_id, attempts in messages.forged.items()
        if any(attempt.is_acknowledged and _status(attempt) != QUEUED for attempt in attempts)
    ]
    applied = {message_id for report in given.reports() for message_id in report if message_id in messages.forged}
    counted = {effects.end_user_id for effects in _with_counts(given)}
    unproven = [
        message_id
        for message_id, attempts in messages.forged.items()
        if messages.owner[message_id] not in counted and any(_status(attempt) == QUEUED for attempt in attempts)
    ]
    unanswered = [
        message_id for message_id, attempts in messages.forged.items() if all(attempt.is_unknown for attempt in attempts)
    ]
    fix = "verify the signature over the raw body before anything else, and refuse with 401"
    if applied:
        observed = f"{len(applied):,} of {len(messages.forged):,} forged messages were applied"
        evidence = map(messages.phrase, sorted(applied))
        return finding("refuses_forgeries", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence)
    if accepted:
        observed = f"{len(accepted):,} of {len(messages.forged):,} forged messages were acknowledged; no effect was reported"
        evidence = map(messages.phrase, accepted)
        return finding("refuses_forgeries", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence)
    if not messages.forged:
        return finding("refuses_forgeries", Verdict.INCONCLUSIVE, "no forged message was sent", expected=expected)
    answered = len(messages.forged) - len(unanswered)
    if unproven:
        observed = f"{len(unproven):,} of {len(messages.forged):,} forged messages got 202, and their effects are unknown"
        evidence = map(messages.phrase, unproven)
        return finding("refuses_forgeries", Verdict.INCONCLUSIVE, observed, expected=expected, evidence=evidence)
    if unanswered and not (given.is_disturbed and answered):
        observed = f"{len(unanswered):,} of {len(messages.forged):,} forged messages got no response"
        evidence = map(messages.phrase, unanswered)
        return finding("refuses_forgeries", Verdict.INCONCLUSIVE, observed, expected=expected, evidence=evidence)
    observed = f"all {answered:,} forged messages with a response were refused, or queued without effect"
    return finding("refuses_forgeries", Verdict.PASS, observed, expected=expected, examined=answered)


def separates_end_users(given: Given, messages: Messages) -> Finding:
    """Return whether each end user has only their own messages and data."""
    expected = "only the end user's own messages and data"
    evidence = []
    is_global = _are_global(given, messages)
    for effects in given.examined.values():
        evidence += [f"the state of {effects.end_user_id} has {foreign}" for foreign in effects.foreign]
        for message_id in () if is_global else sorted(effects.effective()):
            owner = messages.owner.get(message_id, effects.end_user_id)
            if owner != effects.end_user_id:
                evidence.append(f"{effects.end_user_id}: {messages.phrase(message_id)}")
    examined = sum(effects.applied is not None or bool(effects.state) for effects in given.examined.values())
    if evidence:
        observed = f"{len(evidence):,} messages or rows of another end user"
        fix = "use the end_user_id of the message, and refuse pairs of end user and consent that do not belong together"
        return finding(
            "separates_end_users", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=evidence, examined=examined
        )
    verdict = Verdict.PASS if examined > 1 else Verdict.INCONCLUSIVE
    observed = f"{examined:,} end users have only their own messages and data"
    return finding("separates_end_users", verdict, observed, expected=expected, examined=examined)


def reaches_twin_state(given: Given, messages: Messages) -> Finding:
    """Return whether each end user has the state of their undisturbed twin."""
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
        added = messages.added_bytes(of=effects.end_user_id, than=effects.twin)
        places = differences(effects.state, twin.state, control.state, extra_attempts=extra, added_bytes=added)
        differing += [f"{effects.end_user_id}: {places[0]}"] if places else []
    if differing:
        observed = f"{len(differing):,} of {compared:,} end users have another state than their twin"
        fix = "let publish_time decide which event is newer, and read the data from the API"
        return finding(
            "reaches_twin_state", Verdict.FAIL, observed, expected=expected, fix=fix, evidence=differing, examined=compared
        )
    if not compared:
        observed = "no end user's state could be compared with a twin's"
        return finding("reaches_twin_state", Verdict.INCONCLUSIVE, observed, expected=expected)
    observed = f"{compared:,} end users have the same state as their twin"
    return finding("reaches_twin_state", Verdict.PASS, observed, expected=expected, examined=compared)


def _are_global(given: Given, messages: Messages) -> bool:
    """Return true if each report is about all end users, as that of an app that ignores the end user of the hook.

    The reports were read one after the other, so a later one may have more messages. Each has messages of several end users.
    """
    reports = sorted(given.reports(), key=len)
    owners = {messages.owner[message_id] for message_id in reports[0] if message_id in messages.owner} if reports else set()
    are_equal = all(report == reports[0] for report in reports)
    is_growing = len(owners) > 1 and all(smaller <= larger for smaller, larger in pairwise(reports))
    return len(_with_counts(given)) > 1 and (are_equal or is_growing)


def _status(attempt: Attempt) -> int:
    return attempt.reply.status if attempt.reply else 0


def _with_counts(given: Given) -> list[EndUserEffects]:
    return [effects for effects in given.examined.values() if effects.applied is not None]


def _no_counts(probe: str, expected: str) -> Finding:
    observed = "the app reports no counts of applied messages; add app.observe.effects to the config"
    return finding(probe, Verdict.INCONCLUSIVE, observed, expected=expected)
