"""Does the app wait as long as Retry-After tells before it asks the same again?"""

from email.utils import parsedate_to_datetime
from typing import ClassVar

from harness.journal import Delivery, Exchange, HookCall, Journal
from harness.probes.base import PlainProbe
from harness.probes.calls import asked, began_s, bitten_by, calls, dataset_of, header, told
from harness.probes.finding import Finding

SLACK_S = 0.01


class WaitsAsTold(PlainProbe, frozen=True, kw_only=True, tag="waits_as_told"):
    """After a 429 or 503 with Retry-After, in seconds or as a date, the next equal call begins no sooner than was told.

    The wait is counted from the refused call's arrival, which is before the app can have read the answer, so a slow machine
    accuses nobody. Where something new was asked of the app in between, or two messages told of the same dataset, nothing
    is judged.
    """

    expected: ClassVar[str] = "the same call again, after the wait that was told"
    source: ClassVar[str] = "errors.retry-after"
    fix: ClassVar[str] = "sleep for Retry-After, and a little more at random, before the next try"

    def examine(self, journal: Journal) -> Finding:
        """Follow each refusal to the next equal call."""
        refusals = [(one, wait) for one in bitten_by(journal, "Status") if (wait := _wait_s(one)) is not None]
        if not refusals:
            return self.cannot_tell("no call was refused with Retry-After")
        judged = 0
        for refused, wait_s in refusals:
            again = _next_equal(journal, refused)
            if again is None or _was_asked_between(journal, refused, again) or _has_another_reason(journal, refused):
                continue
            judged += 1
            if again.at_s - refused.at_s < wait_s - SLACK_S:
                seen = f"{refused.route} was asked again sooner than Retry-After: {wait_s:g} told"
                return self.fails(
                    seen, evidence=(f"{refused.method} {refused.route}: {refused.status}",), examined=len(refusals)
                )
        if not judged:
            return self.cannot_tell("no refused call was asked again, so nobody waited")
        return self.holds(f"{judged} refused calls were asked again, none too soon", examined=judged)


def _wait_s(refused: Exchange) -> float | None:
    text = header(refused.response_headers, "retry-after").strip()
    if refused.status not in {429, 503}:
        return None
    if text.isascii() and text.isdigit():
        return float(text) or None
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(header(refused.response_headers, "date"))
    except ValueError:
        return None
    # Both dates are cut to whole seconds, so up to a second of the wait may lie before the answer.
    return max(wait.total_seconds() - 1, 0.0) or None


def _next_equal(journal: Journal, refused: Exchange) -> Exchange | None:
    later = (one for one in calls(journal, refused.route) if one.at_s >= refused.ended_s and one.number > refused.number)
    return next((one for one in later if asked(one) == asked(refused)), None)


def _was_asked_between(journal: Journal, refused: Exchange, again: Exchange) -> bool:
    moments = [began_s(one) for one in journal.all(HookCall)] + [one.at_s for one in journal.all(Delivery)]
    return any(refused.at_s < moment < again.at_s for moment in moments)


def _has_another_reason(journal: Journal, refused: Exchange) -> bool:
    """Whether two messages told of the refused reading's dataset: the next equal call may be about the other one."""
    ids = {
        one.message_id
        for one, event in told(journal)
        if one.step == refused.step and f"banking.{dataset_of(event.kind)}" == refused.route
    }
    return len(ids) > 1
