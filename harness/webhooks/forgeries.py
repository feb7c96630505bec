"""Named forgeries: messages that nobody at Fiskil signed, each of which would have an effect if it were believed.

What carries the right digest in another spelling is no forgery (see ``encodings``); here either the key, the digest or the
bytes are wrong, so no correct receiver accepts one of them.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

import msgspec
from msgspec import Struct

from harness.errors import UnknownName
from harness.model import Event, Message
from harness.webhooks.message import seal
from harness.webhooks.signature import DOCUMENTED, HEADER, digest, key_of

JSON = (("Content-Type", "application/json"),)
LONG_HEADER = 4096
DEEP = 10_000
LONG = 100_000
OPENSSL_LITERAL = b"secret.key"
REPLACEMENT = "\ufffd"


class Forged(Struct, frozen=True, kw_only=True):
    """A forged request. ``message_ids`` are the ids that an effect would be filed under, the likeliest first."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    message_ids: tuple[str, ...]
    method: str = "POST"


class Material(Struct, frozen=True, kw_only=True):
    """What forgeries are made of: an event of which no message was ever sent, and ``other``, a message that was.

    ``honest`` is the event's own message, signed as Fiskil would; it never leaves.
    """

    event: Event
    honest: Message
    other: Message
    secret: str
    scheme: str = DOCUMENTED

    @property
    def key(self) -> bytes:
        """The right key."""
        return key_of(self.secret)


class Forgery(Struct, frozen=True):
    """One way to forge. ``sentence`` completes "a message ..."."""

    name: str
    sentence: str
    make: Callable[[Material], Forged]


def forge(name: str, event: Event, *, other: Message, secret: str, scheme: str = DOCUMENTED) -> Forged:
    """Forge a message about *event*, whose ``message_id`` must be one that was never used.

    Args:
        other: A message that was honestly signed, as an eavesdropper would have it.
        secret: The receiver's right secret; some forgeries misuse it.
        scheme: How honest messages are signed.
    """
    honest = seal(event, attempt=1, secret=secret, scheme=scheme)
    return forgery(name).make(Material(event=event, honest=honest, other=other, secret=secret, scheme=scheme))


def forgery(name: str) -> Forgery:
    """The forgery called *name*; the nearest match is in the complaint."""
    if name not in FORGERIES:
        raise UnknownName("forgery", name, FORGERIES)
    return FORGERIES[name]


def _header(*values: str) -> Callable[[Material], Forged]:
    """The honest body under fixed header lines; none at all means unsigned."""
    return lambda material: _forged(material, *values)


def _computed(text: Callable[[Material], str]) -> Callable[[Material], Forged]:
    """The honest body under one header line that *text* computes."""
    return lambda material: _forged(material, text(material))


def _key(key: bytes, *, form: Callable[[bytes], str]) -> Callable[[Material], Forged]:
    """The honest body, signed with a key that everybody can guess."""
    return _computed(lambda material: form(digest(material.honest.body, key)))


def _forged(material: Material, *signatures: str, method: str = "POST") -> Forged:
    return Forged(
        body=material.honest.body,
        headers=(*JSON, *((HEADER, value) for value in signatures)),
        message_ids=(material.event.message_id,),
        method=method,
    )


def _tampered(change: Callable[[bytes], bytes]) -> Callable[[Material], Forged]:
    """Other bytes for the same message, under the signature of the bytes as they were."""
    return lambda material: _changed(material, change(material.honest.body))


def _renamed(rename: Callable[[str], str]) -> Callable[[Material], Forged]:
    """Another ``message_id`` under the signature of the message as it was."""

    def make(material: Material) -> Forged:
        old = material.event.message_id
        body = material.honest.body.replace(f'"{old}"'.encode(), f'"{rename(old)}"'.encode(), 1)
        return _changed(material, body, rename(old))

    return make


def _repeated_key(material: Material) -> Forged:
    """Whoever reads the last of two equal keys sees the message as it was signed."""
    earlier = _flipped(material.event.message_id)
    return _changed(material, f'{{"message_id":"{earlier}",'.encode() + material.honest.body[1:], earlier)


def _invalid_byte(material: Material) -> Forged:
    """Whoever decodes leniently before the HMAC signs the replacement character in its place."""
    event = msgspec.structs.replace(material.event, extra={**material.event.extra, "note": REPLACEMENT})
    honest = seal(event, attempt=1, secret=material.secret, scheme=material.scheme)
    lenient = msgspec.structs.replace(material, honest=honest)
    return _changed(lenient, honest.body.replace(REPLACEMENT.encode(), b"\xff"))


def _changed(material: Material, body: bytes, *further_ids: str) -> Forged:
    headers = (*JSON, (HEADER, material.honest.signature))
    return Forged(body=body, headers=headers, message_ids=(*further_ids, material.event.message_id))


def _respaced(body: bytes) -> bytes:
    return msgspec.json.format(body, indent=2)


def _unsigned_with(note: bytes) -> Callable[[Material], Forged]:
    """What a receiver chokes on if it parses before it verifies."""

    def make(material: Material) -> Forged:
        body = material.honest.body.removesuffix(b"}}") + b',"note":' + note + b"}}"
        return Forged(body=body, headers=JSON, message_ids=(material.event.message_id,))

    return make


def _flipped(message_id: str) -> str:
    return message_id[:-1] + chr(ord(message_id[-1]) ^ 1)


def _with_other_secret(material: Material) -> str:
    return base64_text(digest(material.honest.body, hashlib.sha512(b"another secret").digest()))


def base64_text(value: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(value).decode()


def _hmac(name: str, material: Material) -> bytes:
    return hmac.new(material.key, material.honest.body, name).digest()


def _sha256(*parts: bytes) -> str:
    return base64_text(hashlib.sha256(b"".join(parts)).digest())


FORGERIES: dict[str, Forgery] = {
    one.name: one
    for one in (
        Forgery("unsigned", "without a signature", _header()),
        Forgery("empty_header", "with an empty signature header", _header("")),
        Forgery("random_signature", "with 32 other bytes as its signature", _computed(lambda m: _sha256(m.honest.body[1:]))),
        Forgery("junk_signature", "with a signature that is no base64", _header("not base64, not hex, nothing")),
        Forgery("long_header", "with a signature of 4096 letters", _header("A" * LONG_HEADER)),
        Forgery("non_ascii_header", "with bytes above 127 in its signature", _header("\x80\xe9\xff" * 14)),
        Forgery("algorithm_none", "that says it needs no signature", _header("alg=none")),
        Forgery("other_secret", "signed with another secret", _computed(_with_other_secret)),
        Forgery("empty_key", "signed with an empty key", _key(b"", form=base64_text)),
        Forgery("key_quotes", 'signed with the key ""', _key(b'""', form=base64_text)),
        Forgery("key_secret", "signed with the key secret", _key(b"secret", form=base64_text)),
        Forgery("key_changeme", "signed with the key changeme", _key(b"changeme", form=base64_text)),
        Forgery("key_whsec", "signed with the key whsec_", _key(b"whsec_", form=base64_text)),
        Forgery(
            "key_client_id",
            "signed with the client_id, which is no secret",
            _computed(lambda m: base64_text(digest(m.honest.body, m.event.client_id.encode()))),
        ),
        Forgery(
            "raw_key_base64",
            "signed with the text of the secret, not decoded",
            _computed(lambda m: base64_text(digest(m.honest.body, m.secret.encode()))),
        ),
        Forgery(
            "raw_key_hex",
            "signed in hex with the text of the secret, not decoded",
            _computed(lambda m: digest(m.honest.body, m.secret.encode()).hex()),
        ),
        Forgery(
            "literal_key_hex",
            "signed in hex with the key secret.key, as a recipe in the documentation computes it",
            _key(OPENSSL_LITERAL, form=bytes.hex),
        ),
        Forgery("literal_key_base64", "signed with the key secret.key", _key(OPENSSL_LITERAL, form=base64_text)),
        Forgery("hmac_sha1", "signed with HMAC-SHA1", _computed(lambda m: "sha1=" + _hmac("sha1", m).hex())),
        Forgery("hmac_sha512", "signed with HMAC-SHA512", _computed(lambda m: base64_text(_hmac("sha512", m)))),
        Forgery("plain_hash", "with the SHA-256 of its body as signature", _computed(lambda m: _sha256(m.honest.body))),
        Forgery(
            "hash_of_key_and_body",
            "with SHA-256 of key and body instead of an HMAC",
            _computed(lambda m: _sha256(m.key, m.honest.body)),
        ),
        Forgery(
            "hash_of_body_and_key",
            "with SHA-256 of body and key instead of an HMAC",
            _computed(lambda m: _sha256(m.honest.body, m.key)),
        ),
        Forgery(
            "prefixed",
            "with sha256= before a wrong digest",
            _computed(lambda m: "sha256=" + digest(m.honest.body, m.secret.encode()).hex()),
        ),
        Forgery("truncated_1", "with the first letter of its signature", _computed(lambda m: m.honest.signature[:1])),
        Forgery("truncated_8", "with the first 8 letters of its signature", _computed(lambda m: m.honest.signature[:8])),
        # 43 letters are all of an unpadded signature, so the longest cut that loses something leaves 42.
        Forgery("truncated_42", "with 42 of the 44 letters of its signature", _computed(lambda m: m.honest.signature[:42])),
        Forgery("signature_of_another", "under the signature of another message", _computed(lambda m: m.other.signature)),
        Forgery(
            "two_headers",
            "with two signature headers, both wrong",
            lambda m: _forged(m, _with_other_secret(m), m.other.signature),
        ),
        Forgery(
            "joined_signatures",
            "with two wrong signatures in one header",
            _computed(lambda m: f"{_with_other_secret(m)}, {m.other.signature}"),
        ),
        Forgery("bit_flipped", "with one bit of message_id flipped under the old signature", _renamed(_flipped)),
        Forgery("space_in_id", "with a space in message_id under the old signature", _renamed("{} ".format)),
        Forgery("respaced", "with spaces between its JSON tokens under the old signature", _tampered(_respaced)),
        Forgery("repeated_key", "with a second message_id under the old signature", _repeated_key),
        Forgery("trailing_newline", "with a newline at its end under the old signature", _tampered(lambda b: b + b"\n")),
        Forgery(
            "byte_order_mark", "with a byte order mark under the old signature", _tampered(lambda b: b"\xef\xbb\xbf" + b)
        ),
        Forgery("invalid_byte", "with an invalid byte where the signed text has U+FFFD", _invalid_byte),
        Forgery("deep", "without a signature, nested 10 000 levels deep", _unsigned_with(b"[" * DEEP + b"]" * DEEP)),
        Forgery("huge_integer", "without a signature, with an integer of 100 000 digits", _unsigned_with(b"7" * LONG)),
        Forgery("put_unsigned", "without a signature, by PUT", lambda m: _forged(m, method="PUT")),
        Forgery("get_unsigned", "without a signature, by GET", lambda m: _forged(m, method="GET")),
    )
}
"""Every forgery by name, in the order in which they are tried."""
