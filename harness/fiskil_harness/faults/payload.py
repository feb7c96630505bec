"""Payload faults: HTTP is valid, but the body is malformed, unusual, or not what the headers announce."""

from typing import Annotated, Any, ClassVar, Literal

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import Between, BodyFault, Fault, MatchedExchange, Reply
from fiskil_harness.faults.schema_places import NOTHING, Place, decoded, edited, encoded, rows_of
from fiskil_harness.faults.status import in_cdr_form

JSON_TYPES = ("application/json", "application/vnd.goa.error")
LARGEST_KB = 10_000
DEEPEST = 100_000

Malformed = Literal["trailing_comma", "single_quotes", "comment", "two_values", "bare_keys"]

_MARK = "\ue000"
_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>\n"


class TruncatedJson(BodyFault, frozen=True, kw_only=True, tag="truncated_json"):
    """The body is cut to ``keep_percent``; ``content-length`` matches the cut body, so only the JSON is broken.

    Args:
        keep_percent: The part of the body that is sent, from 1 to 99 percent.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-TRUNC",)

    keep_percent: Annotated[int, Between(1, 99)] = 50

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Keep the beginning of the body."""
        body = reply.body[: max(1, len(reply.body) * self.keep_percent // 100)]
        return reply if body == reply.body else reply.with_body(body)


class BadJson(BodyFault, frozen=True, kw_only=True, tag="bad_json"):
    """The body has one of the common JSON mistakes, which lenient parsers accept.

    Args:
        form: ``trailing_comma``, ``single_quotes``, ``comment``, ``two_values`` or ``bare_keys`` (without quotes).

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-BADJSON",)

    form: Malformed = "trailing_comma"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Write the same JSON with the mistake."""
        value = decoded(reply)
        if not isinstance(value, dict | list) or not value:
            return reply
        body = reply.body
        malformed = {
            "trailing_comma": body[:-1] + b"," + body[-1:],
            "single_quotes": body.replace(b'"', b"'"),
            "comment": b"/* generated */" + body,
            "two_values": body + body,
            "bare_keys": body.replace(b'{"', b"{", 1).replace(b'":', b":", 1),
        }[self.form]
        return reply if malformed == body else reply.with_body(malformed)


class HtmlInside(Fault, frozen=True, kw_only=True, tag="html_inside"):
    """The API does its work and the status stays, but the body is an HTML sign-in page, as of a public network."""

    ids: ClassVar[tuple[str, ...]] = ("J-HTML200",)
    spoils: ClassVar[tuple[str, ...]] = ("media type", "body")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace the body by an HTML page."""
        return reply.with_body(_PAGE).with_header(b"content-type", b"text/html") if reply.body else reply


class ContentType(Fault, frozen=True, kw_only=True, tag="content_type"):
    """The body is unchanged, but ``content-type`` states another media type, a wrong charset, or is missing.

    Args:
        value: The value of ``content-type``; empty removes the header.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-WRONG-CT",)

    value: str = "text/plain"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The parts of the response that violate the contract: none if only a charset is added."""
        return () if self.value.partition(";")[0].strip() == JSON_TYPES[0] else ("media type",)

    def check(self) -> None:
        """Raise ConfigError unless ``value`` is a valid header value that the API does not send anyway.

        Raises:
            ConfigError: The API sends ``value`` without the fault too, or a header cannot contain it.
        """
        if self.value in JSON_TYPES:
            raise ConfigError(f"ContentType: value {self.value!r} is announced without this fault too. Give another type.")
        if not (self.value.isascii() and self.value.isprintable()):
            raise ConfigError(f"ContentType: value {self.value!r} is not allowed in a header. Use printable ASCII.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace or remove ``content-type``."""
        if not reply.body or reply.header(b"content-type") != JSON_TYPES[0].encode():
            return reply
        return reply.with_header(b"content-type", self.value.encode() or None)


class ByteOrderMark(BodyFault, frozen=True, kw_only=True, tag="byte_order_mark"):
    """The body begins with a byte order mark."""

    ids: ClassVar[tuple[str, ...]] = ("J-BOM",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Put the three bytes of the mark before the body."""
        return reply.with_body(b"\xef\xbb\xbf" + reply.body) if reply.body else reply


class Latin1(BodyFault, frozen=True, kw_only=True, tag="latin1"):
    """Texts contain an accented letter, and the body is encoded in Latin-1, although JSON must be UTF-8."""

    ids: ClassVar[tuple[str, ...]] = ("J-LATIN1",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Append ``CAFÉ`` to each text, and encode each character as one byte."""
        changed = edited(reply, exchange, _is_text, lambda place: place.put(f"{place.value} CAFÉ"))
        return reply if changed is reply else reply.with_body(changed.body.decode().encode("latin-1", "replace"))


class LoneSurrogate(BodyFault, frozen=True, kw_only=True, tag="lone_surrogate"):
    r"""Texts end in a lone surrogate, ``\ud83d``, which is valid JSON but not valid Unicode."""

    ids: ClassVar[tuple[str, ...]] = ("J-LONE-SURROGATE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Append a lone surrogate to each text."""
        changed = edited(reply, exchange, _is_text, lambda place: place.put(place.value + _MARK))
        return reply if changed is reply else reply.with_body(changed.body.replace(_MARK.encode(), rb"\ud83d"))


class NotANumber(BodyFault, frozen=True, kw_only=True, tag="not_a_number"):
    """Amounts and numbers are replaced by ``NaN`` or ``Infinity``, which many parsers accept although JSON has neither.

    Args:
        token: The replacement: ``NaN``, ``Infinity`` or ``-Infinity``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-NAN", "J-INFINITY")

    token: Literal["NaN", "Infinity", "-Infinity"] = "NaN"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace each number by the token."""
        return edited(reply, exchange, _counts, lambda place: place.put(float(self.token)))


class BigNumbers(Fault, frozen=True, kw_only=True, tag="big_numbers"):
    """Whole numbers exceed 2 ** 53, so a client that reads them as floats rounds them.

    Args:
        target: ``integers`` (they become larger), or ``ids`` (ids that consist of digits become numbers).

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-BIGINT",)

    target: Literal["integers", "ids"] = "integers"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The parts of the response that violate the contract: none for integers, which have no upper limit."""
        return () if self.target == "integers" else ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace each target by an odd number above 2 ** 53, which no float can represent."""
        finds = _is_integer if self.target == "integers" else _is_digits
        return edited(reply, exchange, finds, lambda place: place.put(2**53 + 1 + 2 * int(place.value)))


class DuplicateKeys(Fault, frozen=True, kw_only=True, tag="duplicate_keys"):
    """Each amount occurs twice in its JSON object, once as ``0.00``; a parser uses either the first or the last.

    Args:
        truth: The position of the right amount: ``first`` or ``last``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-DUPKEY",)

    truth: Literal["first", "last"] = "last"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Write each amount twice under the same name."""
        changed = edited(reply, exchange, _is_money, self._double)
        return reply if changed is reply else reply.with_body(changed.body.replace(f'"{_MARK}'.encode(), b'"'))

    def _double(self, place: Place) -> None:
        truth, lie = place.value, "0.00"
        first, last = (truth, lie) if self.truth == "first" else (lie, truth)
        place.put(first)
        place.holder[_MARK + place.name] = last


class DeepNesting(BodyFault, frozen=True, kw_only=True, tag="deep_nesting"):
    """A new field or row contains ``levels`` nested lists, which exhaust the stack of many parsers.

    Args:
        levels: The number of nested lists, from 10 to 100,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-DEEP",)

    levels: Annotated[int, Between(10, DEEPEST)] = 10_000

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Append the nested lists."""
        value = decoded(reply)
        if not isinstance(value, dict | list):
            return reply
        comma = b"," if value else b""
        name = b'"nested":' if isinstance(value, dict) else b""
        deep = b"[" * self.levels + b"]" * self.levels
        return reply.with_body(reply.body[:-1] + comma + name + deep + reply.body[-1:])


class HugeBody(Fault, frozen=True, kw_only=True, tag="huge_body"):
    """One text of the response is ``size_kb`` long, and all of it is sent.

    Args:
        size_kb: The length in kilobytes, from 10 to 10,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-HUGE",)

    size_kb: Annotated[int, Between(10, LARGEST_KB)] = 1_000

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Extend the first text."""
        first_place: list[Place] = []

        def is_first(place: Place) -> bool:
            is_taken = _is_text(place) and not first_place
            first_place.extend([place] if is_taken else ())
            return is_taken

        return edited(reply, exchange, is_first, lambda place: place.put(place.value + " HUGE" * (self.size_kb * 200)))


class EmptyList(Fault, frozen=True, kw_only=True, tag="empty_list"):
    """A list that has rows is served without rows and without further pages."""

    ids: ClassVar[tuple[str, ...]] = ("J-EMPTY-LIST", "D-READY-BEFORE-DATA")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove the rows and the links."""
        value = decoded(reply)
        rows = rows_of(value)
        if not rows:
            return reply
        rows.clear()
        if isinstance(value, dict) and "links" in value:
            value["links"] = {}
        return encoded(reply, value)


class ErrorShape(BodyFault, frozen=True, kw_only=True, tag="error_shape"):
    """Errors of the API have the format of the Consumer Data Standards: a list ``errors`` with URNs."""

    ids: ClassVar[tuple[str, ...]] = ("J-ERROR-SHAPE-SWITCH",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Convert an error to the format of the Consumer Data Standards; a successful response stays unchanged."""
        error: Any = decoded(reply)
        is_error = reply.status >= 400 and error is not NOTHING and isinstance(error, dict) and "message" in error
        return in_cdr_form(reply, error) if is_error else reply


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
