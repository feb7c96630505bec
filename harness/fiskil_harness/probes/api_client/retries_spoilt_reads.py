"""Is a reading that one passing fault spoilt made again, without anybody asking for it anew?"""

from math import inf
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import (
    acknowledged_events,
    began_s,
    bitten_by,
    call_key,
    calls,
    dataset_of,
    end_user_of,
    header,
    is_fine,
    parameters,
    routes_of,
)
from fiskil_harness.journal.queries.idleness import idle_before, reported_idle
from fiskil_harness.journal.queries.rows import PENDING, STILL_BUSY
from fiskil_harness.probes.probe import PlainProbe

CUT = frozenset({"LimitResponse", "LimitBytes", "ResetPeer"})
UNREADABLE = frozenset(
    {"ErrorInside", "Garbage", "GarbageAfterHead", "GzipTruncated", "HtmlInside", "TruncatedJson", "TruncatedWithoutLength"}
)
"""What leaves nothing that anybody could take for the rows that were asked for."""

CHOICES = ("account_id", "status")


class RetriesSpoiltReads(PlainProbe, frozen=True, kw_only=True, tag="retries_spoilt_reads"):
    """A reading that one passing fault spoilt, after an event that the app acknowledged, is made again and succeeds.

    Nobody sends an acknowledged event again, so whoever gives it up at the first broken answer has lost what it announced.
    At once or later, the same page or the whole walk: all of that is well. A person who asked may be told to try again, and
    what goes on failing may be given up, so neither is judged.
    """

    expected: ClassVar[str] = "the reading once more, until it comes through"
    source: ClassVar[str] = "errors.timeout"
    fix: ClassVar[str] = "count a broken or senseless answer as a failure that may pass, and keep the event until it is read"

    def examine(self, journal: Journal) -> Finding:
        """Follow each spoilt reading to the moment when the app was at rest again."""
        judged: list[Exchange] = []
        lost: list[Exchange] = []
        doubts: list[tuple[str, str]] = []
        for spoilt in bitten_by(journal):
            whose = _whose_event(journal, spoilt) if is_spoilt(spoilt) else None
            if whose is None:
                continue
            rest = _rest_after(journal, spoilt, whose)
            if not _has_passed(journal, spoilt, rest):
                continue
            judged.append(spoilt)
            if _is_read_again(journal, spoilt, rest):
                continue
            if rest is None:
                doubts.append(_doubt(journal))
            else:
                lost.append(spoilt)
        if lost:
            seen = f"{lost[0].route} was spoilt once and never read again, though its event was acknowledged"
            evidence = tuple(f"given up: {route}" for route in sorted({call.route for call in lost}))
            return self.fails(seen, evidence=evidence, examined=routes_of(judged))
        for reason, hook in doubts[:1]:
            return self.inconclusive(reason, hook=hook)
        if not judged:
            return self.inconclusive("no reading that an event had asked for was spoilt once")
        return self.passes("every reading that was spoilt once came through", examined=routes_of(judged))


def is_spoilt(call: Exchange) -> bool:
    """Whether no client could take the answer for what it had asked for, and might get it by asking again."""
    if call.status is None or call.status == 429 or call.status >= 500:
        return True
    faults = {bite.partition("(")[0] for bite in call.bites}
    if not 200 <= call.status < 300:
        return False
    return bool(faults & UNREADABLE) or (bool(faults & CUT) and not is_whole(call))


def is_whole(call: Exchange) -> bool:
    """Whether as much of the body was sent as had been announced."""
    announced = header(call.response_headers, "content-length")
    return announced.isdigit() and len(call.response_body) >= int(announced)


def _whose_event(journal: Journal, spoilt: Exchange) -> str | None:
    """The participant whose acknowledged event, and no person, asked for the reading since the app was last at rest."""
    since_s = idle_before(journal, spoilt.at_s)
    if any(
        since_s < hook_call.at_s and began_s(hook_call) <= spoilt.at_s
        for hook_call in journal.all(HookCall)
        if hook_call.hook == "refresh"
    ):
        return None
    return next(
        (
            event.participant
            for delivery, event in acknowledged_events(journal)
            if since_s < delivery.at_s <= spoilt.at_s
            and spoilt.route == f"banking.{dataset_of(event.kind)}"
            and event.is_subscribed
            and end_user_of(delivery) == spoilt.end_user_id
        ),
        None,
    )


def _rest_after(journal: Journal, spoilt: Exchange, participant: str) -> Effects | None:
    """The first look that found nothing pending of the participant's."""
    looks = (effects for effects in journal.all(Effects) if effects.participant == participant)
    return next((look for look in looks if look.at_s >= spoilt.ended_s and reported_idle(look)), None)


def _has_passed(journal: Journal, spoilt: Exchange, rest: Effects | None) -> bool:
    """Whether the same reading was spoilt this once since the app was last at rest."""
    since_s, until_s = idle_before(journal, spoilt.at_s), rest.at_s if rest else inf
    return not any(
        call_key(call) == call_key(spoilt) and since_s < call.at_s < until_s and call is not spoilt and is_spoilt(call)
        for call in bitten_by(journal)
    )


def _is_read_again(journal: Journal, spoilt: Exchange, rest: Effects | None) -> bool:
    """Whether the page, a whole walk, or more than it was to hold came whole before the app was at rest."""
    since_s, until_s = idle_before(journal, spoilt.at_s), rest.at_s if rest else inf
    made = [call for call in calls(journal, spoilt.route) if call.end_user_id == spoilt.end_user_id and since_s < call.at_s]
    if any(call_key(call) == call_key(spoilt) and is_fine(call) and call.at_s <= until_s for call in made):
        return True
    wanted = [_selection(call) for call in made if call.number <= spoilt.number]
    later = [call for call in made if call.number > spoilt.number and call.at_s <= until_s and is_fine(call)]
    return any(_selection(call) <= selection for call in later for selection in wanted)


def _selection(call: Exchange) -> frozenset[str]:
    """The names of what narrows a reading down, with those values that choose rows of one kind."""
    told = parameters(call)
    return frozenset(f"{name}={told[name]}" if name in CHOICES else name for name in told)


def _doubt(journal: Journal) -> tuple[str, str]:
    ends = journal.all(Effects)
    if ends and ends[-1].pending is None:
        return "a spoilt reading was not seen again, and the effects hook tells no pending", PENDING
    return STILL_BUSY, ""
