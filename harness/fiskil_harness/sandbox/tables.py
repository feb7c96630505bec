"""The tables that requests read, indexed so that no request iterates over a whole table.

Consents and pending syncs are indexed by due time; end users and consents return any page directly. So a request takes as
long with one end user as with a hundred thousand.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, overload

from msgspec import Struct

from fiskil_harness.core.model import Consent

T = TypeVar("T")
NEVER = datetime.max.replace(tzinfo=UTC)


class PendingSync(Struct, frozen=True, kw_only=True):
    """A sync that has begun; at ``ready_at`` its data becomes available and its event is emitted, or the sync fails.

    A recurrent sync is Fiskil's own daily update of a dataset that was synced before.
    """

    arrangement_id: str
    dataset: str
    ready_at: datetime
    fails: bool = False
    is_recurrent: bool = False


class AccountDates(Struct, frozen=True, kw_only=True):
    """The dates of an account at its institution, which may be in the future.

    ``opened_at`` is when the account was first opened, ``reopened_at`` when it was opened again after closing.
    ``withdrawn_at`` is when another holder stopped the sharing of the account, ``approved_at`` when all had agreed to it.
    """

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    withdrawn_at: datetime | None = None
    approved_at: datetime | None = None


class ChangedDates(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The changed dates of one account at its institution, with the key of ``Store.account_dates``."""

    place: tuple[str, str]
    dates: AccountDates


class Snapshot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The origin of the rows that the API serves for a dataset: the sync that read them, and the accounts that it covered.

    ``dataset`` is the synced dataset, which may be an early stage of the served one. ``interpretations`` (those that are not
    the default) and ``account_dates`` (those of the person's accounts) are as they were at the sync.
    """

    dataset: str
    at: datetime
    account_keys: tuple[str, ...]
    interpretations: dict[str, str] = {}
    account_dates: tuple[ChangedDates, ...] = ()


class LazyList(Sequence[Any], Generic[T]):
    """A list whose elements are generated from *sources* only when they are read, by index or slice."""

    def __init__(self, sources: Sequence[T], make: Callable[[T], Any]) -> None:
        self._sources, self._make = sources, make

    def __len__(self) -> int:
        return len(self._sources)

    @overload
    def __getitem__(self, at: int) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...

    def __getitem__(self, at: int | slice) -> Any:
        return (
            [self._make(source) for source in self._sources[at]] if isinstance(at, slice) else self._make(self._sources[at])
        )


class Registration(Struct, frozen=True, kw_only=True):
    """An end user as an app registered them with Fiskil; the API returns these values."""

    end_user_id: str
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    abn: str | None = None


class Registrations(dict[str, Registration]):
    """The registered end users by id, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._order: list[str] | None = []
        self._by_email: dict[str, dict[str, None]] = {}

    def __setitem__(self, end_user_id: str, registration: Registration) -> None:
        previous = self.get(end_user_id)
        if previous is None and self._order is not None:
            self._order.append(end_user_id)
        elif previous is not None and previous.email != registration.email:
            self._forget_email(previous)
        super().__setitem__(end_user_id, registration)
        if registration.email:
            self._by_email.setdefault(registration.email, {})[end_user_id] = None

    def __delitem__(self, end_user_id: str) -> None:
        self._forget_email(self[end_user_id])
        super().__delitem__(end_user_id)
        self._order = None

    @property
    def ids(self) -> list[str]:
        """Return every id, oldest first."""
        if self._order is None:
            self._order = list(self)
        return self._order

    def with_email(self, email: str) -> list[str]:
        """Return the ids of end users with this e-mail address, in the order in which they got it."""
        return list(self._by_email.get(email, ()))

    def has_other_with(self, email: str, *, but: str) -> bool:
        """Return true if another end user than *but* has this e-mail address."""
        return any(end_user_id != but for end_user_id in self._by_email.get(email, ()))

    def _forget_email(self, registration: Registration) -> None:
        if registration.email:
            self._by_email[registration.email].pop(registration.end_user_id, None)


class Consents(dict[str, Consent]):
    """Consents by arrangement id, oldest first; consents are never removed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self._of: dict[str, dict[str, None]] = {}
        self._ends: list[tuple[datetime, str]] = []

    def __setitem__(self, arrangement_id: str, consent: Consent) -> None:
        if arrangement_id not in self:
            self.ids.append(arrangement_id)
        super().__setitem__(arrangement_id, consent)
        self._of.setdefault(consent.end_user_id, {})[arrangement_id] = None
        if consent.is_active:
            heapq.heappush(self._ends, (consent.ends_at, arrangement_id))

    def of(self, end_user_id: str) -> list[Consent]:
        """Return every consent of an end user, oldest first."""
        return [self[arrangement_id] for arrangement_id in self._of.get(end_user_id, ())]

    @property
    def next_end(self) -> datetime:
        """Return the time at which the next active consent is due to end; ``NEVER`` if no consent is active."""
        return self._ends[0][0] if self.next_to_end is not None else NEVER

    @property
    def next_to_end(self) -> Consent | None:
        """Return the active consent that is due to end next; None if no consent is active."""
        while self._ends:
            consent = self[self._ends[0][1]]
            if consent.is_active and consent.ends_at == self._ends[0][0]:
                return consent
            # The consent has ended already, or was extended.
            heapq.heappop(self._ends)
        return None


class Syncs:
    """Pending syncs, in the order in which they become ready; if that is the same, in the order in which they began."""

    def __init__(self) -> None:
        self._ready: list[tuple[datetime, int, PendingSync]] = []
        self._of: dict[str, list[PendingSync]] = {}
        self._begun = 0

    def __iter__(self) -> Iterator[PendingSync]:
        """Yield every pending sync, in the order in which they become ready."""
        return (pending for _, _, pending in sorted(self._ready))

    def extend(self, pending: Iterable[PendingSync]) -> None:
        """Add syncs that have begun."""
        for pending_sync in pending:
            heapq.heappush(self._ready, (pending_sync.ready_at, self._begun, pending_sync))
            self._of.setdefault(pending_sync.arrangement_id, []).append(pending_sync)
            self._begun += 1

    def of(self, arrangement_id: str) -> list[PendingSync]:
        """Return the pending syncs of a consent, in the order in which they began."""
        return list(self._of.get(arrangement_id, ()))

    @property
    def next_ready(self) -> datetime:
        """Return the time at which the next sync is ready; ``NEVER`` if no sync is pending."""
        return self._ready[0][0] if self._ready else NEVER

    def remove(self, pending: PendingSync) -> None:
        """Remove a pending sync before it is ready."""
        self._ready = [pair for pair in self._ready if pair[2] is not pending]
        heapq.heapify(self._ready)
        self._forget(pending)

    def pop(self) -> PendingSync:
        """Remove and return the sync that is ready next."""
        _, _, pending = heapq.heappop(self._ready)
        self._forget(pending)
        return pending

    def _forget(self, pending: PendingSync) -> None:
        self._of[pending.arrangement_id].remove(pending)
        if not self._of[pending.arrangement_id]:
            del self._of[pending.arrangement_id]
