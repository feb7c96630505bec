"""Needles: every way to write a secret value, to be looked for in what an app writes and says."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from msgspec import Struct

from harness.journal import Canaries


class Needle(Struct, frozen=True):
    """One way to write one secret value. It has no readable form."""

    kind: str
    form: str
    text: bytes

    def __repr__(self) -> str:
        """The kind and the form alone."""
        return f"Needle({self.kind}, {self.form})"


def needles_of(canaries: Canaries) -> Iterator[Needle]:
    """Each value in each form; account numbers as they are."""
    for kind, values in canaries.values.items():
        for value in values:
            if kind == "account number":
                yield Needle(kind, "", value.encode())
                continue
            for form, raw in _raw_forms(value):
                for encoding, text in _encodings(raw):
                    yield Needle(kind, " ".join(word for word in (form, encoding) if word), text)


def _raw_forms(value: str) -> Iterator[tuple[str, bytes]]:
    """The text itself, and the key behind it where the text is base64."""
    yield "", value.encode()
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        return
    if len(key) >= 16:
        yield "decoded", key


def _encodings(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Plain, JSON, URL-encoded, hex and base64; the last wherever the value begins inside a longer text."""
    yield "", raw
    yield "in hex", raw.hex().encode()
    if raw.isascii():
        text = raw.decode()
        written = {"in JSON": json.dumps(text)[1:-1].replace("/", "\\/"), "URL-encoded": quote(text, safe="")}
        yield from ((name, other.encode()) for name, other in written.items() if other != text)
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + raw)
        core = encoded[-(-lead * 8 // 6) : len(encoded) - 4]
        yield "in base64", core
        yield "in base64", core.translate(bytes.maketrans(b"+/", b"-_"))


def is_in(needle: Needle, text: bytes) -> bool:
    """Whether *text* holds the needle; digits count only as a number of their own."""
    if needle.text not in text:
        return False
    edge = rb"(?<!\d)%b(?!\d)" if needle.text.isdigit() else rb"%b"
    return re.search(edge % re.escape(needle.text), text) is not None
