"""Configurable signature schemes and payload formats of webhooks; the default of every key is Fiskil's.

This module has only settings and their checks: ``webhooks/signature_schemes.py`` signs messages, and
``webhooks/payload_format.py`` writes their bodies.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fiskil_harness.errors import ConfigError, UnknownName

HEADER = "X-Fiskil-Signature"
DOCUMENTED = "base64-decoded-key"
STANDARD = "standard-webhooks"
WHSEC, WHSK = "whsec_", "whsk_"
IN_HEADER = "header:"
_PATH = re.compile(r"\$(\.[A-Za-z_][\w-]*)+")
_FIELD = re.compile(r"\{([^{}]*)\}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Scheme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature scheme for webhook messages.

    The kind ``standard-webhooks`` gives every key the value of the specification Standard Webhooks, version 1; with the
    algorithm ``ed25519``, version 1a.

    Attributes:
        header: The header with the signature.
        key: The encoding of the secret.
        key_prefix: Text before the encoded key; secrets may leave it out.
        digest: The encoding of the signature.
        prefix: The text before each signature.
        algorithm: The hash of the HMAC, or ``ed25519``, whose secret is a signing key.
        signs: The signed text, in which ``{body}``, ``{id}`` and ``{timestamp}`` (seconds) are replaced.
        value: The header's value, in which ``{signature}`` and ``{timestamp}`` are replaced.
        separator: The text between several signatures in one header; "" if a header has only one signature.
        id_header: The header with the message id, if the payload contains no id; "" if there is no such header.
        timestamp_header: The header with the time of the attempt; "" if there is no such header.
        tolerance_s: Receivers may refuse messages that were signed more than this many seconds ago.
        accepts_future: True if receivers may accept any time in the future, as libraries of some senders do.
    """

    kind: Literal["hmac", "standard-webhooks"] = "hmac"
    header: str = HEADER
    key: Literal["text", "base64", "hex"] = "base64"
    key_prefix: str = ""
    digest: Literal["base64", "hex"] = "base64"
    prefix: str = ""
    algorithm: Literal["sha256", "sha1", "sha512", "ed25519"] = "sha256"
    signs: str = "{body}"
    value: str = "{signature}"
    separator: str = ""
    id_header: str = ""
    timestamp_header: str = ""
    tolerance_s: int = 300
    accepts_future: bool = False

    @property
    def signs_time(self) -> bool:
        """True if the signature covers the time of the attempt."""
        return "{timestamp}" in self.signs

    @property
    def signs_id(self) -> bool:
        """True if the signature covers the message id in addition to the body."""
        return "{id}" in self.signs

    @property
    def has_time(self) -> bool:
        """True if a message contains the time of the attempt, signed or not."""
        return self.signs_time or bool(self.timestamp_header) or "{timestamp}" in self.value

    @property
    def is_asymmetric(self) -> bool:
        """True if the sender signs with a private key, and receivers have only the public one."""
        return self.algorithm == "ed25519"

    def secret_of(self, key: str) -> str:
        """Return the signing secret in the format of the sender's console. *key* is the same secret in base64."""
        raw = base64.b64decode(key)
        if self.key_prefix:
            # Standard Webhooks requires 24 to 64 bytes; a signing key has 32.
            raw = raw[:32]
        if self.key == "text":
            return key
        return self.key_prefix + (raw.hex() if self.key == "hex" else base64.b64encode(raw).decode())


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

    @property
    def has_id_in_header(self) -> bool:
        """True if a header contains the message id. HTTP parsers remove blanks around a header's value (RFC 9110, 5.5)."""
        return bool(self.payload.id_header or self.scheme.id_header)


def _of_standard(id_header: str) -> Payload:
    return Payload(attempt="", time="$.timestamp", id=IN_HEADER + id_header, kind="$.type")


_STANDARD_SCHEME = Scheme(
    kind="standard-webhooks",
    header="webhook-signature",
    key_prefix=WHSEC,
    prefix="v1,",
    signs="{id}.{timestamp}.{body}",
    separator=" ",
    id_header="webhook-id",
    timestamp_header="webhook-timestamp",
)
_V1A: dict[str, Any] = {"algorithm": "ed25519", "key_prefix": WHSK, "prefix": "v1a,"}
_OF_OBJECTS = Payload(
    attempt="",
    time="$.created",
    id="$.id",
    kind="$.type",
    consent="$.data.object.consent_id",
    client="$.account",
    subject="$.data.object.customer",
    institution="$.data.object.institution_id",
    accounts="$.data.object.account_ids",
    extra="$.data.object",
)
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
    "slack": Dialect(
        scheme=Scheme(
            header="X-Slack-Signature",
            key="text",
            digest="hex",
            prefix="v0=",
            signs="v0:{timestamp}:{body}",
            timestamp_header="X-Slack-Request-Timestamp",
            accepts_future=True,
        ),
        payload=Payload(
            attempt="",
            time="$.event_time",
            id="$.event_id",
            kind="$.event.type",
            consent="$.event.consent_id",
            client="$.api_app_id",
            subject="$.event.user",
            institution="$.event.institution_id",
            accounts="$.event.account_ids",
            extra="$.event",
            fixed={"type": "event_callback"},
        ),
    ),
    "stripe": Dialect(
        scheme=Scheme(
            header="Stripe-Signature",
            key="text",
            digest="hex",
            prefix="v1=",
            signs="{timestamp}.{body}",
            value="t={timestamp},{signature}",
            separator=",",
            accepts_future=True,
        ),
        payload=_OF_OBJECTS,
    ),
    "convoy": Dialect(
        scheme=Scheme(
            header="X-Convoy-Signature",
            key="text",
            digest="hex",
            prefix="v1=",
            signs="{timestamp},{body}",
            value="t={timestamp},{signature}",
            separator=",",
            accepts_future=True,
        ),
        payload=Payload(attempt="", id="$.uid", kind="$.event_type"),
    ),
    STANDARD: Dialect(scheme=_STANDARD_SCHEME, payload=_of_standard("webhook-id")),
    f"{STANDARD}-v1a": Dialect(
        scheme=msgspec.structs.replace(_STANDARD_SCHEME, **_V1A),
        payload=_of_standard("webhook-id"),
    ),
    "svix": Dialect(
        scheme=msgspec.structs.replace(
            _STANDARD_SCHEME, header="svix-signature", id_header="svix-id", timestamp_header="svix-timestamp"
        ),
        payload=_of_standard("svix-id"),
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
        version = _V1A if scheme.get("algorithm") == "ed25519" else {}
        scheme_keys = {**_as_keys(_STANDARD_SCHEME), **version, **scheme}
        return {**webhook, "scheme": scheme_keys, "payload": _with(payload, _of_standard(str(scheme_keys["id_header"])))}
    if isinstance(scheme, str):
        sender = preset(scheme)
        return {**webhook, "scheme": _as_keys(sender.scheme), "payload": _with(payload, sender.payload)}
    return webhook


def refuse_bad_dialect(scheme: Scheme | None, payload: Payload, *, source: str) -> None:
    """Check a signature scheme and the positions of values in a payload.

    Raises:
        ConfigError: The scheme is invalid, a position is malformed or empty, or a value lies inside another value.
    """
    for problem in _problems_of(scheme, payload) if scheme is not None else ():
        raise ConfigError(f"{source}: app.webhook.scheme.{problem}")
    for name, place in payload.places.items():
        _refuse_bad_place(name, place, source=source)
    for name in ("id", "kind"):
        if not payload.places[name]:
            raise ConfigError(f"{source}: app.webhook.payload.{name} is empty. Every message must contain it.")
    for prefix, place in ((place, two) for place in payload.places.values() for two in payload.places.values()):
        if prefix and prefix not in {"$", payload.extra} and place.startswith(f"{prefix}."):
            raise ConfigError(f"{source}: app.webhook.payload puts {place!r} inside {prefix!r}, which is a value.")


def _problems_of(scheme: Scheme, payload: Payload) -> Iterator[str]:
    """Yield what is wrong with *scheme*, each as a sentence that begins with a key."""
    for key in ("header", "id_header", "timestamp_header"):
        name = getattr(scheme, key)
        if not _TOKEN.fullmatch(name) and (name or key == "header"):
            yield f"{key} must be a header's name such as {HEADER!r}, got {name!r}."
    for key, known, needed in (
        ("signs", ("body", "id", "timestamp"), "body"),
        ("value", ("signature", "timestamp"), "signature"),
    ):
        text = getattr(scheme, key)
        names = _FIELD.findall(text)
        if not set(names) <= set(known) or names.count(needed) != 1:
            allowed = ", ".join(f"{{{name}}}" for name in known)
            yield f"{key} must contain {{{needed}}} once, and of values only {allowed}, got {text!r}."
    if scheme.signs_time and not (scheme.timestamp_header or "{timestamp}" in scheme.value):
        yield "signs contains {timestamp}, which receivers must know. Set timestamp_header, or use {timestamp} in value."
    if scheme.signs_id and not (scheme.id_header or payload.id):
        yield "signs contains {id}, which receivers must know. Set id_header, or app.webhook.payload.id."
    if scheme.is_asymmetric and scheme.key == "text":
        yield "key must be base64 or hex for the algorithm 'ed25519', got 'text'."
    if scheme.tolerance_s <= 0:
        yield f"tolerance_s must be greater than 0, got {scheme.tolerance_s}."


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


def _with(own: Any, payload: Payload) -> Any:
    return {**msgspec.structs.asdict(payload), **own} if isinstance(own, dict) else own
