"""Faults of the payload: HTTP is fine, and the bytes are no JSON, or not the JSON that was announced."""

from typing import Any, ClassVar, Literal, get_args

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_outside, refuse_unknown
from fiskil_harness.faults.schema_places import NOTHING, Place, decoded, edited, encoded, rows_of
from fiskil_harness.faults.status import in_cdr_form

JSON_TYPES = ("application/json", "application/vnd.goa.error")
LARGEST_KB = 10_000
DEEPEST = 100_000

Malformed = Literal["trailing_comma", "single_quotes", "comment", "two_values", "bare_keys"]

_MARK = "\ue000"
_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>\n"


class TruncatedJson(PlainFault, frozen=True, kw_only=True, tag="truncated_json"):
    """The body is cut to ``keep_percent`` and announced at that length, so only its JSON is broken."""

    ids: ClassVar[tuple[str, ...]] = ("J-TRUNC",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    keep_percent: int = 50

    def check(self) -> None:
        """Refuse a body that is kept whole, and one that would be kept less than not at all."""
        refuse_outside(self, "keep_percent", 1, 99)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The first part of the body as if it were all."""
        body = reply.body[: max(1, len(reply.body) * self.keep_percent // 100)]
        return reply if body == reply.body else reply.with_body(body)


class BadJson(PlainFault, frozen=True, kw_only=True, tag="bad_json"):
    """The body is written as a careless hand writes JSON, and lenient parsers take it."""

    ids: ClassVar[tuple[str, ...]] = ("J-BADJSON",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    form: Malformed = "trailing_comma"

    def check(self) -> None:
        """Refuse forms that there are not."""
        refuse_unknown(self, "form", get_args(Malformed))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same values, written so."""
        value = decoded(reply)
        if not isinstance(value, dict | list) or not value:
            return reply
        body = reply.body
        spoilt = {
            "trailing_comma": body[:-1] + b"," + body[-1:],
            "single_quotes": body.replace(b'"', b"'"),
            "comment": b"/* generated */" + body,
            "two_values": body + body,
            "bare_keys": body.replace(b'{"', b"{", 1).replace(b'":', b":", 1),
        }[self.form]
        return reply if spoilt == body else reply.with_body(spoilt)


class HtmlInside(PlainFault, frozen=True, kw_only=True, tag="html_inside"):
    """The API did its work, and what comes under its status is the sign-in page of somebody's network."""

    ids: ClassVar[tuple[str, ...]] = ("J-HTML200",)
    spoils: ClassVar[tuple[str, ...]] = ("media type", "body")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """A page for people."""
        return reply.with_body(_PAGE).with_header(b"content-type", b"text/html") if reply.body else reply


class ContentType(PlainFault, frozen=True, kw_only=True, tag="content_type"):
    """The body is what it was and announced as something else: ``text/plain``, a lie on its charset, nothing at all."""

    ids: ClassVar[tuple[str, ...]] = ("J-WRONG-CT",)

    value: str = "text/plain"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """A charset of its own breaks no promise of the contract."""
        return () if self.value.partition(";")[0].strip() == JSON_TYPES[0] else ("media type",)

    def check(self) -> None:
        """Refuse what is right, and what no header can hold."""
        if self.value in JSON_TYPES:
            raise ConfigError(f"ContentType: value {self.value!r} is what is announced anyway.")
        if not (self.value.isascii() and self.value.isprintable()):
            raise ConfigError(f"ContentType: value {self.value!r} cannot stand in a header.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same body under another name."""
        if not reply.body or reply.header(b"content-type") != JSON_TYPES[0].encode():
            return reply
        return reply.with_header(b"content-type", self.value.encode() or None)


class ByteOrderMark(PlainFault, frozen=True, kw_only=True, tag="byte_order_mark"):
    """The body begins with a byte order mark."""

    ids: ClassVar[tuple[str, ...]] = ("J-BOM",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Three bytes before the first."""
        return reply.with_body(b"\xef\xbb\xbf" + reply.body) if reply.body else reply


class Latin1(PlainFault, frozen=True, kw_only=True, tag="latin1"):
    """Texts have an accent, and the body is written in Latin-1, though JSON is UTF-8."""

    ids: ClassVar[tuple[str, ...]] = ("J-LATIN1",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """``CAFÉ`` after each text, in one byte a character."""
        spoilt = edited(reply, exchange, _is_text, lambda place: place.put(f"{place.value} CAFÉ"))
        return reply if spoilt is reply else reply.with_body(spoilt.body.decode().encode("latin-1", "replace"))


class LoneSurrogate(PlainFault, frozen=True, kw_only=True, tag="lone_surrogate"):
    r"""Texts end amid a character: ``\ud83d`` without its other half, which is JSON's grammar and no text."""

    ids: ClassVar[tuple[str, ...]] = ("J-LONE-SURROGATE",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Half a character after each text."""
        spoilt = edited(reply, exchange, _is_text, lambda place: place.put(place.value + _MARK))
        return reply if spoilt is reply else reply.with_body(spoilt.body.replace(_MARK.encode(), rb"\ud83d"))


class NotANumber(PlainFault, frozen=True, kw_only=True, tag="not_a_number"):
    """Money and numbers are ``NaN`` or ``Infinity``, which many parsers take and JSON does not know."""

    ids: ClassVar[tuple[str, ...]] = ("J-NAN", "J-INFINITY")
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    token: Literal["NaN", "Infinity", "-Infinity"] = "NaN"

    def check(self) -> None:
        """Refuse what no parser takes."""
        refuse_unknown(self, "token", ("NaN", "Infinity", "-Infinity"))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The token for each number."""
        return edited(reply, exchange, _counts, lambda place: place.put(float(self.token)))


class BigNumbers(PlainFault, frozen=True, kw_only=True, tag="big_numbers"):
    """Numbers beyond 2**53, which a float rounds: ``integers`` grow, or ``ids`` of digits become numbers."""

    ids: ClassVar[tuple[str, ...]] = ("J-BIGINT",)

    target: Literal["integers", "ids"] = "integers"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The contract bounds no integer."""
        return () if self.target == "integers" else ("body",)

    def check(self) -> None:
        """Refuse targets that there are not."""
        refuse_unknown(self, "target", ("integers", "ids"))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The odd numbers above 2**53, no float among them."""
        finds = _is_integer if self.target == "integers" else _is_digits
        return edited(reply, exchange, finds, lambda place: place.put(2**53 + 1 + 2 * int(place.value)))


class DuplicateKeys(PlainFault, frozen=True, kw_only=True, tag="duplicate_keys"):
    """Money stands twice in its row, once as ``0.00``: parsers take the ``truth`` if it comes where they look."""

    ids: ClassVar[tuple[str, ...]] = ("J-DUPKEY",)

    truth: Literal["first", "last"] = "last"

    def check(self) -> None:
        """Refuse places that there are not."""
        refuse_unknown(self, "truth", ("first", "last"))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Each amount under its name, twice."""
        spoilt = edited(reply, exchange, _is_money, self._double)
        return reply if spoilt is reply else reply.with_body(spoilt.body.replace(f'"{_MARK}'.encode(), b'"'))

    def _double(self, place: Place) -> None:
        truth, lie = place.value, "0.00"
        first, last = (truth, lie) if self.truth == "first" else (lie, truth)
        place.put(first)
        place.holder[_MARK + place.name] = last


class DeepNesting(PlainFault, frozen=True, kw_only=True, tag="deep_nesting"):
    """A new field, or a further row, holds lists in lists, ``levels`` deep, and parsers run out of stack."""

    ids: ClassVar[tuple[str, ...]] = ("J-DEEP",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    levels: int = 10_000

    def check(self) -> None:
        """Refuse what is not deep, and more than a stack needs."""
        refuse_outside(self, "levels", 10, DEEPEST)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Brackets at the end."""
        value = decoded(reply)
        if not isinstance(value, dict | list):
            return reply
        comma = b"," if value else b""
        name = b'"nested":' if isinstance(value, dict) else b""
        deep = b"[" * self.levels + b"]" * self.levels
        return reply.with_body(reply.body[:-1] + comma + name + deep + reply.body[-1:])


class HugeBody(PlainFault, frozen=True, kw_only=True, tag="huge_body"):
    """A text of the answer is ``size_kb`` long, all of it sent."""

    ids: ClassVar[tuple[str, ...]] = ("J-HUGE",)

    size_kb: int = 1_000

    def check(self) -> None:
        """Refuse what is not large, and what is more than enough."""
        refuse_outside(self, "size_kb", 10, LARGEST_KB)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The first text, and very many more characters."""
        taken: list[Place] = []

        def is_first(place: Place) -> bool:
            is_taken = _is_text(place) and not taken
            taken.extend([place] if is_taken else ())
            return is_taken

        return edited(reply, exchange, is_first, lambda place: place.put(place.value + " HUGE" * (self.size_kb * 200)))


class EmptyList(PlainFault, frozen=True, kw_only=True, tag="empty_list"):
    """A list that has rows is answered as if it had none, nor further pages."""

    ids: ClassVar[tuple[str, ...]] = ("J-EMPTY-LIST", "D-READY-BEFORE-DATA")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """No rows and no links."""
        value = decoded(reply)
        rows = rows_of(value)
        if not rows:
            return reply
        rows.clear()
        if isinstance(value, dict) and "links" in value:
            value["links"] = {}
        return encoded(reply, value)


class ErrorShape(PlainFault, frozen=True, kw_only=True, tag="error_shape"):
    """What the API refuses, it tells as the consumer data standards do: a list ``errors`` with URNs."""

    ids: ClassVar[tuple[str, ...]] = ("J-ERROR-SHAPE-SWITCH",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same error in other words; what is no error stays."""
        told: Any = decoded(reply)
        is_error = reply.status >= 400 and told is not NOTHING and isinstance(told, dict) and "message" in told
        return in_cdr_form(reply, told) if is_error else reply


def _is_text(place: Place) -> bool:
    return place.is_prose and isinstance(place.value, str)


def _is_integer(place: Place) -> bool:
    return place.schema.get("type") == "integer" and type(place.value) is int


def _is_digits(place: Place) -> bool:
    is_id = place.name.endswith("_id") and isinstance(place.value, str)
    return is_id and place.value.isascii() and place.value.isdigit()


def _is_money(place: Place) -> bool:
    return bool(place.name) and place.is_decimal and isinstance(place.value, str)


def _counts(place: Place) -> bool:
    return _is_money(place) or (place.is_number and isinstance(place.value, int | float))


FAULTS: tuple[type[PlainFault], ...] = (
    TruncatedJson,
    BadJson,
    HtmlInside,
    ContentType,
    ByteOrderMark,
    Latin1,
    LoneSurrogate,
    NotANumber,
    BigNumbers,
    DuplicateKeys,
    DeepNesting,
    EmptyList,
    ErrorShape,
    HugeBody,
)
