"""Honest messages in other clothes: JSON written another way, the signature spelt another way, and oddities.

All of them are signed over the very bytes that are sent. A re-encoding says what the plain message says, so it must be
acknowledged and applied; a spelling carries the right digest and may be taken or refused; an oddity is never sent by Fiskil.
"""

import base64
import gzip
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from harness.errors import UnknownName
from harness.webhooks.signature import DOCUMENTED, HEADER, sign

JSON = (("Content-Type", "application/json"),)
Headers = tuple[tuple[str, str], ...]
DEEP = 10_000
LONG = 100_000


class Encoded(Struct, frozen=True, kw_only=True):
    """A request that was signed honestly."""

    body: bytes
    headers: Headers


class Encoding(Struct, frozen=True):
    """One way to write a message. ``sentence`` completes "a message ...".

    ``has_extra`` marks those with a field that no message has had so far; ``needs_accounts`` those that leave
    ``account_ids`` out, so the event must have some.
    """

    name: str
    sentence: str
    write: Callable[[bytes], bytes] = bytes
    has_extra: bool = False
    needs_accounts: bool = False
    header: str = HEADER
    content_type: str = "application/json"


class Spelling(Struct, frozen=True):
    """One way to spell the right digest of a message in headers. ``sentence`` completes "a signature ..."."""

    name: str
    sentence: str
    headers: Callable[[str], Headers]


class Oddity(Struct, frozen=True):
    """Something signed that Fiskil never sends. ``sentence`` completes "a body ..."."""

    name: str
    sentence: str
    write: Callable[[bytes], bytes]
    headers: Headers = JSON


def encode(name: str, body: bytes, secret: str, *, scheme: str = DOCUMENTED) -> Encoded:
    """Write the message *body* the way called *name* and sign the result. Source: webhooks.signature"""
    way = encoding(name)
    written = way.write(body)
    return Encoded(
        body=written, headers=(("Content-Type", way.content_type), (way.header, sign(written, secret, scheme=scheme)))
    )


def spell(name: str, body: bytes, secret: str, *, scheme: str = DOCUMENTED) -> Encoded:
    """Sign *body* and spell the signature the way called *name*."""
    return Encoded(body=body, headers=(*JSON, *spelling(name).headers(sign(body, secret, scheme=scheme))))


def distort(name: str, body: bytes, secret: str, *, scheme: str = DOCUMENTED) -> Encoded:
    """Make the oddity called *name* out of a message and sign it."""
    odd = oddity(name)
    written = odd.write(body)
    return Encoded(body=written, headers=(*odd.headers, (HEADER, sign(written, secret, scheme=scheme))))


def encoding(name: str) -> Encoding:
    """The re-encoding called *name*; the nearest match is in the complaint."""
    if name not in ENCODINGS:
        raise UnknownName("re-encoding", name, ENCODINGS)
    return ENCODINGS[name]


def spelling(name: str) -> Spelling:
    """The spelling called *name*; the nearest match is in the complaint."""
    if name not in SPELLINGS:
        raise UnknownName("spelling", name, SPELLINGS)
    return SPELLINGS[name]


def oddity(name: str) -> Oddity:
    """The oddity called *name*; the nearest match is in the complaint."""
    if name not in ODDITIES:
        raise UnknownName("oddity", name, ODDITIES)
    return ODDITIES[name]


def _reordered(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _reordered(node[key]) for key in reversed(node)}
    return node


def _escaped(body: bytes) -> bytes:
    """Write some letters of every text as escapes; decoded, the text says the same."""
    return re.sub(rb'(?<=[\w"])[e.](?=[\w"])', lambda match: b"\\u%04x" % ord(match[0]), body)


def _with_extra(text: bytes) -> Callable[[bytes], bytes]:
    """Append a field to ``data``, written exactly as *text*."""
    return lambda body: body.removesuffix(b"}}") + b"," + text + b"}}"


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """Decode, change and encode again."""

    def write(body: bytes) -> bytes:
        message = msgspec.json.decode(body)
        change(message)
        return msgspec.json.encode(message)

    return write


def _replaced(node: Any) -> Callable[[bytes], bytes]:
    return lambda _: msgspec.json.encode(node)


def _id_as(text: bytes) -> Callable[[bytes], bytes]:
    """Write ``message_id`` exactly as *text*, in which ``%`` stands for the right id."""
    pattern = rb'"message_id":"(\d+)"'
    return lambda body: re.sub(pattern, lambda match: b'"message_id":' + text.replace(b"%", match[1]), body)


def _hex(signature: str) -> str:
    return base64.b64decode(signature).hex()


ENCODINGS: dict[str, Encoding] = {
    one.name: one
    for one in (
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
        Encoding("lower_case_header", "with its signature header in lower case", header=HEADER.lower()),
        Encoding("upper_case_header", "with its signature header in upper case", header=HEADER.upper()),
        Encoding("extra_field", "with a new field", _with_extra(b'"note":"hello"'), has_extra=True),
        Encoding(
            "raw_utf8", "with raw UTF-8 in a new field", _with_extra('"note":"caf\u00e9 \u2615"'.encode()), has_extra=True
        ),
        Encoding(
            "escaped_utf8",
            "with escaped UTF-16 in a new field",
            _with_extra(b'"note":"caf\\u00E9 \\ud83d\\ude00"'),
            has_extra=True,
        ),
        Encoding("escaped_slash", "with \\/ in a new field", _with_extra(b'"note":"a\\/b"'), has_extra=True),
        Encoding(
            "odd_numbers", "with 1.0, 1e0 and -0.0 in a new field", _with_extra(b'"note":[1.0,1e0,-0.0]'), has_extra=True
        ),
        Encoding(
            "big_integer",
            "with an integer above 2^64 in a new field",
            _with_extra(b'"note":123456789012345678901'),
            has_extra=True,
        ),
        Encoding(
            "no_account_ids",
            "without the optional account_ids",
            _changed(lambda message: message["data"].pop("account_ids", None)),
            needs_accounts=True,
        ),
    )
}
"""Every re-encoding by name."""

SPELLINGS: dict[str, Spelling] = {
    one.name: one
    for one in (
        Spelling("hex", "in hex", lambda right: ((HEADER, _hex(right)),)),
        Spelling("hex_with_prefix", "in hex after sha256=", lambda right: ((HEADER, "sha256=" + _hex(right)),)),
        Spelling("prefix", "after sha256=", lambda right: ((HEADER, "sha256=" + right),)),
        Spelling("unpadded", "without its padding", lambda right: ((HEADER, right.rstrip("=")),)),
        Spelling("urlsafe", "in URL-safe base64", lambda right: ((HEADER, right.replace("+", "-").replace("/", "_")),)),
        Spelling("blanks_around", "with blanks around it", lambda right: ((HEADER, f"  {right} \t"),)),
        Spelling("doubled", "written twice in one header", lambda right: ((HEADER, right * 2),)),
        Spelling("two_headers", "in two equal headers", lambda right: ((HEADER, right), (HEADER, right))),
        Spelling(
            "other_ids_in_headers",
            "beside headers that nobody signed",
            lambda right: (
                (HEADER, right),
                *((name, right[:20]) for name in ("X-Event-Id", "Idempotency-Key", "webhook-id", "X-Request-Id")),
            ),
        ),
    )
}
"""Every spelling of the right digest by name."""

ODDITIES: dict[str, Oddity] = {
    one.name: one
    for one in (
        Oddity("empty", "without a byte", lambda _: b""),
        Oddity("not_json", "that is no JSON", lambda _: b"event=consent.received&message_id=1"),
        Oddity("half", "that ends halfway", lambda body: body[: len(body) // 2]),
        Oddity("null", "that is null", _replaced(None)),
        Oddity("list", "that is a list", _replaced([1, 2, 3])),
        Oddity("text", "that is a text", _replaced("consent.received")),
        Oddity("no_message_id", "without message_id", _changed(lambda message: message.pop("message_id"))),
        Oddity("number_as_id", "with a number as message_id", _id_as(b"%")),
        Oddity("list_as_id", "with a list as message_id", _id_as(b'["%"]')),
        Oddity("nul_in_id", "with NUL in message_id", _id_as(b'"%\\u0000"')),
        Oddity("repeated_id", "with message_id twice", _id_as(b'"%","message_id":"%0"')),
        Oddity("no_data", "without data", _changed(lambda message: message.pop("data"))),
        Oddity("data_as_list", "with a list as data", _changed(lambda message: message.update(data=[message["data"]]))),
        Oddity("time_as_number", "with a number as publish_time", _changed(lambda message: message.update(publish_time=0))),
        Oddity(
            "older_shape",
            "without event and delivery_attempt, as an older sample shows",
            _changed(lambda message: (message.pop("delivery_attempt"), message["data"].pop("event"))),
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
