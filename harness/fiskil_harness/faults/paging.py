"""Paging faults: pagination that repeats or skips rows, loops, ends early, or continues at another host.

The API's data stays correct; only the pages that a client receives are wrong. The ``times`` of the rule is the number of
affected pages.
"""

import re
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from fiskil_harness.faults.fault import (
    Between,
    ErrorInstead,
    ErrorStatus,
    Fault,
    MatchedExchange,
    Reply,
    refuse_outside,
)
from fiskil_harness.faults.schema_places import decoded, edited, encoded, has_pages, links_of, rows_of

CURSORS = ("page[after]", "page[before]")
SIZE = "page[size]"
MOST_ROWS = 1_000
_CURSOR = re.compile(r"page(?:\[|%5B)after(?:\]|%5D)=[^&]*")

LinkForm = Literal["relative", "plain", "encoded"]
RowOrder = Literal["reversed", "shuffled"]


class PageRepeated(Fault, frozen=True, kw_only=True, tag="page_repeated"):
    """The ``links.next`` of a page points to the same page: its rows are served once more, then pagination continues."""

    ids: ClassVar[tuple[str, ...]] = ("P-DUP-PAGE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace the URL of the next page by the URL of this page."""
        return _with_next(reply, exchange, _url(exchange, exchange.query.decode("latin-1")))


class CursorLoop(Fault, frozen=True, kw_only=True, tag="cursor_loop"):
    """The ``links.next`` of a page points back to the first page; with ``times=0`` pagination never ends."""

    ids: ClassVar[tuple[str, ...]] = ("P-CURSOR-LOOP",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace the URL of the next page by the URL of the first page."""
        return _with_next(reply, exchange, _url(exchange, _without_cursor(exchange)))


class Overlap(Fault, frozen=True, kw_only=True, tag="overlap"):
    """A page begins with the last ``rows`` rows of the previous page, as if rows had been inserted during pagination.

    Args:
        rows: From 1 to 1,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-OVERLAP", "P-INSERT-DURING")

    rows: Annotated[int, Between(1, MOST_ROWS)] = 1

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Insert the last rows of the previous page at the beginning of this page."""
        value = decoded(reply)
        rows = rows_of(value)
        if rows is None or links_of(value) is None:
            return reply
        walk = f"{exchange.path}?{_without_cursor(exchange)}"
        previous_rows: list[Any] = exchange.memory.get(walk, []) if _is_later(exchange) else []
        exchange.memory[walk] = rows[-self.rows :]
        rows[:0] = previous_rows
        return encoded(reply, value)


class Gap(Fault, frozen=True, kw_only=True, tag="gap"):
    """A page after the first has lost its first ``rows`` rows, as if earlier rows had been removed during pagination.

    Args:
        rows: From 1 to 1,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-GAP",)

    rows: Annotated[int, Between(1, MOST_ROWS)] = 1

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove the first rows; the first page of a list stays complete."""
        value = decoded(reply)
        rows = rows_of(value)
        if not rows or not _is_later(exchange):
            return reply
        del rows[: self.rows]
        return encoded(reply, value)


class CursorExpired(ErrorInstead, frozen=True, kw_only=True, tag="cursor_expired"):
    """The API refuses the cursor of a page after the first with ``status``, although it issued the cursor just before.

    Args:
        status: The error status, from 400 to 599.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-CURSOR-EXPIRED",)

    status: ErrorStatus = 400

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return an error for a page after the first; None for the first page."""
        return exchange.refusal(self.status, "InvalidRequest", "the cursor has expired") if _is_later(exchange) else None


class NextEmpty(Fault, frozen=True, kw_only=True, tag="next_empty"):
    """A page has no rows, but its ``links.next`` points to a page with these rows."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-EMPTY",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove the rows, and replace the URL of the next page by the URL of this page."""
        value = decoded(reply)
        rows, links = rows_of(value), links_of(value)
        if not rows or links is None:
            return reply
        rows.clear()
        links["next"] = _url(exchange, exchange.query.decode("latin-1"))
        return encoded(reply, value)


class NextAbsent(Fault, frozen=True, kw_only=True, tag="next_absent"):
    """A page that is not the last has no ``links.next``."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-ABSENT-EARLY",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove ``links.next``."""
        value = decoded(reply)
        (links_of(value) or {}).pop("next", None)
        return encoded(reply, value)


class NextForeign(Fault, frozen=True, kw_only=True, tag="next_foreign"):
    """The ``links.next`` of a page points to another host, which a client must not call, least of all with its token."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-ORIGIN",)
    needs_world: ClassVar[bool] = True

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace the origin in the link by that of a canary server; path and cursor stay."""
        link = _next_of(reply)
        return _with_next(reply, exchange, _at(exchange.foreign_url(), link)) if link else reply


class NextForm(Fault, frozen=True, kw_only=True, tag="next_form"):
    """The URL in ``links.next`` is written in another form with the same meaning.

    Args:
        form: ``relative`` (without the origin), ``plain`` (brackets as they are), or ``encoded`` (brackets percent-encoded).

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-RELATIVE", "P-NEXT-BRACKETS")

    form: LinkForm = "relative"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Write the same link in the chosen form."""
        link = _next_of(reply)
        return _with_next(reply, exchange, self._written(link)) if link else reply

    def _written(self, link: str) -> str:
        parts = urlsplit(link)
        match self.form:
            case "relative":
                return urlunsplit(("", "", *parts[2:]))
            case "plain":
                return urlunsplit(parts._replace(query=parts.query.replace("%5B", "[").replace("%5D", "]")))
            case "encoded":
                return urlunsplit(parts._replace(query=parts.query.replace("[", "%5B").replace("]", "%5D")))


class CursorSigns(Fault, frozen=True, kw_only=True, tag="cursor_signs"):
    """The cursor in ``links.next`` has a plus sign and a slash, which are percent-encoded; the sandbox accepts it."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-SIGNS",)
    needs_world: ClassVar[bool] = True

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Write the cursor in the other alphabet of base64."""
        link = _next_of(reply)
        cursor = _CURSOR.search(link or "")
        if not link or not cursor:
            return reply
        return _with_next(reply, exchange, link.replace(cursor[0], cursor[0].replace("-", "%2B").replace("_", "%2F")))


class PageSize(Fault, frozen=True, kw_only=True, tag="page_size"):
    """Pages contain at most ``rows`` rows, even if a larger page is requested.

    Args:
        rows: The largest number of rows, from 1 to 999; the API itself allows 1,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-SIZE-CLAMP", "P-SMALL-PAGES", "P-LONG")

    rows: Annotated[int, Between(1, MOST_ROWS - 1)] = 5

    def change_request(self, exchange: MatchedExchange) -> MatchedExchange:
        """Lower the requested page size to ``rows`` if it is larger or not stated."""
        query = parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)
        sizes = [value for name, value in query if name == SIZE]
        is_small = bool(sizes) and sizes[-1].isdigit() and int(sizes[-1]) <= self.rows
        if is_small or not has_pages(exchange.method, exchange.route, exchange.version):
            return exchange
        other_parameters = [pair for pair in query if pair[0] != SIZE]
        return msgspec.structs.replace(exchange, query=urlencode([*other_parameters, (SIZE, self.rows)]).encode())


class RowOrderChanged(Fault, frozen=True, kw_only=True, tag="row_order_changed"):
    """The rows of a page are in another order.

    Args:
        order: The new order: ``reversed`` or ``shuffled``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-ORDER-CHANGE",)

    order: RowOrder = "reversed"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Reverse or shuffle the rows."""
        value = decoded(reply)
        rows = rows_of(value)
        if rows is None:
            return reply
        rows[:] = rows[::-1] if self.order == "reversed" else exchange.chance.sample(rows, len(rows))
        return encoded(reply, value)


class TotalLies(Fault, frozen=True, kw_only=True, tag="total_lies"):
    """The totals in a response are too large by ``more``; only income responses contain totals.

    Args:
        more: The difference, not 0; negative for totals that are too small. At most 1,000,000 in either direction.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("P-TOTAL-LIES",)

    more: int = 7

    def check(self) -> None:
        """Raise ConfigError if ``more`` is 0, above 1,000,000 or below -1,000,000."""
        refuse_outside(self, "more", 1 if self.more == 0 else -1_000_000, 1_000_000)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Add ``more`` to each total; the result is never below 0."""
        return edited(
            reply,
            exchange,
            lambda place: place.name.startswith("total_") and type(place.value) is int,
            lambda place: place.put(max(0, place.value + self.more)),
        )


def _is_later(exchange: MatchedExchange) -> bool:
    """Return True if the requested page is not the first page of its list."""
    return any(name in CURSORS and value for name, value in parse_qsl(exchange.query.decode("latin-1")))


def _without_cursor(exchange: MatchedExchange) -> str:
    query = parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)
    return urlencode([pair for pair in query if pair[0] not in CURSORS])


def _url(exchange: MatchedExchange, query: str) -> str:
    return f"{exchange.api_url}{exchange.path}?{query}" if query else f"{exchange.api_url}{exchange.path}"


def _at(origin: str, link: str) -> str:
    target, parts = urlsplit(origin), urlsplit(link)
    return urlunsplit((target.scheme, target.netloc, *parts[2:]))


def _next_of(reply: Reply) -> str:
    return str((links_of(decoded(reply)) or {}).get("next", ""))


def _with_next(reply: Reply, exchange: MatchedExchange, link: str) -> Reply:
    """Return *reply* with *link* as its ``links.next``; the same reply if it is not a page with rows."""
    value = decoded(reply)
    links = links_of(value)
    if links is None or not rows_of(value) or exchange.method != "GET":
        return reply
    links["next"] = link
    return encoded(reply, value)
