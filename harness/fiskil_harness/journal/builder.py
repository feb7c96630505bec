"""Journals written by hand, with one line for each observation, for the tests of probes.

A builder writes what a scenario would record, so a test of a probe needs no app, no socket and no waiting::

    builder = JournalBuilder()
    builder.deliver("e0")
    builder.deliver("e0", attempt=2)
    builder.effects(applied={"e0": 2})

    assert AppliesOnce().examine(builder.build()).verdict is Verdict.FAIL

Each observation takes a moment of the builder's clock, ``now_s``. An entry without a method of its own is written with
``write``.
"""

from typing import Any, TypeVar

import msgspec

from fiskil_harness.journal import (
    Canaries,
    ConsentState,
    Delivery,
    DeliveryKind,
    DeliveryOutcome,
    Effects,
    EffectsMoment,
    Entry,
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
    Leak,
    Limits,
    Output,
    ProcessChanged,
    Rows,
    StartKind,
    TokensExpired,
    UsedEvents,
    Visit,
)
from fiskil_harness.journal.secret_search import search_secrets

END_USER = "eu-alice"
"""The id of the end user without a name; another participant's id is ``eu-`` and the name."""
PUBLISHED = "2026-01-01T00:00:00.000Z"
KINDS = {"e0": "consent.received", "e1": "banking.accounts.sync.completed", "e2": "consent.updated", "e3": "consent.revoked"}
"""The usual kind of the first events of an end user, by symbol."""
MOMENT_S = 0.05
"""How far an observation moves the clock, in seconds."""

E_ = TypeVar("E_", bound=Entry)


class JournalBuilder:
    """Writes entries into ``journal`` at ``now_s`` of its clock, in the step ``step``.

    Participants have names: ``""`` is the only end user of most scenarios, and twins are ``"a"`` and ``"b"``.
    """

    def __init__(
        self,
        *,
        uses: tuple[str, ...] | None = None,
        ack_s: float = 10,
        assumed: tuple[str, ...] = (),
        published: str = PUBLISHED,
    ) -> None:
        """Begin a journal with the usual limits.

        Args:
            uses: The kinds of events that the config says the app uses; None if the config does not say.
            ack_s: Limit for the response to a delivery, in seconds.
            assumed: The limits that the config does not set.
            published: The time at which every event is published.
        """
        self.journal = Journal()
        self.now_s = 1.0
        self.step = -1
        self._calls = 0
        self._events = 0
        self._published = published
        self.write(Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, ack_s=ack_s, assumed=assumed))
        if uses is not None:
            self.write(UsedEvents(patterns=uses))

    def build(self) -> Journal:
        """Return the journal as probes get it after a scenario: it was searched for the secrets of ``canaries``."""
        return search_secrets(self.journal)

    def write(self, entry: E_) -> E_:
        """Record *entry* as it is, and return it; the clock stays."""
        self.journal.write(entry)
        return entry

    def wait(self, seconds: float) -> None:
        """Advance the clock."""
        self.now_s += seconds

    def next_step(self) -> None:
        """Begin the next step."""
        self.step += 1

    # The API's side

    def call(
        self,
        route: str,
        *,
        participant: str = "",
        status: int | None = 200,
        bearer: str = "t1",
        token: str = "",
        path: str = "",
        query: str | None = None,
        took_s: float = 0.01,
        after_s: float | None = None,
        bites: tuple[str, ...] = (),
        **fields: Any,
    ) -> Exchange:
        """Record an API call, during which the clock moves.

        Args:
            bearer: The token in the request; a token request has none.
            token: The token in the response.
            query: The query of a request that reads (default: the end user's id).
            after_s: Seconds from now at which the call begins, beside other work: the clock stays.
            fields: Further fields of the entry.
        """
        self._calls += 1
        is_read = route.startswith(("banking.", "energy.")) or route in {"consents.list", "end_users.list"}
        end_user_id = end_user_of(participant) if is_read else ""
        at_s = self.now_s + (after_s or 0)
        usual: dict[str, Any] = {"request_headers": (("authorization", f"Bearer {bearer}"),)} if route != "token" else {}
        usual |= {"response_body": msgspec.json.encode({"token": token})} if token else {}
        entry = self._stamped(
            Exchange,
            at_s,
            **{
                "ended_s": at_s + took_s,
                "number": self._calls,
                "route": route,
                "method": "GET" if is_read else "POST",
                "path": path or "/v1/" + route.replace(".", "/"),
                "query": (f"end_user_id={end_user_id}" if query is None else query) if is_read else "",
                "end_user_id": end_user_id,
                "status": status,
                "bites": bites,
            }
            | usual
            | fields,
        )
        self.now_s += max(MOMENT_S, took_s) if after_s is None else 0
        return entry

    def rows(
        self,
        *rows: dict[str, Any] | str,
        dataset: str = "transactions",
        removed: tuple[str, ...] = (),
        participant: str = "",
    ) -> None:
        """Record the rows that the API serves after a sync; a row may be given by its ``fiskil_id`` alone."""
        served = tuple({"fiskil_id": row} if isinstance(row, str) else row for row in rows)
        owner = {"participant": participant, "end_user_id": end_user_of(participant)}
        self._observe(Rows, dataset=dataset, rows=served, removed_ids=removed, **owner)

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

    def consent(self, consent_id: str, *permissions: str, is_active: bool = True, participant: str = "") -> None:
        """Record the state of a consent from now on; without *permissions* it covers the usual datasets."""
        covered = permissions or ("accounts", "balances", "transactions")
        fields: dict[str, Any] = {"permissions": covered, "is_active": is_active}
        self._observe(ConsentState, participant=participant, consent_id=consent_id, **fields)

    def key(self, state: KeyState) -> None:
        """Record the state of the key pair from now on."""
        self._observe(Key, state=state)

    def expire_tokens(self, *, processes: int | None = 1) -> None:
        """Record that every token has expired."""
        self._observe(TokensExpired, processes=processes)

    def canaries(self, **values: str) -> None:
        """Record secrets of the sandbox, one of each kind; underscores in names become spaces."""
        self.write(Canaries(values={kind.replace("_", " "): (value,) for kind, value in values.items()}))

    # Events and their deliveries

    def event(self, event: str, kind: str = "", *, message_id: str = "") -> str:
        """Record an event of the sandbox by its symbol (``e0``, or ``a.e0`` of the participant ``a``).

        Returns:
            The message id.
        """
        participant, _, symbol = event.rpartition(".")
        message_id = message_id or f"m-{event}"
        self.journal.names[message_id] = event
        self.journal.names[end_user_of(participant)] = "end_user"
        self.journal.names[f"consent-{participant}"] = "consent"
        self._observe(
            EventCreated,
            event=event,
            kind=kind or KINDS[symbol],
            message_id=message_id,
            participant=participant,
            publish_time=self._published,
            is_subscribed=bool(self.journal.all(UsedEvents)),
        )
        return message_id

    def deliver(
        self, event: str, *, status: int | None = 204, attempt: int = 1, kind: DeliveryKind = "genuine", **fields: Any
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
            **fields,
        )

    def forge(self, name: str, *, status: int | None = 401, claims: str = "consent.revoked", **fields: Any) -> Delivery:
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
            **fields,
        )

    def send(
        self, *, status: int | None, claims: str, participant: str, end_user: str | None = None, **fields: Any
    ) -> Delivery:
        """Record a delivery about a participant's consent; *claims* is the kind of event in its body."""
        ids = {
            "end_user_id": end_user_of(participant) if end_user is None else end_user,
            "consent_id": f"consent-{participant}",
        }
        usual: dict[str, Any] = {
            "took_s": 0.01,
            "body": msgspec.json.encode({"data": {"event": claims, **ids}}),
            "outcome": "indeterminate" if status is None else "ack" if 200 <= status < 300 else "refuse",
            "status": status,
            "participant": participant,
        }
        entry = self._observe(Delivery, **usual | fields)
        self.now_s += entry.took_s
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
        """Record the next event and its delivery; *consent* is the id in its body. Return the event's symbol."""
        event = f"e{self._events}"
        self._events += 1
        common = {"event": event, "message_id": f"m-{event}", "participant": participant}
        published = {"publish_time": self._published, "is_subscribed": is_subscribed}
        self._stamped(EventCreated, self.now_s, kind=kind, **published, **common)
        ids = {"consent_id": consent} if consent else {}
        body = msgspec.json.encode({"data": {"end_user_id": END_USER, "event": kind, **ids}})
        self._observe(Delivery, attempt=1, outcome=outcome, status=204, body=body, **common)
        return event

    def state_retention(self, days: int, *, now: str) -> None:
        """Record the stated retention period, and an event that is published at *now*."""
        self.write(History(days=days))
        self.write(EventCreated(event="e", kind="x", message_id="m", participant="", publish_time=now))

    # The app

    def effects(
        self,
        state: Any = None,
        *,
        applied: dict[str, int] | None = None,
        pending: int | None = 0,
        participant: str = "",
        moment: EffectsMoment = "end",
        **fields: Any,
    ) -> None:
        """Record effects that the app reported; *applied* has counts by event symbol or message id."""
        ids = {symbol: message_id for message_id, symbol in self.journal.names.items()}
        counts = None if applied is None else {ids.get(name, name): count for name, count in applied.items()}
        reported: dict[str, Any] = {"state": state, "applied": counts, "pending": pending}
        self._observe(Effects, participant=participant, moment=moment, **reported, **fields)

    def hook(
        self, name: HookName, *, status: int | None = 200, took_s: float = 0.2, participant: str = "", **fields: Any
    ) -> None:
        """Record a hook call that ends now and took *took_s*."""
        self._observe(HookCall, hook=name, participant=participant, status=status, took_s=took_s, **fields)

    def request_failure(self, *, status: int = 200, participant: str = "") -> None:
        """Record a failure request to the app."""
        self.hook("fail", status=status, took_s=0, participant=participant)

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
        self._observe(Journey, participant=participant, ending=ending, attempt=attempt, **ids)

    def visit(self, page: str, *, status: int | None = 200, body: bytes = b"", content_type: str = "text/html") -> None:
        """Record a redirect of the end user to a page; the clock stays."""
        content = {"body": body, "content_type": content_type}
        self._stamped(Visit, self.now_s, participant="", page=page, status=status, **content)

    def idle(self, seconds: float) -> None:
        """Record an idle period that begins now; the clock stays at its begin."""
        self._stamped(Idle, self.now_s, seconds=seconds)

    def start(self, change: StartKind) -> None:
        """Record a change of the app's process."""
        self._observe(ProcessChanged, change=change)

    def restart(self) -> None:
        """Record a restart of the app."""
        self.start("restart")

    def kill(self) -> None:
        """Record a kill and a restart of the app."""
        self.start("kill")
        self.start("restart")

    def output(self, text: bytes, *, place: str = "output", problem: str = "") -> None:
        """Record output of the app; *problem* states why it is incomplete."""
        self.write(Output(place=place, text=text, problem=problem))

    def leak(self, place: str, kind: str) -> None:
        """Record a secret in a forbidden place."""
        self._observe(Leak, place=place, kind=kind, line="")

    def _created(self, event: str) -> list[EventCreated]:
        return [created for created in self.journal.all(EventCreated) if created.event == event]

    def _observe(self, kind: type[E_], /, **fields: Any) -> E_:
        """Record an entry of class *kind*, and let a moment pass."""
        entry = self._stamped(kind, self.now_s, **fields)
        self.now_s += MOMENT_S
        return entry

    def _stamped(self, kind: type[E_], at_s: float, /, **fields: Any) -> E_:
        return self.write(kind(**{"at_s": at_s, "step": self.step, **fields}))


def end_user_of(participant: str) -> str:
    """Return the id of the end user *participant*."""
    return f"eu-{participant}" if participant else END_USER
