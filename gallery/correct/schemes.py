"""Verifies webhooks of several senders; the environment variable ``SCHEME`` selects the sender.

A receiver passes its headers as a function from a name to a list of values, and the body as bytes.
"""

import base64
import hmac
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SCHEME = os.environ.get("SCHEME", "fiskil")
SECRET = os.environ.get("FISKIL_WEBHOOK_SECRET", "")
PUBLIC_KEY = os.environ.get("WEBHOOK_PUBLIC_KEY", "")
TOLERANCE_S = 300


def is_genuine(headers, body):
    """Return whether the signature is correct for these bytes, and its time recent enough."""
    return bool(SECRET) and VERIFIERS[SCHEME](headers, body)


def understood(headers, payload):
    """Return the message in Fiskil's form, with id, time and event from where the sender puts them.

    Raises:
        KeyError: A field is missing.
        TypeError: A field has another type.
    """
    message_id, published, fact = READERS[SCHEME](headers, payload)
    return {"message_id": message_id, "publish_time": published, "data": fact}


def one(headers, name):
    """Return the only value of a header as bytes; b"" if there is none or more than one."""
    values = headers(name)
    return values[0].encode("latin-1", "replace") if len(values) == 1 else b""


def is_timely(timestamp, *, is_future_refused=False):
    """Return whether *timestamp* is whole seconds in ASCII digits, and recent enough."""
    if not timestamp.isdigit() or len(timestamp) > 12:
        return False
    age_s = time.time() - int(timestamp)
    return age_s <= TOLERANCE_S and not (is_future_refused and age_s < -TOLERANCE_S)


def digest(key, content, algorithm="sha256"):
    """Return the HMAC in hex."""
    return hmac.new(key, content, algorithm).hexdigest().encode()


def in_base64(key, content):
    """Return the HMAC in base64."""
    return base64.b64encode(hmac.digest(key, content, "sha256"))


def decoded(secret):
    """Decode a secret in base64, whose padding may be missing."""
    return base64.b64decode(secret + "=" * (-len(secret) % 4))


def by_fiskil(headers, body):
    """Base64 of the HMAC of the body."""
    return hmac.compare_digest(in_base64(decoded(SECRET), body), one(headers, "X-Fiskil-Signature"))


def by_github(headers, body):
    """Hex of the HMAC of the body, after ``sha256=``."""
    return hmac.compare_digest(b"sha256=" + digest(SECRET.encode(), body), one(headers, "X-Hub-Signature-256"))


def by_slack(headers, body):
    """Hex of the HMAC of version, time and body."""
    timestamp = one(headers, "X-Slack-Request-Timestamp")
    expected = b"v0=" + digest(SECRET.encode(), b"v0:%s:%s" % (timestamp, body))
    return is_timely(timestamp) and hmac.compare_digest(expected, one(headers, "X-Slack-Signature"))


def by_fields(header, separator):
    """Return a verifier of ``t=..,v1=..``: any of several signatures of version 1 may be correct."""

    def verify(headers, body):
        fields = [field.partition(b"=")[::2] for field in one(headers, header).split(b",")]
        timestamp = next((value for name, value in fields if name == b"t"), b"")
        expected = digest(SECRET.encode(), timestamp + separator + body)
        signatures = [value for name, value in fields if name == b"v1"]
        return is_timely(timestamp) and any(hmac.compare_digest(expected, signature) for signature in signatures)

    return verify


def by_standard(prefix, is_correct):
    """Return a verifier of Standard Webhooks whose headers begin with *prefix*."""

    def verify(headers, body):
        message_id, timestamp, signatures = (one(headers, f"{prefix}-{name}") for name in ("id", "timestamp", "signature"))
        if not message_id or not is_timely(timestamp, is_future_refused=True):
            return False
        return any(is_correct(b".".join((message_id, timestamp, body)), signature) for signature in signatures.split())

    return verify


def is_version_1(content, signature):
    """Return whether *signature* is the HMAC of *content*."""
    return hmac.compare_digest(b"v1," + in_base64(decoded(SECRET.removeprefix("whsec_")), content), signature)


def is_version_1a(content, signature):
    """Return whether *signature* is by the private key that belongs to the public one."""
    version, _, text = signature.partition(b",")
    try:
        key = Ed25519PublicKey.from_public_bytes(decoded(PUBLIC_KEY.removeprefix("whpk_")))
        key.verify(base64.b64decode(text, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return version == b"v1a"


VERIFIERS = {
    "fiskil": by_fiskil,
    "github": by_github,
    "slack": by_slack,
    "stripe": by_fields("Stripe-Signature", b"."),
    "convoy": by_fields("X-Convoy-Signature", b","),
    "standard-webhooks": by_standard("webhook", is_version_1),
    "standard-webhooks-v1a": by_standard("webhook", is_version_1a),
    "svix": by_standard("svix", is_version_1),
}


def like_standard(prefix):
    """Return a reader of messages with the id in a header."""
    return lambda headers, payload: (
        headers(f"{prefix}-id")[0],
        payload["timestamp"],
        {**payload["data"], "event": payload["type"]},
    )


def like_github(headers, payload):
    """Id and event are in headers."""
    fact = {"consent_id": payload["consent"]["id"], "end_user_id": payload["account"]["id"]}
    return headers("X-GitHub-Delivery")[0], payload["occurred_at"], {**fact, "event": headers("X-GitHub-Event")[0]}


def like_slack(_, payload):
    """The event is an object of its own."""
    event = payload["event"]
    return payload["event_id"], payload["event_time"], {**event, "event": event["type"], "end_user_id": event["user"]}


def like_stripe(_, payload):
    """The event is about an object."""
    about = payload["data"]["object"]
    return payload["id"], payload["created"], {**about, "event": payload["type"], "end_user_id": about["customer"]}


READERS = {
    "fiskil": lambda _, payload: (payload["message_id"], payload["publish_time"], payload["data"]),
    "github": like_github,
    "slack": like_slack,
    "stripe": like_stripe,
    "convoy": lambda _, payload: (
        payload["uid"],
        payload["publish_time"],
        {**payload["data"], "event": payload["event_type"]},
    ),
    "standard-webhooks": like_standard("webhook"),
    "standard-webhooks-v1a": like_standard("webhook"),
    "svix": like_standard("svix"),
}
