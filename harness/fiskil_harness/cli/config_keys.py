"""Every key of the config: its description from ``fixtures/config_keys.toml``, its default, and an example.

The default is the schema's; the example is a line of the template that `init` writes.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.config.schema import Connected, RequestTemplate, Settings
from fiskil_harness.core.config.webhook_format import Payload, Scheme

FILE = "config_keys.toml"
TEMPLATE = Path(__file__).parent / "template" / "fiskil-harness.toml"
UNDIVIDED = (RequestTemplate, Connected, Scheme, Payload)
"""Tables that are described as a whole."""
FILLED_IN = ("folder", "source", "stated_limits")
"""Fields of the settings that the harness fills in itself."""
_COMMENTED = re.compile(r"#:? +")
_TABLE = re.compile(r"\[\[?([\w.-]+)\]\]?")
_KEY = re.compile(r"([\w.]+) = ")


class ConfigKey(Struct, frozen=True, kw_only=True):
    """A key of the config, such as ``app.limits.ack_s``; "" if it has no default or the template no example."""

    name: str
    about: str
    default: str
    example: str


@cache
def config_keys() -> dict[str, ConfigKey]:
    """Return every key by name, in the order of the schema. A table is a key too."""
    about: dict[str, str] = catalog.read_fixture(FILE)["keys"]
    examples = dict(_examples())
    return {
        name: ConfigKey(name=name, about=about.get(name, ""), default=default, example=examples.get(name, ""))
        for name, default in _keys_of(Settings, "")
    }


def _keys_of(kind: type[Struct], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield name and default of each key of *kind* and of the tables in it."""
    for field in msgspec.structs.fields(kind):
        if not prefix and field.name in FILLED_IN:
            continue
        name, table = f"{prefix}{field.encode_name}", _table_in(field.type)
        yield name, "" if table else _shown(field.default)
        if table is not None:
            yield from _keys_of(table, f"{name}.")


def _table_in(annotation: Any) -> type[Struct] | None:
    """Return the divided table that *annotation* is, may be, or is a list of; None for other values."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return None if annotation in UNDIVIDED else annotation
    if get_origin(annotation) in (UnionType, Union, tuple):
        return next(filter(None, map(_table_in, get_args(annotation))), None)
    return None


def _shown(default: Any) -> str:
    is_plain = isinstance(default, (str, int, float, tuple))
    return msgspec.json.encode(default).decode() if is_plain and default != () else ""


def _examples() -> Iterator[tuple[str, str]]:
    """Yield the name of each key and table in the template, and its line."""
    table = ""
    for raw in TEMPLATE.read_text(encoding="utf-8").splitlines():
        line = _COMMENTED.sub("", raw, count=1).strip()
        if header := _TABLE.fullmatch(line):
            table = header[1]
            yield table, line
        elif key := _KEY.match(line):
            yield f"{table}.{key[1]}" if table else key[1], line
