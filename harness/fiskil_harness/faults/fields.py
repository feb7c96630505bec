"""Faults of single fields: the JSON is fine, and a field is new, missing, or of another form than our documents describe.

``field`` names the one that is meant; without it, every field of the kind is.
"""

from datetime import UTC, timedelta, timezone
from typing import Any, ClassVar, Literal, get_args

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_unknown
from fiskil_harness.faults.schema_places import NOTHING, decoded, edited, encoded, moment_of, rows_of
from fiskil_harness.sandbox.api.versions import convert_body

Money = Literal["number", "text"]
Moment = Literal["offset", "fraction", "date_only", "no_zone", "epoch"]

_EAST = timezone(timedelta(hours=10))


class ExtraField(PlainFault, frozen=True, kw_only=True, tag="extra_field"):
    """Every row, or an answer without rows, has a field more."""

    ids: ClassVar[tuple[str, ...]] = ("J-EXTRA-FIELD",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    field: str = "introduced_lately"

    def check(self) -> None:
        """Refuse a field without a name."""
        if not self.field:
            raise ConfigError("ExtraField: a field has a name.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The field, with an object in it."""
        value = decoded(reply)
        rows = rows_of(value)
        for row in [value] if rows is None else rows:
            if isinstance(row, dict):
                row.setdefault(self.field, {"since": "2026-01-01", "flags": [True]})
        return reply if value is NOTHING else encoded(reply, value)


class UnknownEnum(PlainFault, frozen=True, kw_only=True, tag="unknown_enum"):
    """Fields that know few words say another one."""

    ids: ClassVar[tuple[str, ...]] = ("J-UNKNOWN-ENUM",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    field: str = ""
    word: str = "INTRODUCED_LATELY"

    def check(self) -> None:
        """Refuse no word."""
        if not self.word:
            raise ConfigError("UnknownEnum: a word has letters.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The word, wherever it is not known."""
        finds = _named(self.field)
        return edited(
            reply,
            exchange,
            lambda place: finds(place) and self.word not in place.schema.get("enum", (self.word,)),
            lambda place: place.put(self.word),
        )


class MissingOptional(PlainFault, frozen=True, kw_only=True, tag="missing_optional"):
    """Fields that a row may go without are not there."""

    ids: ClassVar[tuple[str, ...]] = ("J-MISSING-OPTIONAL", "D-NO-DATES")

    field: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Rows of what must be there."""
        finds = _named(self.field)
        return edited(
            reply, exchange, lambda place: finds(place) and not place.is_required, lambda place: place.holder.pop(place.key)
        )


class NullForOptional(PlainFault, frozen=True, kw_only=True, tag="null_for_optional"):
    """Fields that would be left out are null."""

    ids: ClassVar[tuple[str, ...]] = ("J-NULL-FOR-OPTIONAL",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    field: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Null for what may be absent."""
        finds = _named(self.field)
        return edited(reply, exchange, lambda place: finds(place) and place.is_optional, lambda place: place.put(None))


class MoneyForm(PlainFault, frozen=True, kw_only=True, tag="money_form"):
    """Decimals come as a ``number``, 10.0 for "10.00", or numbers as ``text``."""

    ids: ClassVar[tuple[str, ...]] = ("J-STRING-NUMBER",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    form: Money = "number"
    field: str = ""

    def check(self) -> None:
        """Refuse forms that there are not."""
        refuse_unknown(self, "form", get_args(Money))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same amounts in the other form."""
        finds = _named(self.field)
        if self.form == "text":
            return edited(
                reply,
                exchange,
                lambda place: finds(place) and place.is_number and isinstance(place.value, int | float),
                lambda place: place.put(str(place.value)),
            )
        return edited(
            reply,
            exchange,
            lambda place: finds(place) and place.is_decimal and isinstance(place.value, str),
            lambda place: place.put(float(place.value)),
        )


class DateForm(PlainFault, frozen=True, kw_only=True, tag="date_form"):
    """The same moments, written otherwise: with the ``offset`` of the east coast, with a ``fraction`` of the second, as
    ``date_only``, with ``no_zone``, as seconds since the ``epoch``.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-DATE", "D-TZ-EDGE")

    form: Moment = "offset"
    field: str = ""

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """RFC 3339 has offsets and fractions, and nothing of the others."""
        return () if self.form in {"offset", "fraction"} else ("body",)

    def check(self) -> None:
        """Refuse forms that there are not."""
        refuse_unknown(self, "form", get_args(Moment))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Each moment in the form; one that is in no form is left."""
        finds = _named(self.field)
        return edited(
            reply,
            exchange,
            lambda place: finds(place) and place.is_moment and moment_of(place.value) is not None,
            lambda place: place.put(self._written(place.value)),
        )

    def _written(self, text: str) -> str | int:
        moment = moment_of(text)
        assert moment is not None
        utc = moment.astimezone(UTC)
        match self.form:
            case "offset":
                return moment.astimezone(_EAST).isoformat()
            case "fraction":
                return utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            case "date_only":
                return utc.strftime("%Y-%m-%d")
            case "no_zone":
                return utc.strftime("%Y-%m-%dT%H:%M:%S")
            case "epoch":
                return int(utc.timestamp())


class CamelCase(PlainFault, frozen=True, kw_only=True, tag="camel_case"):
    """Names of fields are written in camel case: ``fiskilId`` for ``fiskil_id``."""

    ids: ClassVar[tuple[str, ...]] = ("J-CASE",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Every name with a line below in it."""
        value = decoded(reply)
        return reply if value is NOTHING else encoded(reply, _in_camel(value))


class OldShape(PlainFault, frozen=True, kw_only=True, tag="old_shape"):
    """Who asked for a newer version is given a body of the ``version`` before, under the new one's name."""

    ids: ClassVar[tuple[str, ...]] = ("J-VERSION-SHAPE",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    version: Literal["v1", "v2"] = "v1"

    def check(self) -> None:
        """Refuse versions that are not old."""
        refuse_unknown(self, "version", ("v1", "v2"))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The body as the older version words it; the same where both say it alike."""
        value = decoded(reply)
        if value is NOTHING or reply.status != 200 or exchange.version <= self.version:
            return reply
        try:
            return encoded(reply, convert_body(self.version, exchange.route, value, newer=exchange.version))
        except (AttributeError, KeyError, TypeError, ValueError):
            # Another fault has been here before, and it is a body of no version any more.
            return reply


def _named(field: str) -> Any:
    return lambda place: bool(place.name) and field in {"", place.name}


def _in_camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_camel(each_value) for each_value in value]
    if not isinstance(value, dict):
        return value
    return {_camel(name): _in_camel(each_value) for name, each_value in value.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(text[:1].upper() + text[1:] for text in others)


FAULTS: tuple[type[PlainFault], ...] = (
    ExtraField,
    UnknownEnum,
    MissingOptional,
    NullForOptional,
    MoneyForm,
    DateForm,
    CamelCase,
    OldShape,
)
