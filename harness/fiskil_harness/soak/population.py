"""Connects the end users before the load: each consents through the app, and gets the first messages once and in order."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from threading import Event as Signal
from threading import local
from time import time

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config.hooks import REFRESH, REVOKE, START_SESSION
from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.core.model import Event
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak.control import Control, ControlRequest
from fiskil_harness.soak.ledger import BEFORE_LOAD, LedgerFile, Reply, Sent
from fiskil_harness.soak.plan import ConnectedEndUser
from fiskil_harness.soak.threads import pool_of
from fiskil_harness.webhooks import Sender
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.sender import Outgoing

THREADS = 8
MOST_TRIES = 10
PAUSE_S = 1.0

SESSIONS = frozenset({"renew", "amend", "consent_again"})
DISTURBANCES = frozenset({"replay", "retry", "twice_at_once", "newest_first"})


def twin_ref(run_id: str, number: int) -> str:
    """Return the app's own name for the end user who plays a life before the load."""
    return f"soak-{run_id}-twin-{number}"


class Population:
    """Connects end users, and delivers their messages undisturbed."""

    def __init__(
        self, app: AppUnderTest, fiskil: LocalFiskil, control: Control, sender: Sender, ledger: LedgerFile, *, run_id: str
    ) -> None:
        self._app, self._fiskil, self._control, self._sender, self._ledger = app, fiskil, control, sender, ledger
        self._run_id = run_id
        self._clients = local()
        self._delivered: dict[str, int] = {}
        self._connected_count = 0
        self._is_over = Signal()

    def connect(
        self, count: int, *, on_progress: Callable[[str, int, int], None], at_once: int = THREADS
    ) -> list[ConnectedEndUser]:
        """Connect *count* end users, deliver their first messages, and return them.

        Args:
            at_once: The number of end users who are connected at the same time.
            on_progress: Called with the present work, the number of end users done and the number of all.

        Raises:
            StepError: The app opens no session, or refuses genuine messages.
        """
        first = self._connected_count
        self._connected_count += count
        with self._ends_at_once(), pool_of(at_once) as pool:
            ids: list[tuple[str, str]] = []
            numbers = range(first, first + count)
            for pair in pool.map(self._open, numbers) if self._app.has(START_SESSION) else map(self._consent, numbers):
                ids.append(pair)
                on_progress("connected", len(ids), count)
            self._control.complete_syncs()
            for done, _ in enumerate(pool.map(self.deliver_events, [end_user_id for end_user_id, _ in ids]), 1):
                on_progress("synced", done, count)
        return [self._connected(end_user_id, ref) for end_user_id, ref in ids]

    @contextlib.contextmanager
    def _ends_at_once(self) -> Iterator[None]:
        """After an error or Ctrl-C in the block, let calls in progress send nothing more."""
        try:
            yield
        except BaseException:
            self._is_over.set()
            raise

    def live(self, number: int, actions: Iterable[str]) -> str:
        """Let a new end user play a life without disturbances, and return the end user's id.

        Raises:
            StepError: A step failed.
        """
        ref = twin_ref(self._run_id, number)
        end_user_id = self._session(ref, "", "")
        self._follow_up(end_user_id)
        for action in actions:
            verb, _, variant = action.partition(":")
            if verb in DISTURBANCES:
                continue
            if verb in SESSIONS:
                self._session(ref, end_user_id, verb)
            elif verb in {"refresh", "disconnect"}:
                self._call(REFRESH if verb == "refresh" else REVOKE, ref, end_user_id)
            else:
                self._control.perform(ControlRequest(do=verb, end_user_id=end_user_id, number=int(variant)))
            self._follow_up(end_user_id)
        return end_user_id

    def deliver_events(self, end_user_id: str) -> None:
        """Deliver the end user's new events in order, each until it is acknowledged.

        Raises:
            StepError: The app does not acknowledge a message.
        """
        events = self._control.events_of(end_user_id)
        start = self._delivered.get(end_user_id, 0)
        self._delivered[end_user_id] = len(events)
        for event in events[start:]:
            if self._is_over.is_set():
                return
            self._deliver(event)

    def _follow_up(self, end_user_id: str) -> None:
        self.deliver_events(end_user_id)
        self._control.complete_syncs()
        self.deliver_events(end_user_id)

    def _open(self, number: int) -> tuple[str, str]:
        ref = f"soak-{self._run_id}-{number}"
        return self._session(ref, "", ""), ref

    def _consent(self, number: int) -> tuple[str, str]:
        sandbox = self._fiskil.sandbox
        end_user = sandbox.create_end_user(self._control.person)
        sandbox.authorise(end_user)
        return end_user.end_user_id, f"soak-{self._run_id}-{number}"

    def _session(self, ref: str, end_user_id: str, verb: str) -> str:
        reply = self._call(START_SESSION, ref, end_user_id)
        if reply.status is None or reply.status >= 400:
            raise StepError(
                f"The app opened no auth session for {ref}: app.drive.start_session returned "
                f"{reply.status or reply.problem}. Fix that first: fiskil-harness doctor shows more."
            )
        result = self._control.perform(
            ControlRequest(
                do="conclude",
                verb=verb,
                ref=ref,
                status=reply.status,
                headers=reply.headers,
                body=reply.body.decode("utf-8", "replace"),
            )
        )
        return str(result["end_user_id"])

    def _call(self, hook: str, ref: str, end_user_id: str) -> HttpReply:
        if not hasattr(self._clients, "client"):
            self._clients.client = HttpClient(timeout_s=self._app.settings.app.limits.request_deadline_s)
        person = self._control.person
        values = of_end_user(ref=ref, end_user_id=end_user_id, email=f"{ref}@example.com", name=person.full_name)
        return self._app.call(hook, values, browser=self._clients.client)

    def _deliver(self, event: Event) -> None:
        delivery = Delivery(event="", participant="", message_id="", attempt=0, body=b"")
        for attempt in range(1, MOST_TRIES + 1):
            delivery = self._attempt(event, attempt)
            if delivery.is_acknowledged:
                return
            if self._is_over.wait(PAUSE_S):
                break
        raise StepError(
            f"The app did not acknowledge {event.kind} before the load began: it returned "
            f"{delivery.status or delivery.problem}. Run fiskil-harness gate first: soak needs a working receiver."
        )

    def _attempt(self, event: Event, attempt: int) -> Delivery:
        secret, dialect = self._fiskil.credentials.webhook_secret, self._fiskil.dialect
        message = seal(event, attempt=attempt, secret=secret, dialect=dialect, sent_at=real_now())
        number, at = self._ledger.next_number(), time()
        self._ledger.write(
            Sent(
                number,
                at,
                event.message_id,
                event.end_user_id,
                "genuine",
                "first",
                BEFORE_LOAD,
                event.kind,
                attempt,
                len(message.body),
            )
        )
        delivery = self._sender.attempt(Outgoing.of(message, event=event.message_id), Journal())
        retry_after = dict(delivery.response_headers).get("retry-after", "")
        self._ledger.write(
            Reply(number, delivery.status or 0, delivery.took_s, delivery.took_s, retry_after, delivery.problem)
        )
        return delivery

    def _connected(self, end_user_id: str, ref: str) -> ConnectedEndUser:
        consent = self._control.consent_of(end_user_id)
        if consent is None:
            raise StepError(f"The consent of {ref} ended before the load began.")
        account_ids = next((event.account_ids for event in self._control.events_of(end_user_id) if event.account_ids), ())
        return ConnectedEndUser(end_user_id, consent.arrangement_id, consent.institution_id, ref, account_ids)
