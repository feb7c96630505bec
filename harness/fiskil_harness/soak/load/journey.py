"""One end user's life during the load: session, consent, syncs, amendments, revocation and new consent.

The steps come from generated life plans. The app opens the sessions; the sandbox is changed through the control requests of
the process that started the run, which returns the events to deliver.
"""

import time
from collections.abc import Callable
from typing import Any

import gevent
import msgspec

from fiskil_harness.core.model import Event
from fiskil_harness.soak.load.connection import Connection
from fiskil_harness.soak.load.source import Delivery
from fiskil_harness.soak.load.worker import WorkerLoad
from fiskil_harness.soak.plan import PlannedRequest

Perform = Callable[[dict[str, Any]], dict[str, Any]]
"""Performs a control request and returns its result; the result has ``problem`` if it failed."""

SYNC_LIMIT_S = 20.0
POLL_S = 0.5
BETWEEN_S = 0.3
SESSIONS = frozenset({"renew", "amend", "consent_again"})
"""Verbs that begin with a new auth session of the app."""
DISTURBANCES = {"replay": "replay", "retry": "repeat", "twice_at_once": "burst"}
"""Verbs that send the newest message again: how."""


class Journey:
    """One end user who arrives during the load."""

    def __init__(self, load: WorkerLoad, connection: Connection, perform: Perform, *, ref: str) -> None:
        self._load = load
        self._connection = connection
        self._perform = perform
        self._ref = ref
        self._end_user_id = ""
        self._delivered = 0
        self._latest: Delivery | None = None
        self._is_newest_first = False

    def live(self, life: int) -> None:
        """Play the life with this number, and record whether every step succeeded."""
        actions = self._load.plan.lives[life]
        is_complete = self._session("") and all(self._play(action) for action in actions)
        if self._end_user_id:
            self._load.note_life(self._end_user_id, life, is_complete=is_complete, ref=self._ref)

    def _play(self, action: str) -> bool:
        gevent.sleep(BETWEEN_S)
        verb, _, number = action.partition(":")
        if verb in DISTURBANCES:
            return self._send_again(DISTURBANCES[verb])
        if verb == "newest_first":
            self._is_newest_first = True
            return True
        if verb in SESSIONS:
            return self._session(verb)
        if verb in {"refresh", "disconnect"}:
            planned = self._load.plan.refresh if verb == "refresh" else self._load.plan.revoke
            return planned is None or (self._call(verb, planned) is not None and self._deliver_events())
        return self._change({"do": verb, "number": int(number), "end_user_id": self._end_user_id})

    def _session(self, verb: str) -> bool:
        planned = self._load.plan.start_session
        if planned is None:
            return False
        response = self._call("start_session", planned)
        if response is None:
            return False
        return self._change({"do": "conclude", "verb": verb, "ref": self._ref, **response})

    def _call(self, name: str, planned: PlannedRequest) -> dict[str, Any] | None:
        began = time.time()
        response = self._connection.request(planned, end_user_ref=self._ref, end_user_id=self._end_user_id)
        self._load.note_request(name, time.time() - began, response)
        if not 200 <= response.status < 400:
            return None
        return {"status": response.status, "headers": response.headers, "body": response.body.decode("utf-8", "replace")}

    def _change(self, request: dict[str, Any]) -> bool:
        """Change the sandbox, and deliver what follows."""
        result = self._perform(request)
        if result.get("problem"):
            return False
        self._end_user_id = result.get("end_user_id") or self._end_user_id
        return self._deliver_events()

    def _deliver_events(self) -> bool:
        """Deliver the events that follow from the last step, until every sync is complete."""
        began = time.monotonic()
        while time.monotonic() - began < SYNC_LIMIT_S:
            result = self._perform({"do": "events", "end_user_id": self._end_user_id, "after": self._delivered})
            if result.get("problem"):
                return False
            events = msgspec.convert(result["events"], list[Event])
            self._delivered += len(events)
            for event in reversed(events) if self._is_newest_first else events:
                self._deliver(event)
            if not result["is_syncing"]:
                self._is_newest_first = False
                return True
            gevent.sleep(POLL_S)
        return False

    def _deliver(self, event: Event) -> None:
        load = self._load
        self._latest = load.source.genuine(event, due_s=load.now_s(), phase=load.phase().name, how="first")
        load.deliver(self._latest, self._connection)

    def _send_again(self, how: str) -> bool:
        if self._latest is not None:
            load = self._load
            again = load.source.again(self._latest, due_s=load.now_s(), phase=load.phase().name, how=how)
            for _ in range(2 if how == "burst" else 1):
                load.enqueue(again)
        return True
