"""Does the app repeat a read that failed because of a transient fault, without waiting for a new event or request?"""

from math import inf

from fiskil_harness.journal import Delivery, Effects, EventCreated, Exchange, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import (
    SELECTING,
    acknowledged_events,
    began_s,
    bitten_by,
    call_key,
    calls,
    dataset_of,
    dataset_read,
    end_user_of,
    header,
    parameters,
    routes_of,
)
from fiskil_harness.journal.queries.consents import consents_of
from fiskil_harness.journal.queries.idleness import idle_before
from fiskil_harness.journal.queries.rows import PENDING, STILL_BUSY
from fiskil_harness.probes.probe import Finding, Probe

CUT = frozenset({"LimitResponse", "LimitBytes", "ResetPeer"})
UNREADABLE = frozenset(
    {"ErrorInside", "Garbage", "GarbageAfterHead", "GzipTruncated", "HtmlInside", "TruncatedJson", "TruncatedWithoutLength"}
)
"""Faults that make a response unreadable, so that no app can mistake it for the requested rows."""


class RetriesBrokenReads(Probe, frozen=True, kw_only=True, tag="retries_broken_reads"):
    """Check that a read for an acknowledged event, broken by one transient fault, is repeated and succeeds.

    Fiskil does not deliver an acknowledged event again, so an app that gives up after one broken response loses the
    announced data. The app may repeat the read at once or later, and may read only the failed page or the whole list again.
    Reads for a requested refresh, and reads that keep failing, are not judged: the app may report the error and give up. A
    read need not be repeated if no consent is active any more.
    """

    is_general = True
    expected = "the read is repeated until it succeeds"
    source = "errors.timeout"
    fix = "treat a broken or invalid response as a transient failure; keep the event until the data is read"

    def examine(self, journal: Journal) -> Finding:
        """Look for a successful repetition of each broken read before the app was idle again."""
        judged: list[Exchange] = []
        lost: list[Exchange] = []
        doubts: list[tuple[str, str]] = []
        for broken in bitten_by(journal):
            participant = _participant_of_event(journal, broken) if is_spoilt(broken) and not broken.is_cut else None
            if participant is None:
                continue
            idle = _idle_after(journal, broken, participant)
            if not _broke_once(journal, broken, idle) or _has_consent_ended(journal, participant, idle):
                continue
            judged.append(broken)
            if _is_read_again(journal, broken, idle):
                continue
            if idle is None:
                doubts.append(_doubt(journal))
            else:
                lost.append(broken)
        if lost:
            observed = f"{lost[0].route} failed once and was never read again, although its event was acknowledged"
            evidence = tuple(f"given up: {route}" for route in sorted({call.route for call in lost}))
            return self.fails(observed, evidence=evidence)
        for reason, hook in doubts[:1]:
            return self.inconclusive(reason, hook=hook)
        if not judged:
            return self.inconclusive("no read for an acknowledged event failed once")
        return self.passes("every read that failed once was repeated and succeeded", examined=routes_of(judged))


def is_spoilt(call: Exchange) -> bool:
    """Return True if the response is recognisably broken and a retry could succeed."""
    if call.status is None or call.status == 429 or call.status >= 500:
        return True
    faults = {bite.partition("(")[0] for bite in call.bites}
    if not 200 <= call.status < 300:
        return False
    return bool(faults & UNREADABLE) or (bool(faults & CUT) and not is_whole(call))


def is_read(call: Exchange) -> bool:
    """Return True if the response is readable; a fault may have changed its rows, such as by an unknown field."""
    return call.status is not None and 200 <= call.status < 300 and not is_spoilt(call)


def is_whole(call: Exchange) -> bool:
    """Return True if the body has the length that Content-Length announces."""
    announced = header(call.response_headers, "content-length")
    return announced.isdigit() and len(call.response_body) >= int(announced)


def _participant_of_event(journal: Journal, broken: Exchange) -> str | None:
    """Return the participant whose acknowledged event caused the read; None if a refresh may have caused it, or no event.

    Only events and refreshes since the app was last idle are considered.
    """
    since_s = idle_before(journal, broken.at_s)
    if any(
        since_s < hook_call.at_s and began_s(hook_call) <= broken.at_s
        for hook_call in journal.all(HookCall)
        if hook_call.is_refresh
    ):
        return None
    return next((event.participant for delivery, event in _announcements(journal, broken) if since_s < delivery.at_s), None)


def _announcements(journal: Journal, broken: Exchange) -> list[tuple[Delivery, EventCreated]]:
    """Return the acknowledged events before the read that announce its dataset for its end user."""
    return [
        (delivery, event)
        for delivery, event in acknowledged_events(journal)
        if delivery.at_s <= broken.at_s
        and dataset_read(broken) == dataset_of(event.kind) != ""
        and event.is_subscribed
        and end_user_of(delivery) == broken.end_user_id
    ]


def _idle_after(journal: Journal, broken: Exchange, participant: str) -> Effects | None:
    """Return the first snapshot after the read in which the app reports no pending work for *participant*, or None."""
    snapshots = (effects for effects in journal.all(Effects) if effects.participant == participant)
    return next((effects for effects in snapshots if effects.at_s >= broken.ended_s and effects.has_reported_idle), None)


def _broke_once(journal: Journal, broken: Exchange, idle: Effects | None) -> bool:
    """Return True if no equal read broke between the last time that the app was idle and the snapshot *idle*."""
    since_s, until_s = idle_before(journal, broken.at_s), idle.at_s if idle else inf
    return not any(
        call_key(call) == call_key(broken) and since_s < call.at_s < until_s and call is not broken and is_spoilt(call)
        for call in bitten_by(journal)
    )


def _has_consent_ended(journal: Journal, participant: str, idle: Effects | None) -> bool:
    """Return True if the participant had consents, and none of them was active when the app was idle again."""
    consents = consents_of(journal, participant, until_s=idle.at_s if idle else inf)
    return bool(consents) and not any(consent.is_active for consent in consents.values())


def _is_read_again(journal: Journal, broken: Exchange, idle: Effects | None) -> bool:
    """Return True if the rows were read successfully before the app was idle again.

    The app may have read the same page, the list from its beginning, or a wider selection of rows. It may have read the same
    page before the broken read, but after the newest event that announced the rows.
    """
    since_s, until_s = idle_before(journal, broken.at_s), idle.at_s if idle else inf
    reads = [call for call in calls(journal, broken.route) if call.end_user_id == broken.end_user_id and since_s < call.at_s]
    first = {event.event: delivery for delivery, event in reversed(_announcements(journal, broken))}
    announced_s = max(delivery.at_s for delivery in first.values())
    equal = [call for call in reads if call_key(call) == call_key(broken) and announced_s < call.at_s <= until_s]
    if any(map(is_read, equal)):
        return True
    selections = [_selection(call) for call in reads if call.number <= broken.number]
    later = [call for call in reads if call.number > broken.number and call.at_s <= until_s and is_read(call)]
    return any(_selection(call) <= selection for call in later for selection in selections)


def _selection(call: Exchange) -> frozenset[str]:
    """Return the names of the query parameters; ``account_id`` and ``status`` include their values."""
    query = parameters(call)
    return frozenset(f"{name}={query[name]}" if name in SELECTING else name for name in query)


def _doubt(journal: Journal) -> tuple[str, str]:
    ends = journal.all(Effects)
    if ends and ends[-1].pending is None:
        return "no repetition of a broken read was observed, and the effects hook reports no pending work", PENDING
    return STILL_BUSY, ""
