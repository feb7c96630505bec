"""The Python interface of the sandbox: its state, its two applications, and the calls that scenarios and tests make."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import BEGINNING, Clock
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.model import DATASETS, AuthSession, Consent, Event, Institution, Person
from fiskil_harness.core.randomness import Mint
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox import sync, tokens
from fiskil_harness.sandbox.api.application import Api, Application
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.consents import account_changes, consents, end_users, institutions, people, redirects, sessions
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.sandbox.consents.shortcut import conclude
from fiskil_harness.sandbox.end_user import EndUser
from fiskil_harness.sandbox.energy.ledger import EnergyLedger
from fiskil_harness.sandbox.pages.application import page_application
from fiskil_harness.sandbox.saved_state import SavedState, restore, saved_state
from fiskil_harness.sandbox.store import Credentials, Store

WEBHOOK_KEY_BYTES = 78
REVOKERS = ("end_user", "institution")
"""The parties that can end a consent at the institution."""


def mint_credentials(mint: Mint, *, webhook_secret: str | None = None) -> Credentials:
    """Return new credentials; as in Fiskil's sample, the webhook signing key is longer than a hash block (64 bytes)."""
    return Credentials(
        client_id=mint.client_id(),
        client_secret="fsk_" + mint.secret(),
        webhook_secret=webhook_secret or base64.b64encode(mint.key(WEBHOOK_KEY_BYTES)).decode(),
    )


class Sandbox:
    """One local Fiskil. It opens no sockets: serve ``api`` and ``page``, and pass their origins to ``set_origins``."""

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
        saved: SavedState | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Start without end users, or from a saved state.

        Args:
            institutions: The institutions, by their ids.
            seed: Determines the generated people and rows; ignored if *mint* is given.
            named: People whom the institutions always know; ``add_person`` adds others until the next reset.
            interpretations: The interpretations that apply at first and after each reset (default: the best supported).
            console: The console settings that apply at first and after each reset.
            saved: The state of an earlier process, whose credentials and salt *credentials* and *mint* have.
            not_before: The earliest sandbox time for a saved state.

        Raises:
            LookupError: *saved* refers to something that does not exist.
            HarnessError: A value in *saved* is out of range.
        """
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
        if saved is not None:
            restore(self.store, saved, not_before=not_before or BEGINNING)
        self.store.due_actions.append(sync.finish_due)
        self.api = Api(self.store)
        self.page: Application = page_application(self.store)

    def set_origins(self, *, api_url: str, auth_url: str) -> None:
        """Set the origins of the API and the consent page, so that links and ``auth_url`` in responses contain them."""
        self.store.api_url, self.store.auth_url = api_url, auth_url

    def save(self) -> SavedState:
        """Perform everything that is due, and return the state from which another process can continue."""
        with self.store.changing() as store:
            return saved_state(store, initial=self._interpretations)

    @property
    def events(self) -> tuple[Event, ...]:
        """Return every event since the last reset, oldest first."""
        with self.store.changing() as store:
            return tuple(store.events)

    @property
    def crashes(self) -> list[Crash]:
        """Return the internal errors of the API and the page; each is a defect of the sandbox.

        Servers also append to this list. ``reset`` does not clear it.
        """
        return self.store.crashes

    def add_person(self, person: Person) -> Person:
        """Make *person* known at the institutions until the next reset, and return *person*."""
        with self.store.lock:
            return people.admit(self.store, person)

    def create_end_user(self, person: Person, *, end_user_id: str | None = None) -> EndUser:
        """Enrol *person*, whom the institutions know from now on, with a fixed *end_user_id* or a new one."""
        return self.register(EndUser(self, self.add_person(person)), end_user_id=end_user_id)

    def register(self, end_user: EndUser, *, end_user_id: str | None = None) -> EndUser:
        """Register *end_user*, as an app's server would, with a fixed *end_user_id* or a new one; return *end_user*."""
        person = end_user.person
        with self.store.changing() as store:
            end_user.end_user_id = end_users.create(
                store, email=person.email, name=person.full_name, phone=person.phone, end_user_id=end_user_id
            ).end_user_id
        return end_user

    def populate(self, count: int, *, person: Person | None = None) -> list[str]:
        """Register *count* end users, and return their ids, oldest first.

        Each has a different e-mail address; a log-in with it uses a person generated from the seed. If *person* is given,
        each end user has also consented as this person, and the syncs of these consents are pending.

        Raises:
            UsageError: *count* is below one.
        """
        if count < 1:
            raise UsageError(f"populate makes at least one end user; got {count}.")
        with self.store.changing() as store:
            first = len(store.end_users)
            ids = [
                end_users.create(store, email=f"end.user.{number}@example.com", name=f"End User {number}").end_user_id
                for number in range(first, first + count)
            ]
            if person is not None:
                people.admit(store, person)
                for end_user_id in ids:
                    self.authorise(EndUser(self, person, end_user_id=end_user_id))
            return ids

    def authorise(
        self,
        end_user: EndUser,
        *,
        institution_id: str = "88888",
        arrangement_id: str | None = None,
        account_keys: tuple[str, ...] = (),
    ) -> Consent:
        """Let *end_user* consent without the page, and return the consent.

        Args:
            institution_id: The institution at which the person consents; ``88888`` is the sandbox bank.
            arrangement_id: A fixed id for the consent (default: a new one).
            account_keys: The accounts to share, by their keys in the person's file (default: all that are offered).

        Raises:
            UnknownName: No such institution, or the person cannot share such an account there.
            UsageError: The person has no account to share or is not eligible, or the console's permissions contain none
                of the institution's industry.
        """
        person = end_user.person
        with self.store.changing() as store:
            if institution_id not in store.institutions:
                raise UnknownName("institution", institution_id, store.institutions)
            offered = tuple(spec.key for spec in people.offered_at(store, person, institution_id))
            if not offered:
                raise UsageError(f"{person.email} {people.nothing_to_share(store, person, institution_id)}")
            if person.outcome == "ineligible":
                raise UsageError(f"{person.email} is not eligible to share anything. Use another person.")
            if not store.console.requested_from(store.institutions[institution_id].industry):
                permissions = ", ".join(store.console.permissions)
                raise UsageError(
                    f"The console's permissions include none that institution {institution_id} has: {permissions}. "
                    "Configure permissions of its industry."
                )
            for key in account_keys:
                if key not in offered:
                    raise UnknownName("account", key, offered, place=f"the accounts of {person.name} there")
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
        error_type: str = "",
    ) -> AuthSession:
        """End an open journey with *outcome* (``approved`` or one of ``OUTCOMES``), as an end user does on the page.

        Args:
            email: The e-mail address for the log-in (default: the end user's; if they have none, a generated address).
            institution_id: The institution, if the session does not fix it (default: the first accessible one).
            account_keys: The accounts to share (default: all that can be shared).
            error_type: An undocumented error type to report to the app instead of the outcome's own.

        Raises:
            UnknownName: No such outcome, or no such account.
            UsageError: The session is unknown or has ended, or the outcome is not possible at its stage.
        """
        with self.store.changing() as store:
            return conclude(
                store,
                session_id,
                outcome,
                email=email,
                institution_id=institution_id,
                account_keys=account_keys,
                error_type=error_type,
            )

    def redirect_address(self, session_id: str) -> str | None:
        """Return the URL to which the browser is redirected after an ended session.

        The result is None if the session is still open, or if it has no redirect URL for its ending.
        """
        with self.store.changing() as store:
            session = sessions.current(store, session_id)
            return redirects.destination(session, store.interpretation) if session and session.ending else None

    def session(self, session_id: str) -> AuthSession | None:
        """Return the current state of an auth session; None for an unknown id."""
        with self.store.changing() as store:
            return sessions.current(store, session_id)

    def consents_of(self, end_user_id: str) -> list[Consent]:
        """Return every consent of an end user, ended ones included, oldest first."""
        with self.store.changing() as store:
            return store.consents.of(end_user_id)

    def begin_sync(self, consent: Consent, dataset: str) -> None:
        """Begin a sync of *dataset* now; it completes when the sandbox's clock reaches the end of the sync.

        Raises:
            UnknownName: There is no such dataset.

        Source: sync.timing
        """
        _require_dataset(dataset)
        with self.store.changing() as store:
            sync.begin(store, store.consents[consent.arrangement_id], datasets=(dataset,))

    def sync(self, consent: Consent, dataset: str) -> None:
        """Move the clock to the end of a sync of *dataset*, and complete the sync; begin a sync if none is pending.

        Raises:
            UnknownName: There is no such dataset.
            UsageError: The consent does not permit it, or the institution has an outage.
        """
        with self.store.changing() as store:
            sync.finish_now(store, store.consents[consent.arrangement_id], dataset)

    def rows(self, consent: Consent, dataset: str) -> Sequence[Any]:
        """Return the rows that the API serves for *dataset* under *consent*, as of the latest sync.

        Raises:
            UnknownName: There is no such dataset.
        """
        _require_dataset(dataset)
        with self.store.changing() as store:
            return store.served.get((consent.arrangement_id, dataset), ())

    def ledger(self, consent: Consent) -> Ledger:
        """Return the bank's records under *consent*, which a scenario may change between two syncs.

        Raises:
            UsageError: The consent is with an energy retailer; see ``energy_ledger``.
        """
        if consent.arrangement_id in self.store.energy:
            raise UsageError("The consent is with an energy retailer, which has no transactions. Use a consent with a bank.")
        with self.store.changing() as store:
            return store.ledgers[consent.arrangement_id]

    def energy_ledger(self, consent: Consent) -> EnergyLedger | None:
        """Return the energy retailer's records under *consent*; None if the consent is with a bank."""
        with self.store.changing() as store:
            return store.energy.get(consent.arrangement_id)

    def fail_sync(self, consent: Consent, dataset: str) -> None:
        """Move the clock to the end of a sync of *dataset*, and let the sync fail. Source: sync.failed"""
        with self.store.changing() as store:
            sync.fail_now(store, store.consents[consent.arrangement_id], dataset)

    def removed_ids(self, consent: Consent, dataset: str = "transactions") -> tuple[str, ...]:
        """Return the ``fiskil_id`` of each row of *dataset* that disappeared, or whose account is no longer shared."""
        ledger = self.store.ledgers.get(consent.arrangement_id)
        household = self.store.energy.get(consent.arrangement_id)
        unshared = tuple(self.store.unshared_ids.get((consent.arrangement_id, dataset), ()))
        if household is not None:
            return (*household.removed_ids(dataset), *unshared)
        return (*ledger.removed_ids, *unshared) if ledger is not None and dataset == "transactions" else unshared

    def revoke(self, consent: Consent, *, by: str = "end_user") -> None:
        """End a consent at the institution, by the ``end_user`` there or by the ``institution`` itself.

        Raises:
            UnknownName: *by* is not one of ``REVOKERS``.
        """
        if by not in REVOKERS:
            raise UnknownName("way to revoke by", by, REVOKERS)
        with self.store.changing() as store:
            consents.end(store, store.consents[consent.arrangement_id], reason="Revoked", by=by)

    def delete_end_user(self, end_user: EndUser) -> None:
        """Delete an end user permanently, and end their consents."""
        with self.store.changing() as store:
            end_users.delete(store, end_user.end_user_id)

    def open_account(self, person: Person, key: str) -> None:
        """Open the account *key* of *person* now, before the opening day in the person's file or after it was closed.

        Raises:
            UnknownName: The person has no such account.
            UsageError: The account is open.
        """
        with self.store.changing() as store:
            account_changes.open_account(store, person, key)

    def close_account(self, person: Person, key: str) -> None:
        """Close the account *key* of *person* now.

        Raises:
            UnknownName: The person has no such account.
            UsageError: The account is closed.
        """
        with self.store.changing() as store:
            account_changes.close_account(store, person, key)

    def approve_sharing(self, person: Person, key: str) -> None:
        """Let every other holder of the account *key* agree that *person* shares it.

        Raises:
            UnknownName: The person has no such account.
            UsageError: The account has no other holder.
        """
        with self.store.changing() as store:
            account_changes.approve_sharing(store, person, key)

    def withdraw_sharing(self, person: Person, key: str) -> None:
        """Let another holder of the account *key* stop *person* from sharing it.

        Raises:
            UnknownName: The person has no such account.
            UsageError: The account has no other holder.
        """
        with self.store.changing() as store:
            account_changes.withdraw_sharing(store, person, key)

    def touch_consent(self, consent: Consent) -> None:
        """Emit ``consent.updated`` without a change of the consent."""
        with self.store.changing() as store:
            consents.touch(store, store.consents[consent.arrangement_id])

    def expire_tokens(self) -> int:
        """Expire every access token now, and return their number."""
        with self.store.lock:
            return tokens.expire_all(self.store)

    def set_key(self, *, is_accepted: bool) -> None:
        """Revoke the app's key pair, or accept it again."""
        with self.store.lock:
            self.store.secrets[self.credentials.client_secret] = "accepted" if is_accepted else "revoked"

    def restore_keys(self) -> None:
        """Accept the app's key pair again, and revoke every other one, so that an app cannot keep using its tokens."""
        own = self.credentials.client_secret
        with self.store.lock:
            self.store.secrets.update({secret: "accepted" if secret == own else "revoked" for secret in self.store.secrets})

    def limit_pages(self, rows: int, *, usual: int | None = None, pages: int = 1) -> None:
        """Limit pages to *rows* rows, for any requested size, until the next reset.

        Args:
            usual: Number of rows in a page for requests without a size (default: as the interpretation states).
            pages: The fewest pages of a list, unless it is very short.

        Raises:
            UsageError: *rows* or *usual* is below one.

        Source: paging.size-cap, paging.default-size
        """
        if rows < 1 or (usual is not None and usual < 1):
            raise UsageError(f"A page has at least one row; got {min(rows, rows if usual is None else usual)}.")
        with self.store.lock:
            self.store.largest_page, self.store.usual_page, self.store.fewest_pages = rows, usual, pages

    def configure(
        self,
        *,
        permissions: tuple[str, ...] = (),
        scopes: tuple[str, ...] = (),
        version: str = "",
        consent_days: int | None = None,
    ) -> None:
        """Change console settings until the next reset; an argument that is left out changes nothing.

        Args:
            permissions: The permissions that new consents request.
            scopes: The scopes of new tokens.
            version: The API version for requests without an ``X-Fiskil-Version`` header.
            consent_days: The duration of new consents in days; 0 means a one-off consent.

        Raises:
            UnknownName: The console does not offer a value.
            UsageError: The duration is out of range.
        """
        chosen = {"permissions": permissions, "scopes": scopes, "version": version, "consent_days": consent_days}
        changes = {name: value for name, value in chosen.items() if value not in ((), "", None)}
        if permissions:
            changes["is_chosen"] = True
        with self.store.changing() as store:
            store.console = msgspec.structs.replace(store.console, **changes)

    def set_connection(self, institution_id: str, status: str) -> None:
        """Set the connection of an institution to HEALTHY, DEGRADED or OUTAGE, until the next reset.

        Raises:
            UnknownName: No such institution or status.

        Source: sync.outage
        """
        with self.store.changing() as store:
            institutions.set_connection(store, institution_id, status)
            sync.resume(store, institution_id)

    def canaries(self) -> dict[str, tuple[str, ...]]:
        """Return every secret value of this run and its people, by kind, so that leaks of these values are found."""
        with self.store.lock:
            ledgers = map(self.store.ledger_of, self.store.consents.values())
            numbers = {account.account_number for ledger in ledgers for account in ledger.accounts.values()}
            return {
                "access token": tuple(self.store.issued),
                "account number": tuple(sorted(numbers)),
                "client secret": tuple(self.store.secrets),
                "webhook secret": (self.credentials.webhook_secret,),
            }

    def choose_interpretations(self, chosen: Mapping[str, str]) -> None:
        """Choose other interpretations until the next reset; *chosen* maps clause ids to interpretations.

        Raises:
            UnknownName: No such clause, or the clause has no such interpretation.
        """
        with self.store.lock:
            self.store.interpretations = self._interpretations.with_chosen(chosen)

    def reset(self) -> None:
        """Remove people, end users, consents and events, restore the initial interpretations, and reset the clock."""
        with self.store.lock:
            self.store.interpretations = self._interpretations
            self.store.reset()


def _require_dataset(name: str) -> None:
    if name not in DATASETS:
        raise UnknownName("dataset", name, DATASETS)
