"""Tables of the classes that have a name in plans: probes, steps and faults, those that ship and those of plugins.

Each module that owns such classes declares its table when it is imported.
"""

# Decoding
# ========
# msgspec fixes the members of a union when it first decodes one, so a union could not contain the classes of a plugin that
# is loaded later. A field for a probe, step or fault therefore has a *marker* as its type, which is no type of JSON. msgspec
# calls ``_decode`` for each marker, and ``_decode`` looks up the name in the table of that moment. An error inside a value
# has a path that begins at this value; ``_whole_path`` joins the paths of nested values.

import abc
import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

Value = TypeVar("Value")

JSON_TYPES = {bool: "bool", dict: "object", float: "float", int: "int", list: "array", str: "str", type(None): "null"}
_PATHS = re.compile(r"(?: - at `\$[^`]*`)+$")
_PATH = re.compile(r" - at `\$([^`]*)`")


class ClassTable:
    """The classes of one kind by name; ``marker`` is the type of fields that hold an instance of one of them."""

    def __init__(
        self, noun: str, parent: type[Struct], classes: dict[str, Any], problem_of: Callable[[type[Any]], str]
    ) -> None:
        """Describe the table.

        Args:
            noun: The kind in messages: ``probe``, ``step`` or ``fault``.
            parent: The class from which all classes of the kind derive.
            classes: The table itself, which later registrations extend.
            problem_of: Returns why a plugin cannot register a class, as the rest of a sentence about it; "" if it can.
        """
        self.noun, self.parent, self.classes, self.problem_of = noun, parent, classes, problem_of
        self.marker = abc.ABCMeta(f"Any{noun.title()}", (), {"__doc__": f"Any {noun} by its name."})
        self.marker.register(parent)


TABLES: dict[str, ClassTable] = {}
"""Every declared table by its noun."""
_OF_MARKER: dict[type, ClassTable] = {}
_LISTENERS: list[Callable[[], object]] = []


def declare(
    noun: str, parent: type[Struct], classes: dict[str, Any], *, problem_of: Callable[[type[Any]], str]
) -> type[Any]:
    """Declare the table of a kind of classes, see ``ClassTable``, and return its marker."""
    table = TABLES[noun] = ClassTable(noun, parent, classes, problem_of)
    _OF_MARKER[table.marker] = table
    return table.marker


def on_change(forget: Callable[[], object]) -> None:
    """Call *forget* whenever plugins register something, for example to clear a cache."""
    _LISTENERS.append(forget)


def changed() -> None:
    """Notify the listeners that a table has changed."""
    for forget in _LISTENERS:
        forget()


def decode(text: bytes | str, kind: type[Value]) -> Value:
    """Return the JSON in *text* as a value of the type *kind*, which may contain probes, steps and faults.

    Raises:
        MsgspecError: The text is no JSON, or does not match the type.
    """
    try:
        return msgspec.json.decode(text, type=kind, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(_whole_path(str(error))) from None


def convert(value: Any, kind: type[Value]) -> Value:
    """Return *value*, which consists of JSON types, as a value of the type *kind*.

    Raises:
        ValidationError: The value does not match the type.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(_whole_path(str(error))) from None


def unstorable_field(kind: type[Struct]) -> str:
    """Return the first field of *kind* whose type JSON cannot hold, as ``name``; "" if there is none.

    Raises:
        TypeError: msgspec does not accept the type of a field.
        NameError: The annotation of a field names something that does not exist.
    """
    described = msgspec.inspect.type_info(kind)
    fields = described.fields if isinstance(described, msgspec.inspect.StructType) else ()
    return next((field.name for field in fields if _is_unstorable(field.type)), "")


def _is_unstorable(described: msgspec.inspect.Type) -> bool:
    if isinstance(described, msgspec.inspect.CustomType):
        return described.cls not in _OF_MARKER
    parts = [getattr(described, name, None) for name in ("item_type", "key_type", "value_type")]
    parts += [*getattr(described, "item_types", ()), *getattr(described, "types", ())]
    parts += [field.type for field in getattr(described, "fields", ()) if hasattr(field, "type")]
    return any(part is not None and _is_unstorable(part) for part in parts)


def _decode(kind: type, value: Any) -> Any:
    """Return *value*, a JSON object, as an instance of the class that it names.

    Raises:
        ValueError: It is no object, or names no class of the kind; the message is one of msgspec's.
        NotImplementedError: *kind* is no marker.
    """
    if kind not in _OF_MARKER:
        raise NotImplementedError(f"JSON cannot hold a {kind.__name__}")
    classes = _OF_MARKER[kind].classes
    if isinstance(value, _OF_MARKER[kind].parent):
        return value
    if not isinstance(value, dict):
        raise ValueError(f"Expected `object`, got `{JSON_TYPES.get(type(value), type(value).__name__)}`")
    if "type" not in value:
        raise ValueError("Object missing required field `type`")
    name = value["type"]
    if not isinstance(name, str):
        raise ValueError(f"Expected `str`, got `{JSON_TYPES.get(type(name), type(name).__name__)}` - at `$.type`")
    if name not in classes:
        raise ValueError(f"Invalid value {name!r} - at `$.type`")
    try:
        return msgspec.convert(value, classes[name], dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def _whole_path(complaint: str) -> str:
    """Return the message *complaint* with one path in place of the paths of nested values, the innermost first."""
    paths = _PATHS.search(complaint)
    if paths is None:
        return complaint
    return f"{complaint[: paths.start()]} - at `${''.join(reversed(_PATH.findall(paths[0])))}`"
