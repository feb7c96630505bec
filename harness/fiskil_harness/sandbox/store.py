"""The only mutable state of a sandbox, shared by API, consent page, webhooks and clock.

Every change happens under ``lock``, after ``catch_up`` has performed what is due by now: syncs complete, and consents
expire. So a revoked consent is revoked for data calls, page and webhooks at the same time.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.model import AuthSession, Consent, Event, Institution, Person
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.sandbox.energy.ledger import EnergyLedger
from fiskil_harness.sandbox.tables import AccountDates, Consents, Registrations, Snapshot, Syncs

TOKENS_REMEMBERED = 64
LARGEST_PAGE = 1000


class Credentials(Struct, frozen=True, kw_only=True):
    """The credentials of the app: the API key pair and the signing secret (base64, as the console shows it)."""

    client_id: str
    client_secret: str
    webhook_secret: str

    def __repr__(self) -> str:
        """Return a text without secrets, because a failing assertion prints the values that it compares."""
        return f"Credentials(client_id={self.client_id!r}, client_secret=..., webhook_secret=...)"


class Token(Struct, frozen=True, kw_only=True):
    """An access token; ``ahead`` is how far sandbox time was ahead of real time when the token was issued."""

    value: str
    client_secret: str
    scopes: tuple[str, ...] = ()
    issued_at: datetime
    expires_at: datetime
    ahead: timedelta = timedelta()

    def __repr__(self) -> str:
        """Return a text without the token."""
        return f"Token(value=..., expires_at={self.expires_at.isoformat()})"


class Store:
    """The state of one sandbox; its tables are dicts with ids as keys.

    Attributes:
        used_clauses: The clauses whose interpretation was used since the last reset.
        served: The rows that the API serves, by arrangement id and dataset.
        served_early: The keys of ``served`` whose rows come from an early stage of transactions.
        snapshots: The origin of the rows in ``served``, by the same keys.
        unshared_ids: The ids of rows that were served and are no longer shared, by arrangement id and dataset.
        account_dates: The dates (opening, closing ...) of changed accounts, by holder and account key.
        delayed_syncs: Arrangement id and dataset of syncs that wait for the end of an outage.
        moment: The time at which the event that ``catch_up`` is performing was due; None outside of ``catch_up``.
        embed_from: The sources, from ``pages.embedding.source_of``, of pages that may always embed the consent page.
        on_frame_refused: Called with the origin of a page, or "", whose browser refused to embed the consent page.
        confirm: Called, without the lock, after a request that may have changed the state and before its response.
        page_listeners: Called when a journey has ended without its page; one for each page that is open in a browser.
        first_institutions, first_console: The institutions and console settings at the start, which a reset restores.
        epoch: The time at which the sandbox started or was reset; generated histories end before that day.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        mint: Mint,
        credentials: Credentials,
        institutions: dict[str, Institution],
        named: Iterable[Person] = (),
        interpretations: Interpretations | None = None,
        console: Console | None = None,
    ) -> None:
        """Start empty; *named* are people whom the institutions always know."""
        self.lock = threading.RLock()
        self.clock = clock
        self.mint = mint
        self.credentials = credentials
        self.interpretations = interpretations or Interpretations()
        self.used_clauses: set[str] = set()
        self.institutions = self.first_institutions = institutions
        self.people: dict[str, Person] = {}
        self.named: dict[str, Person] = {person.email.lower(): person for person in named}
        self.crashes: list[Crash] = []
        self.due_actions: list[Callable[[Store], None]] = []
        self.secrets: dict[str, str] = {credentials.client_secret: "accepted"}
        self.tokens: dict[str, Token] = {}
        self.expired_tokens: dict[str, Token] = {}
        self.issued: deque[str] = deque(maxlen=TOKENS_REMEMBERED)
        self.largest_page = LARGEST_PAGE
        self.usual_page: int | None = None
        self.fewest_pages = 1
        self.console = self.first_console = console or Console()
        self.api_url = ""
        self.auth_url = ""
        self.embed_from: tuple[str, ...] = ()
        self.on_frame_refused: Callable[[str], None] = lambda _origin: None
        self.confirm: Callable[[], None] = lambda: None
        self.epoch = clock.now()
        self.page_listeners: set[Callable[[], None]] = set()
        self.waits_for_clock_moves = False
        """If set, syncs complete only when a caller moves the clock, regardless of real time."""
        self._start_tables()

    def _start_tables(self) -> None:
        self.end_users = Registrations()
        self.deleted_end_users: set[str] = set()
        self.sessions: dict[str, AuthSession] = {}
        self.consents = Consents()
        self.ledgers: dict[str, Ledger] = {}
        self.energy: dict[str, EnergyLedger] = {}
        self.served: dict[tuple[str, str], Sequence[Any]] = {}
        self.served_early: set[tuple[str, str]] = set()
        self.snapshots: dict[tuple[str, str], Snapshot] = {}
        self.overrides: dict[str, dict[str, str]] = {}
        self.read_at: dict[str, datetime] = {}
        self.account_dates: dict[tuple[str, str], AccountDates] = {}
        self.unshared_ids: dict[tuple[str, str], dict[str, None]] = {}
        self.syncs = Syncs()
        self.delayed_syncs: dict[tuple[str, str], None] = {}
        self.moment: datetime | None = None
        self.events: list[Event] = []

    def reset(self) -> None:
        """Return to real time, and remove end users, sessions, consents and events.

        Credentials and tokens stay. Token expiries move back to real time, so that tokens expire when the app expects it; a
        token that expired early is valid again.
        """
        with self.lock:
            self.clock.reset()
            self._return_tokens_to_real_time()
            end_user_ids = set(self.end_users)
            deleted = self.deleted_end_users | end_user_ids
            self._start_tables()
            # A late request for an end user of an earlier scenario gets the same response as for a deleted one.
            self.deleted_end_users = deleted
            self.people.clear()
            self.console = self.first_console
            self.institutions = self.first_institutions
            self.used_clauses.clear()
            self.largest_page, self.usual_page, self.fewest_pages = LARGEST_PAGE, None, 1
            self.epoch = self.clock.now()

    def _return_tokens_to_real_time(self) -> None:
        now = self.clock.now()
        self.tokens = {
            token.value: msgspec.structs.replace(
                token, issued_at=token.issued_at - token.ahead, expires_at=token.expires_at - token.ahead, ahead=timedelta()
            )
            for token in (*self.expired_tokens.values(), *self.tokens.values())
            if token.expires_at - token.ahead > now
        }
        self.expired_tokens.clear()

    def now(self) -> datetime:
        """Return the sandbox's current time: during ``catch_up`` the time of the due event, otherwise the clock's time."""
        return self.moment or self.clock.now()

    def interpretation(self, clause_id: str) -> str:
        """Return the interpretation chosen for a clause, and record the clause in ``used_clauses``.

        Call this only if the result would differ under another interpretation, because a recorded clause counts as used.

        Raises:
            UnknownName: No such clause, or it has no interpretations.
        """
        self.used_clauses.add(clause_id)
        return self.interpretations.of(clause_id)

    def days_passed(self, at: datetime | None = None) -> int:
        """Return the number of whole days since ``epoch``, the end of generated histories, until now or the time *at*."""
        return max(0, ((at or self.now()) - self.epoch) // timedelta(days=1))

    def today(self) -> date:
        """Return the day of which the institutions have no data yet; it begins at the same time at a bank and a retailer."""
        return self.epoch.date() + timedelta(days=self.days_passed())

    def ledger_of(self, consent: Consent) -> Ledger | EnergyLedger:
        """Return the institution's records under *consent*: those of a bank, or of an energy retailer."""
        return self.energy.get(consent.arrangement_id) or self.ledgers[consent.arrangement_id]

    def changing(self) -> "Store":
        """Return a context manager that holds the lock, and first performs everything that is due."""
        return self

    def __enter__(self) -> "Store":
        self.lock.acquire()
        try:
            self.catch_up()
        except BaseException:
            self.lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def catch_up(self) -> None:
        """Perform everything that is due on the clock."""
        for action in self.due_actions:
            action(self)

    def emit(
        self,
        kind: str,
        consent: Consent,
        *,
        at: datetime,
        account_ids: tuple[str, ...] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Event:
        """Record an event about *consent*, which webhooks then deliver, and return it.

        Args:
            kind: The event type, as in the webhook message.
            at: The publish time of the event.
            account_ids: The ids of accounts in the payload; None for events without accounts.
            extra: Further fields of the payload.
        """
        event = Event(
            event_id=len(self.events),
            kind=kind,
            message_id=self.mint.message_id(),
            publish_time=at,
            end_user_id=consent.end_user_id,
            consent_id=consent.arrangement_id,
            institution_id=consent.institution_id,
            client_id=self.credentials.client_id,
            account_ids=account_ids,
            extra=extra or {},
        )
        self.events.append(event)
        return event

    def active_consents(self, end_user_id: str) -> list[Consent]:
        """Return the active consents of an end user, oldest first."""
        return [consent for consent in self.consents.of(end_user_id) if consent.is_active]
