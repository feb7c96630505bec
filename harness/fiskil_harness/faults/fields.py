"""Field faults: the JSON is valid, but a field is added, missing, or differs from its documentation.

The argument ``field`` is the name of the affected field; if it is empty, every field of the affected kind is changed.
"""

from datetime import UTC, timedelta, timezone
from typing import Any, ClassVar, Literal

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import BodyFault, Fault, MatchedExchange, Reply, refuse_outside
from fiskil_harness.faults.schema_places import NOTHING, Place, decoded, edited, encoded, moment_of, rows_of
from fiskil_harness.sandbox.api.versions import convert_body

Money = Literal["number", "text"]
Moment = Literal["offset", "fraction", "date_only", "no_zone", "epoch"]

_FORMATS = {"fraction": "%Y-%m-%dT%H:%M:%S.000Z", "date_only": "%Y-%m-%d", "no_zone": "%Y-%m-%dT%H:%M:%S"}
LONGEST_EXTRA_BYTES = 100_000
_EAST = timezone(timedelta(hours=10))


class ExtraField(BodyFault, frozen=True, kw_only=True, tag="extra_field"):
    """Every row has an additional field; in a response without rows, the object itself has the field.

    Args:
        field: The name of the additional field; not empty.
        size_bytes: Length of a text in the field, from 0 to 100,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-EXTRA-FIELD",)

    field: str = "introduced_lately"
    size_bytes: int = 0

    def check(self) -> None:
        """Raise ConfigError if ``field`` is empty or ``size_bytes`` is out of range.

        Raises:
            ConfigError: ``field`` is empty, or ``size_bytes`` is out of range.
        """
        if not self.field:
            raise ConfigError("ExtraField: field must not be empty.")
        refuse_outside(self, "size_bytes", 0, LONGEST_EXTRA_BYTES)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Add the field, with an object as its value."""
        value = decoded(reply)
        extra: dict[str, Any] = {"since": "2026-01-01", "flags": [True]}
        if self.size_bytes:
            extra["note"] = "x" * self.size_bytes
        rows = rows_of(value)
        for row in [value] if rows is None else rows:
            if isinstance(row, dict):
                row.setdefault(self.field, extra)
        return reply if value is NOTHING else encoded(reply, value)


class UnknownEnum(BodyFault, frozen=True, kw_only=True, tag="unknown_enum"):
    """Enumerated fields have a value that the documentation does not list.

    Args:
        field: The affected field; empty for every enumerated field.
        word: The unknown value; not empty.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-UNKNOWN-ENUM",)

    field: str = ""
    word: str = "INTRODUCED_LATELY"

    def check(self) -> None:
        """Raise ConfigError if ``word`` is empty.

        Raises:
            ConfigError: ``word`` is empty.
        """
        if not self.word:
            raise ConfigError("UnknownEnum: word must not be empty.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Set every affected enumerated field to ``word``, unless its schema lists ``word``."""
        finds = _named(self.field)
        return edited(
            reply,
            exchange,
            lambda place: finds(place) and self.word not in place.schema.get("enum", (self.word,)),
            lambda place: place.put(self.word),
        )


class MissingOptional(Fault, frozen=True, kw_only=True, tag="missing_optional"):
    """Optional fields are missing.

    Args:
        field: The affected field; empty for every optional field.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-MISSING-OPTIONAL", "D-NO-DATES")

    field: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Remove the affected optional fields."""
        finds = _named(self.field)
        return edited(
            reply, exchange, lambda place: finds(place) and not place.is_required, lambda place: place.holder.pop(place.key)
        )


class NullForOptional(BodyFault, frozen=True, kw_only=True, tag="null_for_optional"):
    """Optional fields are null instead of being left out.

    Args:
        field: The affected field; empty for every optional field.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-NULL-FOR-OPTIONAL",)

    field: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Set the affected optional fields to null."""
        finds = _named(self.field)
        return edited(reply, exchange, lambda place: finds(place) and place.is_optional, lambda place: place.put(None))


class MoneyForm(BodyFault, frozen=True, kw_only=True, tag="money_form"):
    """Decimal amounts become numbers instead of strings, 10.0 for "10.00", or numbers become strings.

    Args:
        form: The new type: ``number`` or ``text`` (a string).
        field: The affected field; empty for every such field.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-STRING-NUMBER",)

    form: Money = "number"
    field: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Convert the affected values to the other type."""
        finds, convert = _named(self.field), str if self.form == "text" else float

        def is_convertible(place: Place) -> bool:
            is_number = place.is_number and isinstance(place.value, int | float)
            return is_number if self.form == "text" else place.is_decimal and isinstance(place.value, str)

        return edited(
            reply,
            exchange,
            lambda place: finds(place) and is_convertible(place),
            lambda place: place.put(convert(place.value)),
        )


class DateForm(Fault, frozen=True, kw_only=True, tag="date_form"):
    """Dates with a time are written in another format, with the same meaning as far as the format allows.

    Args:
        form: ``offset`` (UTC+10), ``fraction`` (of a second), ``date_only``, ``no_zone``, or ``epoch`` (seconds).
        field: The affected field; empty for every date with a time.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-DATE", "D-TZ-EDGE")

    form: Moment = "offset"
    field: str = ""

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The parts of the response that violate the contract: none for offsets and fractions, which RFC 3339 allows."""
        return () if self.form in {"offset", "fraction"} else ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Write each date with a time in the chosen format; dates that cannot be parsed stay unchanged."""
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
        if self.form == "offset":
            return moment.astimezone(_EAST).isoformat()
        return int(moment.timestamp()) if self.form == "epoch" else moment.astimezone(UTC).strftime(_FORMATS[self.form])


class CamelCase(BodyFault, frozen=True, kw_only=True, tag="camel_case"):
    """Field names are in camel case: ``fiskilId`` instead of ``fiskil_id``."""

    ids: ClassVar[tuple[str, ...]] = ("J-CASE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Rename every field that has an underscore."""
        value = decoded(reply)
        return reply if value is NOTHING else encoded(reply, _in_camel(value))


class OldShape(BodyFault, frozen=True, kw_only=True, tag="old_shape"):
    """The response announces the requested API version, but its body has the structure of an older version.

    Args:
        version: The version of the body: ``v1`` or ``v2``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("J-VERSION-SHAPE",)

    version: Literal["v1", "v2"] = "v1"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Convert the body to the older version; the body stays unchanged if both versions have the same structure."""
        value = decoded(reply)
        if value is NOTHING or reply.status != 200 or exchange.version <= self.version:
            return reply
        try:
            return encoded(reply, convert_body(self.version, exchange.route, value, newer=exchange.version))
        except (AttributeError, KeyError, TypeError, ValueError):
            # An earlier fault has changed the body, so that it belongs to no version.
            return reply


def _named(field: str) -> Any:
    return lambda place: bool(place.name) and field in {"", place.name}


def _in_camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_camel(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {_camel(name): _in_camel(element) for name, element in value.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(text[:1].upper() + text[1:] for text in others)
