"""Changes the sandbox for end users during the load: concludes consent journeys, completes syncs, changes rows.

Workers send these requests over HTTP on loopback; workers on other machines send them through Locust's master.
"""

from collections import defaultdict
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request

from fiskil_harness.app.templates import choose
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import Consent, Event, Person
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HarnessError, StepError
from fiskil_harness.sandbox.tables import PendingSync
from fiskil_harness.scenario.steps.journeys import INSTITUTION, session_id_in
from fiskil_harness.server.local_fiskil import LocalFiskil

DATASETS = ("accounts", "balances", "transactions")
SOON_S = 60
"""Syncs that are due within this time belong to the present step; later ones are those of the next day."""
AMENDED = "-12.34"
ONE_ACCOUNT = ("everyday",)


class ControlRequest(Struct, frozen=True):
    """A request of a worker. ``do`` is ``conclude``, ``events`` or a verb of a life."""

    do: str
    end_user_id: str = ""
    number: int = 0
    after: int = 0
    verb: str = ""
    ref: str = ""
    status: int = 0
    headers: dict[str, str] = {}
    body: str = ""


class Control:
    """The sandbox as workers see it. Several threads may call it."""

    def __init__(self, fiskil: LocalFiskil, settings: Settings, person: Person) -> None:
        self._fiskil = fiskil
        self._settings = settings
        self.person = person
        self._events: dict[str, list[Event]] = defaultdict(list)
        self._collected = 0

    def respond(self, _request: Request, body: bytes) -> Any:
        """Perform the request in *body*; errors become ``problem``, so that the load goes on."""
        try:
            return self.perform(msgspec.json.decode(body, type=ControlRequest))
        except (HarnessError, msgspec.MsgspecError, KeyError) as error:
            return {"problem": f"{error}"}

    def perform(self, request: ControlRequest) -> dict[str, Any]:
        """Perform one request.

        Raises:
            HarnessError: The app opened no session, or the sandbox refuses the change.
        """
        if request.do == "conclude":
            return {"end_user_id": self._conclude(request)}
        if request.do == "events":
            events = self.events_of(request.end_user_id)[request.after :]
            return {"events": msgspec.to_builtins(events), "is_syncing": bool(self._pending(request.end_user_id))}
        consent = self.consent_of(request.end_user_id)
        if consent is not None:
            self._change(request, consent)
        return {}

    def events_of(self, end_user_id: str) -> list[Event]:
        """Return the events about an end user so far, oldest first."""
        with self._fiskil.sandbox.store.changing() as store:
            for event in store.events[self._collected :]:
                self._events[event.end_user_id].append(event)
            self._collected = len(store.events)
            return list(self._events[end_user_id])

    def consent_of(self, end_user_id: str) -> Consent | None:
        """Return the newest active consent of an end user; None if there is none."""
        active = [consent for consent in self._fiskil.sandbox.consents_of(end_user_id) if consent.is_active]
        return active[-1] if active else None

    def complete_syncs(self) -> None:
        """Move sandbox time forward until no sync of a new consent is pending."""
        self._fiskil.advance(seconds=SOON_S)
        with self._fiskil.sandbox.store.changing():
            pass

    def _pending(self, end_user_id: str) -> list[PendingSync]:
        consent = self.consent_of(end_user_id)
        if consent is None:
            return []
        with self._fiskil.sandbox.store.changing() as store:
            now = store.now()
            syncs = store.syncs.of(consent.arrangement_id)
            return [sync for sync in syncs if (sync.ready_at - now).total_seconds() < SOON_S]

    def _conclude(self, request: ControlRequest) -> str:
        """End the session that the app has opened as approved, and return the end user."""
        reply = HttpReply(status=request.status, headers=request.headers, body=request.body.encode())
        template = self._settings.app.drive.start_session
        selector = template.session if template and template.session else "$.session"
        session_id = session_id_in(choose(reply, selector, START_SESSION))
        sandbox = self._fiskil.sandbox
        session = sandbox.session(session_id)
        if session is None:
            raise StepError(
                "The auth session returned by the app was not created in this sandbox. Does the app use {api_url}?"
            )
        ended = sandbox.conclude(
            session_id,
            "approved",
            email=self.person.email,
            institution_id="" if session.institution_id else INSTITUTION,
            account_keys=ONE_ACCOUNT if request.verb == "amend" else (),
        )
        return ended.end_user_id

    def _change(self, request: ControlRequest, consent: Consent) -> None:
        sandbox = self._fiskil.sandbox
        if request.do == "hand_over":
            sandbox.begin_sync(consent, DATASETS[request.number % len(DATASETS)])
        elif request.do == "confirm":
            sandbox.touch_consent(consent)
        elif request.do == "revoke":
            sandbox.revoke(consent)
        elif request.do in {"row_amended", "row_removed", "row_added"}:
            self._change_row(request, consent)
            sandbox.begin_sync(consent, "transactions")

    def _change_row(self, request: ControlRequest, consent: Consent) -> None:
        with self._fiskil.sandbox.store.changing():
            ledger = self._fiskil.sandbox.ledger(consent)
            posted = [row.key for row in ledger.statement_newest_first() if row.status == "POSTED"]
            key = posted[request.number % len(posted)]
            if request.do == "row_amended":
                ledger.amend(key, amount=AMENDED)
            elif request.do == "row_removed":
                ledger.remove(key)
            else:
                ledger.repeat(key, ledger.free_key(f"{key}:again"))
