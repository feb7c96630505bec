"""Faults of paging: walks that repeat, skip, loop, end early, or lead elsewhere.

What the API serves stays right; the pages that a client is handed are not. ``times`` of the rule says on how many of them.
"""

from typing import Any, ClassVar, Literal, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_outside, refuse_unknown
from fiskil_harness.faults.schema_places import decoded, edited, encoded, has_pages, links_of, rows_of

CURSORS = ("page[after]", "page[before]")
SIZE = "page[size]"
MOST_ROWS = 1_000

LinkForm = Literal["relative", "plain", "encoded"]
RowOrder = Literal["reversed", "shuffled"]


class PageRepeated(PlainFault, frozen=True, kw_only=True, tag="page_repeated"):
    """``links.next`` leads to the page that it stands on: the same rows come once more, then the walk goes on."""

    ids: ClassVar[tuple[str, ...]] = ("P-DUP-PAGE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The page's own address for the next one's."""
        return _with_next(reply, exchange, _url(exchange, exchange.query.decode("latin-1")))


class CursorLoop(PlainFault, frozen=True, kw_only=True, tag="cursor_loop"):
    """``links.next`` leads back to the first page: with ``times=0`` a walk never ends."""

    ids: ClassVar[tuple[str, ...]] = ("P-CURSOR-LOOP",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The first page's address for the next one's."""
        return _with_next(reply, exchange, _url(exchange, _without_cursor(exchange)))


class Overlap(PlainFault, frozen=True, kw_only=True, tag="overlap"):
    """A page begins with the last ``rows`` rows of the one before, as when others come in during a walk."""

    ids: ClassVar[tuple[str, ...]] = ("P-OVERLAP", "P-INSERT-DURING")

    rows: int = 1

    def check(self) -> None:
        """Refuse none at all, and more than a page holds."""
        refuse_outside(self, "rows", 1, MOST_ROWS)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The rows that the latest page of this walk ended with, first."""
        value = decoded(reply)
        rows = rows_of(value)
        if rows is None or links_of(value) is None:
            return reply
        walk = f"{exchange.path}?{_without_cursor(exchange)}"
        before: list[Any] = exchange.memory.get(walk, []) if _is_later(exchange) else []
        exchange.memory[walk] = rows[-self.rows :]
        rows[:0] = before
        return encoded(reply, value)


class Gap(PlainFault, frozen=True, kw_only=True, tag="gap"):
    """A later page lacks its first ``rows`` rows, as when rows of an earlier one vanish during a walk."""

    ids: ClassVar[tuple[str, ...]] = ("P-GAP",)

    rows: int = 1

    def check(self) -> None:
        """Refuse none at all, and more than a page holds."""
        refuse_outside(self, "rows", 1, MOST_ROWS)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The page without them; the first page of a walk is whole."""
        value = decoded(reply)
        rows = rows_of(value)
        if not rows or not _is_later(exchange):
            return reply
        del rows[: self.rows]
        return encoded(reply, value)


class CursorExpired(PlainFault, frozen=True, kw_only=True, tag="cursor_expired"):
    """The cursor of a later page is refused with ``status``, though it was given a moment ago."""

    ids: ClassVar[tuple[str, ...]] = ("P-CURSOR-EXPIRED",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 400

    def check(self) -> None:
        """Refuse what is no error."""
        refuse_outside(self, "status", 400, 599)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The refusal; the first page of a walk is served."""
        return exchange.refusal(self.status, "InvalidRequest", "the cursor has expired") if _is_later(exchange) else None


class NextEmpty(PlainFault, frozen=True, kw_only=True, tag="next_empty"):
    """A page has no rows and a ``links.next``; what it should have held comes there."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-EMPTY",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """No rows, and the page's own address for the next one's."""
        value = decoded(reply)
        rows, links = rows_of(value), links_of(value)
        if not rows or links is None:
            return reply
        rows.clear()
        links["next"] = _url(exchange, exchange.query.decode("latin-1"))
        return encoded(reply, value)


class NextAbsent(PlainFault, frozen=True, kw_only=True, tag="next_absent"):
    """A page that is not the last says that it is."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-ABSENT-EARLY",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """No ``links.next``."""
        value = decoded(reply)
        (links_of(value) or {}).pop("next", None)
        return encoded(reply, value)


class NextForeign(PlainFault, frozen=True, kw_only=True, tag="next_foreign"):
    """``links.next`` leads to another host, which nobody has a reason to call, with a token least of all."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-ORIGIN",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same path and cursor at another origin."""
        link = _next_of(reply)
        return _with_next(reply, exchange, _at(exchange.foreign_url(), link)) if link else reply


class NextForm(PlainFault, frozen=True, kw_only=True, tag="next_form"):
    """``links.next`` is written otherwise and means the same: as a path, or with its brackets plain or encoded."""

    ids: ClassVar[tuple[str, ...]] = ("P-NEXT-RELATIVE", "P-NEXT-BRACKETS")

    form: LinkForm = "relative"

    def check(self) -> None:
        """Refuse forms that there are not."""
        refuse_unknown(self, "form", get_args(LinkForm))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same link in the form."""
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


class PageSize(PlainFault, frozen=True, kw_only=True, tag="page_size"):
    """Pages hold at most ``rows`` rows, whatever size is asked for."""

    ids: ClassVar[tuple[str, ...]] = ("P-SIZE-CLAMP", "P-SMALL-PAGES", "P-LONG")

    rows: int = 5

    def check(self) -> None:
        """Refuse pages without rows, and those that nobody could have larger."""
        refuse_outside(self, "rows", 1, MOST_ROWS - 1)

    def change_request(self, exchange: MatchedExchange) -> MatchedExchange:
        """The same page in that size, where a larger one is asked for."""
        query = parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)
        sizes = [value for name, value in query if name == SIZE]
        is_small = bool(sizes) and sizes[-1].isdigit() and int(sizes[-1]) <= self.rows
        if is_small or not has_pages(exchange.method, exchange.route, exchange.version):
            return exchange
        kept = [pair for pair in query if pair[0] != SIZE]
        return msgspec.structs.replace(exchange, query=urlencode([*kept, (SIZE, self.rows)]).encode())


class RowOrderChanged(PlainFault, frozen=True, kw_only=True, tag="row_order_changed"):
    """The rows of a page come in another order."""

    ids: ClassVar[tuple[str, ...]] = ("P-ORDER-CHANGE",)

    order: RowOrder = "reversed"

    def check(self) -> None:
        """Refuse orders that there are not."""
        refuse_unknown(self, "order", get_args(RowOrder))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same rows, the last first, or as chance has it."""
        value = decoded(reply)
        rows = rows_of(value)
        if rows is None:
            return reply
        rows[:] = rows[::-1] if self.order == "reversed" else exchange.chance.sample(rows, len(rows))
        return encoded(reply, value)


class TotalLies(PlainFault, frozen=True, kw_only=True, tag="total_lies"):
    """What an answer counts is ``more`` than there is, or fewer below zero; only incomes count anything."""

    ids: ClassVar[tuple[str, ...]] = ("P-TOTAL-LIES",)

    more: int = 7

    def check(self) -> None:
        """Refuse the truth."""
        refuse_outside(self, "more", 1 if self.more == 0 else -1_000_000, 1_000_000)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Another count."""
        return edited(
            reply,
            exchange,
            lambda place: place.name.startswith("total_") and type(place.value) is int,
            lambda place: place.put(max(0, place.value + self.more)),
        )


def _is_later(exchange: MatchedExchange) -> bool:
    """Whether the page is not the first of its walk."""
    return any(name in CURSORS and value for name, value in parse_qsl(exchange.query.decode("latin-1")))


def _without_cursor(exchange: MatchedExchange) -> str:
    query = parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)
    return urlencode([pair for pair in query if pair[0] not in CURSORS])


def _url(exchange: MatchedExchange, query: str) -> str:
    return f"{exchange.api_url}{exchange.path}?{query}" if query else f"{exchange.api_url}{exchange.path}"


def _at(origin: str, link: str) -> str:
    there, parts = urlsplit(origin), urlsplit(link)
    return urlunsplit((there.scheme, there.netloc, *parts[2:]))


def _next_of(reply: Reply) -> str:
    return str((links_of(decoded(reply)) or {}).get("next", ""))


def _with_next(reply: Reply, exchange: MatchedExchange, link: str) -> Reply:
    """*reply* with another link to the next page; the same where it is no page of rows."""
    value = decoded(reply)
    links = links_of(value)
    if links is None or not rows_of(value) or exchange.method != "GET":
        return reply
    links["next"] = link
    return encoded(reply, value)


FAULTS: tuple[type[PlainFault], ...] = (
    PageRepeated,
    Overlap,
    Gap,
    CursorExpired,
    CursorLoop,
    NextEmpty,
    NextAbsent,
    NextForeign,
    NextForm,
    PageSize,
    RowOrderChanged,
    TotalLies,
)
