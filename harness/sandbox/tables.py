"""The tables that every request looks into: consents and pending syncs, which know when the next of them is due.

Each moment is a lower bound: before it nothing is due, after it one must look. So a request costs the same with one end
user and with a thousand.
"""

from datetime import UTC, datetime

from msgspec import Struct

from harness.model import Consent

NEVER = datetime.max.replace(tzinfo=UTC)


class PendingSync(Struct, frozen=True, kw_only=True):
    """A sync that has begun; ``ready_at`` is when its data appears and its event is told, or when it ``fails``."""

    arrangement_id: str
    dataset: str
    ready_at: datetime
    fails: bool = False


class AccountLife(Struct, frozen=True, kw_only=True):
    """What has become of an account at its institution; an instant may lie ahead.

    ``withdrawn_at`` is when another holder stopped its being shared, ``approved_at`` when the last of them agreed to it.
    """

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    approved_at: datetime | None = None


class Consents(dict[str, Consent]):
    """Consents by arrangement id; none is ever removed. ``next_end`` is when the next one may end by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.next_end = NEVER
        self._of: dict[str, dict[str, None]] = {}

    def __setitem__(self, arrangement_id: str, consent: Consent) -> None:
        super().__setitem__(arrangement_id, consent)
        self._of.setdefault(consent.end_user_id, {})[arrangement_id] = None
        if consent.is_active:
            self.next_end = min(self.next_end, consent.ends_at)

    def of(self, end_user_id: str) -> list[Consent]:
        """Every consent of an end user, oldest first."""
        return [self[one] for one in self._of.get(end_user_id, ())]

    def look_again(self) -> None:
        """Find ``next_end`` anew, after something ended."""
        self.next_end = min((one.ends_at for one in self.values() if one.is_active), default=NEVER)


class Syncs(list[PendingSync]):
    """Pending syncs in the order they began; ``next_ready`` is when the next one may be ready."""

    def __init__(self) -> None:
        super().__init__()
        self.next_ready = NEVER

    def append(self, pending: PendingSync) -> None:
        """Add a sync that has begun."""
        super().append(pending)
        self.next_ready = min(self.next_ready, pending.ready_at)

    def look_again(self) -> None:
        """Find ``next_ready`` anew, after some were completed."""
        self.next_ready = min((one.ready_at for one in self), default=NEVER)


class Recurring(dict[tuple[str, str], datetime]):
    """When each dataset (by arrangement id and name) is synced again; ``next_due`` is when the next of them may be."""

    def __init__(self) -> None:
        super().__init__()
        self.next_due = NEVER

    def __setitem__(self, key: tuple[str, str], due_at: datetime) -> None:
        super().__setitem__(key, due_at)
        self.next_due = min(self.next_due, due_at)

    def look_again(self) -> None:
        """Find ``next_due`` anew, after some came due."""
        self.next_due = min(self.values(), default=NEVER)
