"""Does the app show each row on the day that the API served, even if the date has an unusual format?"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import chain

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by, dataset_read, rows_in
from fiskil_harness.journal.queries.days import days_of
from fiskil_harness.journal.queries.json_leaves import Path, at, leaves
from fiskil_harness.journal.queries.rows import Place, latest_rows, name_of_row, places, shown, snapshots, syncs
from fiskil_harness.probes.probe import Finding, Probe

DATE = "posting_date_time"
DATES = (DATE, "execution_date_time", "value_date_time")
FAULTS = ("DateForm", "DayEdge")
MIN_DAYS = 3
"""Minimum number of different days at the same path from which the path of dates in a record is concluded."""

Days = dict[str, frozenset[date]]


class _Column(Struct, frozen=True, kw_only=True):
    """The place at which the app's records show the posting date: the path, and the API's date fields that it may show.

    ``other_dates`` are the rows that have another date there, although the API has always served their dates in the usual
    form; they are not judged.
    """

    path: Path
    fields: list[str]
    other_dates: set[str]


class KeepsPostingDay(Probe, frozen=True, kw_only=True, tag="keeps_posting_day"):
    """Check that the posting day of each row in the app's state is a day that the API served, in UTC or in Australia.

    The app may show dates, times with or without a time zone, or seconds or milliseconds since 1970. If the app may show the
    execution or value date instead, those days are accepted too. An app that rejects a date format may show the previous
    date.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    expected = "the day that was served; a date without a time is the same day in every zone"
    source = "data.changes"
    fix = "store a date without a time as a date; parse times with their offset, and show days in one zone"

    def examine(self, journal: Journal) -> Finding:
        """Find the path of dates in the state, and compare each date there with the served days."""
        rows = latest_rows(journal, self.dataset)
        bitten = [call for call in bitten_by(journal, *FAULTS) if dataset_read(call) == self.dataset]
        if rows is None or not bitten:
            return self.inconclusive(f"no dates of {self.dataset} were served in another form")
        every_sync = syncs(journal, rows.dataset, rows.participant)
        states = snapshots(journal, rows.participant)
        column = _date_column([effects for effects in states if effects.at_s < bitten[0].at_s], every_sync)
        if column is None:
            if any(shown(effects.state, [str(row["fiskil_id"]) for row in rows.rows]) for effects in states):
                return self.inconclusive(f"the app's state shows {self.dataset}, but no dates that the harness can read")
            return self.inconclusive(f"the app's state contains no fiskil_id of {self.dataset}", hook=STATE)
        served = _served(every_sync, column.fields, [call for call in bitten if any(map(_moves_to_edge, call.bites))])
        names = {str(row["fiskil_id"]): name_of_row(row) for row in rows.rows}
        wrong: set[str] = set()
        judged: set[str] = set()
        for effects in (effects for effects in states if effects.at_s > bitten[0].at_s):
            for fiskil_id, mentions in places(effects.state, served.keys() - column.other_dates).items():
                every_day = _days_at(column.path, mentions)
                judged |= {fiskil_id} if every_day else set()
                wrong |= {fiskil_id} if any(not days & served[fiskil_id] for days in every_day) else set()
        if wrong:
            observed = f"the app shows {self.dataset} on days that the API never served for them"
            evidence = sorted(f"{names.get(fiskil_id, 'a row of an earlier sync')}: wrong day" for fiskil_id in wrong)
            return self.fails(observed, evidence=tuple(evidence))
        return self.passes(f"{len(judged)} {self.dataset} are shown on the correct days", examined=len(judged))


def _moves_to_edge(bite: str) -> bool:
    return bite.startswith("DayEdge")


def _served(every_sync: list[Rows], fields: Iterable[str], changed: Iterable[Exchange] = ()) -> Days:
    """Return, by ``fiskil_id``, the days that the API served in any sync for a row in one of *fields*.

    Args:
        changed: Calls in whose responses a fault moved dates to the edge of a day, where it is the next day in Australia.
    """
    served: Days = {}
    in_responses = (row for call in changed for row in rows_in(call.response_body) if "fiskil_id" in row)
    for row in chain((row for sync in every_sync for row in sync.rows), in_responses):
        fiskil_id = str(row["fiskil_id"])
        served[fiskil_id] = served.get(fiskil_id, frozenset()).union(*(days_of(row.get(name)) for name in fields))
    return {fiskil_id: days for fiskil_id, days in served.items() if days}


def _date_column(states: list[Effects], every_sync: list[Rows]) -> _Column | None:
    """Return where nine of ten records, or more, show the posting date.

    The result is None if there is no such place in *states*, which are from before the first date in an unusual format.
    """
    served = {name: _served(every_sync, (name,)) for name in DATES}
    posted = served[DATE]
    for effects in reversed(states):
        mentions = {row: found for row, found in places(effects.state, posted).items() if found}
        counts = Counter(path for row, found in mentions.items() for path in _paths_of(found, posted[row]))
        common = [path for path, count in counts.items() if count * 10 >= len(mentions) * 9]
        if common and len({posted[row] for row in mentions}) >= MIN_DAYS:
            path = min(common, key=lambda path: (path[-1:] != (DATE,), -counts[path], path))
            right = {
                name: {row for row, found in mentions.items() if path in _paths_of(found, days.get(row))}
                for name, days in served.items()
            }
            fields = [name for name in DATES if len(right[name]) * 10 >= len(mentions) * 9 or right[name] - right[DATE]]
            dated = {row for row, found in mentions.items() if _days_at(path, found)}
            return _Column(path=path, fields=fields, other_dates=dated.difference(*(right[name] for name in fields)))
    return None


def _paths_of(row_places: Iterable[Place], days: frozenset[date] | None) -> set[Path]:
    """Return the paths at which a record has one of *days*."""
    return {path for place in row_places for path, value in leaves(place.record) if days_of(value) & (days or frozenset())}


def _days_at(path: Path, row_places: Iterable[Place]) -> list[frozenset[date]]:
    """Return the days of the date at *path* in each record that has one."""
    return [days for place in row_places if (days := days_of(at(place.record, path)))]
