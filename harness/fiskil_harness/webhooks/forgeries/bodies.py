"""Forgeries that change signed bytes, and bodies that crash a receiver which parses before it verifies."""

from collections.abc import Callable

import msgspec

from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.webhooks.forgeries.forgery import Forged, Forgery, Material, appended, changed, forged
from fiskil_harness.webhooks.message import seal

DEEP = 10_000
LONG = 100_000
REPLACEMENT = "\ufffd"


def _tampered(change: Callable[[bytes], bytes]) -> Callable[[Material], Forged]:
    """Return a forgery whose body *change* altered, under the signature of the original body."""
    return lambda material: changed(material, change(material.honest.body))


def _renamed(rename: Callable[[str], str]) -> Callable[[Material], Forged]:
    """Return a forgery with another ``message_id`` under the signature of the original message."""

    def make(material: Material) -> Forged:
        old = material.event.message_id
        body = material.honest.body.replace(f'"{old}"'.encode(), f'"{rename(old)}"'.encode(), 1)
        return changed(material, body, rename(old))

    return make


def _repeated_key(material: Material) -> Forged:
    """Insert another id before the signed id. A parser that keeps the last of two equal keys sees the original message."""
    earlier = _flipped(material.event.message_id)
    name = material.dialect.payload.id.removeprefix("$.")
    return changed(material, f'{{"{name}":"{earlier}",'.encode() + material.honest.body[1:], earlier)


def _invalid_byte(material: Material) -> Forged:
    """Send an invalid byte where U+FFFD was signed. A receiver that decodes leniently before it verifies accepts it."""
    event = msgspec.structs.replace(material.event, extra={**material.event.extra, "note": REPLACEMENT})
    honest = seal(event, attempt=1, secret=material.secret, dialect=material.dialect)
    lenient = msgspec.structs.replace(material, honest=honest)
    return changed(lenient, honest.body.replace(REPLACEMENT.encode(), b"\xff"))


def _respaced(body: bytes) -> bytes:
    return msgspec.json.format(body, indent=2)


def _unsigned_with(note: bytes) -> Callable[[Material], Forged]:
    """Return an unsigned forgery whose body may crash a receiver that parses before it verifies."""

    def make(material: Material) -> Forged:
        return msgspec.structs.replace(forged(material), body=appended(material.honest.body, b'"note":' + note))

    return make


def _flipped(message_id: str) -> str:
    return message_id[:-1] + chr(ord(message_id[-1]) ^ 1)


def _has_id_in_body(dialect: Dialect) -> bool:
    return not dialect.payload.id_header


def _has_id_on_top(dialect: Dialect) -> bool:
    return dialect.payload.id.count(".") == 1


BODIES: tuple[Forgery, ...] = (
    Forgery(
        "bit_flipped", "with one bit of message_id flipped under the old signature", _renamed(_flipped), _has_id_in_body
    ),
    Forgery("space_in_id", "with a space in message_id under the old signature", _renamed("{} ".format), _has_id_in_body),
    Forgery("respaced", "with spaces between its JSON tokens under the old signature", _tampered(_respaced)),
    Forgery("repeated_key", "with a second message_id under the old signature", _repeated_key, _has_id_on_top),
    Forgery("trailing_newline", "with a newline at its end under the old signature", _tampered(lambda b: b + b"\n")),
    Forgery("byte_order_mark", "with a byte order mark under the old signature", _tampered(lambda b: b"\xef\xbb\xbf" + b)),
    Forgery("invalid_byte", "with an invalid byte where the signed text has U+FFFD", _invalid_byte),
    Forgery("deep", "without a signature, nested 10 000 levels deep", _unsigned_with(b"[" * DEEP + b"]" * DEEP)),
    Forgery("huge_integer", "without a signature, with an integer of 100 000 digits", _unsigned_with(b"7" * LONG)),
)
