"""Does the app wait as long as Retry-After tells before it asks the same again?"""

from email.utils import parsedate_to_datetime
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, InterpretationsUsed, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, call_key, calls, header, routes_of
from fiskil_harness.journal.queries.idleness import idle_before, work_times
from fiskil_harness.probes.probe import PlainProbe

SLACK_S = 0.01
LONGEST_S = 3600.0
"""Who is told to wait for longer than an hour may take that for a slip, and ask again when it seems right."""


class RespectsRetryAfter(PlainProbe, frozen=True, kw_only=True, tag="respects_retry_after"):
    """After a 429 or 503 with Retry-After, in seconds or as a date, the next equal call begins no sooner than was told.

    The wait is counted from the refused call's arrival, which is before the app can have read the answer, so a slow machine
    accuses nobody. Nothing is judged where the next equal call may be another job's: where more than one thing was asked of
    the app since it was last at rest, or equal calls were under way at once.
    """

    expected: ClassVar[str] = "the same call again, after the wait that was told"
    source: ClassVar[str] = "errors.retry-after"
    fix: ClassVar[str] = (
        "sleep for Retry-After, which is seconds or an HTTP date, and a little more at random, before the next try"
    )

    def examine(self, journal: Journal) -> Finding:
        """Follow each refusal to the next equal call."""
        told = [(call, wait) for call in bitten_by(journal) if (wait := _wait_s(call)) is not None]
        if not told and _tells_no_waits(journal):
            busy = routes_of(call for call in bitten_by(journal, "Status") if call.status in {429, 503})
            return self.passes("what was refused told no wait, so none was due", examined=busy)
        if not told:
            return self.inconclusive("no call was refused with Retry-After")
        judged = came_back = 0
        for refused, wait_s in told:
            again = _next_equal(journal, refused)
            if again is None:
                continue
            came_back += 1
            if not _is_of_one_job(journal, refused, again):
                continue
            judged += 1
            if again.at_s - refused.at_s < wait_s - SLACK_S:
                seen = f"{refused.route} was asked again sooner than Retry-After told: {wait_s:g} s, {_form(refused)}"
                return self.fails(
                    seen,
                    evidence=(f"{refused.method} {refused.route}: {refused.status}, Retry-After as {_form(refused)}",),
                    examined=routes_of(call for call, _ in told),
                )
        if came_back > judged:
            return self.inconclusive("the app had more than one thing to do, so another job may have asked again")
        if not judged:
            return self.inconclusive("no refused call was asked again, so nobody waited")
        return self.passes(
            "what was refused was asked again, and never too soon", examined=routes_of(call for call, _ in told)
        )


def _tells_no_waits(journal: Journal) -> bool:
    """Whether the reading ruled under which no answer carries Retry-After."""
    return any(
        interpretations_used.ruled.get("errors.retry-after") == "absent"
        for interpretations_used in journal.all(InterpretationsUsed)
    )


def _wait_s(refused: Exchange) -> float | None:
    """How long the app was told to wait; None where it was told nothing that it can be held to."""
    if refused.status not in {429, 503}:
        return None
    text = header(refused.response_headers, "retry-after").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            wait = parsedate_to_datetime(text) - parsedate_to_datetime(header(refused.response_headers, "date"))
        except ValueError:
            return None
        # Both dates are cut to whole seconds, so up to a second of the wait may lie before the answer.
        seconds = wait.total_seconds() - 1
    return seconds if 0 < seconds <= LONGEST_S else None


def _form(refused: Exchange) -> str:
    text = header(refused.response_headers, "retry-after").strip()
    return "a number of seconds" if text.isdigit() else "an HTTP date"


def _next_equal(journal: Journal, refused: Exchange) -> Exchange | None:
    later = (call for call in calls(journal, refused.route) if call.at_s >= refused.ended_s and call.number > refused.number)
    return next((call for call in later if call_key(call) == call_key(refused)), None)


def _is_of_one_job(journal: Journal, refused: Exchange, again: Exchange) -> bool:
    """Whether nobody but the job whose call was refused can have asked again."""
    at_rest_s = idle_before(journal, refused.at_s)
    jobs = [moment for moment in work_times(journal) if at_rest_s < moment < again.at_s]
    if len(jobs) > 1 or any(moment > refused.at_s for moment in jobs):
        return False
    return not any(
        call_key(call) == call_key(refused) and call.at_s < refused.ended_s and call.ended_s > refused.at_s
        for call in calls(journal, refused.route)
        if call is not refused
    )
