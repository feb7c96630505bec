"""What scenarios changed in a ledger, as values: each change makes another one, and statements stay as they were taken."""

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
    """Rows with other fields, or none (None), by key; rows that were added; and the ``fiskil_id`` of each that vanished."""

    edits: dict[str, dict[str, Any] | None] = {}
    added: dict[str, Transaction] = {}
    removed: tuple[str, ...] = ()

    def edited(self, key: str, fields: dict[str, Any]) -> "Changes":
        """With other fields in one row."""
        if key in self.added:
            added = {**self.added, key: msgspec.structs.replace(self.added[key], **fields)}
            return Changes(self.edits, added, self.removed)
        return Changes({**self.edits, key: {**(self.edits.get(key) or {}), **fields}}, self.added, self.removed)

    def without(self, key: str, fiskil_id: str) -> "Changes":
        """Without one row."""
        removed = (*self.removed, fiskil_id)
        if key in self.added:
            return Changes(self.edits, {text: row for text, row in self.added.items() if text != key}, removed)
        return Changes({**self.edits, key: None}, self.added, removed)

    def with_row(self, row: Transaction) -> "Changes":
        """With one row more."""
        return Changes(self.edits, {**self.added, row.key: row}, self.removed)

    def free_key(self, wanted: str) -> str:
        """*wanted*, or with a number behind it if there was a row of that key."""
        taken = {*self.added, *self.edits}
        return next(key for key in (wanted, *(f"{wanted}{n}" for n in range(2, len(taken) + 3))) if key not in taken)

    def telling_removed(self, fiskil_id: str) -> "Changes":
        """With an id that no row has any more."""
        return Changes(self.edits, self.added, (*self.removed, fiskil_id))

    def statement(
        self, holdings: Holdings, days: int, lives: AccountPeriods, *, is_new: bool, some_vanish: bool
    ) -> Statement:
        """Every row when so many days have passed. *is_new* and *some_vanish* are interpretations."""
        runs = holdings.runs(days, lives)
        waiting: dict[str, Transaction] = {}
        for slot, moved in _moving(holdings, days, lives):
            runs += slot.runs(moved, is_new=is_new, some_vanish=some_vanish)
            if moved == days and (row := slot.waiting(days)) is not None:
                waiting[row.key] = row
        gone: list[Place] = []
        others = list(self.added.values())
        for key, fields in self.edits.items():
            before: Transaction | None
            turn = holdings.turn(key)
            if key in waiting:
                before = waiting.pop(key)
            elif turn is not None:
                before = _settled(*turn, fields, gone, is_new=is_new, some_vanish=some_vanish)
            else:
                before = _regular(holdings.place(key), gone)
            if before is not None and fields is not None:
                others.append(msgspec.structs.replace(before, **fields))
        pending = [*waiting.values(), *(row for row in others if row.status == "PENDING")]
        posted = [row for row in others if row.status != "PENDING"]
        return Statement(pending, Posted(runs=tuple(runs), gone=gone, others=posted))

    def let_go(self, holdings: Holdings, days: int, lives: AccountPeriods, *, is_new: bool, some_vanish: bool) -> list[str]:
        """The ``fiskil_id`` of every row that the clock took away, or gave another one when it was posted.

        What waits on an account that is closed is never posted.
        """
        found: list[str] = []
        for slot, moved in _moving(holdings, days, lives):
            if moved < days and (left := slot.waiting(moved)) is not None:
                found.append(left.fiskil_id)
            for turn in range(slot.posted(moved) if is_new or some_vanish else 0):
                row = slot.pending(turn)
                vanishes = some_vanish and slot.vanishes(turn)
                if (vanishes or is_new) and not _is_posted(self.edits.get(row.key)):
                    found.append(row.fiskil_id)
        return found


def _moving(holdings: Holdings, days: int, lives: AccountPeriods) -> Iterator[tuple[Slot, int]]:
    """The slots of accounts that were ever open, and for how many of the days something moved there."""
    for key, slot in holdings.pending_by_key.items():
        opened, closed = lives[account_key(key)]
        moved = days if closed is None else min(days, closed)
        if opened <= moved:
            yield slot, moved


def _regular(place: Place | None, gone: list[Place]) -> Transaction | None:
    if place is None:
        return None
    gone.append(place)
    return place.series.row(place.day, place.at)


def _settled(
    slot: Slot, turn: int, fields: dict[str, Any] | None, gone: list[Place], *, is_new: bool, some_vanish: bool
) -> Transaction | None:
    """A row that waits no more: as it was when a scenario posted it, else as the clock did; None if it vanished."""
    place = slot.place(turn, is_new=is_new)
    gone.append(place)
    if _is_posted(fields):
        return slot.pending(turn)
    if some_vanish and slot.vanishes(turn):
        return None
    return place.series.row(place.day, place.at)


def _is_posted(fields: dict[str, Any] | None) -> bool:
    return bool(fields) and (fields or {}).get("status") == "POSTED"
