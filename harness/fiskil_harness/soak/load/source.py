"""Decides what each slot sends: genuine messages with their retries, repeats and disorder, and forgeries.

Nothing here waits or sends. The same seed and slot number give the same disturbance and end user, whichever worker has the
slot. Message ids contain the worker's name, so two workers never send the same message.
"""

import hashlib
from collections import deque
from datetime import UTC, datetime, timedelta

from msgspec import Struct, structs

from fiskil_harness.core.model import Event, Message
from fiskil_harness.core.randomness import stream
from fiskil_harness.soak.ledger import TOO_BUSY, Origin, Reply
from fiskil_harness.soak.plan import BURST_COPIES, ConnectedEndUser, SoakPlan
from fiskil_harness.soak.shapes import Phase, Slot
from fiskil_harness.webhooks.forgeries.catalogue import forge
from fiskil_harness.webhooks.message import seal

KEPT = 200
"""The number of acknowledged messages that a worker remembers for repeats and replays."""
MOST_ATTEMPTS = 8
FIRST_DELAY_S, LONGEST_DELAY_S = 1.0, 15.0
LATE_S = 0.2
"""The time by which a message that is sent out of order follows the newer one."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One attempt that a worker has to make, at *due_s* seconds after the start."""

    due_s: float
    event: Event
    attempt: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    how: str
    phase: str
    origin: Origin = "genuine"
    method: str = "POST"
    reads_response: bool = True


class MessageSource:
    """The sender of one worker's webhooks."""

    def __init__(self, plan: SoakPlan, worker: str, *, began_at: float) -> None:
        """Prepare the source; *began_at* is the start of the load in seconds since 1970."""
        self._plan = plan
        self._worker = worker
        self._began_at = began_at
        self._acknowledged: deque[Delivery] = deque(maxlen=KEPT)
        self._sweep_begins: dict[str, int] = {}
        self._events = 0

    def deliveries(self, slot: Slot) -> list[Delivery]:
        """Return the deliveries of *slot*; most slots have one."""
        random = stream(self._plan.seed, "slot", slot.number)
        how = self._disturbance(random.random())
        end_user = self._end_user(slot, random.randrange(len(self._plan.end_users)))
        kind = self._plan.kinds[random.randrange(len(self._plan.kinds))]
        if slot.phase.sweeps:
            kind = self._plan.kinds[slot.number // len(self._plan.end_users) % len(self._plan.kinds)]
        if how in {"repeat", "replay"}:
            earlier = self._acknowledged[random.randrange(len(self._acknowledged))] if self._acknowledged else None
            if earlier is not None:
                return [self._again(earlier, slot, how)]
            how = "first"
        event = self._event(kind, end_user, slot.at_s)
        if how == "forgery":
            return self._forged(event, slot, random.randrange(len(self._plan.forgeries)))
        genuine = self.genuine(event, due_s=slot.at_s, phase=slot.phase.name, how="first" if how == "late" else how)
        if how == "burst":
            return [genuine] * BURST_COPIES
        if how == "late":
            older = self._event(kind, end_user, slot.at_s - LATE_S)
            return [genuine, self.genuine(older, due_s=slot.at_s + LATE_S, phase=slot.phase.name, how="late")]
        if how == "retry":
            return [structs.replace(genuine, reads_response=False)]
        return [genuine]

    def genuine(self, event: Event, *, due_s: float, phase: str, how: str, attempt: int = 1) -> Delivery:
        """Return a signed delivery of *event*."""
        message = self._sealed(event, attempt, due_s)
        return Delivery(
            due_s=due_s,
            event=event,
            attempt=attempt,
            body=message.body,
            headers=message.headers,
            how=how,
            phase=phase,
        )

    def after(self, delivery: Delivery, reply: Reply, *, now_s: float, phase: Phase) -> Delivery | None:
        """Return the next attempt after *reply*; None if the message needs no other one, or has had the last one.

        The delay is the one that ``Retry-After`` requires, or doubles with each attempt.
        """
        if delivery.origin == "forged":
            return None
        if 200 <= reply.status < 300:
            self._acknowledged.append(delivery)
            return None
        if delivery.attempt >= MOST_ATTEMPTS or delivery.how == "replay":
            return None
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (delivery.attempt - 1))
        if reply.status in TOO_BUSY and reply.retry_after.isdecimal():
            delay_s = max(delay_s, min(LONGEST_DELAY_S, float(reply.retry_after)))
        return self.genuine(
            delivery.event, due_s=now_s + delay_s, phase=phase.name, how="retry", attempt=delivery.attempt + 1
        )

    def again(self, delivery: Delivery, *, due_s: float, phase: str, how: str) -> Delivery:
        """Return *delivery* once more: the same bytes for a replay, else the next attempt."""
        if how == "replay":
            return structs.replace(delivery, due_s=due_s, phase=phase, how=how, reads_response=True)
        return self.genuine(delivery.event, due_s=due_s, phase=phase, how=how, attempt=delivery.attempt + 1)

    def _again(self, earlier: Delivery, slot: Slot, how: str) -> Delivery:
        return self.again(earlier, due_s=slot.at_s, phase=slot.phase.name, how=how)

    def _disturbance(self, chance: float) -> str:
        for how, share in self._plan.shares.items():
            chance -= share
            if chance < 0:
                return how
        return "first"

    def _end_user(self, slot: Slot, drawn: int) -> ConnectedEndUser:
        return self._plan.end_users[slot.number % len(self._plan.end_users) if slot.phase.sweeps else drawn]

    def _event(self, kind: str, end_user: ConnectedEndUser, at_s: float) -> Event:
        self._events += 1
        return Event(
            event_id=self._events,
            kind=kind,
            message_id=self._message_id(),
            publish_time=datetime.fromtimestamp(self._began_at, UTC) + timedelta(seconds=at_s + self._plan.clock_offset_s),
            end_user_id=end_user.end_user_id,
            consent_id=end_user.consent_id,
            institution_id=end_user.institution_id,
            client_id=self._plan.client_id,
            account_ids=end_user.account_ids if kind in self._plan.account_kinds else None,
        )

    def _message_id(self) -> str:
        """Return a new id in Fiskil's format: sixteen digits that do not begin with zero."""
        text = f"{self._plan.run_id}/{self._worker}/{self._events}"
        return str(10**15 + int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") % (9 * 10**15))

    def _sealed(self, event: Event, attempt: int, due_s: float) -> Message:
        return seal(
            event,
            attempt=attempt,
            secret=self._plan.secret,
            dialect=self._plan.dialect,
            sent_at=datetime.fromtimestamp(self._began_at + due_s, UTC),
        )

    def _forged(self, event: Event, slot: Slot, number: int) -> list[Delivery]:
        """Return a forgery about *event*, whose own message is never sent."""
        name = self._plan.forgeries[number]
        recorded = self._acknowledged[-1].event if self._acknowledged else event
        other = self._sealed(recorded, 1, slot.at_s)
        request = forge(name, event, other=other, secret=self._plan.secret, dialect=self._plan.dialect)
        return [
            Delivery(
                due_s=slot.at_s,
                event=event,
                attempt=1,
                body=request.body,
                headers=request.headers,
                how=name,
                phase=slot.phase.name,
                origin="forged",
                method=request.method,
            )
        ]
