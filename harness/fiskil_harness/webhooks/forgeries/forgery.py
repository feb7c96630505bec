"""The type of a forgery, and the material for forgeries."""

import hashlib
from collections.abc import Callable

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.signature_schemes import JSON, content, header_value, key_of, mac, signature_headers


class Forged(Struct, frozen=True, kw_only=True):
    """A forged request. ``message_ids`` are the ids under which an effect may appear, the most likely first."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    message_ids: tuple[str, ...]
    method: str = "POST"


class Material(Struct, frozen=True, kw_only=True):
    """The material for forgeries: an event without any sent message, and ``other``, a message that was sent.

    ``honest`` is the event's own message with a valid signature; it is never sent.
    """

    event: Event
    honest: Message
    other: Message
    secret: str
    dialect: Dialect = Dialect()

    @property
    def scheme(self) -> Scheme:
        """The signature scheme of genuine messages."""
        return self.dialect.scheme

    @property
    def key(self) -> bytes:
        """The right key."""
        return key_of(self.secret, self.scheme)

    @property
    def signed_bytes(self) -> bytes:
        """The bytes that the valid signature covers."""
        return content(self.honest, self.scheme)

    def under(self, key: bytes) -> str:
        """Return the signature of the genuine message under another key."""
        return header_value(mac(self.honest, key, self.scheme), self.scheme)

    def spell(self, digest: bytes) -> str:
        """Return a digest in the form of genuine signatures."""
        return header_value(digest, self.scheme)


def everywhere(_: Dialect) -> bool:
    """Return true: the forgery exists for every sender."""
    return True


class Forgery(Struct, frozen=True):
    """One way to forge. ``sentence`` completes "a message ..."; ``suits`` returns true for senders for which it exists."""

    name: str
    sentence: str
    make: Callable[[Material], Forged]
    suits: Callable[[Dialect], bool] = everywhere


def forged(material: Material, *signatures: str, method: str = "POST", beside: Headers = ()) -> Forged:
    """Return the genuine body with these signatures; without any, it is unsigned."""
    return Forged(
        body=material.honest.body,
        headers=(*JSON, *signature_headers(material.honest, material.scheme, *signatures), *beside),
        message_ids=(material.event.message_id,),
        method=method,
    )


def computed(text: Callable[[Material], str], *, beside: Headers = ()) -> Callable[[Material], Forged]:
    """Return a forgery with the genuine body and one signature that *text* computes."""
    return lambda material: forged(material, text(material), beside=beside)


def changed(material: Material, body: bytes, *further_ids: str) -> Forged:
    """Return other bytes under the valid signature."""
    honest = forged(material, material.honest.signature)
    return msgspec.structs.replace(honest, body=body, message_ids=(*further_ids, material.event.message_id))


def appended(body: bytes, field: bytes) -> bytes:
    """Return *body* with one more field, written exactly so, in the innermost object at its end."""
    end = b"}}" if body.endswith(b"}}") else b"}"
    return body.removesuffix(end) + b"," + field + end


def with_other_secret(material: Material) -> str:
    """Return the signature under a key that the receiver never had."""
    return material.under(hashlib.sha512(b"another secret").digest())
