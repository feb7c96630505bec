"""Spellings of a signature: the right digest written differently, or sent together with additional unsigned headers.

Receivers may accept or refuse spellings. The signed message keeps its id, so a receiver can recognise it as a repetition.
"""

import base64
from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Scheme
from fiskil_harness.core.model import Message
from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.signature_schemes import digest_in, signature_headers

ID_HEADERS = ("X-Event-Id", "Idempotency-Key", "webhook-id", "X-Request-Id", "X-Message-Id", "X-Fiskil-Message-Id")
TIME_HEADERS = ("X-Fiskil-Timestamp", "webhook-timestamp", "X-Timestamp")
FORWARDED = (
    ("X-Forwarded-Host", "api.example.com"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "203.0.113.7"),
    ("Forwarded", "for=203.0.113.7;host=api.example.com;proto=https"),
    ("X-Original-URL", "/admin"),
)


class Right(Struct, frozen=True):
    """A message with its valid signature."""

    message: Message
    scheme: Scheme

    @property
    def signature(self) -> str:
        """The signature as the signature header contains it."""
        return self.message.signature

    @property
    def digest(self) -> bytes:
        """The digest in the signature."""
        return digest_in(self.signature, self.scheme)

    @property
    def base64(self) -> str:
        """The digest in base64."""
        return base64.b64encode(self.digest).decode()


class Spelling(Struct, frozen=True):
    """One way to write the right digest of a message in headers. ``sentence`` completes the sentence "a signature ...".

    ``is_label`` is true if the signature is unchanged and other headers, which are not signed, are added.
    """

    name: str
    sentence: str
    spell: Callable[[Right], Headers]
    is_label: bool = False


def spelling(name: str) -> Spelling:
    """Return the spelling *name*.

    Raises:
        UnknownName: There is no such spelling. The error message contains the nearest match.
    """
    if name not in SPELLINGS:
        raise UnknownName("spelling", name, SPELLINGS)
    return SPELLINGS[name]


def _as(*texts: Callable[[Right], str]) -> Callable[[Right], Headers]:
    return lambda right: signature_headers(right.message, right.scheme, *(text(right) for text in texts))


def _plain(right: Right) -> str:
    return right.signature


def _unused_bits(right: Right) -> str:
    """Return the signature with an unused bit of its last base64 letter changed; lenient decoders read the same digest."""
    text, padding = right.base64.rstrip("="), right.base64.count("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return right.scheme.prefix + text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1] + "=" * padding


def _beside(headers: Headers) -> Callable[[Right], Headers]:
    """Return a spelling with the signature unchanged, to which *headers* are added unless their names are in use."""

    def spell(right: Right) -> Headers:
        plain = signature_headers(right.message, right.scheme, right.signature)
        used_names = {name.lower() for name, _ in plain}
        return (*plain, *(line for line in headers if line[0].lower() not in used_names))

    return spell


def _other_ids(right: Right) -> Headers:
    return _beside(tuple((name, right.digest.hex()[:20]) for name in ID_HEADERS))(right)


SPELLINGS: dict[str, Spelling] = {
    spelling.name: spelling
    for spelling in (
        Spelling("hex", "in hex", _as(lambda right: right.digest.hex())),
        Spelling("hex_with_prefix", "in hex after sha256=", _as(lambda right: "sha256=" + right.digest.hex())),
        Spelling("prefix", "after sha256=", _as(lambda right: "sha256=" + right.base64)),
        Spelling("unpadded", "without its padding", _as(lambda right: right.signature.rstrip("="))),
        Spelling("urlsafe", "in URL-safe base64", _as(lambda right: right.signature.replace("+", "-").replace("/", "_"))),
        Spelling("unused_bits", "with other unused bits in its last letter", _as(_unused_bits)),
        Spelling(
            "upper_case_hex", "in hex with capitals", _as(lambda right: right.scheme.prefix + right.digest.hex().upper())
        ),
        Spelling("blanks_around", "with blanks around it", _as(lambda right: f"  {right.signature} \t")),
        Spelling("doubled", "written twice in one header", _as(lambda right: right.signature * 2)),
        Spelling(
            "two_blanks_between", "twice with two blanks between", _as(lambda right: f"{right.signature}  {right.signature}")
        ),
        Spelling("comma_between", "twice with a comma between", _as(lambda right: f"{right.signature},{right.signature}")),
        Spelling("other_version", "under another version's name", _as(lambda right: "v2," + right.base64)),
        Spelling("two_headers", "in two equal headers", _as(_plain, _plain)),
        Spelling("other_ids_in_headers", "beside other ids in headers that are not signed", _other_ids, is_label=True),
        Spelling(
            "other_event_in_header",
            "beside a header that names another event",
            _beside((("X-Fiskil-Event", "consent.received"), ("X-Event-Type", "consent.received"))),
            is_label=True,
        ),
        Spelling(
            "other_time_in_headers",
            "beside headers with another time",
            _beside(tuple((name, "1700000000") for name in TIME_HEADERS)),
            is_label=True,
        ),
        Spelling("forwarded", "beside headers of a proxy that does not exist", _beside(FORWARDED), is_label=True),
    )
}
"""Every spelling of the right digest by name."""
