"""The one mutable state behind API, consent page, webhooks and clock.

Everything that changes does so under ``lock``, and ``catch_up`` first lets what is due on the clock happen: syncs become
ready, consents expire, sessions die. So a revoked consent is revoked for data calls, page and webhooks in one moment.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
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
from fiskil_harness.sandbox.tables import AccountLife, Consents, EndUsers, Syncs

TOKENS_REMEMBERED = 64
LARGEST_PAGE = 1000


class Credentials(Struct, frozen=True, kw_only=True):
    """What the app needs to know: the API key pair and the signing secret (base64, as the console shows it)."""

    client_id: str
    client_secret: str
    webhook_secret: str

    def __repr__(self) -> str:
        """Nothing secret: a failing assertion prints what it compares."""
        return f"Credentials(client_id={self.client_id!r}, client_secret=..., webhook_secret=...)"


class Token(Struct, frozen=True, kw_only=True):
    """An access token and when it dies; ``ahead`` is how far sandbox time was ahead of real time when it was issued."""

    value: str
    client_secret: str
    scopes: tuple[str, ...] = ()
    issued_at: datetime
    expires_at: datetime
    ahead: timedelta = timedelta()

    def __repr__(self) -> str:
        """Nothing secret."""
        return f"Token(value=..., expires_at={self.expires_at.isoformat()})"


class Store:
    """The state. Its tables are plain dicts; ids are keys."""

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
        """Start empty; *named* are people whom the institutions know at any time."""
        self.lock = threading.RLock()
        self.clock = clock
        self.mint = mint
        self.credentials = credentials
        self.interpretations = interpretations or Interpretations()
        self.asked: set[str] = set()
        self.institutions = self._first_institutions = institutions
        self.people: dict[str, Person] = {}
        self.named: dict[str, Person] = {person.email.lower(): person for person in named}
        self.crashes: list[Crash] = []
        self.duties: list[Callable[[Store], None]] = []
        self.secrets: dict[str, str] = {credentials.client_secret: "accepted"}
        self.tokens: dict[str, Token] = {}
        self.issued: deque[str] = deque(maxlen=TOKENS_REMEMBERED)
        self.largest_page = LARGEST_PAGE
        self.console = self._first_console = console or Console()
        self.api_url = ""
        self.auth_url = ""
        self.epoch = clock.now()
        self.awaits_moves = False
        """Whether syncs end only where somebody moves the clock, however long that takes in real time."""
        self._start_tables()

    def _start_tables(self) -> None:
        self.end_users = EndUsers()
        self.deleted_end_users: set[str] = set()
        self.sessions: dict[str, AuthSession] = {}
        self.consents = Consents()
        self.ledgers: dict[str, Ledger] = {}
        self.energy: dict[str, EnergyLedger] = {}
        self.served: dict[tuple[str, str], Sequence[Any]] = {}
        self.early: set[tuple[str, str]] = set()
        self.overrides: dict[str, dict[str, str]] = {}
        self.read_at: dict[str, datetime] = {}
        self.lives: dict[tuple[str, str], AccountLife] = {}
        self.unshared: dict[tuple[str, str], dict[str, None]] = {}
        self.syncs = Syncs()
        self.held: dict[tuple[str, str], None] = {}
        self.moment: datetime | None = None
        self.events: list[Event] = []

    def reset(self) -> None:
        """Return to real time and forget end users, sessions, consents and events.

        Credentials stay, and so do tokens: each dies when an app that counts in real time expects it.
        """
        with self.lock:
            self.clock.reset()
            self._return_tokens_to_real_time()
            gone = set(self.end_users)
            kept = self.deleted_end_users | gone
            self._start_tables()
            # A late call about an end user of an earlier scenario gets what a deleted end user gets.
            self.deleted_end_users = kept
            self.people.clear()
            self.console = self._first_console
            self.institutions = self._first_institutions
            self.asked.clear()
            self.largest_page = LARGEST_PAGE
            self.epoch = self.clock.now()

    def _return_tokens_to_real_time(self) -> None:
        now = self.clock.now()
        self.tokens = {
            token.value: msgspec.structs.replace(
                token, issued_at=token.issued_at - token.ahead, expires_at=token.expires_at - token.ahead, ahead=timedelta()
            )
            for token in self.tokens.values()
            if token.expires_at - token.ahead > now
        }

    def now(self) -> datetime:
        """The instant at which things happen: that of what is due while it is caught up with, else the clock's."""
        return self.moment or self.clock.now()

    def interpretation(self, clause_id: str) -> str:
        """The reading that rules a doubtful clause; that it was asked for is remembered until the next reset.

        Ask only where the interpretations differ: a clause that was asked for came up.

        Raises:
            UnknownName: No such clause, or it has no interpretations.
        """
        self.asked.add(clause_id)
        return self.interpretations.of(clause_id)

    def days_passed(self, at: datetime | None = None) -> int:
        """How many whole days have passed since the histories' end, now or at an instant."""
        return max(0, ((at or self.now()) - self.epoch) // timedelta(days=1))

    def changing(self) -> "Store":
        """Hold the lock in a ``with`` block, with everything that is due already done."""
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
        """Let what is due on the clock happen."""
        for duty in self.duties:
            duty(self)

    def emit(
        self,
        kind: str,
        consent: Consent,
        *,
        at: datetime,
        account_ids: tuple[str, ...] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Event:
        """Record a fact about *consent* that webhooks will tell."""
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
        """The consents of an end user that allow reading now, oldest first."""
        return [consent for consent in self.consents.of(end_user_id) if consent.is_active]
