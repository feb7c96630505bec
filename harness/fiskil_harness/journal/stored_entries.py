"""The entries of a journal as plain values for a file, and back.

A body that is readable text is stored as text, so that the file can be searched; any other as base64.
"""

import base64
import binascii
from functools import cache
from typing import Any

import msgspec

import fiskil_harness.journal as journal_package
from fiskil_harness.journal import Canaries, Entry

NOT_STORED = (Canaries,)
"""Classes of entries that consist of secrets; the entries of the search for secrets replace them."""
BASE64 = "base64"


@cache
def entry_classes() -> dict[str, type[Entry]]:
    """Return every class of entries by its name."""
    values = (getattr(journal_package, name) for name in journal_package.__all__)
    classes = [value for value in values if isinstance(value, type) and issubclass(value, Entry) and value is not Entry]
    return {kind.__name__: kind for kind in classes}


def plain(entry: Entry) -> dict[str, Any]:
    """Return *entry* as a dict with its class in ``type``; bytes stay bytes."""
    return {"type": type(entry).__name__, **msgspec.to_builtins(entry, builtin_types=(bytes,))}


def storable(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the *fields* of a plain entry with each value of bytes as text, or as base64 in a dict."""
    return {name: _stored(value) if isinstance(value, bytes) else value for name, value in fields.items()}


def entry_of(fields: dict[str, Any]) -> Entry:
    """Return the entry that ``storable`` returned as *fields*.

    Raises:
        ValueError: The class is unknown, or a field is missing or invalid.
    """
    kind = entry_classes().get(str(fields.get("type")))
    if kind is None:
        raise ValueError(f"there is no entry {str(fields.get('type'))[:40]!r}")
    values = {name: value for name, value in fields.items() if name != "type"}
    for name in _bytes_fields(kind):
        if name in values:
            values[name] = _bytes_of(values[name])
    return msgspec.convert(values, kind, builtin_types=(bytes,))


@cache
def _bytes_fields(kind: type[Entry]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.type is bytes)


def _stored(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {BASE64: base64.b64encode(value).decode()}


def _bytes_of(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(value[BASE64], validate=True)  # type: ignore[index]
    except (TypeError, KeyError, binascii.Error) as error:
        raise ValueError(f"a body is neither text nor base64: {error}") from None
