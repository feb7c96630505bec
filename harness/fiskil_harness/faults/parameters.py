"""What a fault can be told, read off its fields: the words, the unit, what values there are, and the default."""

import enum
import types
from functools import cache
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from fiskil_harness.errors import UnknownName
from fiskil_harness.faults.fault import PlainFault
from fiskil_harness.faults.lexer import Tokens, quoted
from fiskil_harness.faults.units import UNITS, Unit, stem_and_unit

NOTHING = "none"
TRUTHS = {"yes": True, "no": False}
UNITS_KNOWN = {spelling for unit in UNITS.values() for spelling in unit.spellings}


class Parameter(Struct, frozen=True, kw_only=True):
    """One field of a fault. ``words`` are its name without the unit; ``kind`` is its type without None."""

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
        """Whether its value needs no words: the fault is called after it, or it after its unit."""
        return self.words.replace(" ", "_") in {"", self.fault}

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that can be had, where they are named; empty where they are not."""
        if get_origin(self.kind) is Literal:
            return tuple(str(get_arg) for get_arg in get_args(self.kind))
        if isinstance(self.kind, type) and issubclass(self.kind, enum.Enum):
            return tuple(str(enum.value) for enum in self.kind)
        return tuple(TRUTHS) if self.kind is bool else ()

    def read(self, tokens: Tokens) -> Any:
        """The value that comes next, as JSON would carry it.

        Raises:
            ConfigError: It is no value of this parameter, or its unit is missing or another's.
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
        """*value* as ``read`` understands it."""
        if value is None or value == ():
            return NOTHING
        if isinstance(value, tuple):
            return " and ".join(self.written(each_value) for each_value in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return f"{value!r} {self.unit.written}" if self.unit else repr(value)
        return quoted(str(msgspec.to_builtins(value)))

    def _read_one(self, tokens: Tokens, kind: Any) -> Any:
        what = f"{self.words!r} of {self.fault}" if self.words else self.fault
        if kind is int or kind is float:
            return self._read_number(tokens, kind, what)
        if get_origin(kind) is Literal and all(isinstance(get_arg, int) for get_arg in get_args(kind)):
            return tokens.whole(what)
        value = tokens.name(what)
        if self.choices and value not in self.choices:
            raise UnknownName("value", value, self.choices, place=f"{what} in the fault {tokens.text!r}")
        return TRUTHS[value] if kind is bool else value

    def _read_number(self, tokens: Tokens, kind: Any, what: str) -> int | float:
        shown = tokens.shown
        value = tokens.number(what)
        if self.unit is not None:
            if tokens.shown not in self.unit.spellings:
                self._refuse_unit(tokens, self.unit, f"{self.words} {shown}".strip())
            value *= self.unit.spellings[tokens.word()]
        if kind is float:
            return float(value)
        if value.denominator != 1:
            of = f" of {self.unit.written}" if self.unit else ""
            tokens.refuse(f"{what} wants a whole number{of}, got {float(value):g}")
        return int(value)

    def _refuse_unit(self, tokens: Tokens, unit: Unit, said: str) -> NoReturn:
        known = ", ".join(unit.spellings)
        hint = f"{said} {unit.written}"
        other = tokens.shown if tokens.shown in UNITS_KNOWN else ""
        is_no_unit = f"{other!r} is no unit of {self.words or self.fault!r}, which takes {known}"
        tokens.refuse(f"{is_no_unit if other else f'{said!r} has no unit'}. Did you mean {hint!r}?")

    @property
    def usage(self) -> str:
        """How it is said, with its default, or with what stands for a value where there is none."""
        if self.is_required or self.default is None:
            shown = " ".join(["N" if self.kind in (int, float) else "NAME", *([self.unit.written] if self.unit else [])])
        else:
            shown = self.written(self.default)
        if self.choices:
            shown = " | ".join(self.choices)
        return shown if self.is_bare else f"{self.words} {shown}"


@cache
def parameters(kind: type[PlainFault]) -> tuple[Parameter, ...]:
    """What a fault can be told, in the order of its fields."""
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
