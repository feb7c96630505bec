"""The changes that scenarios make to a ledger (a person's bank records), as immutable values."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.model import Transaction
from fiskil_harness.sandbox.bank.holdings import AccountPeriods, Holdings, account_key
from fiskil_harness.sandbox.bank.pending_purchases import Slot
from fiskil_harness.sandbox.bank.posted_rows import Posted
from fiskil_harness.sandbox.bank.series import Place
from fiskil_harness.sandbox.bank.statement import Statement


class Changes(Struct, frozen=True):
    """Edited, added and removed rows of one ledger.

    ``edits`` maps a row key to its changed fields, or to None for a removed row. ``added`` maps a key to an additional row.
    ``removed`` contains the ``fiskil_id`` of each row that disappeared.
    """

    edits: dict[str, dict[str, Any] | None] = {}
    added: dict[str, Transaction] = {}
    removed: tuple[str, ...] = ()

    def edited(self, key: str, fields: dict[str, Any]) -> "Changes":
        """Return these changes with *fields* changed in one row."""
        if key in self.added:
            added = {**self.added, key: msgspec.structs.replace(self.added[key], **fields)}
            return Changes(self.edits, added, self.removed)
        return Changes({**self.edits, key: {**(self.edits.get(key) or {}), **fields}}, self.added, self.removed)

    def without(self, key: str, fiskil_id: str) -> "Changes":
        """Return these changes with one row removed. Its key stays taken, because a key determines the ``fiskil_id``."""
        added = {other: row for other, row in self.added.items() if other != key}
        return Changes({**self.edits, key: None}, added, (*self.removed, fiskil_id))

    def with_row(self, row: Transaction) -> "Changes":
        """Return these changes with one additional row."""
        return Changes(self.edits, {**self.added, row.key: row}, self.removed)

    def free_key(self, wanted: str) -> str:
        """Return *wanted* as a key for a new row, followed by a number if an added or edited row has that key."""
        taken = {*self.added, *self.edits}
        return next(key for key in (wanted, *(f"{wanted}{n}" for n in range(2, len(taken) + 3))) if key not in taken)

    def with_removed_id(self, fiskil_id: str) -> "Changes":
        """Return these changes with *fiskil_id* as the id of one more row that disappeared."""
        return Changes(self.edits, self.added, (*self.removed, fiskil_id))

    def statement(
        self, holdings: Holdings, days: int, periods: AccountPeriods, *, is_new: bool, some_vanish: bool
    ) -> Statement:
        """Return every row that exists *days* days after the end of the history.

        Args:
            is_new: True if a PENDING row gets another ``fiskil_id`` when it is posted.
            some_vanish: True if every fourth PENDING row is never posted.
        """
        runs = holdings.runs(days, periods)
        pending_by_key: dict[str, Transaction] = {}
        for slot, active_days in _moving(holdings, days, periods):
            runs += slot.runs(active_days, is_new=is_new, some_vanish=some_vanish)
            if active_days == days:
                pending_by_key |= {row.key: row for row in slot.waiting(days)}
        removed: list[Place] = []
        extra = list(self.added.values())
        for key, fields in self.edits.items():
            unedited: Transaction | None
            turn = holdings.turn(key)
            if key in pending_by_key:
                unedited = pending_by_key.pop(key)
            elif turn is not None:
                unedited = _settled(*turn, fields, removed, is_new=is_new, some_vanish=some_vanish)
            else:
                unedited = _regular(holdings.place(key), removed)
            if unedited is not None and fields is not None:
                extra.append(msgspec.structs.replace(unedited, **fields))
        pending = [*pending_by_key.values(), *(row for row in extra if row.status == "PENDING")]
        posted = [row for row in extra if row.status != "PENDING"]
        return Statement(pending, Posted(runs=tuple(runs), removed=removed, extra=posted))

    def ids_lost_by_time(
        self, holdings: Holdings, days: int, periods: AccountPeriods, *, is_new: bool, some_vanish: bool
    ) -> list[str]:
        """Return the ``fiskil_id`` of each row that disappeared as time passed, or that was posted under another id.

        A row that is PENDING when its account closes is never posted, so it disappears.
        """
        lost_ids: list[str] = []
        for slot, active_days in _moving(holdings, days, periods):
            if active_days < days:
                lost_ids += [row.fiskil_id for row in slot.waiting(active_days)]
            for turn in range(slot.posted(active_days) if is_new or some_vanish else 0):
                row = slot.pending(turn)
                vanishes = some_vanish and slot.vanishes(turn)
                if (vanishes or is_new) and not _is_posted(self.edits.get(row.key)):
                    lost_ids.append(row.fiskil_id)
        return lost_ids


def _moving(holdings: Holdings, days: int, periods: AccountPeriods) -> Iterator[tuple[Slot, int]]:
    """Yield each slot (sequence of PENDING purchases) of an account that was ever open.

    The second value is *days*, or the day on which the account closed, if that is earlier.
    """
    for key, slot in holdings.pending_by_key.items():
        opened, closed = periods[account_key(key)]
        active_days = days if closed is None else min(days, closed)
        if opened <= active_days:
            yield slot, active_days


def _regular(place: Place | None, removed: list[Place]) -> Transaction | None:
    """Return the regular row at *place*, and add *place* to *removed*; None if *place* is None."""
    if place is None:
        return None
    removed.append(place)
    return place.series.row(place.day, place.at)


def _settled(
    slot: Slot, turn: int, fields: dict[str, Any] | None, removed: list[Place], *, is_new: bool, some_vanish: bool
) -> Transaction | None:
    """Return the row of a purchase that a scenario or the passing of time posted; None if the purchase disappeared.

    The place of its POSTED row is added to *removed*.
    """
    place = slot.place(turn, is_new=is_new)
    removed.append(place)
    if _is_posted(fields):
        return slot.pending(turn)
    if some_vanish and slot.vanishes(turn):
        return None
    return place.series.row(place.day, place.at)


def _is_posted(fields: dict[str, Any] | None) -> bool:
    return bool(fields) and (fields or {}).get("status") == "POSTED"
