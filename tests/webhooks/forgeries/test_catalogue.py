"""Forgeries: none has a valid signature of its bytes, and each would be accepted by a receiver with the bug it tests."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config.webhook_format import FISKIL
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks import seal, sign
from fiskil_harness.webhooks.fiskil_signature import HEADER
from fiskil_harness.webhooks.forgeries.catalogue import FORGERIES, Forged, Material, forge, forgeries_of, forgery
from tests.paths import FIXTURES

VECTORS = json.loads((FIXTURES / "webhook_vectors.json").read_text(encoding="utf-8"))
SECRET = base64.b64encode(bytes(range(78))).decode()
EVENT = Event(
    event_id=-1,
    kind="consent.revoked",
    message_id="1234567890123456",
    publish_time=datetime(2026, 11, 24, tzinfo=UTC),
    end_user_id="eu_1",
    consent_id="c1",
    institution_id="88888",
    client_id="client",
)
OTHER = seal(msgspec.structs.replace(EVENT, message_id="6543210987654321"), attempt=1, secret=SECRET)
OURS = forgeries_of(FISKIL)
HONEST = seal(EVENT, attempt=1, secret=SECRET)


def forged_as(name: str) -> Forged:
    return forge(name, EVENT, other=OTHER, secret=SECRET)


def signatures(forged: Forged) -> list[str]:
    return [value for key, value in forged.headers if key == HEADER]


@pytest.mark.parametrize("name", OURS)
def test_no_forgery_carries_the_right_digest(name: str) -> None:
    """In no spelling or lenient decoding is the signature that of the bytes beside it (rule 8)."""
    forged = forged_as(name)
    right = hmac.digest(base64.b64decode(SECRET), forged.body, hashlib.sha256)

    spellings = {
        base64.b64encode(right).decode().rstrip("="),
        base64.urlsafe_b64encode(right).decode().rstrip("="),
        right.hex(),
    }
    assert not any(spelling in value for spelling in spellings for value in signatures(forged))


@pytest.mark.parametrize("name", OURS)
def test_each_forgery_would_have_an_effect(name: str) -> None:
    """A receiver that accepts it finds an event with an effect, under a registered id."""
    forged = forged_as(name)
    text = forged.body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")

    assert '"consent.revoked"' in text
    assert any(f'"{message_id}"' in text for message_id in forged.message_ids)


@pytest.mark.parametrize("name", OURS)
def test_forging_is_repeatable(name: str) -> None:
    """The same event gives the same bytes, so a replayed plan sends the same forgery."""
    assert forged_as(name) == forged_as(name)


@pytest.mark.parametrize("name", OURS)
def test_each_forgery_has_a_sentence(name: str) -> None:
    """The sentence of a forgery completes 'a message ...'."""
    assert forgery(name).sentence.split()[0] in {"without", "with", "signed", "under", "that", "beside"}


def test_there_are_at_least_thirty_forgeries() -> None:
    """There are at least thirty forgeries."""
    assert len(FORGERIES) >= 30


def test_tampered_messages_keep_the_original_signature() -> None:
    """An eavesdropper changes the bytes and keeps the header."""
    tampered = ("bit_flipped", "space_in_id", "respaced", "repeated_key", "trailing_newline", "byte_order_mark")

    assert [signatures(forged_as(name)) for name in tampered] == [[HONEST.signature]] * 6
    assert all(forged_as(name).body != HONEST.body for name in tampered)


def test_a_space_in_the_id_deceives_receivers_that_strip_spaces() -> None:
    """The documented recipe strips blanks before it signs; then the forged bytes have the valid signature."""
    forged = forged_as("space_in_id")

    assert sign(forged.body.replace(b" ", b""), SECRET) == signatures(forged)[0]
    assert json.loads(forged.body)["message_id"] == "1234567890123456 "


def test_respaced_bytes_deceive_receivers_that_serialise_again() -> None:
    """Parsing and compact encoding restore the bytes that were signed."""
    forged = forged_as("respaced")

    assert sign(json.dumps(json.loads(forged.body), separators=(",", ":")).encode(), SECRET) == signatures(forged)[0]


def test_a_repeated_key_deceives_receivers_that_serialise_again() -> None:
    """The last of two equal keys wins, so the message is parsed as signed except for the order of its keys."""
    forged = forged_as("repeated_key")

    assert json.loads(forged.body) == json.loads(HONEST.body)
    assert forged.body.count(b'"message_id"') == 2


def test_an_invalid_byte_deceives_receivers_that_decode_leniently() -> None:
    """The signed text has the replacement character where the forged bytes have 0xFF."""
    forged = forged_as("invalid_byte")

    assert sign(forged.body.decode("utf-8", "replace").encode(), SECRET) == signatures(forged)[0]
    assert b"\xff" in forged.body


def test_truncated_signatures_are_incomplete_prefixes() -> None:
    """The longest prefix has 42 letters, because 43 are the whole digest."""
    assert [signatures(forged_as(f"truncated_{length}"))[0] for length in (1, 4, 8, 42)] == [
        HONEST.signature[:1],
        HONEST.signature[:4],
        HONEST.signature[:8],
        HONEST.signature[:42],
    ]


def test_unsigned_forgeries_have_no_header() -> None:
    """A missing header and an empty one test different bugs."""
    assert signatures(forged_as("unsigned")) == []
    assert signatures(forged_as("empty_header")) == [""]


def test_two_headers_are_two_lines() -> None:
    """Receivers that read only one of several lines find a wrong signature in either."""
    assert len(signatures(forged_as("two_headers"))) == 2


def test_other_methods_are_unsigned() -> None:
    """GET and PUT test whether the path is protected for every method."""
    methods = {name: forged_as(name).method for name in ("put_unsigned", "get_unsigned", "unsigned")}

    assert methods == {"put_unsigned": "PUT", "get_unsigned": "GET", "unsigned": "POST"}


@pytest.mark.parametrize(
    ("vector", "name"),
    [
        ("neg-rawkey-hex", "raw_key_hex"),
        ("neg-rawkey-b64", "raw_key_base64"),
        ("neg-openssl-literal-key", "literal_key_hex"),
        ("neg-empty-key", "empty_key"),
        ("neg-whitespace-forgery", "space_in_id"),
    ],
)
def test_published_mistakes_are_forged_exactly(vector: str, name: str) -> None:
    """The vectors of wrong keys and of the inserted space are reproduced byte for byte."""
    wrong = next(value for value in VECTORS["fiskil"] if value["name"] == vector)
    sample = next(vector for vector in VECTORS["fiskil"] if vector["name"] == "doc-go")

    forged = forgery(name).make(_material(sample))

    assert (forged.body.decode(), signatures(forged)) == (wrong["body"], [wrong["signature"]])


def test_an_unknown_forgery_is_refused_with_the_nearest_name() -> None:
    """The error for an unknown name contains the nearest known name."""
    with pytest.raises(UnknownName, match=r"No forgery 'unsinged'\. Did you mean 'unsigned'\?"):
        forgery("unsinged")


def _material(sample: dict[str, Any]) -> Material:
    body, secret = sample["body"].encode(), sample["secret"]
    event = msgspec.structs.replace(EVENT, message_id="9790112556309026")
    honest = Message(message_id=event.message_id, attempt=1, body=body, signature=sign(body, secret))
    return Material(event=event, honest=honest, other=OTHER, secret=secret)
