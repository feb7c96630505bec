"""Re-encodings say the same in other bytes, spellings carry the right digest, oddities are signed."""

import base64
import json
import re
from datetime import UTC, datetime

import pytest

from fiskil_harness.core.config.webhook_format import FISKIL
from fiskil_harness.core.model import Event
from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks import seal, sign
from fiskil_harness.webhooks.payload_variants import (
    ODDITIES,
    SPELLINGS,
    distort,
    encode,
    encoding,
    encodings_of,
    oddity,
    spell,
    spelling,
)

SECRET = base64.b64encode(bytes(range(178, 256))).decode()
MESSAGE = seal(
    Event(
        event_id=0,
        kind="banking.accounts.sync.completed",
        message_id="1234567890123456",
        publish_time=datetime(2026, 11, 24, tzinfo=UTC),
        end_user_id="eu_1",
        consent_id="c1",
        institution_id="88888",
        client_id="client",
        account_ids=("7", "8"),
    ),
    attempt=1,
    secret=SECRET,
)
ENCODINGS = encodings_of(FISKIL)
PLAIN = json.loads(MESSAGE.body)


@pytest.mark.parametrize("name", [encoding.name for encoding in ENCODINGS if not encoding.needs_accounts])
def test_re_encodings_say_the_same(name: str) -> None:
    """Decoded, every field is as it was; a new one may have come."""
    told = json.loads(encode(name, MESSAGE, SECRET).body)

    told["data"].pop("note", None)
    assert told == PLAIN


@pytest.mark.parametrize("name", [encoding.name for encoding in ENCODINGS])
def test_re_encodings_are_signed_as_they_are_sent(name: str) -> None:
    """The signature is over the very bytes, in a header of that name in any case."""
    encoded = encode(name, MESSAGE, SECRET)

    headers = {key.lower(): value for key, value in encoded.headers}
    assert headers["x-fiskil-signature"] == sign(encoded.body, SECRET)


@pytest.mark.parametrize(
    "name", [encoding.name for encoding in ENCODINGS if "header" not in encoding.name and encoding.name != "charset"]
)
def test_re_encodings_change_bytes(name: str) -> None:
    """Whoever serialises again before the HMAC gets other bytes for at least one of the usual styles."""
    assert encode(name, MESSAGE, SECRET).body != MESSAGE.body


@pytest.mark.parametrize("name", [encoding.name for encoding in ENCODINGS if encoding.has_extra])
def test_a_new_field_stands_in_data(name: str) -> None:
    """Nothing that the docs name is touched."""
    assert "note" in json.loads(encode(name, MESSAGE, SECRET).body)["data"]


def test_numbers_are_written_as_no_encoder_would() -> None:
    """1.0, 1e0, -0.0 and an integer above 2^64 come through as text."""
    assert b"[1.0,1e0,-0.0]" in encode("odd_numbers", MESSAGE, SECRET).body
    assert b"123456789012345678901" in encode("big_integer", MESSAGE, SECRET).body


def test_letters_are_escaped() -> None:
    """Escapes stand in keys and in values, and no raw form of them is left in the event's name."""
    body = encode("escaped", MESSAGE, SECRET).body

    assert b"m\\u0065ssag\\u0065_id" in body
    assert b"banking.accounts" not in body


def test_optional_accounts_can_be_missing() -> None:
    """The one re-encoding that leaves something out says so."""
    told = json.loads(encode("no_account_ids", MESSAGE, SECRET).body)

    assert "account_ids" not in told["data"]
    assert encoding("no_account_ids").needs_accounts


@pytest.mark.parametrize("name", [name for name in SPELLINGS if name != "unused_bits"])
def test_spellings_carry_the_right_digest(name: str) -> None:
    """The body is untouched, and the digest is there in one notation or another (rule 8)."""
    spelt = spell(name, MESSAGE, SECRET)
    digest = base64.b64decode(MESSAGE.signature)

    forms = {
        digest.hex(),
        base64.b64encode(digest).decode().rstrip("="),
        base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }
    assert spelt.body == MESSAGE.body
    assert any(form in value or form in value.lower() for form in forms for _, value in spelt.headers)


def test_no_spelling_is_the_plain_one() -> None:
    """Each differs from an ordinary delivery in its headers."""
    plain = (("Content-Type", "application/json"), ("X-Fiskil-Signature", MESSAGE.signature))

    assert all(spell(name, MESSAGE, SECRET).headers != plain for name in SPELLINGS)


@pytest.mark.parametrize("name", ODDITIES)
def test_oddities_are_signed_as_they_are_sent(name: str) -> None:
    """A receiver has no reason to doubt who sent them."""
    odd = distort(name, MESSAGE, SECRET)

    assert dict(odd.headers)["X-Fiskil-Signature"] == sign(odd.body, SECRET)


def test_oddities_differ_from_what_fiskil_sends() -> None:
    """Each is odd in its bytes or in its headers."""
    plain = ((("Content-Type", "application/json"), ("X-Fiskil-Signature", MESSAGE.signature)), MESSAGE.body)
    odd = [distort(name, MESSAGE, SECRET) for name in ODDITIES]

    assert all((encoded.headers, encoded.body) != plain for encoded in odd)


@pytest.mark.parametrize("name", ["number_as_id", "list_as_id", "nul_in_id", "repeated_id"])
def test_odd_ids_stand_where_the_id_stood(name: str) -> None:
    """The change hits message_id and leaves valid JSON."""
    told = json.loads(distort(name, MESSAGE, SECRET).body)

    assert told["message_id"] != PLAIN["message_id"]
    assert re.search(r"1234567890123456", str(told["message_id"]))


def test_unknown_names_are_answered_with_the_nearest() -> None:
    """Each kind knows its own names."""
    with pytest.raises(UnknownName, match=r"No re-encoding 'prety'\. Did you mean 'pretty'\?"):
        encoding("prety")
    with pytest.raises(UnknownName, match=r"No spelling 'hexx'\. Did you mean 'hex'\?"):
        spelling("hexx")
    with pytest.raises(UnknownName, match=r"No oddity 'gzipp'\. Did you mean 'gzip'\?"):
        oddity("gzipp")


def test_unused_bits_decode_to_the_same_digest() -> None:
    """The text differs, and whoever decodes it leniently finds the right digest."""
    value = dict(spell("unused_bits", MESSAGE, SECRET).headers)["X-Fiskil-Signature"]

    assert value != MESSAGE.signature
    assert base64.b64decode(value) == base64.b64decode(MESSAGE.signature)
