"""Configurable signature schemes and payload formats of webhooks; the default of every key is Fiskil's.

This module has only settings and their checks: ``webhooks/signature_schemes.py`` signs messages, and
``webhooks/payload_format.py`` writes their bodies.
"""

import base64
import re
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fiskil_harness.errors import ConfigError, UnknownName

HEADER = "X-Fiskil-Signature"
DOCUMENTED = "base64-decoded-key"
STANDARD = "standard-webhooks"
WHSEC = "whsec_"
IN_HEADER = "header:"
_PATH = re.compile(r"\$(\.[A-Za-z_][\w-]*)+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Scheme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature scheme for webhook messages.

    The kind ``hmac`` signs only the body. ``key`` is the encoding of the secret, ``digest`` the encoding of the signature,
    and ``prefix`` the text before the signature. The kind ``standard-webhooks`` is version 1 of the specification Standard
    Webhooks, with its own headers. A receiver may then refuse a message that was signed more than ``tolerance_s`` ago.
    """

    kind: Literal["hmac", "standard-webhooks"] = "hmac"
    header: str = HEADER
    key: Literal["text", "base64", "hex"] = "base64"
    digest: Literal["base64", "hex"] = "base64"
    prefix: str = ""
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    tolerance_s: int = 300

    @property
    def is_standard(self) -> bool:
        """True if the signature covers the message id and the time of the attempt in addition to the body."""
        return self.kind == STANDARD

    def secret_of(self, key: str) -> str:
        """Return the signing secret in the format of the sender's console. *key* is the same secret in base64."""
        if self.is_standard:
            # The specification requires 24 to 64 bytes.
            return WHSEC + base64.b64encode(base64.b64decode(key)[:32]).decode()
        return base64.b64decode(key).hex() if self.key == "hex" else key


class Payload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload format of a sender: the position of each value in a message.

    A position is a path into the JSON body, ``header:NAME``, or "" if messages do not contain the value. ``extra`` is the
    path of the object that receives further fields. ``kinds`` maps Fiskil's event kinds to the sender's. ``fixed`` are
    fields with the same value in every message.
    """

    attempt: str = "$.delivery_attempt"
    time: str = "$.publish_time"
    id: str = "$.message_id"
    kind: str = "$.data.event"
    consent: str = "$.data.consent_id"
    client: str = "$.data.client_id"
    subject: str = "$.data.end_user_id"
    institution: str = "$.data.institution_id"
    accounts: str = "$.data.account_ids"
    extra: str = "$.data"
    kinds: dict[str, str] = {}
    fixed: dict[str, Any] = {}

    @property
    def places(self) -> dict[str, str]:
        """The position of each value in a message, by the value's name."""
        return {name: getattr(self, name) for name in PLACES}

    @property
    def id_header(self) -> str:
        """The name of the header with the message id; "" if the id is in the body."""
        return self.id.removeprefix(IN_HEADER) if self.id.startswith(IN_HEADER) else ""


PLACES = ("attempt", "time", "id", "kind", "consent", "client", "subject", "institution", "accounts", "extra")


class Dialect(Struct, frozen=True, kw_only=True):
    """The signature scheme and the payload format of one sender of webhooks."""

    scheme: Scheme = Scheme()
    payload: Payload = Payload()

    @property
    def is_ours(self) -> bool:
        """True if the payload has Fiskil's format."""
        return self.payload == Payload()


FISKIL = Dialect()
PRESETS: dict[str, Dialect] = {
    "fiskil": FISKIL,
    "github": Dialect(
        scheme=Scheme(header="X-Hub-Signature-256", key="text", digest="hex", prefix="sha256="),
        payload=Payload(
            attempt="",
            time="$.occurred_at",
            id="header:X-GitHub-Delivery",
            kind="header:X-GitHub-Event",
            consent="$.consent.id",
            client="",
            subject="$.account.id",
            institution="$.institution.id",
            accounts="$.accounts",
            extra="$",
        ),
    ),
    "shopify": Dialect(
        scheme=Scheme(header="X-Shopify-Hmac-Sha256", key="text"),
        payload=Payload(attempt="", id="header:X-Shopify-Webhook-Id", kind="header:X-Shopify-Topic"),
    ),
    STANDARD: Dialect(
        scheme=Scheme(kind="standard-webhooks", header="webhook-signature", prefix="v1,"),
        payload=Payload(attempt="", time="$.timestamp", id="header:webhook-id", kind="$.type"),
    ),
}
"""The signature scheme and payload format of each known sender of webhooks, by the sender's name."""

SCHEMES_BY_INTERPRETATION: dict[str, Scheme] = {
    DOCUMENTED: Scheme(),
    "raw-key-hex": Scheme(key="text", digest="hex"),
    "prefixed-hex": Scheme(digest="hex", prefix="sha256="),
}
"""The signature scheme for each interpretation of the clause webhooks.signature."""


def preset(name: str) -> Dialect:
    """Return the signature scheme and payload format of the known sender *name*.

    Raises:
        UnknownName: There is no such sender; the message suggests the nearest match.
    """
    if name not in PRESETS:
        raise UnknownName("signature scheme", name, PRESETS)
    return PRESETS[name]


def spelt_out(webhook: dict[str, Any]) -> dict[str, Any]:
    """Replace the name of a known sender in ``scheme`` by the sender's scheme and payload; keys of *webhook* override them.

    Raises:
        UnknownName: There is no such sender.
    """
    scheme, payload = webhook.get("scheme"), webhook.get("payload", {})
    if isinstance(scheme, dict) and scheme.get("kind") == STANDARD:
        own_keys = {key: value for key, value in scheme.items() if key != "kind"}
        scheme_keys = {**_as_keys(PRESETS[STANDARD].scheme), **own_keys}
        return {**webhook, "scheme": scheme_keys, "payload": _below(payload, STANDARD)}
    if isinstance(scheme, str):
        sender = preset(scheme)
        return {**webhook, "scheme": _as_keys(sender.scheme), "payload": _below(payload, scheme)}
    return webhook


def refuse_bad_dialect(scheme: Scheme | None, payload: Payload, *, source: str) -> None:
    """Check a signature scheme and the positions of values in a payload.

    Raises:
        ConfigError: The scheme is invalid, a position is malformed or empty, or a value lies inside another value.
    """
    if scheme is not None and not _TOKEN.fullmatch(scheme.header):
        raise ConfigError(
            f"{source}: app.webhook.scheme.header must be a header's name such as {HEADER!r}, got {scheme.header!r}."
        )
    standard = PRESETS[STANDARD].scheme
    if (
        scheme is not None
        and scheme.is_standard
        and scheme != msgspec.structs.replace(standard, tolerance_s=scheme.tolerance_s)
    ):
        raise ConfigError(
            f"{source}: app.webhook.scheme of the kind {STANDARD!r} has its own headers and key form. "
            "Besides kind it accepts only tolerance_s."
        )
    if scheme is not None and scheme.tolerance_s <= 0:
        raise ConfigError(f"{source}: app.webhook.scheme.tolerance_s must be greater than 0, got {scheme.tolerance_s}.")
    for name, place in payload.places.items():
        _refuse_bad_place(name, place, source=source)
    for name in ("id", "kind"):
        if not payload.places[name]:
            raise ConfigError(f"{source}: app.webhook.payload.{name} is empty. Every message must contain it.")
    for prefix, place in ((place, two) for place in payload.places.values() for two in payload.places.values()):
        if prefix and prefix not in {"$", payload.extra} and place.startswith(f"{prefix}."):
            raise ConfigError(f"{source}: app.webhook.payload puts {place!r} inside {prefix!r}, which is a value.")


def _refuse_bad_place(name: str, place: str, *, source: str) -> None:
    header = place.removeprefix(IN_HEADER)
    is_header = place.startswith(IN_HEADER) and bool(_TOKEN.fullmatch(header)) and name not in {"accounts", "extra"}
    is_table = name == "extra" and place == "$"
    if (place and not (is_header or is_table or _PATH.fullmatch(place))) or (name == "extra" and not place):
        raise ConfigError(
            f"{source}: app.webhook.payload.{name} must be a path like '$.data.{name}'"
            + ("" if name in {"accounts", "extra"} else " or a header like 'header:X-Name'")
            + f", got {place!r}."
        )


def _as_keys(scheme: Scheme) -> dict[str, Any]:
    return msgspec.structs.asdict(scheme)


def _below(payload: Any, name: str) -> Any:
    return {**msgspec.structs.asdict(PRESETS[name].payload), **payload} if isinstance(payload, dict) else payload
