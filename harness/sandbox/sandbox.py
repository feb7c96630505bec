"""The sandbox as Python sees it: the state, its two applications, and the calls that scenarios and tests make."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from harness.clock import Clock
from harness.crashes import Crash
from harness.errors import UsageError
from harness.ids import Mint
from harness.model import AuthSession, Consent, EndUser, Event, Institution, Person
from harness.readings import Readings
from harness.sandbox import consents, end_users, institutions, people, sessions, sync, tokens
from harness.sandbox.api.application import Application, api_application
from harness.sandbox.console import Console
from harness.sandbox.ledger import Ledger
from harness.sandbox.pages.application import page_application
from harness.sandbox.store import Credentials, Store

WEBHOOK_KEY_BYTES = 78


def mint_credentials(mint: Mint, *, webhook_secret: str | None = None) -> Credentials:
    """New credentials; the signing secret is base64 of a key longer than the hash's block, as Fiskil's sample is."""
    return Credentials(
        client_id=mint.client_id(),
        client_secret="fsk_" + mint.secret(),
        webhook_secret=webhook_secret or base64.b64encode(mint.key(WEBHOOK_KEY_BYTES)).decode(),
    )


class Sandbox:
    """One local Fiskil. It listens nowhere by itself: serve ``api`` and ``page``, and tell ``place`` where they are."""

    def __init__(
        self,
        *,
        institutions: dict[str, Institution],
        seed: int = 0,
        clock: Clock | None = None,
        mint: Mint | None = None,
        credentials: Credentials | None = None,
        named: Iterable[Person] = (),
        readings: Readings | None = None,
        console: Console | None = None,
    ) -> None:
        """Start empty; *named* are people whom the institutions know at any time, beside those of ``admit``."""
        self._readings = readings or Readings()
        self.clock = clock or Clock()
        self.mint = mint or Mint(seed=seed)
        self.credentials = credentials or mint_credentials(self.mint)
        self.store = Store(
            clock=self.clock,
            mint=self.mint,
            credentials=self.credentials,
            institutions=dict(institutions),
            named=named,
            readings=self._readings,
            console=console,
        )
        self.store.duties.append(sync.finish_due)
        self.api: Application = api_application(self.store)
        self.page: Application = page_application(self.store)

    def place(self, *, api_url: str, auth_url: str) -> None:
        """Say under which origins the API and the page are reached; links and ``auth_url`` carry them."""
        self.store.api_url, self.store.auth_url = api_url, auth_url

    @property
    def events(self) -> tuple[Event, ...]:
        """Every fact so far, oldest first."""
        with self._now() as store:
            return tuple(store.events)

    @property
    def crashes(self) -> list[Crash]:
        """What broke in API and page through no fault of a client; a run that finds something here has a fault of its own.

        Servers append to it as well; it outlives ``reset``.
        """
        return self.store.crashes

    def admit(self, person: Person) -> Person:
        """Make *person* known at the institutions."""
        with self.store.lock:
            return people.admit(self.store, person)

    def create_end_user(self, person: Person, *, end_user_id: str | None = None) -> EndUser:
        """Register an end user for *person*, as an app's server would."""
        with self._now() as store:
            return end_users.create(
                store,
                email=person.email,
                name=f"{person.given_name} {person.family_name}",
                phone=person.phone,
                end_user_id=end_user_id,
            )

    def populate(self, count: int, *, person: Person | None = None) -> list[str]:
        """Register many end users at once; their ids, oldest first.

        Each has an e-mail of its own, so that whoever logs in with it is made from the seed then. With *person* each has
        consented as that one, and their syncs are pending.

        Raises:
            UsageError: Fewer than one.
        """
        if count < 1:
            raise UsageError(f"populate makes at least one end user; got {count}.")
        with self._now() as store:
            first = len(store.end_users)
            made = [
                end_users.create(store, email=f"end.user.{number}@example.com", name=f"End User {number}")
                for number in range(first, first + count)
            ]
            if person is not None:
                people.admit(store, person)
                for one in made:
                    self.authorise(one, person)
            return [one.end_user_id for one in made]

    def authorise(
        self, end_user: EndUser, person: Person, *, institution_id: str = "88888", arrangement_id: str | None = None
    ) -> Consent:
        """Let *person* consent with every account, without the page."""
        with self._now() as store:
            consent = consents.grant(
                store,
                end_user_id=end_user.end_user_id,
                institution_id=institution_id,
                person=person,
                account_keys=tuple(spec.key for spec in people.accounts_at(store, person, institution_id)),
                arrangement_id=arrangement_id,
            )
            sync.begin(store, consent)
            return consent

    def session(self, session_id: str) -> AuthSession | None:
        """An auth session as it stands now."""
        with self._now() as store:
            return sessions.current(store, session_id)

    def consents_of(self, end_user_id: str) -> list[Consent]:
        """Every consent of an end user, ended ones included, oldest first."""
        with self._now() as store:
            return store.consents.of(end_user_id)

    def begin_sync(self, consent: Consent, dataset: str) -> None:
        """Let a sync of *dataset* begin now; the clock completes it. Source: sync.timing"""
        with self._now() as store:
            sync.begin(store, store.consents[consent.arrangement_id], datasets=(dataset,))

    def sync(self, consent: Consent, dataset: str) -> None:
        """Complete a sync of *dataset* now, moving the clock to its end."""
        with self._now() as store:
            sync.finish_now(store, store.consents[consent.arrangement_id], dataset)

    def rows(self, consent: Consent, dataset: str) -> Sequence[Any]:
        """What the API serves for *dataset* under *consent*, as the latest sync saw it."""
        with self._now() as store:
            return store.served.get((consent.arrangement_id, dataset), ())

    def ledger(self, consent: Consent) -> Ledger:
        """What the bank holds; a scenario changes it between two syncs.

        Raises:
            UsageError: The consent is with an energy retailer, whose rows stay as they are.
        """
        if consent.arrangement_id in self.store.energy:
            raise UsageError("The consent is with an energy retailer, where no transaction can be changed.")
        with self._now() as store:
            return store.ledgers[consent.arrangement_id]

    def removed_ids(self, consent: Consent) -> tuple[str, ...]:
        """The ``fiskil_id`` of every row that vanished at the institution."""
        ledger = self.store.ledgers.get(consent.arrangement_id)
        return ledger.removed_ids if ledger is not None else ()

    def revoke(self, consent: Consent) -> None:
        """End a consent, as the end user or the institution would."""
        with self._now() as store:
            consents.end(store, store.consents[consent.arrangement_id], reason="Revoked")

    def confirm_again(self, consent: Consent) -> None:
        """Tell ``consent.updated``."""
        with self._now() as store:
            consents.touch(store, store.consents[consent.arrangement_id])

    def expire_tokens(self) -> int:
        """Let every access token die now; how many were alive."""
        with self.store.lock:
            return tokens.expire_all(self.store)

    def set_key(self, *, is_accepted: bool) -> None:
        """Revoke the app's key pair, or accept it again."""
        with self.store.lock:
            self.store.secrets[self.credentials.client_secret] = "accepted" if is_accepted else "revoked"

    def limit_pages(self, rows: int) -> None:
        """Cap pages at *rows* rows, whatever size is asked for, until the next reset. Source: paging.size-cap"""
        with self.store.lock:
            self.store.largest_page = rows

    def configure(self, *, permissions: tuple[str, ...] = (), scopes: tuple[str, ...] = (), version: str = "") -> None:
        """Set what end users are asked for, what new tokens may do, and the pinned version, until the next reset.

        Raises:
            UnknownName: The console does not offer it.
        """
        chosen = {"permissions": permissions, "scopes": scopes, "version": version}
        with self._now() as store:
            store.console = msgspec.structs.replace(store.console, **{one: value for one, value in chosen.items() if value})

    def set_connection(self, institution_id: str, status: str) -> None:
        """Let Fiskil get through to an institution: HEALTHY, DEGRADED or OUTAGE, until the next reset."""
        with self._now() as store:
            institutions.set_connection(store, institution_id, status)

    def canaries(self) -> dict[str, tuple[str, ...]]:
        """Every secret value of this run and its people, by kind."""
        with self.store.lock:
            numbers = {one.account_number for bank in self.store.ledgers.values() for one in bank.accounts.values()}
            numbers |= {one.account_number for books in self.store.energy.values() for one in books.accounts.values()}
            return {
                "access token": tuple(self.store.issued),
                "account number": tuple(sorted(numbers)),
                "client secret": (self.credentials.client_secret,),
                "webhook secret": (self.credentials.webhook_secret,),
            }

    def read_as(self, chosen: Mapping[str, str]) -> None:
        """Let other readings rule until the next reset: clause ids with one of their readings each.

        Raises:
            UnknownName: No such clause, or it has no such reading.
        """
        with self.store.lock:
            self.store.readings = self._readings.but(chosen)

    def reset(self) -> None:
        """Forget people, end users, consents and events, return to the first readings, and set the clock to real time."""
        with self.store.lock:
            self.store.readings = self._readings
            self.store.reset()

    @contextmanager
    def _now(self) -> Iterator[Store]:
        with self.store.changing() as store:
            yield store
