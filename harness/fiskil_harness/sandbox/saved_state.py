"""The state of a sandbox as plain values, from which another process continues.

Rows are not part of it: ids and seed determine them, so they are generated again as they were at the latest sync.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from fiskil_harness.core.clauses import Interpretations, switches
from fiskil_harness.core.model import DATASETS, AuthSession, Consent, Event
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.consents.consents import reopen
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.sandbox.consents.institutions import set_connection
from fiskil_harness.sandbox.snapshots import read_again
from fiskil_harness.sandbox.store import Credentials, Store, Token
from fiskil_harness.sandbox.tables import ChangedDates, PendingSync, Registration, Snapshot


class SavedSnapshot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The origin of the rows that are served for *dataset* under a consent."""

    arrangement_id: str
    dataset: str
    origin: Snapshot


class SavedState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a sandbox keeps across a restart.

    ``salt`` and ``counts`` are those of its ids. ``interpretations``, ``console`` and ``connections`` are only what was
    changed since the start; the options of the next start determine the rest.
    """

    salt: str
    counts: dict[str, int]
    offset: timedelta
    moved_to: datetime
    epoch: datetime
    credentials: Credentials
    secrets: dict[str, str]
    tokens: tuple[Token, ...]
    interpretations: dict[str, str]
    console: Console | None
    connections: dict[str, str]
    end_users: tuple[Registration, ...]
    deleted_end_users: tuple[str, ...]
    sessions: tuple[AuthSession, ...]
    consents: tuple[Consent, ...]
    snapshots: tuple[SavedSnapshot, ...]
    overrides: dict[str, dict[str, str]]
    read_at: dict[str, datetime]
    account_dates: tuple[ChangedDates, ...]
    syncs: tuple[PendingSync, ...]
    delayed_syncs: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]


def saved_state(store: Store, *, initial: Interpretations) -> SavedState:
    """Return the state of *store*, whose interpretations were *initial* at the start; the caller holds the lock."""
    return SavedState(
        salt=store.mint.salt,
        counts=store.mint.counts,
        offset=store.clock.offset,
        moved_to=store.clock.moved_to,
        epoch=store.epoch,
        credentials=store.credentials,
        secrets=dict(store.secrets),
        tokens=tuple(store.tokens.values()),
        interpretations={
            name: store.interpretations.of(name) for name in switches() if store.interpretations.of(name) != initial.of(name)
        },
        console=None if store.console == store.first_console else store.console,
        connections={
            institution_id: institution.connection_status
            for institution_id, institution in store.institutions.items()
            if institution is not store.first_institutions.get(institution_id)
        },
        end_users=tuple(store.end_users.values()),
        deleted_end_users=tuple(sorted(store.deleted_end_users)),
        sessions=tuple(store.sessions.values()),
        consents=tuple(store.consents.values()),
        snapshots=tuple(
            SavedSnapshot(arrangement_id=arrangement_id, dataset=dataset, origin=origin)
            for (arrangement_id, dataset), origin in store.snapshots.items()
        ),
        overrides=store.overrides,
        read_at=store.read_at,
        account_dates=tuple(ChangedDates(place=place, dates=dates) for place, dates in store.account_dates.items()),
        syncs=tuple(store.syncs),
        delayed_syncs=tuple(store.delayed_syncs),
        events=tuple(store.events),
    )


def restore(store: Store, saved: SavedState, *, not_before: datetime) -> None:
    """Continue from *saved* in a new store whose credentials and ids have the salt of *saved*.

    The store's ``secrets`` are those of *saved*. Sandbox time is at least *not_before*.

    Raises:
        LookupError: *saved* refers to an account, institution, dataset or interpretation that does not exist.
        UsageError: Sandbox time would be too far ahead of real time.
    """
    store.mint.resume(saved.counts)
    store.clock.resume(offset=saved.offset, moved_to=saved.moved_to, not_before=not_before)
    store.epoch = saved.epoch
    store.secrets = dict(saved.secrets)
    store.tokens = {token.value: token for token in saved.tokens}
    store.issued.extend(store.tokens)
    store.console = saved.console or store.console
    try:
        store.interpretations = store.interpretations.with_chosen(saved.interpretations)
        for institution_id, status in saved.connections.items():
            set_connection(store, institution_id, status)
    except UnknownName as error:
        raise LookupError(str(error)) from None
    for registration in saved.end_users:
        store.end_users[registration.end_user_id] = registration
    store.deleted_end_users = set(saved.deleted_end_users)
    store.sessions = {session.session_id: session for session in saved.sessions}
    store.overrides, store.read_at = dict(saved.overrides), dict(saved.read_at)
    store.account_dates = {entry.place: entry.dates for entry in saved.account_dates}
    for consent in saved.consents:
        reopen(store, consent)
    store.syncs.extend(saved.syncs)
    store.delayed_syncs = dict.fromkeys(saved.delayed_syncs)
    store.events = list(saved.events)
    for snapshot in saved.snapshots:
        consent = store.consents[snapshot.arrangement_id]
        if consent.is_active and DATASETS[snapshot.dataset].is_permitted_by(consent.permissions):
            try:
                read_again(store, consent, (snapshot.arrangement_id, snapshot.dataset), snapshot.origin)
            except UnknownName as error:
                raise LookupError(str(error)) from None
