"""Faults of data: rows that are outdated, missing, of another end user, or have new ids, and wrong institution statuses."""

import hashlib
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qs

from fiskil_harness.faults.fault import Between, Fault, MatchedExchange, Reply
from fiskil_harness.faults.schema_places import Place, decoded, edited, encoded, moment_of, rows_of

Line = Literal["DEGRADED", "OUTAGE", "HEALTHY"]
MOST_REMEMBERED = 1_000
UNKNOWN_ACCOUNT = "00000000-0000-4000-8000-000000000000"


class StaleResponse(Fault, frozen=True, kw_only=True, tag="stale_response"):
    """A repeated request gets the body of the first response again, as from a database replica that lags behind."""

    ids: ClassVar[tuple[str, ...]] = ("D-BALANCE-STALE", "D-READY-BEFORE-DATA")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Return the body of the first response to this request; the same reply if nothing has changed since."""
        if not 200 <= reply.status < 300 or exchange.method != "GET":
            return reply
        request_key = f"{exchange.path}?{exchange.query.decode('latin-1')}"
        if request_key not in exchange.memory and len(exchange.memory) < MOST_REMEMBERED:
            exchange.memory[request_key] = reply.body
        first_body = exchange.memory.get(request_key, reply.body)
        return reply if first_body == reply.body else reply.with_body(first_body)


class ShortHistory(Fault, frozen=True, kw_only=True, tag="short_history"):
    """Rows older than ``days`` are missing, because the institution keeps no more.

    Args:
        days: The length of the history in days, from 1 to 2,557 (seven years).

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("D-HISTORY-SHORT",)

    days: Annotated[int, Between(1, 2_557)] = 30

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove the rows that are older than ``days``; rows without a date stay."""
        value = decoded(reply)
        rows, date = rows_of(value), reply.header(b"date").decode("latin-1")
        if not rows or not date:
            return reply
        begin = parsedate_to_datetime(date) - timedelta(days=self.days)
        rows[:] = [row for row in rows if not _is_before(row, begin)]
        return encoded(reply, value)


class UnstableIds(Fault, frozen=True, kw_only=True, tag="unstable_ids"):
    """Each row has a new ``fiskil_id``, as after a new consent; the new id is the same in every response."""

    ids: ClassVar[tuple[str, ...]] = ("D-ID-UNSTABLE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace each ``fiskil_id`` by an id that is derived from it."""
        return edited(
            reply,
            exchange,
            lambda place: place.name == "fiskil_id" and isinstance(place.value, str),
            lambda place: place.put(_other_id(place.value)),
        )


class PartialRows(Fault, frozen=True, kw_only=True, tag="partial_rows"):
    """The rows of one account are missing, because its sync is not complete."""

    ids: ClassVar[tuple[str, ...]] = ("D-PARTIAL-SYNC", "D-ACCOUNT-DRIFT")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove the rows of one account: the first account that occurred in a response for the end user."""
        value = decoded(reply)
        rows = [row for row in rows_of(value) or () if isinstance(row, dict)]
        first = next((row["account_id"] for row in rows if "account_id" in row), None)
        missing = exchange.memory.setdefault(_end_user_of(exchange), first) if first is not None else None
        remaining = [row for row in rows if row.get("account_id") != missing]
        if missing is None or len(remaining) == len(rows):
            return reply
        listed = rows_of(value)
        assert listed is not None
        listed[:] = remaining
        return encoded(reply, value)


class ForeignRows(Fault, frozen=True, kw_only=True, tag="foreign_rows"):
    """The list contains an additional row, of a consent that the end user never gave."""

    ids: ClassVar[tuple[str, ...]] = ("A-TENANT-MIX",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Append a copy of the first row with other ids."""
        value = decoded(reply)
        rows = rows_of(value)
        first = rows[0] if rows else None
        if rows is None or not isinstance(first, dict) or "arrangement_id" not in first:
            return reply
        own = {name: first.get(name) for name in ("fiskil_id", "transaction_id", "account_id")}
        ids = {name: _other_id(old_id) for name, old_id in own.items() if isinstance(old_id, str)}
        rows.append({**first, **ids, "arrangement_id": UNKNOWN_ACCOUNT})
        return encoded(reply, value)


class DayEdge(Fault, frozen=True, kw_only=True, tag="day_edge"):
    """Rows were posted at 23:30 UTC, when the next day has already begun in eastern Australia."""

    ids: ClassVar[tuple[str, ...]] = ("D-TZ-EDGE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Move each posting date to 23:30 UTC of the same day."""
        return edited(reply, exchange, _is_moment_of_posting, lambda place: place.put(place.value[:10] + "T23:30:00Z"))


class InstitutionLine(Fault, frozen=True, kw_only=True, tag="institution_line"):
    """The list of institutions reports ``status`` for one institution, or for all of them.

    Args:
        status: The reported status: ``DEGRADED``, ``OUTAGE`` or ``HEALTHY``.
        institution_id: The affected institution; empty for all.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-OUTAGE",)

    status: Line = "OUTAGE"
    institution_id: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace the reported status; the response stays unchanged if it does not contain the institution."""
        if not exchange.route.startswith("institutions."):
            return reply
        body = decoded(reply)
        for institution in _institutions(body):
            if self.institution_id in {"", institution.get("id")}:
                institution["status"] = {"connections": {"status": self.status}}
        return encoded(reply, body)


def _is_moment_of_posting(place: Place) -> bool:
    return place.name == "posting_date_time" and place.is_moment and isinstance(place.value, str)


def _is_before(row: Any, begin: datetime) -> bool:
    text = (row.get("posting_date_time") or row.get("execution_date_time")) if isinstance(row, dict) else None
    moment = moment_of(text)
    return moment is not None and moment < begin


def _other_id(old_id: str) -> str:
    """Return an id that is derived from *old_id*, in the same format."""
    head, line, tail = old_id.rpartition("_")
    digest = hashlib.blake2b(old_id.encode(), digest_size=16)
    if tail.isdigit():
        return f"{head}{line}{int(digest.hexdigest(), 16) % 10 ** len(tail):0{len(tail)}d}"
    return f"{head}{line}{digest.hexdigest()}"


def _end_user_of(exchange: MatchedExchange) -> str:
    return parse_qs(exchange.query.decode("latin-1")).get("end_user_id", [""])[0]


def _institutions(body: Any) -> list[dict[str, Any]]:
    rows = body.get("institutions", [body]) if isinstance(body, dict) else body
    return [row for row in rows if isinstance(row, dict) and "status" in row] if isinstance(rows, list) else []
