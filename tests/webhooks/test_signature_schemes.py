"""Schemes of other senders: what each signs, what is derived from it, and the published vectors of all of them."""

import base64
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from fiskil_harness.core.config import parse
from fiskil_harness.core.config.webhook_format import FISKIL, PRESETS, STANDARD, Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import ConfigError
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.forgeries.catalogue import FORGERIES, forge, forgeries_of
from fiskil_harness.webhooks.payload_variants import encode, encodings_of, spell
from fiskil_harness.webhooks.signature_schemes import content, digest_in, key_of, mac, public_key_of, signed
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
    if scheme.kind == STANDARD and not scheme.is_asymmetric:
        flat = {name.replace("svix-", "webhook-"): values[0] for name, values in headers.items()}
        try:
            Webhook(secret).verify(body, flat)
        except (WebhookVerificationError, ValueError, KeyError):
            return False
        return True
    values = headers.get(scheme.header.lower(), [])
    pattern = re.escape(scheme.value).replace(r"\{timestamp\}", "(?P<time>[^,]*)").replace(r"\{signature\}", "(?P<text>.*)")
    parts = re.fullmatch(pattern, values[0]) if len(values) == 1 else None
    if parts is None:
        return False
    timestamp = parts.groupdict().get("time") or headers.get(scheme.timestamp_header.lower(), [""])[0]
    message_id = headers.get(scheme.id_header.lower(), [""])[0]
    if scheme.signs_time and not is_timely(timestamp, scheme):
        return False
    draft = Message(message_id=message_id, attempt=1, body=body, signature="", timestamp=timestamp)
    signatures = parts["text"].split(scheme.separator) if scheme.separator else [parts["text"]]
    if scheme.is_asymmetric:
        return any(is_by(public_key_of(secret, scheme), signature, content(draft, scheme)) for signature in signatures)
    return signed(draft, secret, scheme).signature in signatures


def is_timely(timestamp: str, scheme: Scheme) -> bool:
    """Return True for whole seconds within the tolerance; in the future too, if the scheme says so."""
    if not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    age_s = time.time() - int(timestamp)
    return age_s <= scheme.tolerance_s and (scheme.accepts_future or age_s >= -scheme.tolerance_s)


def is_by(public_key: str, signature: str, signed_bytes: bytes) -> bool:
    """Verify a signature of Ed25519, version 1a, with the public key alone."""
    try:
        digest = base64.b64decode(signature.removeprefix("v1a,"), validate=True)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
        key.verify(digest, signed_bytes)
    except (InvalidSignature, ValueError):
        return False
    return signature.startswith("v1a,")


def scheme_of(raw: Any) -> Scheme:
    """Return the scheme of a config."""
    scheme = parse({"app": {"webhook": {"scheme": raw}}}, folder=Path()).app.webhook.scheme
    assert scheme is not None
    return scheme


def grouped(headers: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return values


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda value: str(value["name"]))
def test_published_signatures_are_reproduced(vector: dict[str, Any]) -> None:
    """The signatures that vendors, their libraries and RFC 4231 publish are reproduced exactly."""
    scheme = scheme_of(vector["scheme"])
    draft = Message(
        message_id=vector.get("id", ""),
        attempt=1,
        body=vector["body"].encode(),
        signature="",
        timestamp=vector.get("timestamp", ""),
    )

    message = signed(draft, vector["secret"], scheme)

    assert message.signature == vector["signature"]
    assert dict(message.headers)[scheme.header] == vector.get("header", vector["signature"])


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
    text = headers.get(dialect.scheme.header.lower(), [""])[0]
    draft = Message(
        message_id=headers.get(dialect.scheme.id_header.lower(), [""])[0],
        attempt=1,
        body=forged.body,
        signature="",
        timestamp=headers.get(dialect.scheme.timestamp_header.lower(), [text.partition("t=")[2].partition(",")[0]])[0],
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
    assert [name for name, _ in set(message.headers) - set(encoded.headers) if name != dialect.scheme.header] == []


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
        (Scheme(), "YWJjZ", "is not base64"),
        (Scheme(), "YWI==", "is not base64"),
        (
            PRESETS["standard-webhooks-v1a"].scheme,
            "whsk_YWJj",
            "is not a private key of Ed25519: 32 or 64 bytes in base64.*",
        ),
        (PRESETS["standard-webhooks-v1a"].scheme, f"whpk_{'A' * 43}=", "is not a private key of Ed25519: 32 or 64 bytes.*"),
    ],
)
def test_a_secret_of_another_form_is_refused_without_showing_it(scheme: Scheme, secret: str, words: str) -> None:
    """The error states the form that the scheme requires and does not contain the secret."""
    with pytest.raises(ConfigError, match=f"^The webhook signing secret {words}\\. Paste it as the console shows it\\.$"):
        key_of(secret, scheme)


@pytest.mark.parametrize("secret", ["a2V5IG9mIDE2IGJ5dGU", "a2V5IG9mIDE2IGJ5dGU="])
@pytest.mark.parametrize("prefix", ["", "whsec_"])
def test_a_secret_may_lack_its_padding_and_its_prefix(secret: str, prefix: str) -> None:
    """Libraries of several languages accept both."""
    scheme = PRESETS[STANDARD].scheme if prefix else Scheme()

    assert {key_of(secret, scheme), key_of(prefix + secret, scheme)} == {b"key of 16 byte"}


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("digest", ["hex", "base64"])
def test_a_digest_is_read_back_from_its_signature(algorithm: Any, digest: Any) -> None:
    """The digest is found in every algorithm and notation."""
    scheme = Scheme(algorithm=algorithm, digest=digest, prefix="p=")
    draft = Message(message_id="", attempt=1, body=b"{}", signature="")

    assert digest_in(signed(draft, KEY, scheme).signature, scheme) == mac(draft, key_of(KEY, scheme), scheme)
