"""Is the day on which the app shows a row one on which the API dated it, whatever form the date came in?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar

from harness.journal import Effects, Journal, Rows
from harness.probes.base import PlainProbe
from harness.probes.calls import bitten_by
from harness.probes.finding import Finding
from harness.probes.leaves import Path, at, leaves
from harness.probes.records import EFFECTS, Place, latest_rows, name_of_row, places

DATE = "posting_date_time"
DATES = (DATE, "execution_date_time", "value_date_time")
FAULTS = ("DateForm", "DayEdge")
LEAST = 3
"""Rows of so many different days must agree on where a record has its date."""

HOURS = (0, 8, 9.5, 10, 10.5, 11)
"""UTC, and every zone of the Australian states, summer time included."""

LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class KeepsTheDay(PlainProbe, frozen=True, kw_only=True, tag="keeps_the_day"):
    """Where the app's state shows when a row was posted, it is a day on which it was, in UTC or somewhere in Australia.

    Days, moments with or without a zone, and seconds or milliseconds since 1970 are all understood; so are the days on which
    the row was made or valued. An app that refuses a form of dates shows what it had before.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "the day that was served; a bare date is that day, everywhere"
    source: ClassVar[str] = "data.changes"
    fix: ClassVar[str] = "keep a bare date as a date; read moments with their offset, and choose one zone to show days in"

    def examine(self, journal: Journal) -> Finding:
        """Find out where dates stand, and compare each of them."""
        rows = latest_rows(journal, self.dataset)
        bitten = [one for one in bitten_by(journal, *FAULTS) if one.route == f"banking.{self.dataset}"]
        if rows is None or not bitten:
            return self.cannot_tell(f"no dates of {self.dataset} came in another form")
        served = _served(journal, rows)
        looks = [one for one in journal.all(Effects) if one.participant == rows.participant]
        path = _learnt([one for one in looks if one.at_s < bitten[0].at_s], served)
        if path is None:
            return self.cannot_tell(f"the app's state shows no dates of {self.dataset} by their fiskil_id", hook=EFFECTS)
        names = {str(row["fiskil_id"]): name_of_row(row) for row in rows.rows}
        wrong: set[str] = set()
        judged: set[str] = set()
        for look in (one for one in looks if one.at_s > bitten[0].at_s):
            for fiskil_id, found in places(look.state, served).items():
                shown = [days for place in found if (days := days_of(at(place.record, path)))]
                judged |= {fiskil_id} if shown else set()
                wrong |= {fiskil_id} if any(not days & served[fiskil_id] for days in shown) else set()
        if wrong:
            seen = f"{self.dataset} are shown on days on which the API never dated them"
            evidence = sorted(f"{names.get(one, 'a row of an earlier sync')}: another day" for one in wrong)
            return self.fails(seen, evidence=tuple(evidence), examined=len(judged))
        return self.holds(f"{len(judged)} {self.dataset} are shown on their days", examined=len(judged))


def days_of(value: Any) -> frozenset[date]:
    """The days that *value* may stand for: one for a bare date, those of UTC and of Australia for a moment, else none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return frozenset()
    if not isinstance(value, str):
        found = [_moment(value), _moment(value / 1000)]
        return next((_days(one) for one in found if one is not None), frozenset())
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


def _served(journal: Journal, rows: Rows) -> dict[str, frozenset[date]]:
    """The days on which the API dated each row, in any sync."""
    served: dict[str, frozenset[date]] = {}
    for sync in journal.all(Rows):
        if (sync.dataset, sync.participant) == (rows.dataset, rows.participant):
            for row in sync.rows:
                fiskil_id = str(row["fiskil_id"])
                served[fiskil_id] = served.get(fiskil_id, frozenset()).union(*(days_of(row.get(name)) for name in DATES))
    return {one: days for one, days in served.items() if days}


def _learnt(looks: list[Effects], served: Mapping[str, frozenset[date]]) -> Path | None:
    """Where in a record the date stands, as the rows tell before any date came in another form."""
    for look in looks:
        found = {one: ones for one, ones in places(look.state, served).items() if ones}
        ways = [{path for place in ones for path in _paths_to(place, served[one])} for one, ones in found.items()]
        common = set.intersection(*ways) if ways else set()
        if common and len({served[one] for one in found}) >= LEAST:
            return min(common, key=lambda path: (path[-1:] != (DATE,), path))
    return None


def _paths_to(place: Place, days: frozenset[date]) -> list[Path]:
    return [path for path, value in leaves(place.record) if days_of(value) & days]
