"""Faults of data over time: rows that are old, short, of somebody else, or known under new ids."""

import hashlib
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs

from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_outside
from fiskil_harness.faults.schema_places import Place, decoded, edited, encoded, moment_of, rows_of

MOST_REMEMBERED = 1_000
UNKNOWN_ACCOUNT = "00000000-0000-4000-8000-000000000000"


class StaleResponse(PlainFault, frozen=True, kw_only=True, tag="stale_response"):
    """Whoever asks the same again is answered as the first time: a replica that lags behind, a balance of yesterday."""

    ids: ClassVar[tuple[str, ...]] = ("D-BALANCE-STALE", "D-READY-BEFORE-DATA")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The body of the first answer to this question; the same where nothing has changed since."""
        if not 200 <= reply.status < 300 or exchange.method != "GET":
            return reply
        question = f"{exchange.path}?{exchange.query.decode('latin-1')}"
        if question not in exchange.memory and len(exchange.memory) < MOST_REMEMBERED:
            exchange.memory[question] = reply.body
        before = exchange.memory.get(question, reply.body)
        return reply if before == reply.body else reply.with_body(before)


class ShortHistory(PlainFault, frozen=True, kw_only=True, tag="short_history"):
    """Rows older than ``days`` days are not there: the institution keeps no more."""

    ids: ClassVar[tuple[str, ...]] = ("D-HISTORY-SHORT",)

    days: int = 30

    def check(self) -> None:
        """Refuse a history of nothing, and one longer than any institution's."""
        refuse_outside(self, "days", 1, 2_557)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The rows since then, and those without a date."""
        value = decoded(reply)
        rows, date = rows_of(value), reply.header(b"date").decode("latin-1")
        if not rows or not date:
            return reply
        begin = parsedate_to_datetime(date) - timedelta(days=self.days)
        rows[:] = [row for row in rows if not _is_before(row, begin)]
        return encoded(reply, value)


class UnstableIds(PlainFault, frozen=True, kw_only=True, tag="unstable_ids"):
    """Rows carry another ``fiskil_id`` than before, the same one each time: as after a new consent."""

    ids: ClassVar[tuple[str, ...]] = ("D-ID-UNSTABLE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Each id made anew from the old one."""
        return edited(
            reply,
            exchange,
            lambda place: place.name == "fiskil_id" and isinstance(place.value, str),
            lambda place: place.put(_other_id(place.value)),
        )


class PartialRows(PlainFault, frozen=True, kw_only=True, tag="partial_rows"):
    """The rows of the account that the answer begins with are missing: its sync is not through."""

    ids: ClassVar[tuple[str, ...]] = ("D-PARTIAL-SYNC", "D-ACCOUNT-DRIFT")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The other accounts' rows. Which account is missing stays the same for an end user."""
        value = decoded(reply)
        rows = [row for row in rows_of(value) or () if isinstance(row, dict)]
        first = next((row["account_id"] for row in rows if "account_id" in row), None)
        missing = exchange.memory.setdefault(_end_user_of(exchange), first) if first is not None else None
        kept = [row for row in rows if row.get("account_id") != missing]
        if missing is None or len(kept) == len(rows):
            return reply
        listed = rows_of(value)
        assert listed is not None
        listed[:] = kept
        return encoded(reply, value)


class ForeignRows(PlainFault, frozen=True, kw_only=True, tag="foreign_rows"):
    """Among the rows is one of a consent that the end user never gave: somebody else's."""

    ids: ClassVar[tuple[str, ...]] = ("A-TENANT-MIX",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """A copy of the first row under other ids."""
        value = decoded(reply)
        rows = rows_of(value)
        first = rows[0] if rows else None
        if rows is None or not isinstance(first, dict) or "arrangement_id" not in first:
            return reply
        own = {name: first.get(name) for name in ("fiskil_id", "transaction_id", "account_id")}
        ids = {name: _other_id(known) for name, known in own.items() if isinstance(known, str)}
        rows.append({**first, **ids, "arrangement_id": UNKNOWN_ACCOUNT})
        return encoded(reply, value)


class DayEdge(PlainFault, frozen=True, kw_only=True, tag="day_edge"):
    """Rows were posted half an hour before midnight UTC, when it is the next day already on the east coast."""

    ids: ClassVar[tuple[str, ...]] = ("D-TZ-EDGE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The day that it was, at 23:30 UTC."""
        return edited(reply, exchange, _is_moment_of_posting, lambda place: place.put(place.value[:10] + "T23:30:00Z"))


def _is_moment_of_posting(place: Place) -> bool:
    return place.name == "posting_date_time" and place.is_moment and isinstance(place.value, str)


def _is_before(row: Any, begin: datetime) -> bool:
    text = (row.get("posting_date_time") or row.get("execution_date_time")) if isinstance(row, dict) else None
    moment = moment_of(text)
    return moment is not None and moment < begin


def _other_id(known: str) -> str:
    """Another id of the same look."""
    head, line, tail = known.rpartition("_")
    digest = hashlib.blake2b(known.encode(), digest_size=16)
    if tail.isdigit():
        return f"{head}{line}{int(digest.hexdigest(), 16) % 10 ** len(tail):0{len(tail)}d}"
    return f"{head}{line}{digest.hexdigest()}"


def _end_user_of(exchange: MatchedExchange) -> str:
    return parse_qs(exchange.query.decode("latin-1")).get("end_user_id", [""])[0]


FAULTS: tuple[type[PlainFault], ...] = (StaleResponse, ShortHistory, UnstableIds, PartialRows, ForeignRows, DayEdge)
