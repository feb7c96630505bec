"""What a forgery is, and what all of them are made of."""

import hashlib
from collections.abc import Callable

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.signature_schemes import JSON, content, key_of, lines, mac, spelt


class Forged(Struct, frozen=True, kw_only=True):
    """A forged request. ``message_ids`` are the ids that an effect would be filed under, the likeliest first."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    message_ids: tuple[str, ...]
    method: str = "POST"


class Material(Struct, frozen=True, kw_only=True):
    """What forgeries are made of: an event of which no message was ever sent, and ``other``, a message that was.

    ``honest`` is the event's own message, signed as the sender would; it never leaves.
    """

    event: Event
    honest: Message
    other: Message
    secret: str
    dialect: Dialect = Dialect()

    @property
    def scheme(self) -> Scheme:
        """How honest messages are signed."""
        return self.dialect.scheme

    @property
    def key(self) -> bytes:
        """The right key."""
        return key_of(self.secret, self.scheme)

    @property
    def signed_bytes(self) -> bytes:
        """What the honest signature is over."""
        return content(self.honest, self.scheme)

    def under(self, key: bytes) -> str:
        """The honest message's signature under another key."""
        return spelt(mac(self.honest, key, self.scheme), self.scheme)

    def spell(self, digest: bytes) -> str:
        """A digest as honest signatures are written."""
        return spelt(digest, self.scheme)


def everywhere(_: Dialect) -> bool:
    """Whoever the sender is."""
    return True


class Forgery(Struct, frozen=True):
    """One way to forge. ``sentence`` completes "a message ...", ``suits`` says for which senders it is one."""

    name: str
    sentence: str
    make: Callable[[Material], Forged]
    suits: Callable[[Dialect], bool] = everywhere


def forged(material: Material, *signatures: str, method: str = "POST", beside: Headers = ()) -> Forged:
    """The honest body under these header lines; none at all means unsigned."""
    return Forged(
        body=material.honest.body,
        headers=(*JSON, *lines(material.honest, material.scheme, *signatures), *beside),
        message_ids=(material.event.message_id,),
        method=method,
    )


def computed(text: Callable[[Material], str], *, beside: Headers = ()) -> Callable[[Material], Forged]:
    """The honest body under one header line that *text* computes."""
    return lambda material: forged(material, text(material), beside=beside)


def changed(material: Material, body: bytes, *further_ids: str) -> Forged:
    """Other bytes under the honest signature."""
    honest = forged(material, material.honest.signature)
    return msgspec.structs.replace(honest, body=body, message_ids=(*further_ids, material.event.message_id))


def appended(body: bytes, field: bytes) -> bytes:
    """*body* with one more field, written exactly so, in the innermost object that ends it."""
    end = b"}}" if body.endswith(b"}}") else b"}"
    return body.removesuffix(end) + b"," + field + end


def with_other_secret(material: Material) -> str:
    """The signature under a key that the receiver has never had."""
    return material.under(hashlib.sha512(b"another secret").digest())
