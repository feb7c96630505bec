"""POSTED rows as one list: regular rows without the removed ones, merged with extra rows by time.

Positions are computed from two short lists: the positions of the removed rows, and the positions of the extra rows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice
from typing import TypeVar

import msgspec

from fiskil_harness.core.model import Transaction
from fiskil_harness.sandbox.bank.amounts import cents_of
from fiskil_harness.sandbox.bank.days import instant_in
from fiskil_harness.sandbox.bank.series import Place, plain
from fiskil_harness.sandbox.bank.timeline import Run, Timeline

T = TypeVar("T")
Fits = Callable[[str, str], bool]


class Posted:
    """POSTED rows, newest first; extra rows precede the regular rows of the same minute."""

    def __init__(
        self,
        *,
        runs: tuple[Run, ...] = (),
        removed: Iterable[Place] = (),
        extra: Iterable[Transaction] = (),
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        """Combine regular and extra rows.

        Args:
            removed: The regular rows to leave out, each as its series, day and number.
            extra: Rows that are not part of a series, because a scenario added or edited them.
            since: The first minute whose rows are included.
            until: The last minute whose rows are included.
        """
        self.runs, self.removed, self.since, self.until = runs, frozenset(removed), since, until
        self.extra = sorted(extra, key=lambda row: (-instant_in(row.posting_date_time or ""), row.key))
        self._regular = Timeline(runs)

    def __len__(self) -> int:
        first, last = self._window
        return last - first

    def where(self, fits: Fits, *, since: int | None, until: int | None) -> "Posted":
        """Return the rows from minute *since* to *until* whose account and secondary category satisfy *fits*."""
        return Posted(
            runs=tuple(run for run in self.runs if fits(run.series.account_id, run.series.category)),
            removed=self.removed,
            extra=[row for row in self.extra if fits(row.account_id, category_of(row))],
            since=self.since if since is None else since,
            until=self.until if until is None else until,
        )

    @property
    def account_ids(self) -> set[str]:
        """Return the ids of the accounts that have rows in this list."""
        return {row.account_id for row in self.extra} | {run.series.account_id for run in self.runs}

    def plain(self) -> "Posted":
        """Return the same rows without the details that a later sync adds. Source: sync.early-transactions"""
        runs = tuple(msgspec.structs.replace(run, is_plain=True) for run in self.runs)
        return Posted(runs=runs, removed=self.removed, extra=[plain(row) for row in self.extra])

    def changed(self, rows: dict[str, Transaction]) -> "Posted":
        """Return this list with each row replaced whose ``fiskil_id`` is a key of *rows*."""
        places = {fiskil_id: place for fiskil_id in rows if (place := self.place(fiskil_id)) is not None}
        extra = [rows.get(row.fiskil_id, row) for row in self.extra]
        extra += [rows[fiskil_id] for fiskil_id in places]
        return Posted(runs=self.runs, removed=self.removed.union(places.values()), extra=extra)

    def find(self, fiskil_id: str) -> Transaction | None:
        """Return the row with this id; None if the list does not contain it."""
        place = self.place(fiskil_id)
        if place is None:
            return next((row for row in self.extra if row.fiskil_id == fiskil_id), None)
        run = next(run for run in self.runs if run.series is place.series)
        return run.row(place.day, place.at)

    def place(self, fiskil_id: str) -> Place | None:
        """Return the series, day and number of the regular row with this id; None if it does not exist or was removed."""
        for series in dict.fromkeys(run.series for run in self.runs):
            day_and_number = series.read(fiskil_id)
            place = Place(series, *day_and_number) if day_and_number is not None else None
            if place is not None and self.has(place):
                return place
        return None

    def has(self, place: Place) -> bool:
        """Return True if the list contains the regular row *place*."""
        return place not in self.removed and self._position(place) is not None

    def position(self, fiskil_id: str) -> int | None:
        """Return the position of the row with this id; None if the list does not contain it."""
        extra_number = next((number for number, row in enumerate(self.extra) if row.fiskil_id == fiskil_id), None)
        place = self.place(fiskil_id) if extra_number is None else None
        if extra_number is not None:
            position = self._extra_positions[extra_number]
        elif place is not None and (regular := self._position(place)) is not None:
            kept = regular - bisect_left(self._removed_positions, regular)
            position = kept + sum(1 for number, extra in enumerate(self._extra_positions) if extra - number <= kept)
        else:
            return None
        return position - self._window[0] if self._window[0] <= position < self._window[1] else None

    def latest(self, kind: str) -> list[Transaction]:
        """Return rows of type *kind*, newest first: the latest of each run (days of one series), and every extra row."""
        rows = [row for row in self.extra if row.type == kind]
        for run in self.runs:
            if run.series.sample.type == kind:
                places = (Place(run.series, *place) for place in run.places())
                rows += [
                    run.row(place.day, place.at)
                    for place in islice((place for place in places if place not in self.removed), 1)
                ]
        return sorted(rows, key=lambda row: row.posting_date_time or "", reverse=True)

    def cents(self) -> int:
        """Return the sum of all rows, regardless of *since* and *until*, without iterating over regular rows."""
        removed = sum(place.series.cents(place.day, place.at) for place in self.removed if self._position(place) is not None)
        return sum(run.cents() for run in self.runs) - removed + sum(cents_of(row.amount) for row in self.extra)

    def note(self) -> None:
        """Register the ids of all regular rows, so that reports show symbols (short stable names) instead of these ids."""
        self._regular.note()

    def rows(self, start: int, stop: int) -> list[Transaction]:
        """Return the rows from position *start* up to but excluding *stop*, as ``Transaction`` values."""
        return self._between(start, stop, self._regular.rows, lambda row: row)

    def texts(self, start: int, stop: int) -> list[str]:
        """Return the rows from position *start* up to but excluding *stop*, as JSON text."""
        return self._between(start, stop, self._regular.texts, lambda row: bytes(row.wire).decode())

    def _between(
        self, start: int, stop: int, regular: Callable[[int, int], list[T]], written: Callable[[Transaction], T]
    ) -> list[T]:
        start, stop = start + self._window[0], stop + self._window[0]
        first, last = bisect_left(self._extra_positions, start), bisect_left(self._extra_positions, stop)
        rows = self._kept(start - first, stop - last, regular)
        for number in range(first, last):
            rows.insert(self._extra_positions[number] - start, written(self.extra[number]))
        return rows

    def _kept(self, start: int, stop: int, regular: Callable[[int, int], list[T]]) -> list[T]:
        """Return the regular rows from *start* to *stop*, positions among the regular rows that are not removed."""
        if start >= stop:
            return []
        low, high = (at + bisect_right(self._kept_before, at) for at in (start, stop - 1))
        rows = regular(low, high + 1)
        for position in reversed(self._removed_positions):
            if low <= position <= high:
                del rows[position - low]
        return rows

    def _position(self, place: Place) -> int | None:
        return self._regular.position(place.series, place.day, place.at)

    @cached_property
    def _removed_positions(self) -> list[int]:
        """Return the positions of the removed rows in the timeline, in order."""
        positions = (self._position(place) for place in self.removed)
        return sorted(position for position in positions if position is not None)

    @cached_property
    def _kept_before(self) -> list[int]:
        """Return, for each removed row, the number of regular rows before it that are not removed."""
        return [position - number for number, position in enumerate(self._removed_positions)]

    @cached_property
    def _extra_positions(self) -> list[int]:
        """Return the position of each extra row among all rows."""
        instants = [instant_in(row.posting_date_time or "") for row in self.extra]
        return [self._kept_newer(instant) + number for number, instant in enumerate(instants)]

    @cached_property
    def _window(self) -> tuple[int, int]:
        """Return the first position between *since* and *until*, and the position after the last."""
        first = 0 if self.until is None else self._newer(self.until)
        whole = len(self._regular) - len(self._removed_positions) + len(self.extra)
        return first, max(first, whole if self.since is None else self._newer(self.since - 1))

    def _newer(self, instant: int) -> int:
        extra = sum(1 for row in self.extra if instant_in(row.posting_date_time or "") > instant)
        return self._kept_newer(instant) + extra

    def _kept_newer(self, instant: int) -> int:
        newer = self._regular.newer(instant)
        return newer - bisect_left(self._removed_positions, newer)


def category_of(row: Transaction) -> str:
    """Return the secondary category of a row; empty without one."""
    return (row.category or {}).get("secondary_category", "")
