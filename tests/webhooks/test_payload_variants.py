"""Re-encodings have the same meaning in other bytes, spellings have the right digest, oddities are signed."""

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
    encode,
    encoding,
    encodings_of,
    make_oddity,
    oddity,
    spell,
)
from fiskil_harness.webhooks.signature_variants import SPELLINGS, spelling

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
def test_re_encodings_have_the_same_meaning(name: str) -> None:
    """Decoded, every field is unchanged; a new one may be added."""
    message = json.loads(encode(name, MESSAGE, SECRET).body)

    message["data"].pop("note", None)
    assert message == PLAIN


@pytest.mark.parametrize("name", [encoding.name for encoding in ENCODINGS])
def test_re_encodings_are_signed_as_they_are_sent(name: str) -> None:
    """The signature covers exactly the bytes that are sent, in a header of that name in any case."""
    encoded = encode(name, MESSAGE, SECRET)

    headers = {key.lower(): value for key, value in encoded.headers}
    assert headers["x-fiskil-signature"] == sign(encoded.body, SECRET)


@pytest.mark.parametrize(
    "name", [encoding.name for encoding in ENCODINGS if "header" not in encoding.name and encoding.name != "charset"]
)
def test_re_encodings_change_bytes(name: str) -> None:
    """A receiver that serialises again before the HMAC gets other bytes for a usual style."""
    assert encode(name, MESSAGE, SECRET).body != MESSAGE.body


@pytest.mark.parametrize("name", [encoding.name for encoding in ENCODINGS if encoding.has_extra])
def test_a_new_field_is_added_to_data(name: str) -> None:
    """A new field is added to data, and documented fields are unchanged."""
    assert "note" in json.loads(encode(name, MESSAGE, SECRET).body)["data"]


def test_numbers_are_written_literally() -> None:
    """1.0, 1e0, -0.0 and an integer above 2^64 are sent literally."""
    assert b"[1.0,1e0,-0.0]" in encode("odd_numbers", MESSAGE, SECRET).body
    assert b"123456789012345678901" in encode("big_integer", MESSAGE, SECRET).body


def test_letters_are_escaped() -> None:
    """Keys and values contain escapes, and the event's name has no unescaped form left."""
    body = encode("escaped", MESSAGE, SECRET).body

    assert b"m\\u0065ssag\\u0065_id" in body
    assert b"banking.accounts" not in body


def test_optional_account_ids_can_be_left_out() -> None:
    """The encoding that leaves out account_ids is marked."""
    message = json.loads(encode("no_account_ids", MESSAGE, SECRET).body)

    assert "account_ids" not in message["data"]
    assert encoding("no_account_ids").needs_accounts


@pytest.mark.parametrize("name", [name for name in SPELLINGS if name != "unused_bits"])
def test_spellings_carry_the_right_digest(name: str) -> None:
    """The body is unchanged, and the digest is present in some notation (rule 8)."""
    encoded = spell(name, MESSAGE, SECRET)
    digest = base64.b64decode(MESSAGE.signature)

    forms = {
        digest.hex(),
        base64.b64encode(digest).decode().rstrip("="),
        base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }
    assert encoded.body == MESSAGE.body
    assert any(form in value or form in value.lower() for form in forms for _, value in encoded.headers)


def test_no_spelling_is_the_plain_one() -> None:
    """The headers of each spelling differ from those of a genuine delivery."""
    plain = (("Content-Type", "application/json"), ("X-Fiskil-Signature", MESSAGE.signature))

    assert all(spell(name, MESSAGE, SECRET).headers != plain for name in SPELLINGS)


@pytest.mark.parametrize("name", ODDITIES)
def test_oddities_are_signed_as_they_are_sent(name: str) -> None:
    """The signature of an oddity is valid."""
    odd = make_oddity(name, MESSAGE, SECRET)

    assert dict(odd.headers)["X-Fiskil-Signature"] == sign(odd.body, SECRET)


def test_oddities_differ_from_genuine_deliveries() -> None:
    """Each oddity differs in its bytes or headers from a genuine delivery."""
    plain = ((("Content-Type", "application/json"), ("X-Fiskil-Signature", MESSAGE.signature)), MESSAGE.body)
    odd = [make_oddity(name, MESSAGE, SECRET) for name in ODDITIES]

    assert all((encoded.headers, encoded.body) != plain for encoded in odd)


@pytest.mark.parametrize("name", ["number_as_id", "list_as_id", "nul_in_id", "repeated_id"])
def test_odd_ids_replace_the_id(name: str) -> None:
    """The change affects message_id and leaves valid JSON."""
    message = json.loads(make_oddity(name, MESSAGE, SECRET).body)

    assert message["message_id"] != PLAIN["message_id"]
    assert re.search(r"1234567890123456", str(message["message_id"]))


def test_unknown_names_are_refused_with_the_nearest_name() -> None:
    """The error for an unknown name contains the nearest name of the same kind."""
    with pytest.raises(UnknownName, match=r"No re-encoding 'prety'\. Did you mean 'pretty'\?"):
        encoding("prety")
    with pytest.raises(UnknownName, match=r"No spelling 'hexx'\. Did you mean 'hex'\?"):
        spelling("hexx")
    with pytest.raises(UnknownName, match=r"No oddity 'gzipp'\. Did you mean 'gzip'\?"):
        oddity("gzipp")


def test_unused_bits_decode_to_the_same_digest() -> None:
    """The text differs, and a lenient decoder finds the right digest."""
    value = dict(spell("unused_bits", MESSAGE, SECRET).headers)["X-Fiskil-Signature"]

    assert value != MESSAGE.signature
    assert base64.b64decode(value) == base64.b64decode(MESSAGE.signature)
