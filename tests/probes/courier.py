"""Handwritten journals about deliveries: messages, responses, and effects in between."""

from typing import Any

import msgspec

from fiskil_harness.journal import (
    Delivery,
    DeliveryKind,
    Effects,
    EventCreated,
    Exchange,
    HookCall,
    Journal,
    Leak,
    Limits,
    ProcessChanged,
    Rows,
    StartKind,
    UsedEvents,
)

KINDS = {"e0": "consent.received", "e1": "banking.accounts.sync.completed", "e2": "consent.updated", "e3": "consent.revoked"}


class Courier:
    """Writes entries into a journal; the clock moves with every entry, the step with ``next_step``."""

    def __init__(self, *, uses: tuple[str, ...] | None = ("*",), ack_s: float = 3) -> None:
        self.journal = Journal()
        self.now_s = 1.0
        self.step = 0
        self._calls = 0
        self.journal.write(Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, ack_s=ack_s))
        self._uses = uses
        if uses is not None:
            self.journal.write(UsedEvents(patterns=uses))

    def next_step(self) -> None:
        """Begin the next step."""
        self.step += 1

    def event(self, event: str, kind: str = "", *, message_id: str = "") -> str:
        """Record an event of the sandbox and return its message id."""
        participant = event.rpartition(".")[0]
        message_id = message_id or f"id-{event}"
        self.journal.names[message_id] = event
        self.journal.names[f"eu-{participant}"] = "end_user"
        self.journal.names[f"consent-{participant}"] = "consent"
        self._write(
            EventCreated,
            event=event,
            kind=kind or KINDS[event.rpartition(".")[2]],
            message_id=message_id,
            participant=participant,
            publish_time="2026-11-24T00:00:00.000Z",
            is_subscribed=self._uses is not None,
        )
        return message_id

    def deliver(
        self, event: str, *, status: int | None = 204, attempt: int = 1, kind: DeliveryKind = "genuine", **more: Any
    ) -> Delivery:
        """Record a delivery attempt; its event is recorded first if necessary."""
        if not self._created(event):
            self.event(event)
        created = self._created(event)[0]
        return self.send(
            event=event,
            participant=created.participant,
            message_id=created.message_id,
            attempt=attempt,
            kind=kind,
            status=status,
            claims=created.kind,
            **more,
        )

    def forge(self, name: str, *, status: int | None = 401, claims: str = "consent.revoked", **more: Any) -> Delivery:
        """Record a forged delivery."""
        self.journal.names[f"forged-id-{name}"] = f"forged:{name}"
        return self.send(
            event=f"forged:{name}",
            participant="",
            message_id=f"forged-id-{name}",
            attempt=1,
            kind="forged",
            name=name,
            status=status,
            claims=claims,
            **more,
        )

    def send(
        self, *, status: int | None, claims: str, participant: str, end_user: str | None = None, **more: Any
    ) -> Delivery:
        """Record a delivery about a participant's consent; *claims* is the kind of event in its body."""
        outcome = "indeterminate" if status is None else "ack" if 200 <= status < 300 else "refuse"
        body = {
            "data": {
                "event": claims,
                "end_user_id": f"eu-{participant}" if end_user is None else end_user,
                "consent_id": f"consent-{participant}",
            }
        }
        entry = self._write(
            Delivery,
            **{
                "took_s": 0.01,
                "body": msgspec.json.encode(body),
                "outcome": outcome,
                "status": status,
                "participant": participant,
            }
            | more,
        )
        self.now_s += entry.took_s
        return entry

    def effects(
        self,
        applied: dict[str, int] | None = None,
        state: Any = None,
        *,
        participant: str = "",
        moment: str = "end",
        **more: Any,
    ) -> None:
        """Record effects that the app reported; *applied* has counts by event symbol or id."""
        counts = None if applied is None else {self._id(name): count for name, count in applied.items()}
        self._write(Effects, participant=participant, moment=moment, applied=counts, state=state, **{"pending": 0} | more)

    def call(
        self,
        route: str,
        *,
        participant: str = "",
        bites: tuple[str, ...] = (),
        took_s: float = 0.01,
        after_s: float = 0.0,
        status: int = 200,
    ) -> None:
        """Record an API call about a participant, now or *after_s* seconds from now."""
        self._calls += 1
        self._write(
            Exchange,
            after_s=after_s,
            number=self._calls,
            route=route,
            method="GET",
            path="/v1/" + route.replace(".", "/"),
            end_user_id=f"eu-{participant}",
            request_headers=(("authorization", "Bearer t1"),),
            status=status,
            ended_s=self.now_s + after_s + took_s,
            bites=bites,
        )

    def rows(self, *ids: str, participant: str = "") -> None:
        """Record the rows that the API serves after a sync, by their ids."""
        self._write(Rows, participant=participant, dataset="accounts", rows=tuple({"fiskil_id": text} for text in ids))

    def request_failure(self, *, status: int = 200, participant: str = "") -> None:
        """Record a failure request to the app."""
        self._write(HookCall, hook="fail", participant=participant, status=status)

    def kill(self) -> None:
        """Record a kill and a restart of the app."""
        self._write(ProcessChanged, change="kill")
        self._write(ProcessChanged, change="restart")

    def start(self, how: StartKind) -> None:
        """Record a start, or another change of the app's process."""
        self._write(ProcessChanged, change=how)

    def leak(self, place: str, kind: str) -> None:
        """Record a secret in a forbidden place."""
        self._write(Leak, place=place, kind=kind, line="")

    def _created(self, event: str) -> list[EventCreated]:
        return [created for created in self.journal.all(EventCreated) if created.event == event]

    def _id(self, name: str) -> str:
        ids = {symbol: message_id for message_id, symbol in self.journal.names.items()}
        return ids.get(name, name)

    def _write(self, entry_class: Any, /, *, after_s: float = 0.0, **fields: Any) -> Any:
        self.now_s += 0.01
        entry = entry_class(at_s=self.now_s + after_s, step=self.step, **fields)
        self.journal.write(entry)
        return entry
