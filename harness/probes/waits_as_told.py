"""Does the app wait as long as Retry-After tells before it asks the same again?"""

from collections.abc import Collection
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import ClassVar

from harness.journal import Delivery, Exchange, HookCall, Journal, ReadingsAsked
from harness.probes.base import PlainProbe
from harness.probes.calls import asked, began_s, bitten_by, calls, dataset_of, header, told
from harness.probes.finding import Finding

SLACK_S = 0.01


class WaitsAsTold(PlainProbe, frozen=True, kw_only=True, tag="waits_as_told"):
    """After a 429 or 503 with Retry-After, in seconds or as a date, the next equal call begins no sooner than was told.

    The wait is counted from the refused call's arrival, which is before the app can have read the answer, so a slow machine
    accuses nobody. Where something new was asked of the app in between, nothing is judged; where several messages told of
    the same dataset, each may begin a reading of its own.
    """

    expected: ClassVar[str] = "the same call again, after the wait that was told"
    source: ClassVar[str] = "errors.retry-after"
    fix: ClassVar[str] = "sleep for Retry-After, and a little more at random, before the next try"

    def examine(self, journal: Journal) -> Finding:
        """Follow each refusal to the next equal call."""
        refusals = [(one, wait) for one in bitten_by(journal, "Status") if (wait := _wait_s(one)) is not None]
        if not refusals and _tells_no_waits(journal):
            busy = [one for one in bitten_by(journal, "Status") if one.status in {429, 503}]
            return self.holds(f"{len(busy)} refused calls told no wait, so none was due", examined=len(busy))
        if not refusals:
            return self.cannot_tell("no call was refused with Retry-After")
        judged = 0
        for number, (refused, wait_s) in enumerate(refusals):
            reasons = _reasons(journal, refused, wait_s)
            if len(reasons) > 1 and number:
                continue  # whose wait is over first is told by the first refusal alone
            is_explained = any(at_s <= refused.at_s for at_s in reasons.values())
            again = _next_equal(journal, refused, but=len(reasons) - is_explained)
            if again is None or _was_asked_between(journal, refused, again, but=reasons):
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


def _tells_no_waits(journal: Journal) -> bool:
    """Whether the reading ruled under which no answer carries Retry-After."""
    return any(one.ruled.get("errors.retry-after") == "absent" for one in journal.all(ReadingsAsked))


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


def _next_equal(journal: Journal, refused: Exchange, *, but: int) -> Exchange | None:
    """The next equal call, not counting *but* of them, which may be about something else."""
    later = (one for one in calls(journal, refused.route) if one.at_s >= refused.at_s and one.number > refused.number)
    return next(islice((one for one in later if asked(one) == asked(refused)), but, None), None)


def _was_asked_between(journal: Journal, refused: Exchange, again: Exchange, *, but: Collection[str]) -> bool:
    moments = [began_s(one) for one in journal.all(HookCall)]
    moments += [one.at_s for one in journal.all(Delivery) if one.message_id not in but]
    return any(refused.at_s < moment < again.at_s for moment in moments)


def _reasons(journal: Journal, refused: Exchange, wait_s: float) -> dict[str, float]:
    """When each message told of the refused reading's dataset since it was last read: each may lead to a reading."""
    made = [one for one in calls(journal, refused.route) if one.ended_s <= refused.at_s]
    since_s = max((one.ended_s for one in made if one.status == 200), default=0.0)
    return {
        one.message_id: one.at_s
        for one, event in told(journal)
        if since_s <= one.at_s <= refused.at_s + wait_s and f"banking.{dataset_of(event.kind)}" == refused.route
    }
