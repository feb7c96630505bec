"""Does the app wait as long as Retry-After tells before it asks the same again?"""

from typing import ClassVar

from harness.journal import Delivery, Effects, Exchange, HookCall, Journal
from harness.probes.base import PlainProbe
from harness.probes.calls import asked, began_s, bitten_by, calls, header, routes_of
from harness.probes.finding import Finding

SLACK_S = 0.01


class WaitsAsTold(PlainProbe, frozen=True, kw_only=True, tag="waits_as_told"):
    """After a 429 or 503 with Retry-After in seconds, the next equal call begins no sooner than that many seconds later.

    The wait is counted from the refused call's arrival, which is before the app can have read the answer, so a slow machine
    accuses nobody. Nothing is judged where the next equal call may be another job's: where more than one thing was asked of
    the app since it was last at rest, or equal calls were under way at once.
    """

    expected: ClassVar[str] = "the same call again, after the wait that was told"
    source: ClassVar[str] = "errors.retry-after"
    fix: ClassVar[str] = "sleep for Retry-After, and a little more at random, before the next try"

    def examine(self, journal: Journal) -> Finding:
        """Follow each refusal to the next equal call."""
        told = [(one, wait) for one in bitten_by(journal, "Status") if (wait := _wait_s(one)) is not None]
        if not told:
            return self.cannot_tell("no call was refused with Retry-After")
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
                seen = f"{refused.route} was asked again sooner than Retry-After: {wait_s:g} told"
                return self.fails(
                    seen,
                    evidence=(f"{refused.method} {refused.route}: {refused.status}",),
                    examined=routes_of(one for one, _ in told),
                )
        if came_back > judged:
            return self.cannot_tell("the app had more than one thing to do, so another job may have asked again")
        if not judged:
            return self.cannot_tell("no refused call was asked again, so nobody waited")
        return self.holds("what was refused was asked again, and never too soon", examined=routes_of(one for one, _ in told))


def _wait_s(refused: Exchange) -> float | None:
    text = header(refused.response_headers, "retry-after").strip()
    is_told = refused.status in {429, 503} and text.isascii() and text.isdigit() and int(text) > 0
    return float(text) if is_told else None


def _next_equal(journal: Journal, refused: Exchange) -> Exchange | None:
    later = (one for one in calls(journal, refused.route) if one.at_s >= refused.ended_s and one.number > refused.number)
    return next((one for one in later if asked(one) == asked(refused)), None)


def _is_of_one_job(journal: Journal, refused: Exchange, again: Exchange) -> bool:
    """Whether nobody but the job whose call was refused can have asked again."""
    at_rest_s = max((one.at_s for one in journal.all(Effects) if _is_at_rest(one) and one.at_s < refused.at_s), default=0.0)
    begun = [began_s(one) for one in journal.all(HookCall) if one.hook != "fail" and one.at_s > at_rest_s]
    begun += [one.at_s for one in journal.all(Delivery) if one.at_s > at_rest_s]
    jobs = [moment for moment in begun if moment < again.at_s]
    if len(jobs) > 1 or any(moment > refused.at_s for moment in jobs):
        return False
    return not any(
        asked(one) == asked(refused) and one.at_s < refused.ended_s and one.ended_s > refused.at_s
        for one in calls(journal, refused.route)
        if one is not refused
    )


def _is_at_rest(effects: Effects) -> bool:
    return effects.is_quiescent and effects.moment != "ordered"
