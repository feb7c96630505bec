"""Is the day on which the app shows a row one on which the API dated it, whatever form the date came in?"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by
from fiskil_harness.journal.queries.json_leaves import Path, at, leaves
from fiskil_harness.journal.queries.rows import Place, latest_rows, name_of_row, places
from fiskil_harness.probes.probe import PlainProbe

DATE = "posting_date_time"
DATES = (DATE, "execution_date_time", "value_date_time")
FAULTS = ("DateForm", "DayEdge")
LEAST = 3
"""Rows of so many different days must agree on where a record has its date."""

HOURS = (0, 8, 9.5, 10, 10.5, 11)
"""UTC, and every zone of the Australian states, summer time included."""

Days = dict[str, frozenset[date]]

LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class KeepsTheDay(PlainProbe, frozen=True, kw_only=True, tag="keeps_the_day"):
    """Where the app's state shows when a row was posted, it is a day on which it was, in UTC or somewhere in Australia.

    Days, moments with or without a zone, and seconds or milliseconds since 1970 are all understood. Where an app may as well
    be showing when a row was made or valued, those days count too. One that refuses a form of dates shows what it had.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "the day that was served; a bare date is that day, everywhere"
    source: ClassVar[str] = "data.changes"
    fix: ClassVar[str] = "keep a bare date as a date; read moments with their offset, and choose one zone to show days in"

    def examine(self, journal: Journal) -> Finding:
        """Find out where dates stand, and compare each of them."""
        rows = latest_rows(journal, self.dataset)
        bitten = [call for call in bitten_by(journal, *FAULTS) if call.route == f"banking.{self.dataset}"]
        if rows is None or not bitten:
            return self.inconclusive(f"no dates of {self.dataset} came in another form")
        syncs = [
            each_rows
            for each_rows in journal.all(Rows)
            if (each_rows.dataset, each_rows.participant) == (rows.dataset, rows.participant)
        ]
        looks = [effects for effects in journal.all(Effects) if effects.participant == rows.participant]
        path, fields = _learnt([look for look in looks if look.at_s < bitten[0].at_s], syncs)
        if path is None:
            return self.inconclusive(f"the app's state shows no dates of {self.dataset} by their fiskil_id", hook=EFFECTS)
        served = _served(syncs, fields)
        names = {str(row["fiskil_id"]): name_of_row(row) for row in rows.rows}
        wrong: set[str] = set()
        judged: set[str] = set()
        for look in (look for look in looks if look.at_s > bitten[0].at_s):
            for fiskil_id, found in places(look.state, served).items():
                shown = [days for place in found if (days := days_of(at(place.record, path)))]
                judged |= {fiskil_id} if shown else set()
                wrong |= {fiskil_id} if any(not days & served[fiskil_id] for days in shown) else set()
        if wrong:
            seen = f"{self.dataset} are shown on days on which the API never dated them"
            evidence = sorted(f"{names.get(text, 'a row of an earlier sync')}: another day" for text in wrong)
            return self.fails(seen, evidence=tuple(evidence), examined=len(judged))
        return self.passes(f"{len(judged)} {self.dataset} are shown on their days", examined=len(judged))


def days_of(value: Any) -> frozenset[date]:
    """The days that *value* may stand for: one for a bare date, those of UTC and of Australia for a moment, else none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return frozenset()
    if not isinstance(value, str):
        found = [_moment(value), _moment(value / 1000)]
        return next((_days(date) for date in found if date is not None), frozenset())
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return frozenset()
    return _days(moment) if moment.tzinfo is not None else frozenset({moment.date()})


def _days(moment: datetime) -> frozenset[date]:
    return frozenset(moment.astimezone(timezone(timedelta(hours=hours))).date() for hours in HOURS)


def _moment(seconds: float) -> datetime | None:
    """The moment so many seconds after 1970; None where that is nowhere near our time."""
    if not LONG_AGO.timestamp() <= seconds <= FAR_OFF.timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _served(syncs: list[Rows], fields: Iterable[str]) -> Days:
    """The days on which the API dated each row in one of these *fields*, in any sync."""
    served: Days = {}
    for row in (row for sync in syncs for row in sync.rows):
        fiskil_id = str(row["fiskil_id"])
        served[fiskil_id] = served.get(fiskil_id, frozenset()).union(*(days_of(row.get(name)) for name in fields))
    return {text: days for text, days in served.items() if days}


def _learnt(looks: list[Effects], syncs: list[Rows]) -> tuple[Path | None, list[str]]:
    """Where in a record the date of posting stands, and what it may be: rows tell before any date came in another form."""
    posted = _served(syncs, (DATE,))
    for look in looks:
        found = {place: ones for place, ones in places(look.state, posted).items() if ones}
        common = _common(found, posted)
        if common and len({posted[text] for text in found}) >= LEAST:
            path = min(common, key=lambda path: (path[-1:] != (DATE,), path))
            return path, [name for name in DATES if path in _common(found, _served(syncs, (name,)))]
    return None, []


def _common(found: Mapping[str, list[Place]], served: Days) -> set[Path]:
    """The ways that lead from each row to one of its days."""
    ways = [
        {path for place in ones for path, value in leaves(place.record) if days_of(value) & served.get(text, frozenset())}
        for text, ones in found.items()
    ]
    return set.intersection(*ways) if ways else set()
