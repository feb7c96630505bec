"""POSTED rows as one list: regular ones without those that are gone, and others that are no regular rows, in their places.

Positions of both kinds are worked out from few numbers: where the gone rows stood, and before which rows the others stand.
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
    """POSTED rows, newest first; others stand before the regular ones of their minute."""

    def __init__(
        self,
        *,
        runs: tuple[Run, ...] = (),
        gone: Iterable[Place] = (),
        others: Iterable[Transaction] = (),
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        """Put together what there is; *since* and *until* are the first and the last minute whose rows are left."""
        self.runs, self.gone, self.since, self.until = runs, frozenset(gone), since, until
        self.others = sorted(others, key=lambda row: (-instant_in(row.posting_date_time or ""), row.key))
        self._regular = Timeline(runs)

    def __len__(self) -> int:
        first, last = self._window
        return last - first

    def where(self, fits: Fits, *, since: int | None, until: int | None) -> "Posted":
        """Those whose account and secondary category fit, between two minutes."""
        return Posted(
            runs=tuple(run for run in self.runs if fits(run.series.account_id, run.series.category)),
            gone=self.gone,
            others=[row for row in self.others if fits(row.account_id, category_of(row))],
            since=self.since if since is None else since,
            until=self.until if until is None else until,
        )

    @property
    def account_ids(self) -> set[str]:
        """The accounts that have rows here."""
        return {row.account_id for row in self.others} | {run.series.account_id for run in self.runs}

    def plain(self) -> "Posted":
        """The same before their details are known. Source: sync.early-transactions"""
        runs = tuple(msgspec.structs.replace(run, is_plain=True) for run in self.runs)
        return Posted(runs=runs, gone=self.gone, others=[plain(row) for row in self.others])

    def changed(self, rows: dict[str, Transaction]) -> "Posted":
        """The same with other rows in place of those whose ``fiskil_id`` they have."""
        places = {fiskil_id: place for fiskil_id in rows if (place := self.place(fiskil_id)) is not None}
        others = [rows.get(row.fiskil_id, row) for row in self.others]
        others += [rows[fiskil_id] for fiskil_id in places]
        return Posted(runs=self.runs, gone=self.gone.union(places.values()), others=others)

    def find(self, fiskil_id: str) -> Transaction | None:
        """The row with this id; None if it is not here."""
        place = self.place(fiskil_id)
        if place is None:
            return next((row for row in self.others if row.fiskil_id == fiskil_id), None)
        run = next(run for run in self.runs if run.series is place.series)
        return run.row(place.day, place.at)

    def place(self, fiskil_id: str) -> Place | None:
        """Where the regular row with this id stands; None if there is none, or if it is gone."""
        for series in dict.fromkeys(run.series for run in self.runs):
            found = series.read(fiskil_id)
            place = Place(series, *found) if found is not None else None
            if place is not None and self.has(place):
                return place
        return None

    def has(self, place: Place) -> bool:
        """Whether a regular row is here."""
        return place not in self.gone and self._position(place) is not None

    def position(self, fiskil_id: str) -> int | None:
        """Where the row with this id stands; None if it is not here."""
        listed = next((number for number, row in enumerate(self.others) if row.fiskil_id == fiskil_id), None)
        place = self.place(fiskil_id) if listed is None else None
        if listed is not None:
            found = self._seats[listed]
        elif place is not None and (regular := self._position(place)) is not None:
            kept = regular - bisect_left(self._holes, regular)
            found = kept + sum(1 for number, seat in enumerate(self._seats) if seat - number <= kept)
        else:
            return None
        return found - self._window[0] if self._window[0] <= found < self._window[1] else None

    def latest(self, kind: str) -> list[Transaction]:
        """Of each run of a type the latest row that is here, and the others of that type; newest first."""
        found = [row for row in self.others if row.type == kind]
        for run in self.runs:
            if run.series.sample.type == kind:
                places = (Place(run.series, *place) for place in run.places())
                found += [
                    run.row(place.day, place.at)
                    for place in islice((place for place in places if place not in self.gone), 1)
                ]
        return sorted(found, key=lambda row: row.posting_date_time or "", reverse=True)

    def cents(self) -> int:
        """What all of them come to, whatever the times, without a walk through them."""
        gone = sum(place.series.cents(place.day, place.at) for place in self.gone if self._position(place) is not None)
        return sum(run.cents() for run in self.runs) - gone + sum(cents_of(row.amount) for row in self.others)

    def note(self) -> None:
        """Let reports know what the ids of all regular rows stand for."""
        self._regular.note()

    def rows(self, start: int, stop: int) -> list[Transaction]:
        """The rows at these positions, as values."""
        return self._between(start, stop, self._regular.rows, lambda row: row)

    def texts(self, start: int, stop: int) -> list[str]:
        """The rows at these positions, as the wire has them."""
        return self._between(start, stop, self._regular.texts, lambda row: bytes(row.wire).decode())

    def _between(
        self, start: int, stop: int, regular: Callable[[int, int], list[T]], written: Callable[[Transaction], T]
    ) -> list[T]:
        start, stop = start + self._window[0], stop + self._window[0]
        first, last = bisect_left(self._seats, start), bisect_left(self._seats, stop)
        made = self._kept(start - first, stop - last, regular)
        for number in range(first, last):
            made.insert(self._seats[number] - start, written(self.others[number]))
        return made

    def _kept(self, start: int, stop: int, regular: Callable[[int, int], list[T]]) -> list[T]:
        """Regular rows at positions that do not count those that are gone."""
        if start >= stop:
            return []
        low, high = (at + bisect_right(self._kept_before, at) for at in (start, stop - 1))
        made = regular(low, high + 1)
        for position in reversed(self._holes):
            if low <= position <= high:
                del made[position - low]
        return made

    def _position(self, place: Place) -> int | None:
        return self._regular.position(place.series, place.day, place.at)

    @cached_property
    def _holes(self) -> list[int]:
        """The regular positions of what is gone, in order."""
        found = (self._position(place) for place in self.gone)
        return sorted(position for position in found if position is not None)

    @cached_property
    def _kept_before(self) -> list[int]:
        """How many rows are kept before each that is gone."""
        return [position - number for number, position in enumerate(self._holes)]

    @cached_property
    def _seats(self) -> list[int]:
        """Where each of the others stands among all."""
        instants = [instant_in(row.posting_date_time or "") for row in self.others]
        return [self._kept_newer(instant) + number for number, instant in enumerate(instants)]

    @cached_property
    def _window(self) -> tuple[int, int]:
        """The positions that the times leave, the last one excluded."""
        first = 0 if self.until is None else self._newer(self.until)
        whole = len(self._regular) - len(self._holes) + len(self.others)
        return first, max(first, whole if self.since is None else self._newer(self.since - 1))

    def _newer(self, instant: int) -> int:
        others = sum(1 for row in self.others if instant_in(row.posting_date_time or "") > instant)
        return self._kept_newer(instant) + others

    def _kept_newer(self, instant: int) -> int:
        newer = self._regular.newer(instant)
        return newer - bisect_left(self._holes, newer)


def category_of(row: Transaction) -> str:
    """The secondary category of a row; empty for none."""
    return (row.category or {}).get("secondary_category", "")
