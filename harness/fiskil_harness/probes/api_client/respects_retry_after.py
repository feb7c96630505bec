"""Does the app wait for the Retry-After delay before it makes the same call again?"""

from email.utils import parsedate_to_datetime

from fiskil_harness.journal import Exchange, HookCall, InterpretationsUsed, Journal
from fiskil_harness.journal.queries.api_calls import began_s, bitten_by, call_key, calls, header, routes_of
from fiskil_harness.journal.queries.idleness import idle_before, work_times
from fiskil_harness.probes.probe import Finding, Probe

SLACK_S = 0.01
LONGEST_S = 3600.0
"""Longest Retry-After that is judged, in seconds; an app may treat a longer delay as a mistake and retry earlier."""


class RespectsRetryAfter(Probe, frozen=True, kw_only=True, tag="respects_retry_after"):
    """Check that the app repeats a call refused with 429 or 503 only after the Retry-After delay (seconds or a date).

    The delay is measured from the arrival of the refused call, which is before the app reads the response, so that a slow
    machine causes no FAIL. A call is not judged if another piece of work may have made the next equal call. That is possible
    if more than one piece of work arrived since the app was last idle, or if equal calls were in progress at the same time.

    Args:
        may_give_up: A person waits, so the app may also report the refusal and repeat nothing on its own.
    """

    may_give_up: bool = False

    is_general = True
    expected = "the same call again, after the Retry-After delay"
    source = "errors.retry-after"
    fix = "before the next attempt, wait for Retry-After (seconds or an HTTP date) plus a short random time"

    def examine(self, journal: Journal) -> Finding:
        """Measure the time from each refused call to the next equal call."""
        delayed = [(call, delay_s) for call in bitten_by(journal) if (delay_s := _delay_s(call)) is not None]
        if not delayed and _is_retry_after_absent(journal):
            refused_routes = routes_of(call for call in bitten_by(journal, "Status") if call.status in {429, 503})
            return self.passes("no refusal carried Retry-After, so there was no delay to observe", examined=refused_routes)
        if not delayed:
            return self.inconclusive("no call was refused with Retry-After")
        judged = repeated = 0
        for refused, delay_s in delayed:
            again = _next_equal(journal, refused)
            if again is None or _was_reported(journal, refused, again):
                continue
            repeated += 1
            if not _is_of_one_job(journal, refused, again):
                continue
            judged += 1
            if again.at_s - refused.at_s < delay_s - SLACK_S:
                return self.fails(
                    f"{refused.route} was retried before its Retry-After delay of {delay_s:g} s had passed",
                    evidence=(f"{refused.method} {refused.route}: {refused.status}, Retry-After as {_form(refused)}",),
                )
        return self._in_total(judged, repeated, examined=routes_of(call for call, _ in delayed))

    def _in_total(self, judged: int, repeated: int, *, examined: int) -> Finding:
        """Return the finding if no refused call was repeated too soon."""
        if not judged and self.may_give_up:
            return self.passes("the app repeated no refused call on its own", examined=examined)
        if repeated > judged:
            return self.inconclusive("the app had more than one piece of work, so another job may have made the next call")
        if not judged:
            return self.inconclusive("no refused call was repeated, so there was no wait to observe")
        observed = "refused calls were repeated, and never before their Retry-After delay had passed"
        return self.passes(observed, examined=examined)


def _is_retry_after_absent(journal: Journal) -> bool:
    """Return True if, under the interpretation in use, the API never sends Retry-After."""
    return any(
        interpretations_used.chosen.get("errors.retry-after") == "absent"
        for interpretations_used in journal.all(InterpretationsUsed)
    )


def _delay_s(refused: Exchange) -> float | None:
    """Return the delay in seconds that Retry-After requires, or None if the response has no valid Retry-After."""
    if refused.status not in {429, 503}:
        return None
    text = header(refused.response_headers, "retry-after").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            delay = parsedate_to_datetime(text) - parsedate_to_datetime(header(refused.response_headers, "date"))
        except ValueError:
            return None
        # Both dates are truncated to whole seconds, so up to a second of the delay may lie before the response.
        seconds = delay.total_seconds() - 1
    return seconds if 0 < seconds <= LONGEST_S else None


def _form(refused: Exchange) -> str:
    text = header(refused.response_headers, "retry-after").strip()
    return "a number of seconds" if text.isdigit() else "an HTTP date"


def _next_equal(journal: Journal, refused: Exchange) -> Exchange | None:
    later = (call for call in calls(journal, refused.route) if call.at_s >= refused.ended_s and call.number > refused.number)
    return next((call for call in later if call_key(call) == call_key(refused)), None)


def _was_reported(journal: Journal, refused: Exchange, again: Exchange) -> bool:
    """Return True if the app reported the refusal to a waiting person before *again*, so that later work made this call."""
    return any(
        hook.status is not None and hook.status >= 400 and began_s(hook) <= refused.at_s and hook.at_s < again.at_s
        for hook in journal.all(HookCall)
        if hook.at_s >= refused.at_s
    )


def _is_of_one_job(journal: Journal, refused: Exchange, again: Exchange) -> bool:
    """Return True if only the piece of work whose call was refused can have made the next equal call."""
    idle_s = idle_before(journal, refused.at_s)
    began = [work_s for work_s in work_times(journal) if idle_s < work_s < again.at_s]
    if len(began) > 1 or any(work_s > refused.at_s for work_s in began):
        return False
    return not any(
        call_key(call) == call_key(refused) and call.at_s < refused.ended_s and call.ended_s > refused.at_s
        for call in calls(journal, refused.route)
        if call is not refused
    )
