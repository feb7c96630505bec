"""The types of forgeries, and helpers that make a forged request from genuine messages."""

import hashlib
from collections.abc import Callable

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.signature_schemes import JSON, content, key_of, mac, signature_headers, written


class Forged(Struct, frozen=True, kw_only=True):
    """A forged request. ``message_ids`` are the ids under which an effect may appear, the most likely first."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    message_ids: tuple[str, ...]
    method: str = "POST"


class Material(Struct, frozen=True, kw_only=True):
    """The material from which a forgery is made.

    ``event`` is an event whose own message is never sent. ``honest`` is this message, with a valid signature. ``other`` is
    a genuine message about another event. ``secret`` and ``dialect`` are those of genuine messages.
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
        """The key that signs genuine messages."""
        return key_of(self.secret, self.scheme)

    @property
    def signed_bytes(self) -> bytes:
        """The bytes that the valid signature of the genuine message covers."""
        return content(self.honest, self.scheme)

    def under(self, key: bytes) -> str:
        """Return the signature of the genuine message, computed with *key*."""
        return written(mac(self.honest, key, self.scheme), self.scheme)

    def spell(self, digest: bytes) -> str:
        """Return a signature that contains *digest*, written as in genuine messages."""
        return written(digest, self.scheme)


def everywhere(_: Dialect) -> bool:
    """Return true: the variant applies to every sender."""
    return True


class Forgery(Struct, frozen=True):
    """A named kind of forged message. ``sentence`` completes the sentence "a message ...".

    ``suits`` returns true for senders to which the forgery applies.
    """

    name: str
    sentence: str
    make: Callable[[Material], Forged]
    suits: Callable[[Dialect], bool] = everywhere


def forged(material: Material, *signatures: str, method: str = "POST", beside: Headers = ()) -> Forged:
    """Return a forgery with the genuine body and these signatures; without *signatures*, it is unsigned."""
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
    """Return a forgery with another *body* under the valid signature of the genuine message."""
    honest = forged(material, material.honest.signature)
    return msgspec.structs.replace(honest, body=body, message_ids=(*further_ids, material.event.message_id))


def appended(body: bytes, field: bytes) -> bytes:
    """Return the JSON *body* with *field*, written exactly so, added to the innermost object that ends it."""
    end = b"}}" if body.endswith(b"}}") else b"}"
    return body.removesuffix(end) + b"," + field + end


def with_other_secret(material: Material) -> str:
    """Return a signature computed with a key that the receiver never had."""
    return material.under(hashlib.sha512(b"another secret").digest())
