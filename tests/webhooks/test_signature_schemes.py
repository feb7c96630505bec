"""Schemes of other senders: what each signs, what is derived from it, and the published vectors of all of them."""

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from fiskil_harness.core.config.webhook_format import FISKIL, PRESETS, STANDARD, Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import ConfigError
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.forgeries.catalogue import FORGERIES, forge, forgeries_of
from fiskil_harness.webhooks.payload_variants import encode, encodings_of, spell
from fiskil_harness.webhooks.signature_schemes import digest_in, key_of, mac, signed
from fiskil_harness.webhooks.signature_variants import SPELLINGS
from tests.paths import TEST_DATA

VECTORS = json.loads((TEST_DATA / "scheme_vectors.json").read_text(encoding="utf-8"))
KEY = base64.b64encode(bytes(range(78))).decode()
EVENT = Event(
    event_id=-1,
    kind="consent.revoked",
    message_id="1234567890123456",
    publish_time=datetime(2026, 11, 24, tzinfo=UTC),
    end_user_id="eu_1",
    consent_id="c1",
    institution_id="88888",
    client_id="client",
    account_ids=("7",),
)
ANOTHER = msgspec.structs.replace(EVENT, message_id="6543210987654321", extra={"note": "another"})
PAIRS = [(name, forgery) for name, dialect in PRESETS.items() for forgery in forgeries_of(dialect)]
WRITTEN = [(name, encoding.name) for name, dialect in PRESETS.items() for encoding in encodings_of(dialect)]
RIGHTLY_SIGNED = {name for name in FORGERIES if name.startswith("time_")}
"""These have a valid signature for a time that must be refused."""


def secret_of(dialect: Dialect) -> str:
    return dialect.scheme.secret_of(KEY)


def sealed(dialect: Dialect, event: Event = EVENT) -> Message:
    return seal(event, attempt=1, secret=secret_of(dialect), dialect=dialect)


def is_genuine(body: bytes, headers: dict[str, list[str]], secret: str, scheme: Scheme) -> bool:
    """Verify strictly: one header, compared as text; for a standard scheme with the library of the standard."""
    if scheme.is_standard:
        flat = {name: values[0] for name, values in headers.items()}
        try:
            Webhook(secret).verify(body, flat)
        except (WebhookVerificationError, ValueError, KeyError):
            return False
        return True
    values = headers.get(scheme.header.lower(), [])
    draft = Message(message_id="", attempt=1, body=body, signature="")
    return values == [signed(draft, secret, scheme).signature]


def grouped(headers: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return values


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda value: str(value["name"]))
def test_published_signatures_are_reproduced(vector: dict[str, Any]) -> None:
    """The signatures that GitHub, Standard Webhooks, Fiskil's guide and RFC 4231 publish are reproduced exactly."""
    scheme = msgspec.convert(vector["scheme"], Scheme)
    draft = Message(
        message_id=vector.get("id", ""),
        attempt=1,
        body=vector["body"].encode(),
        signature="",
        timestamp=vector.get("timestamp", ""),
    )

    assert signed(draft, vector["secret"], scheme).signature == vector["signature"]


@pytest.mark.parametrize("vector", VECTORS["standard"], ids=lambda value: str(value["name"]))
def test_published_deliveries_are_accepted_or_refused_as_published(vector: dict[str, Any]) -> None:
    """A correct verifier judges the deliveries of the specification's own tests, signed at the current time, as they do."""
    now = int(time.time()) + vector.get("later_s", 0)
    scheme, secret = PRESETS[STANDARD].scheme, VECTORS["standard_secret"]
    draft = Message(message_id="msg_1", attempt=1, body=b'{"test": 2432232314}', signature="", timestamp=str(now))
    good = signed(draft, secret, scheme).signature
    headers = {"webhook-id": ["msg_1"], "webhook-timestamp": [str(now)], "webhook-signature": [good]}
    for name, value in vector["headers"].items():
        headers[name] = [value.replace("{good}", good).replace("{good8}", good[:8])]
    remaining = {name: values for name, values in headers.items() if name not in vector.get("without", [])}

    assert is_genuine(draft.body, remaining, secret, scheme) is (vector["expect"] == "accept")


@pytest.mark.parametrize("name", PRESETS)
def test_each_sender_is_accepted_by_a_strict_verifier(name: str) -> None:
    """An independent or strict verifier accepts the messages that the harness signs."""
    dialect = PRESETS[name]
    message = sealed(dialect)

    assert is_genuine(message.body, grouped(message.headers), secret_of(dialect), dialect.scheme)


@pytest.mark.parametrize(("name", "forgery"), PAIRS)
def test_no_forgery_is_accepted_by_a_strict_verifier(name: str, forgery: str) -> None:
    """A correct receiver refuses each forgery of any scheme."""
    dialect = PRESETS[name]
    other = sealed(dialect, ANOTHER)

    forged = forge(forgery, EVENT, other=other, secret=secret_of(dialect), dialect=dialect)

    assert not is_genuine(forged.body, grouped(forged.headers), secret_of(dialect), dialect.scheme)


@pytest.mark.parametrize(("name", "forgery"), [pair for pair in PAIRS if pair[1] not in RIGHTLY_SIGNED])
def test_no_forgery_carries_the_right_digest(name: str, forgery: str) -> None:
    """In no spelling is the signature that of the bytes beside it (rule 8)."""
    dialect = PRESETS[name]
    other = sealed(dialect, ANOTHER)
    forged = forge(forgery, EVENT, other=other, secret=secret_of(dialect), dialect=dialect)
    headers = grouped(forged.headers)
    draft = Message(
        message_id=headers.get("webhook-id", [""])[0],
        attempt=1,
        body=forged.body,
        signature="",
        timestamp=headers.get("webhook-timestamp", [""])[0],
    )
    right = mac(draft, key_of(secret_of(dialect), dialect.scheme), dialect.scheme)

    spellings = {
        base64.b64encode(right).decode().rstrip("="),
        base64.urlsafe_b64encode(right).decode().rstrip("="),
        right.hex(),
    }
    values = headers.get(dialect.scheme.header.lower(), [])
    assert not [spelling for spelling in spellings for value in values if spelling in value]


@pytest.mark.parametrize(("name", "encoding"), WRITTEN)
def test_re_encodings_are_genuine_to_a_strict_verifier(name: str, encoding: str) -> None:
    """Each re-encoding is a message that the sender might send, including those with several signatures."""
    dialect = PRESETS[name]

    encoded = encode(encoding, sealed(dialect), secret_of(dialect), dialect=dialect)

    assert is_genuine(encoded.body, grouped(encoded.headers), secret_of(dialect), dialect.scheme)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", PRESETS)
def test_spellings_leave_body_and_id_unchanged(name: str, spelling: str) -> None:
    """Body, signed headers and headers with the id are unchanged."""
    dialect = PRESETS[name]
    message = sealed(dialect)

    encoded = spell(spelling, message, secret_of(dialect), dialect=dialect)

    assert encoded.body == message.body
    assert set(message.headers) - set(encoded.headers) <= {(dialect.scheme.header, message.signature)}


def test_there_are_forgeries_of_time_for_schemes_that_sign_it() -> None:
    """Standard Webhooks has a dozen more forgeries than Fiskil, which signs no time."""
    standard = set(forgeries_of(PRESETS[STANDARD])) - set(forgeries_of(FISKIL))

    assert {"time_old", "time_future", "time_changed", "id_changed", "only_v1a"} <= standard
    assert len(standard) >= 12


def test_an_attempt_is_signed_with_its_own_time() -> None:
    """The id is the same in every retry, the time is not."""
    at = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
    message = seal(EVENT, attempt=2, secret=secret_of(PRESETS[STANDARD]), dialect=PRESETS[STANDARD], sent_at=at)

    assert dict(message.headers)["webhook-timestamp"] == str(int(at.timestamp()))
    assert dict(message.headers)["webhook-id"] == "1234567890123456"


@pytest.mark.parametrize(
    ("scheme", "secret", "words"),
    [
        (Scheme(), "not base64!", "is not base64"),
        (Scheme(key="hex"), "xyz", "is not hex"),
        (Scheme(key="text"), "", "is empty"),
        (PRESETS[STANDARD].scheme, "whsec_", "is not whsec_ and base64"),
        (PRESETS[STANDARD].scheme, "", "is not whsec_ and base64"),
    ],
)
def test_a_secret_of_another_form_is_refused_without_showing_it(scheme: Scheme, secret: str, words: str) -> None:
    """The error states the form that the scheme requires and does not contain the secret."""
    with pytest.raises(ConfigError, match=f"^The webhook signing secret {words}\\. Paste it as the console shows it\\.$"):
        key_of(secret, scheme)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("digest", ["hex", "base64"])
def test_a_digest_is_read_back_from_its_signature(algorithm: Any, digest: Any) -> None:
    """The digest is found in every algorithm and notation."""
    scheme = Scheme(algorithm=algorithm, digest=digest, prefix="p=")
    draft = Message(message_id="", attempt=1, body=b"{}", signature="")

    assert digest_in(signed(draft, KEY, scheme).signature, scheme) == mac(draft, key_of(KEY, scheme), scheme)
