"""The parameters of a fault in expressions, derived from its fields: words, unit, allowed values and default."""

import enum
import types
from functools import cache
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from fiskil_harness.errors import UnknownName
from fiskil_harness.faults.fault import Fault
from fiskil_harness.faults.lexer import Tokens, quoted
from fiskil_harness.faults.units import UNITS, Unit, stem_and_unit

NOTHING = "none"
TRUTHS = {"yes": True, "no": False}
UNITS_KNOWN = {spelling for unit in UNITS.values() for spelling in unit.spellings}


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter of a fault: ``words`` is the field's name without the unit, ``kind`` is its type without None."""

    fault: str
    field: str
    words: str
    unit: Unit | None
    kind: Any
    is_optional: bool
    is_required: bool
    default: Any

    @property
    def is_bare(self) -> bool:
        """True if the value is written without words, because the field has the name of the fault or of a unit."""
        return self.words.replace(" ", "_") in {"", self.fault}

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed values of an enumerated or boolean parameter; empty for any other parameter."""
        if get_origin(self.kind) is Literal:
            return tuple(str(choice) for choice in get_args(self.kind))
        if isinstance(self.kind, type) and issubclass(self.kind, enum.Enum):
            return tuple(str(enum.value) for enum in self.kind)
        return tuple(TRUTHS) if self.kind is bool else ()

    def read(self, tokens: Tokens) -> Any:
        """Read the next value, and return it as JSON would represent it.

        Raises:
            UnknownName: The parameter has ``choices``, and the value is none of them.
            ConfigError: The value has the wrong type, or its unit is missing or wrong.
        """
        if self.is_optional and tokens.takes(NOTHING):
            return None
        if get_origin(self.kind) is not tuple:
            return self._read_one(tokens, self.kind)
        values: list[Any] = []
        while not values or tokens.takes("and"):
            if not values and tokens.takes(NOTHING):
                break
            values.append(self._read_one(tokens, get_args(self.kind)[0]))
        return values

    def written(self, value: Any) -> str:
        """Return *value* as text that ``read`` accepts."""
        if value is None or value == ():
            return NOTHING
        if isinstance(value, tuple):
            return " and ".join(self.written(element) for element in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return f"{value!r} {self.unit.written}" if self.unit else repr(value)
        return quoted(str(msgspec.to_builtins(value)))

    def _read_one(self, tokens: Tokens, kind: Any) -> Any:
        label = f"{self.words!r} of {self.fault}" if self.words else self.fault
        if kind is int or kind is float:
            return self._read_number(tokens, kind, label)
        if get_origin(kind) is Literal and all(isinstance(choice, int) for choice in get_args(kind)):
            return tokens.whole(label)
        value = tokens.name(label)
        if self.choices and value not in self.choices:
            raise UnknownName("value", value, self.choices, place=f"{label} in the fault {tokens.text!r}")
        return TRUTHS[value] if kind is bool else value

    def _read_number(self, tokens: Tokens, kind: Any, label: str) -> int | float:
        value_text = tokens.next_text
        value = tokens.number(label)
        if self.unit is not None:
            if tokens.next_text not in self.unit.spellings:
                self._refuse_unit(tokens, self.unit, f"{self.words} {value_text}".strip())
            value *= self.unit.spellings[tokens.word()]
        if kind is float:
            return float(value)
        if value.denominator != 1:
            of = f" of {self.unit.written}" if self.unit else ""
            tokens.refuse(f"{label} needs a whole number{of}, got {float(value):g}")
        return int(value)

    def _refuse_unit(self, tokens: Tokens, unit: Unit, phrase: str) -> NoReturn:
        known = ", ".join(unit.spellings)
        hint = f"{phrase} {unit.written}"
        other = tokens.next_text if tokens.next_text in UNITS_KNOWN else ""
        wrong_unit = f"{other!r} is not a unit of {self.words or self.fault!r}, which takes {known}"
        tokens.refuse(f"{wrong_unit if other else f'{phrase!r} has no unit'}. Did you mean {hint!r}?")

    @property
    def usage(self) -> str:
        """The syntax of the parameter, with its default value or a placeholder."""
        if self.is_required or self.default is None:
            value_text = " ".join(
                ["N" if self.kind in (int, float) else "NAME", *([self.unit.written] if self.unit else [])]
            )
        else:
            value_text = self.written(self.default)
        if self.choices:
            value_text = " | ".join(self.choices)
        return value_text if self.is_bare else f"{self.words} {value_text}"


@cache
def parameters(kind: type[Fault]) -> tuple[Parameter, ...]:
    """Return the parameters of a fault, in the order of its fields."""
    hints, name = get_type_hints(kind), str(kind.__struct_config__.tag)
    return tuple(_parameter(name, field, hints[field.name]) for field in msgspec.structs.fields(kind))


def _parameter(fault: str, field: msgspec.structs.FieldInfo, hint: Any) -> Parameter:
    words, unit = stem_and_unit(field.name)
    if hint is bool:
        words = words.removeprefix("is ").removeprefix("has ")
    members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = [member for member in members if member is not types.NoneType]
    return Parameter(
        fault=fault,
        field=field.name,
        words=words,
        unit=unit,
        kind=kinds[0],
        is_optional=len(kinds) < len(members),
        is_required=field.required,
        default=None if field.required else field.default,
    )
