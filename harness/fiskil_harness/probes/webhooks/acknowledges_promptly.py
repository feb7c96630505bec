"""Does each delivery get its response in time, independently of the API and of other clients?"""

from operator import attrgetter

from fiskil_harness.journal import Delivery, Exchange, Journal, Limits
from fiskil_harness.journal.queries.api_calls import bitten_by
from fiskil_harness.journal.queries.deliveries import bites_during, describe, ended_s, of_kind
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE, paused_s
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

BESIDE = "beside a slow client"
SLOW_S = 3.0
WAITED_S = 1.0
"""A delivery that overlaps a slow API call for at least this long, and gets its response after the call, waited for it."""

PAUSED_S = 1.0
"""Pauses of the machine that are shorter than this do not excuse a late response; in seconds."""

NOTICED_S = 0.5
"""Maximum time until the proxy notices that the app has closed a connection, in seconds."""


class AcknowledgesPromptly(Probe, frozen=True, kw_only=True, tag="acknowledges_promptly"):
    """Check that each delivery is acknowledged within ``app.limits.ack_s``, and does not wait for the API.

    The first delivery is a warm-up and does not count. The longest time of a refused forgery is subtracted from each
    duration, because it shows how slow the machine is.
    """

    judges_responses = True
    expected = "a response within the limit, independent of the API and of other clients"
    source = "webhooks.prompt"
    fix = "store the message durably, respond, and process it afterwards; no other request may block the server meanwhile"

    def examine(self, journal: Journal) -> Finding:
        """Compare the duration of each delivery with the limit, and with the API calls during it."""
        deliveries = [delivery for delivery in journal.all(Delivery) if delivery.is_authentic or delivery.is_unusual][1:]
        timed = [delivery for delivery in deliveries if delivery.is_acknowledged or "limit" in delivery.problem]
        limit_s = next((limits.ack_s for limits in journal.all(Limits)), 10.0)
        over_limit = [delivery for delivery in timed if delivery.took_s - _slowness_s(journal) > limit_s]
        late = [
            delivery
            for delivery in over_limit
            if delivery.took_s - _slowness_s(journal) - _excusing_pause_s(journal, delivery) > limit_s
        ]
        stragglers = [delivery for delivery in late if _is_straggler(delivery, timed, late)]
        if len(late) > len(stragglers):
            observed = f"{len(late)} of {len(timed)} deliveries were not acknowledged within {limit_s:g} s"
            cases = (*_cases(deliveries, late), *_slow_client_cases(deliveries, late))
            return self.fails(observed, evidence=tuple(map(describe, late)), cases=cases)
        waited = [
            (delivery, route)
            for delivery in deliveries
            if (route := _awaited_route(journal, delivery, machine_paused_s=_excusing_pause_s(journal, delivery)))
        ]
        if waited:
            observed = f"{len(waited)} of {len(deliveries)} responses came only after a slow API call had ended"
            cases = (*_cases(deliveries, [delivery for delivery, _ in waited]), *_slow_client_cases(deliveries, []))
            lines = tuple(f"{describe(delivery)}, after a slow call on {route}" for delivery, route in waited)
            return self.fails(observed, evidence=lines, cases=cases)
        excused = [
            delivery
            for delivery in deliveries
            if delivery in over_limit or _awaited_route(journal, delivery, machine_paused_s=0.0)
        ]
        if len(excused) > len(stragglers):
            return self.inconclusive(f"{len(excused)} of {len(deliveries)} deliveries were acknowledged {EXCUSED_BY_PAUSE}")
        if not timed:
            return self.inconclusive("no delivery after the first one was acknowledged")
        bitten = bitten_by(journal)
        if bitten and not any(_continued_after_response(journal, call) for call in bitten):
            return self.inconclusive("no slow API call continued after its delivery had got a response")
        in_time = len(timed) - len(stragglers)
        return self.passes(
            f"{in_time} deliveries were acknowledged in time",
            examined=in_time,
            advice=_advice(timed, stragglers),
            cases=(*_cases(deliveries, []), *_slow_client_cases(deliveries, [])),
        )


def _cases(deliveries: list[Delivery], late: list[Delivery]) -> tuple[Case, ...]:
    """Return one case for first deliveries and one for repetitions; a case fails if one of its deliveries is in *late*."""
    seen_ids: set[str] = set()
    late_events: dict[str, list[str]] = {}
    for delivery in deliveries:
        name = "again" if delivery.message_id in seen_ids else "first"
        seen_ids.add(delivery.message_id)
        late_events.setdefault(name, []).extend([delivery.event] if delivery in late else [])
    return tuple(
        Case(
            name=name,
            verdict=Verdict.FAIL if events else Verdict.PASS,
            observed=f"{'repetitions' if name == 'again' else 'first deliveries'}: {'late' if events else 'in time'}",
            events=tuple(sorted(set(events))),
        )
        for name, events in sorted(late_events.items())
    )


def _slow_client_cases(deliveries: list[Delivery], late: list[Delivery]) -> tuple[Case, ...]:
    """Return the case for the delivery that was sent while a slow client was connected; () if there is no such delivery."""
    return tuple(
        Case(
            name=BESIDE.replace(" ", "_"),
            verdict=Verdict.FAIL if delivery in late else Verdict.PASS if delivery.is_acknowledged else Verdict.INCONCLUSIVE,
            observed=describe(delivery),
            events=(delivery.event,),
        )
        for delivery in deliveries
        if delivery.name == BESIDE and delivery.attempt == 1
    )


def _is_straggler(delivery: Delivery, timed: list[Delivery], late: list[Delivery]) -> bool:
    """Return True if *delivery* belongs to a burst of which fewer than half of the deliveries were late.

    These delays are not the app's: the operating system delays connections when the listen backlog is full.
    """
    burst = [other for other in timed if other.group == delivery.group]
    return delivery.group > 0 and 2 * sum(1 for other in late if other.group == delivery.group) < len(burst)


def _advice(timed: list[Delivery], stragglers: list[Delivery]) -> tuple[str, ...]:
    groups = {straggler.group for straggler in stragglers}
    burst = sum(1 for delivery in timed if delivery.group in groups)
    slow = sum(1 for delivery in timed if delivery.took_s > SLOW_S and delivery not in stragglers)
    remarks = [f"{len(stragglers)} of {burst} deliveries in a burst were late"] if stragglers else []
    remarks += [f"{slow} acknowledgements took more than {SLOW_S:g} s"] if slow else []
    return tuple(remarks)


def _slowness_s(journal: Journal) -> float:
    return max((delivery.took_s for delivery in of_kind(journal, "forged") if delivery.is_refused), default=0.0)


def _continued_after_response(journal: Journal, call: Exchange) -> bool:
    """Return True if the API call *call* was still running after the app had responded to the previous delivery.

    This proves that the app continues its work after its response. Without such a call nothing is proved: an API client
    that gives up within a second cannot delay a response long enough for a FAIL.
    """
    earlier = [delivery for delivery in journal.all(Delivery) if delivery.at_s <= call.at_s]
    return bool(earlier) and call.ended_s > ended_s(max(earlier, key=attrgetter("at_s")))


def _excusing_pause_s(journal: Journal, delivery: Delivery) -> float:
    duration_s = paused_s(journal, delivery.at_s, ended_s(delivery))
    return duration_s if duration_s >= PAUSED_S else 0.0


def _awaited_route(journal: Journal, delivery: Delivery, *, machine_paused_s: float) -> str:
    """Return the route of the faulty API call for which *delivery* waited, or "" if it waited for none.

    It waited if it overlapped the call for at least ``WAITED_S`` and got its response after it. *machine_paused_s*, the time
    for which the machine was paused, is subtracted from the overlap.
    """
    for call in bites_during(journal, delivery):
        overlap_s = min(call.ended_s, ended_s(delivery)) - max(call.at_s, delivery.at_s)
        if overlap_s - machine_paused_s >= WAITED_S and call.ended_s <= ended_s(delivery) + NOTICED_S:
            return call.route
    return ""
