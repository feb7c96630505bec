"""Forgeries: none carries a right signature of its bytes, each would be believed by a receiver with its mistake."""

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


def made(name: str) -> Forged:
    return forge(name, EVENT, other=OTHER, secret=SECRET)


def signatures(forged: Forged) -> list[str]:
    return [value for key, value in forged.headers if key == HEADER]


@pytest.mark.parametrize("name", OURS)
def test_no_forgery_carries_the_right_digest(name: str) -> None:
    """However leniently a signature is spelt or decoded, it is not that of the bytes beside it (rule 8)."""
    forged = made(name)
    right = hmac.digest(base64.b64decode(SECRET), forged.body, hashlib.sha256)

    spellings = {
        base64.b64encode(right).decode().rstrip("="),
        base64.urlsafe_b64encode(right).decode().rstrip("="),
        right.hex(),
    }
    assert not any(spelling in value for spelling in spellings for value in signatures(forged))


@pytest.mark.parametrize("name", OURS)
def test_each_forgery_would_have_an_effect_of_its_own(name: str) -> None:
    """Whoever believes it finds an event that moves something, under an id that is registered."""
    forged = made(name)
    text = forged.body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")

    assert '"consent.revoked"' in text
    assert any(f'"{message_id}"' in text for message_id in forged.message_ids)


@pytest.mark.parametrize("name", OURS)
def test_forging_is_repeatable(name: str) -> None:
    """The same event gives the same bytes, so a plan that is replayed sends what it sent."""
    assert made(name) == made(name)


@pytest.mark.parametrize("name", OURS)
def test_each_has_a_sentence(name: str) -> None:
    """What a forgery does is said in words that complete 'a message ...'."""
    assert forgery(name).sentence.split()[0] in {"without", "with", "signed", "under", "that", "beside"}


def test_there_are_enough() -> None:
    """About thirty ways are promised."""
    assert len(FORGERIES) >= 30


def test_tampered_messages_keep_the_signature_of_the_message_as_it_was() -> None:
    """An eavesdropper changes bytes and leaves the header."""
    tampered = ("bit_flipped", "space_in_id", "respaced", "repeated_key", "trailing_newline", "byte_order_mark")

    assert [signatures(made(name)) for name in tampered] == [[HONEST.signature]] * 6
    assert all(made(name).body != HONEST.body for name in tampered)


def test_a_space_in_the_id_is_taken_by_whoever_strips_spaces() -> None:
    """The recipe of the documentation strips blanks before it signs; then the forged bytes have the honest signature."""
    forged = made("space_in_id")

    assert sign(forged.body.replace(b" ", b""), SECRET) == signatures(forged)[0]
    assert json.loads(forged.body)["message_id"] == "1234567890123456 "


def test_respaced_bytes_are_taken_by_whoever_serialises_again() -> None:
    """Parsing and encoding compactly gives back the bytes that were signed."""
    forged = made("respaced")

    assert sign(json.dumps(json.loads(forged.body), separators=(",", ":")).encode(), SECRET) == signatures(forged)[0]


def test_a_repeated_key_is_taken_by_whoever_serialises_again() -> None:
    """The last of two equal keys wins, so the message reads as it was signed apart from the order of its keys."""
    forged = made("repeated_key")

    assert json.loads(forged.body) == json.loads(HONEST.body)
    assert forged.body.count(b'"message_id"') == 2


def test_an_invalid_byte_is_taken_by_whoever_decodes_leniently() -> None:
    """The replacement character stands in the signed text where the forged bytes have 0xFF."""
    forged = made("invalid_byte")

    assert sign(forged.body.decode("utf-8", "replace").encode(), SECRET) == signatures(forged)[0]
    assert b"\xff" in forged.body


def test_truncated_signatures_are_prefixes_that_lost_something() -> None:
    """43 letters would still be the whole digest, so the longest has 42."""
    assert [signatures(made(f"truncated_{length}"))[0] for length in (1, 4, 8, 42)] == [
        HONEST.signature[:1],
        HONEST.signature[:4],
        HONEST.signature[:8],
        HONEST.signature[:42],
    ]


def test_unsigned_ones_have_no_header() -> None:
    """An absent header and an empty one are different mistakes."""
    assert signatures(made("unsigned")) == []
    assert signatures(made("empty_header")) == [""]


def test_two_headers_are_two_lines() -> None:
    """Receivers that look at one of several lines see a wrong one either way."""
    assert len(signatures(made("two_headers"))) == 2


def test_other_methods_are_unsigned() -> None:
    """GET and PUT tell whether the path is guarded whatever the method."""
    methods = {name: made(name).method for name in ("put_unsigned", "get_unsigned", "unsigned")}

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
    """The vectors of wrong keys and of the slipped-in space come out byte for byte."""
    wrong = next(value for value in VECTORS["fiskil"] if value["name"] == vector)
    sample = next(vector for vector in VECTORS["fiskil"] if vector["name"] == "doc-go")

    forged = forgery(name).make(_material(sample))

    assert (forged.body.decode(), signatures(forged)) == (wrong["body"], [wrong["signature"]])


def test_an_unknown_forgery_names_the_nearest() -> None:
    """A misspelt name is answered with the one that was meant."""
    with pytest.raises(UnknownName, match=r"No forgery 'unsinged'\. Did you mean 'unsigned'\?"):
        forgery("unsinged")


def _material(sample: dict[str, Any]) -> Material:
    body, secret = sample["body"].encode(), sample["secret"]
    event = msgspec.structs.replace(EVENT, message_id="9790112556309026")
    honest = Message(message_id=event.message_id, attempt=1, body=body, signature=sign(body, secret))
    return Material(event=event, honest=honest, other=OTHER, secret=secret)
