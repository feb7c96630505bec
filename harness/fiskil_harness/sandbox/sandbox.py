"""The sandbox as Python sees it: the state, its two applications, and the calls that scenarios and tests make."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.model import DATASETS, AuthSession, Consent, EndUser, Event, Institution, Person
from fiskil_harness.core.randomness import Mint
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox import sync, tokens
from fiskil_harness.sandbox.api.application import Api, Application
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.consents import account_changes, consents, end_users, institutions, people, sessions
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.sandbox.consents.shortcut import conclude
from fiskil_harness.sandbox.pages.application import page_application
from fiskil_harness.sandbox.store import Credentials, Store

WEBHOOK_KEY_BYTES = 78
REVOKERS = ("end_user", "institution")
"""Who ends a consent at the institution."""


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
        interpretations: Interpretations | None = None,
        console: Console | None = None,
    ) -> None:
        """Start empty; *named* are people whom the institutions know at any time, beside those of ``admit``."""
        self._interpretations = interpretations or Interpretations()
        self.clock = clock or Clock()
        self.mint = mint or Mint(seed=seed)
        self.credentials = credentials or mint_credentials(self.mint)
        self.store = Store(
            clock=self.clock,
            mint=self.mint,
            credentials=self.credentials,
            institutions=dict(institutions),
            named=named,
            interpretations=self._interpretations,
            console=console,
        )
        self.store.duties.append(sync.finish_due)
        self.api = Api(self.store)
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
                for end_user in made:
                    self.authorise(end_user, person)
            return [end_user.end_user_id for end_user in made]

    def authorise(
        self,
        end_user: EndUser,
        person: Person,
        *,
        institution_id: str = "88888",
        arrangement_id: str | None = None,
        account_keys: tuple[str, ...] = (),
    ) -> Consent:
        """Let *person* consent, without the page, with the accounts of *account_keys* or every one that is offered.

        Raises:
            UnknownName: No such institution, or no account that the person may share there is called so.
            UsageError: The person has none to share, is not eligible, or is asked for nothing that the institution has.
        """
        with self._now() as store:
            if institution_id not in store.institutions:
                raise UnknownName("institution", institution_id, store.institutions)
            offered = tuple(spec.key for spec in people.offered_at(store, person, institution_id))
            if not offered:
                raise UsageError(f"{person.email} {people.nothing_to_share(store, person, institution_id)}")
            if person.outcome == "ineligible":
                raise UsageError(f"{person.email} is not eligible to share anything. Let somebody else consent.")
            if not store.console.requested_from(store.institutions[institution_id].industry):
                asked = ", ".join(store.console.permissions)
                raise UsageError(
                    f"The console asks for nothing that institution {institution_id} has: {asked}. "
                    "Configure permissions of its industry."
                )
            for key in account_keys:
                if key not in offered:
                    raise UnknownName("account", key, offered, place=f"what {person.name} has there")
            consent = consents.grant(
                store,
                end_user_id=end_user.end_user_id,
                institution_id=institution_id,
                person=person,
                account_keys=account_keys or offered,
                arrangement_id=arrangement_id,
            )
            sync.begin(store, consent)
            return consent

    def conclude(
        self,
        session_id: str,
        outcome: str,
        *,
        email: str = "",
        institution_id: str = "",
        account_keys: tuple[str, ...] = (),
    ) -> AuthSession:
        """Let an open journey come to *outcome* as at the page: ``approved``, or one of ``OUTCOMES``.

        Args:
            email: Who logs in; without it, the end user's own address, or one made for an end user who has none.
            account_keys: What is shared; without any, all that can be.

        Raises:
            UnknownName: No such outcome, or no such account.
            UsageError: The session is unknown or over, or what is asked for cannot be done where it stands.
        """
        with self._now() as store:
            return conclude(
                store, session_id, outcome, email=email, institution_id=institution_id, account_keys=account_keys
            )

    def way_back(self, session_id: str) -> str | None:
        """Where the browser of an ended session is sent; None while it is open, or where there is no way back."""
        with self._now() as store:
            session = sessions.current(store, session_id)
            return sessions.destination(session, store.interpretation) if session and session.ending else None

    def session(self, session_id: str) -> AuthSession | None:
        """An auth session as it stands now."""
        with self._now() as store:
            return sessions.current(store, session_id)

    def consents_of(self, end_user_id: str) -> list[Consent]:
        """Every consent of an end user, ended ones included, oldest first."""
        with self._now() as store:
            return store.consents.of(end_user_id)

    def person_of(self, consent: Consent) -> Person:
        """Whoever consented, as the institution knew them then."""
        books = self.store.energy.get(consent.arrangement_id) or self.store.ledgers[consent.arrangement_id]
        return books.person

    def begin_sync(self, consent: Consent, dataset: str) -> None:
        """Let a sync of *dataset* begin now; the clock completes it.

        Raises:
            UnknownName: There is no such dataset.

        Source: sync.timing
        """
        _require_dataset(dataset)
        with self._now() as store:
            sync.begin(store, store.consents[consent.arrangement_id], datasets=(dataset,))

    def sync(self, consent: Consent, dataset: str) -> None:
        """Complete a sync of *dataset* now, moving the clock to its end."""
        with self._now() as store:
            sync.finish_now(store, store.consents[consent.arrangement_id], dataset)

    def rows(self, consent: Consent, dataset: str) -> Sequence[Any]:
        """What the API serves for *dataset* under *consent*, as the latest sync saw it.

        Raises:
            UnknownName: There is no such dataset.
        """
        _require_dataset(dataset)
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

    def fail_sync(self, consent: Consent, dataset: str) -> None:
        """Let a sync of *dataset* fail now, moving the clock to its end. Source: sync.failed"""
        with self._now() as store:
            sync.fail_now(store, store.consents[consent.arrangement_id], dataset)

    def removed_ids(self, consent: Consent, dataset: str = "transactions") -> tuple[str, ...]:
        """The ``fiskil_id`` of every row of *dataset* that vanished at the institution, or with its account."""
        ledger = self.store.ledgers.get(consent.arrangement_id)
        unshared = tuple(self.store.unshared.get((consent.arrangement_id, dataset), ()))
        return (*ledger.removed_ids, *unshared) if ledger is not None and dataset == "transactions" else unshared

    def revoke(self, consent: Consent, *, by: str = "end_user") -> None:
        """End a consent at the institution: *by* the ``end_user`` there, or by the ``institution`` itself.

        Raises:
            UnknownName: Nobody else ends one there.
        """
        if by not in REVOKERS:
            raise UnknownName("way to revoke by", by, REVOKERS)
        with self._now() as store:
            consents.end(store, store.consents[consent.arrangement_id], reason="Revoked", by=by)

    def delete_end_user(self, end_user: EndUser) -> None:
        """Remove an end user for good, and end their consents."""
        with self._now() as store:
            end_users.delete(store, end_user.end_user_id)

    def open_account(self, person: Person, key: str) -> None:
        """Open an account of *person* now, one whose file says that it opens later or never did."""
        with self._now() as store:
            account_changes.open_account(store, person, key)

    def close_account(self, person: Person, key: str) -> None:
        """Close an account of *person* now."""
        with self._now() as store:
            account_changes.close_account(store, person, key)

    def approve_sharing(self, person: Person, key: str) -> None:
        """Let every other holder agree to sharing an account of *person*."""
        with self._now() as store:
            account_changes.approve_sharing(store, person, key)

    def withdraw_sharing(self, person: Person, key: str) -> None:
        """Let another holder stop the sharing of an account of *person*."""
        with self._now() as store:
            account_changes.withdraw_sharing(store, person, key)

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
        """Cap pages at *rows* rows, whatever size is asked for, until the next reset.

        Raises:
            UsageError: Fewer than one.

        Source: paging.size-cap
        """
        if rows < 1:
            raise UsageError(f"A page has at least one row; got {rows}.")
        with self.store.lock:
            self.store.largest_page = rows

    def configure(
        self,
        *,
        permissions: tuple[str, ...] = (),
        scopes: tuple[str, ...] = (),
        version: str = "",
        consent_days: int | None = None,
    ) -> None:
        """Set what end users are asked for and for how long, what new tokens may do, and the pinned version.

        It holds until the next reset. A consent of 0 days is a one-off one.

        Raises:
            UnknownName: The console does not offer it.
            UsageError: Nobody may consent for so long.
        """
        chosen = {"permissions": permissions, "scopes": scopes, "version": version, "consent_days": consent_days}
        given = {text: value for text, value in chosen.items() if value not in ((), "", None)}
        if permissions:
            given["is_chosen"] = True
        with self._now() as store:
            store.console = msgspec.structs.replace(store.console, **given)

    def set_connection(self, institution_id: str, status: str) -> None:
        """Let Fiskil get through to an institution: HEALTHY, DEGRADED or OUTAGE, until the next reset.

        Source: sync.outage
        """
        with self._now() as store:
            institutions.set_connection(store, institution_id, status)
            sync.resume(store, institution_id)

    def canaries(self) -> dict[str, tuple[str, ...]]:
        """Every secret value of this run and its people, by kind."""
        with self.store.lock:
            numbers = {account.account_number for bank in self.store.ledgers.values() for account in bank.accounts.values()}
            numbers |= {
                account.account_number for books in self.store.energy.values() for account in books.accounts.values()
            }
            return {
                "access token": tuple(self.store.issued),
                "account number": tuple(sorted(numbers)),
                "client secret": tuple(self.store.secrets),
                "webhook secret": (self.credentials.webhook_secret,),
            }

    def read_as(self, chosen: Mapping[str, str]) -> None:
        """Let other interpretations rule until the next reset: clause ids with one of their interpretations each.

        Raises:
            UnknownName: No such clause, or it has no such reading.
        """
        with self.store.lock:
            self.store.interpretations = self._interpretations.but(chosen)

    def reset(self) -> None:
        """Forget people, end users, consents and events, restore the first interpretations, and reset the clock."""
        with self.store.lock:
            self.store.interpretations = self._interpretations
            self.store.reset()

    @contextmanager
    def _now(self) -> Iterator[Store]:
        with self.store.changing() as store:
            yield store


def _require_dataset(name: str) -> None:
    if name not in DATASETS:
        raise UnknownName("dataset", name, DATASETS)
