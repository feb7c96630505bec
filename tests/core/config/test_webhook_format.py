"""The config of other webhook senders: a sender's name or each key, and errors that state what to write instead."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Settings, parse
from fiskil_harness.core.config.webhook_format import (
    FISKIL,
    PRESETS,
    SCHEMES_BY_INTERPRETATION,
    STANDARD,
    Dialect,
    Payload,
    Scheme,
)
from fiskil_harness.core.model import Event
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.payload_format import formatted, message_fields

SECRET = "a2V5LW9mLXRoaXJ0eS10d28tYnl0ZXMtLWxvbmcuLi4="
EVENT = Event(
    event_id=0,
    kind="consent.updated",
    message_id="1234567890123456",
    publish_time=datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC),
    end_user_id="eu_1",
    consent_id="c1",
    institution_id="88888",
    client_id="client",
    account_ids=("7", "8"),
    extra={"note": "hello"},
)


def read(**webhook: Any) -> Settings:
    return parse({"app": {"webhook": webhook}}, folder=Path())


def test_fiskil_is_the_default_of_every_key() -> None:
    """A config without a scheme has Fiskil's, and so does one that names it."""
    assert read().app.webhook.scheme is None
    assert read(scheme="fiskil").app.webhook.scheme == Scheme() == SCHEMES_BY_INTERPRETATION["base64-decoded-key"]
    assert read(scheme={"kind": "hmac"}).app.webhook.payload == Payload() == FISKIL.payload


def test_a_senders_name_sets_scheme_and_payload() -> None:
    """Keys of the config take precedence over those of the sender."""
    webhook = read(scheme="github", payload={"subject": "$.owner"}).app.webhook

    assert webhook.scheme == Scheme(header="X-Hub-Signature-256", key="text", digest="hex", prefix="sha256=")
    assert webhook.payload == msgspec.structs.replace(PRESETS["github"].payload, subject="$.owner")


def test_standard_webhooks_can_be_written_out() -> None:
    """The kind sets every key that the config leaves out."""
    webhook = read(scheme={"kind": STANDARD, "tolerance_s": 60}).app.webhook

    assert webhook.scheme == msgspec.structs.replace(PRESETS[STANDARD].scheme, tolerance_s=60)
    assert webhook.payload.id_header == "webhook-id"
    names = {"header": "svix-signature", "id_header": "svix-id", "timestamp_header": "svix-timestamp"}
    assert read(scheme={"kind": STANDARD, **names}).app.webhook == read(scheme="svix").app.webhook
    asymmetric = read(scheme={"kind": STANDARD, "algorithm": "ed25519"}).app.webhook
    assert asymmetric == read(scheme="standard-webhooks-v1a").app.webhook


@pytest.mark.parametrize(
    ("webhook", "expected"),
    [
        (
            {"scheme": "githbu"},
            "No signature scheme 'githbu'. Did you mean 'github'? Known: convoy, fiskil, github, shopify, slack, standard-",
        ),
        (
            {"scheme": {"kind": "hmac", "haeder": "X"}},
            "unknown key 'haeder' in [app.webhook.scheme]. Did you mean 'header'?",
        ),
        ({"payload": {"knid": "$.type"}}, "unknown key 'knid' in [app.webhook.payload]. Did you mean 'kind'?"),
        (
            {"scheme": {"digest": "bas64"}},
            "Invalid enum value 'bas64' at 'app.webhook.scheme.digest'. Did you mean 'base64'? Allowed: base64, hex.",
        ),
        ({"scheme": {"key": "hexx"}}, "Did you mean 'hex'? Allowed: text, base64, hex."),
        ({"scheme": {"kind": "hmacs"}}, "Did you mean 'hmac'? Allowed: hmac, standard-webhooks."),
        ({"scheme": {"algorithm": "sha265"}}, "Did you mean 'sha256'? Allowed: sha256, sha1, sha512, ed25519."),
        ({"scheme": {"digest": 5}}, "Expected 'str', got 'int' at 'app.webhook.scheme.digest'. Allowed: base64, hex."),
        ({"scheme": {"header": "X Sig"}}, "app.webhook.scheme.header must be a header's name such as 'X-Fiskil-Signature'"),
        (
            {"scheme": {"signs": "{time}.{body}"}},
            "app.webhook.scheme.signs must contain {body} once, and of values only {body},",
        ),
        ({"scheme": {"signs": "{timestamp}"}}, "signs must contain {body} once"),
        ({"scheme": {"value": "{signature}{signature}"}}, "value must contain {signature} once"),
        ({"scheme": {"signs": "{timestamp}.{body}"}}, "Set timestamp_header, or use {timestamp} in value."),
        ({"scheme": {"timestamp_header": "X Y"}}, "app.webhook.scheme.timestamp_header must be a header's name"),
        ({"scheme": {"algorithm": "ed25519", "key": "text"}}, "key must be base64 or hex for the algorithm 'ed25519'"),
        ({"scheme": {"kind": STANDARD, "tolerance_s": 0}}, "app.webhook.scheme.tolerance_s must be greater than 0, got 0."),
        (
            {"payload": {"kind": "type"}},
            "app.webhook.payload.kind must be a path like '$.data.kind' or a header like 'header:X-",
        ),
        ({"payload": {"accounts": "header:X"}}, "app.webhook.payload.accounts must be a path like '$.data.accounts', got"),
        ({"payload": {"id": ""}}, "app.webhook.payload.id is empty. Every message must contain it."),
        (
            {"payload": {"kind": "$.id", "id": "$.id.text"}},
            "app.webhook.payload puts '$.id.text' inside '$.id', which is a value.",
        ),
    ],
)
def test_an_invalid_config_is_refused(webhook: dict[str, Any], expected: str) -> None:
    """The error is raised before a socket opens, and contains the key, the value and what is allowed."""
    with pytest.raises((ConfigError, UnknownName)) as raised:
        read(**webhook)

    assert expected in str(raised.value)


def test_values_are_placed_where_the_config_puts_them() -> None:
    """A value is in the body or in a header, under the sender's name for it."""
    payload = msgspec.structs.replace(
        PRESETS["github"].payload, kinds={"consent.updated": "member_edited"}, fixed={"hook": {"id": 1}}
    )

    body, headers = formatted(EVENT, attempt=2, payload=payload)

    assert headers == (("X-GitHub-Delivery", "1234567890123456"), ("X-GitHub-Event", "member_edited"))
    assert body == {
        "hook": {"id": 1},
        "occurred_at": "2026-11-24T01:02:03.000Z",
        "consent": {"id": "c1"},
        "account": {"id": "eu_1"},
        "institution": {"id": "88888"},
        "accounts": ["7", "8"],
        "note": "hello",
    }


@pytest.mark.parametrize("name", PRESETS)
def test_a_message_in_any_format_is_read_back(name: str) -> None:
    """Probes read the same values in every sender's format."""
    payload = msgspec.structs.replace(PRESETS[name].payload, kinds={"consent.updated": "changed"})
    message = seal(EVENT, attempt=1, secret=SECRET, dialect=Dialect(payload=payload))

    assert message_fields(message.body, message.headers, payload=payload) == {
        "event": "consent.updated",
        "consent_id": "c1",
        "end_user_id": "eu_1",
    }


@pytest.mark.parametrize("body", [b"", b"[1]", b"null", b"\xff", b"[" * 100_000, b'{"data": 1}'])
def test_a_malformed_body_has_no_fields(body: bytes) -> None:
    """The harness delivers malformed bodies too, so reading one raises no exception."""
    assert message_fields(body, (), payload=PRESETS["shopify"].payload) == {"event": ""}


@pytest.mark.parametrize("name", PRESETS)
def test_bodies_are_compact_json(name: str) -> None:
    """The body of every sender's format is JSON without spaces."""
    message = seal(EVENT, attempt=1, secret=SECRET, dialect=Dialect(payload=PRESETS[name].payload))

    assert json.dumps(json.loads(message.body), separators=(",", ":")).encode() == message.body
