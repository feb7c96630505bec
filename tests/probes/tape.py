"""Handwritten journals with one line for each observation."""

from typing import Any

import msgspec

from fiskil_harness.journal import (
    Canaries,
    ConsentState,
    Delivery,
    DeliveryOutcome,
    Effects,
    EffectsMoment,
    EventCreated,
    Exchange,
    History,
    HookCall,
    HookName,
    Idle,
    Journal,
    Journey,
    JourneyEnding,
    Key,
    KeyState,
    Limits,
    Output,
    ProcessChanged,
    Rows,
    TokensExpired,
    Visit,
)

ALICE = "eu_alice"
PUBLISHED = "2026-01-01T00:00:00.000Z"


class Tape:
    """Writes entries into a journal; its clock is at ``now_s`` and moves with the entries."""

    def __init__(self, *, assumed: tuple[str, ...] = ()) -> None:
        self.journal = Journal()
        self.now_s = 1.0
        self._calls = 0
        self._events = 0
        self.journal.write(Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, assumed=assumed))

    def wait(self, seconds: float) -> None:
        """Advance the clock."""
        self.now_s += seconds

    def call(
        self,
        route: str,
        *,
        status: int | None = 200,
        bearer: str = "t1",
        token: str = "",
        path: str = "",
        query: str = f"end_user_id={ALICE}",
        took_s: float = 0.01,
        bites: tuple[str, ...] = (),
        **more: Any,
    ) -> Exchange:
        """Record an API call; 0.05 s pass. *token* is the token in the response."""
        self._calls += 1
        is_get = route.startswith(("banking.", "energy.")) or route in {"consents.list", "end_users.list"}
        entry = Exchange(
            at_s=self.now_s,
            ended_s=self.now_s + took_s,
            number=self._calls,
            route=route,
            method="GET" if is_get else "POST",
            path=path or "/v1/" + route.replace(".", "/"),
            query=query if is_get else "",
            end_user_id=ALICE if is_get else "",
            status=status,
            bites=bites,
            **({"response_body": msgspec.json.encode({"token": token})} if token else {}),
            **{"request_headers": (("authorization", f"Bearer {bearer}"),) if route != "token" else (), **more},
        )
        self.journal.write(entry)
        self.now_s += max(0.05, took_s)
        return entry

    def deliver_event(
        self,
        kind: str,
        *,
        outcome: DeliveryOutcome = "ack",
        is_subscribed: bool = True,
        participant: str = "",
        consent: str = "",
    ) -> str:
        """Record an event and its delivery; *consent* is the id in its body. Return the event's symbol."""
        event = f"e{self._events}"
        self._events += 1
        common = {"event": event, "message_id": f"m-{event}", "participant": participant}
        self.journal.write(
            EventCreated(at_s=self.now_s, kind=kind, publish_time=PUBLISHED, is_subscribed=is_subscribed, **common)
        )
        ids = {"consent_id": consent} if consent else {}
        body = msgspec.json.encode({"data": {"end_user_id": ALICE, "event": kind, **ids}})
        self.journal.write(Delivery(at_s=self.now_s, attempt=1, outcome=outcome, status=204, body=body, **common))
        self.now_s += 0.05
        return event

    def consent(self, consent_id: str, *permissions: str, is_active: bool = True, participant: str = "") -> None:
        """Record the state of a consent from now on; without *permissions* it covers the usual datasets."""
        covered = permissions or ("accounts", "balances", "transactions")
        self.journal.write(
            ConsentState(
                at_s=self.now_s,
                participant=participant,
                consent_id=consent_id,
                permissions=covered,
                is_active=is_active,
            )
        )
        self.now_s += 0.05

    def effects(self, state: Any, *, pending: int | None = 0, moment: EffectsMoment = "end", **more: Any) -> None:
        """Record effects that the app reported."""
        more.setdefault("participant", "")
        self.journal.write(Effects(at_s=self.now_s, moment=moment, state=state, pending=pending, **more))
        self.now_s += 0.05

    def rows(
        self,
        *rows: dict[str, Any],
        dataset: str = "transactions",
        removed: tuple[str, ...] = (),
        participant: str = "",
    ) -> None:
        """Record the rows that the API serves after a sync."""
        self.journal.write(
            Rows(
                at_s=self.now_s,
                participant=participant,
                dataset=dataset,
                rows=rows,
                removed_ids=removed,
                end_user_id=ALICE,
            )
        )
        self.now_s += 0.05

    def hook(self, name: HookName, *, status: int | None = 200, took_s: float = 0.2) -> None:
        """Record a hook call that ends now and took *took_s*."""
        self.journal.write(HookCall(at_s=self.now_s, hook=name, participant="", status=status, took_s=took_s))
        self.now_s += 0.05

    def journey(
        self,
        ending: JourneyEnding,
        *,
        session: str = "s1",
        attempt: int = 1,
        participant: str = "",
        end_user_id: str = "",
    ) -> None:
        """Record the end of a consent journey."""
        ids = {"session": session, "end_user_id": end_user_id}
        self.journal.write(Journey(at_s=self.now_s, participant=participant, ending=ending, attempt=attempt, **ids))
        self.now_s += 0.05

    def visit(self, page: str, *, status: int | None = 200, body: bytes = b"", content_type: str = "text/html") -> None:
        """Record a redirect of the end user to a page."""
        self.journal.write(
            Visit(at_s=self.now_s, participant="", page=page, status=status, body=body, content_type=content_type)
        )

    def idle(self, seconds: float) -> None:
        """Record an idle period that begins now; the clock stays at its begin."""
        self.journal.write(Idle(at_s=self.now_s, seconds=seconds))

    def key(self, state: KeyState) -> None:
        """Record the state of the key pair from now on."""
        self.journal.write(Key(at_s=self.now_s, state=state))
        self.now_s += 0.05

    def expire_tokens(self, *, processes: int | None = 1) -> None:
        """Record that every token has expired."""
        self.journal.write(TokensExpired(at_s=self.now_s, processes=processes))
        self.now_s += 0.05

    def state_retention(self, days: int, *, now: str) -> None:
        """Record the stated retention period, and an event that is published at *now*."""
        self.journal.write(History(days=days))
        event = EventCreated(event="e", kind="x", message_id="m", participant="", publish_time=now)
        self.journal.write(event)

    def restart(self) -> None:
        """Record a restart of the app."""
        self.journal.write(ProcessChanged(at_s=self.now_s, change="restart"))
        self.now_s += 0.05

    def output(self, text: bytes, *, place: str = "output", problem: str = "") -> None:
        """Record output of the app; *problem* states why it is incomplete."""
        self.journal.write(Output(place=place, text=text, problem=problem))

    def canaries(self, **values: str) -> None:
        """Record secrets of the sandbox, one of each kind; underscores in names become spaces."""
        self.journal.write(Canaries(values={kind.replace("_", " "): (value,) for kind, value in values.items()}))

    @staticmethod
    def transaction(key: str, **changes: Any) -> dict[str, Any]:
        """Return a row as the API serves it."""
        return {
            "key": key,
            "fiskil_id": f"bank_tx_{key}",
            "amount": "-12.50",
            "description": f"COFFEE {key}",
            "status": "POSTED",
            "posting_date_time": "2026-10-01T09:00:00Z",
            "account_id": "acc1",
            **changes,
        }
