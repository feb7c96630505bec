"""Variants of genuine messages with a valid signature, which covers exactly the bytes that are sent.

A re-encoding writes the JSON or the request differently. Its meaning is the same, so it must be acknowledged and applied. A
spelling writes the signature differently, and may be accepted or refused. An oddity has a body that Fiskil never sends.
"""

import base64
import gzip
import hashlib
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.webhook_format import FISKIL, Dialect, Scheme
from fiskil_harness.core.model import Message
from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks.forgeries.forgery import appended, everywhere
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.signature_schemes import JSON, digest_in, joined, signature_headers, signed, written
from fiskil_harness.webhooks.signature_variants import Right, spelling

DEEP = 10_000
LONG = 100_000


class Encoding(Struct, frozen=True):
    """A re-encoding: another way to write a genuine message. ``sentence`` completes the sentence "a message ...".

    ``has_extra`` is true if the message gets a new field. ``needs_accounts`` is true if ``account_ids`` is removed, so the
    event must have that field. ``signatures`` are the signatures in the header: "right", the name of a wrong one, or another
    version, which stands before a wrong one. ``suits`` returns true for senders to which the re-encoding applies.
    """

    name: str
    sentence: str
    write: Callable[[bytes], bytes] = bytes
    has_extra: bool = False
    needs_accounts: bool = False
    header: Callable[[str], str] = str
    content_type: str = "application/json"
    signatures: tuple[str, ...] = ("right",)
    suits: Callable[[Dialect], bool] = everywhere


class Oddity(Struct, frozen=True):
    """A signed body that Fiskil never sends. ``sentence`` completes the sentence "a body ..."."""

    name: str
    sentence: str
    write: Callable[[bytes], bytes]
    headers: Headers = JSON
    suits: Callable[[Dialect], bool] = everywhere


def encode(name: str, message: Message, secret: str, *, dialect: Dialect = FISKIL) -> Message:
    """Return *message* written in the re-encoding *name*, with a valid signature.

    Raises:
        UnknownName: There is no such encoding.

    Source: webhooks.signature
    """
    chosen, scheme = encoding(name), dialect.scheme
    signed_message = signed(msgspec.structs.replace(message, body=chosen.write(message.body)), secret, scheme)
    renamed = msgspec.structs.replace(scheme, header=chosen.header(scheme.header))
    signatures = joined(scheme, *(_with_neighbour(name, signed_message, scheme) for name in chosen.signatures))
    headers = (("Content-Type", chosen.content_type), *signature_headers(signed_message, renamed, signatures))
    return msgspec.structs.replace(signed_message, headers=headers)


def spell(name: str, message: Message, secret: str, *, dialect: Dialect = FISKIL) -> Message:
    """Return *message* with its signature in the spelling *name*.

    Raises:
        UnknownName: There is no such spelling.
    """
    signed_message = signed(message, secret, dialect.scheme)
    headers = spelling(name).spell(Right(message=signed_message, scheme=dialect.scheme))
    return msgspec.structs.replace(signed_message, headers=(*JSON, *headers))


def make_oddity(name: str, message: Message, secret: str, *, dialect: Dialect = FISKIL) -> Message:
    """Return the oddity *name* made from *message*, with a valid signature.

    Raises:
        UnknownName: There is no such oddity.
    """
    chosen = oddity(name)
    signed_message = signed(msgspec.structs.replace(message, body=chosen.write(message.body)), secret, dialect.scheme)
    headers = (*chosen.headers, *signature_headers(signed_message, dialect.scheme, signed_message.signature))
    return msgspec.structs.replace(signed_message, headers=headers)


def encoding(name: str) -> Encoding:
    """Return the encoding *name*.

    Raises:
        UnknownName: There is no such encoding. The error message contains the nearest match.
    """
    if name not in ENCODINGS:
        raise UnknownName("re-encoding", name, ENCODINGS)
    return ENCODINGS[name]


def oddity(name: str) -> Oddity:
    """Return the oddity *name*.

    Raises:
        UnknownName: There is no such oddity. The error message contains the nearest match.
    """
    if name not in ODDITIES:
        raise UnknownName("oddity", name, ODDITIES)
    return ODDITIES[name]


def _reordered(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _reordered(node[key]) for key in reversed(node)}
    return node


def _escaped(body: bytes) -> bytes:
    """Write some letters of every JSON string as Unicode escapes; the decoded strings stay the same."""
    return re.sub(rb'(?<=[\w"])[e.](?=[\w"])', lambda match: b"\\u%04x" % ord(match[0]), body)


def _with_extra(text: bytes) -> Callable[[bytes], bytes]:
    """Return a function that appends a field to a JSON body, written exactly as *text*."""
    return lambda body: appended(body, text)


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """Return a function that decodes a body, applies *change* to it, and encodes it again."""

    def write(body: bytes) -> bytes:
        message = msgspec.json.decode(body)
        change(message)
        return msgspec.json.encode(message)

    return write


def _replaced(node: Any) -> Callable[[bytes], bytes]:
    return lambda _: msgspec.json.encode(node)


def _id_as(text: bytes) -> Callable[[bytes], bytes]:
    """Return a function that writes ``message_id`` exactly as *text*, in which the right id replaces ``%``."""
    pattern = rb'"message_id":"(\d+)"'
    return lambda body: re.sub(pattern, lambda match: b'"message_id":' + text.replace(b"%", match[1]), body)


def _is_fiskils(dialect: Dialect) -> bool:
    return dialect.is_ours


def _has_several(dialect: Dialect) -> bool:
    return bool(dialect.scheme.separator)


def _has_versions(dialect: Dialect) -> bool:
    return _has_several(dialect) and dialect.scheme.prefix.startswith("v1")


def _has_v1(dialect: Dialect) -> bool:
    return dialect.scheme.prefix == "v1,"


def _with_neighbour(name: str, message: Message, scheme: Scheme) -> str:
    """Return the right signature, or a wrong one: while keys are rotated, a message has one of each key."""
    if name == "right":
        return message.signature
    if name in WRONG:
        return written(bytes(byte ^ WRONG[name] for byte in digest_in(message.signature, scheme)), scheme)
    # The mark after the version is the sender's, such as the comma of "v1,".
    return name + scheme.prefix.lstrip("v1a") + base64.b64encode(hashlib.sha512(message.body).digest()).decode()


WRONG = {"wrong": 0x5A, "other": 0xA5}
"""Invalid signatures, by name: the bits of each byte of the digest that differ from the right one."""

ENCODINGS: dict[str, Encoding] = {
    encoding.name: encoding
    for encoding in (
        Encoding("pretty", "as indented JSON", lambda body: msgspec.json.format(body, indent=2)),
        Encoding("spaced", "with a space after each comma and colon", lambda body: msgspec.json.format(body, indent=0)),
        Encoding(
            "reordered",
            "with its keys in another order",
            lambda body: msgspec.json.encode(_reordered(msgspec.json.decode(body))),
        ),
        Encoding("escaped", "with letters written as \\u escapes", _escaped),
        Encoding("newline_at_end", "with a newline at its end", lambda body: body + b"\n"),
        Encoding("blanks_around", "with blanks before and after it", lambda body: b" \r\n\t" + body + b" \n"),
        Encoding("charset", "declared as application/json; charset=utf-8", content_type="application/json; charset=utf-8"),
        Encoding("lower_case_header", "with its signature header in lower case", header=str.lower),
        Encoding("upper_case_header", "with its signature header in upper case", header=str.upper),
        *(
            Encoding(name, sentence, _with_extra(text), has_extra=True)
            for name, sentence, text in (
                ("extra_field", "with a new field", b'"note":"hello"'),
                ("raw_utf8", "with raw UTF-8 in a new field", '"note":"caf\u00e9 \u2615"'.encode()),
                ("escaped_utf8", "with escaped UTF-16 in a new field", b'"note":"caf\\u00E9 \\ud83d\\ude00"'),
                ("escaped_slash", "with \\/ in a new field", b'"note":"a\\/b"'),
                ("odd_numbers", "with 1.0, 1e0 and -0.0 in a new field", b'"note":[1.0,1e0,-0.0]'),
                ("big_integer", "with an integer above 2^64 in a new field", b'"note":123456789012345678901'),
            )
        ),
        Encoding(
            "no_account_ids",
            "without the optional account_ids",
            _changed(lambda message: message.get("data", {}).pop("account_ids", None)),
            needs_accounts=True,
        ),
        *(
            Encoding(name, sentence, signatures=signatures, suits=suits)
            for name, sentence, signatures, suits in (
                ("signature_first", "with another key's signature after the right one", ("right", "wrong"), _has_several),
                ("signature_last", "with another key's signature before the right one", ("wrong", "right"), _has_several),
                (
                    "signature_between",
                    "with the right one of three signatures in the middle",
                    ("wrong", "right", "other"),
                    _has_several,
                ),
                ("beside_v1a", "with a signature of version v1a beside the right one", ("v1a", "right"), _has_v1),
                ("beside_v2", "with a signature of a future version before the right one", ("v2", "right"), _has_versions),
            )
        ),
    )
}
"""Every re-encoding by name."""


def encodings_of(dialect: Dialect) -> tuple[Encoding, ...]:
    """Return the encodings that are valid for the signature scheme and payload format of *dialect*."""
    return tuple(encoding for encoding in ENCODINGS.values() if encoding.suits(dialect))


ODDITIES: dict[str, Oddity] = {
    oddity.name: oddity
    for oddity in (
        Oddity("empty", "that is empty", lambda _: b""),
        Oddity("not_json", "that is not JSON", lambda _: b"event=consent.received&message_id=1"),
        Oddity("half", "that ends in the middle", lambda body: body[: len(body) // 2]),
        Oddity("null", "that is null", _replaced(None)),
        Oddity("number", "that is a number", _replaced(5)),
        Oddity("list", "that is a list", _replaced([1, 2, 3])),
        Oddity("text", "that is a text", _replaced("consent.received")),
        *(
            Oddity(name, sentence, write, suits=_is_fiskils)
            for name, sentence, write in (
                ("no_message_id", "without message_id", _changed(lambda message: message.pop("message_id"))),
                ("number_as_id", "with a number as message_id", _id_as(b"%")),
                ("list_as_id", "with a list as message_id", _id_as(b'["%"]')),
                ("nul_in_id", "with NUL in message_id", _id_as(b'"%\\u0000"')),
                ("repeated_id", "with message_id twice", _id_as(b'"%","message_id":"%0"')),
                ("no_data", "without data", _changed(lambda message: message.pop("data"))),
                ("data_as_list", "with a list as data", _changed(lambda message: message.update(data=[message["data"]]))),
                (
                    "time_as_number",
                    "with a number as publish_time",
                    _changed(lambda message: message.update(publish_time=0)),
                ),
                (
                    "older_shape",
                    "without event and delivery_attempt, as an older sample shows",
                    _changed(lambda message: (message.pop("delivery_attempt"), message["data"].pop("event"))),
                ),
            )
        ),
        Oddity("prototype", "with __proto__ as a field", _with_extra(b'"__proto__":{"is_admin":true}')),
        Oddity("surrogate", "with half a surrogate pair in a field", _with_extra(b'"note":"\\ud800"')),
        Oddity("long_text", "with a text of 100 000 letters in a field", _with_extra(b'"note":"' + b"x" * LONG + b'"')),
        Oddity("deep", "nested 10 000 levels deep", _with_extra(b'"note":' + b"[" * DEEP + b"]" * DEEP)),
        Oddity("huge_integer", "with an integer of 100 000 digits", _with_extra(b'"note":' + b"7" * LONG)),
        Oddity("huge_exponent", "with 1e400 in a field", _with_extra(b'"note":1e400')),
        Oddity("byte_order_mark", "with a byte order mark", lambda body: b"\xef\xbb\xbf" + body),
        Oddity("invalid_utf8", "with an invalid byte", _with_extra(b'"note":"\xff"')),
        Oddity("gzip", "compressed", lambda body: gzip.compress(body, mtime=0), (*JSON, ("Content-Encoding", "gzip"))),
        Oddity("as_form", "declared as a form", bytes, (("Content-Type", "application/x-www-form-urlencoded"),)),
        Oddity("undeclared", "without a content type", bytes, ()),
    )
}
"""Every oddity by name."""


def oddities_of(dialect: Dialect) -> tuple[str, ...]:
    """Return the names of the oddities that exist in the payload format of *dialect*."""
    return tuple(oddity.name for oddity in ODDITIES.values() if oddity.suits(dialect))
