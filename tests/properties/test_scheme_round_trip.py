"""Any signature scheme of a config is read back: its secret, the bytes that it signs, and the signature in the headers."""

import base64
from pathlib import Path

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fiskil_harness.core.config import parse
from fiskil_harness.core.config.webhook_format import Scheme
from fiskil_harness.core.model import Message
from fiskil_harness.webhooks.signature_schemes import digest_in, key_of, mac, signed

NAMES = st.text(alphabet="abcXYZ-", min_size=1, max_size=12)
MARKS = st.sampled_from(["", "v1=", "v1,", "sha256="])
SIGNED = ("{body}", "{timestamp}.{body}", "v0:{timestamp}:{body}", "{id}.{timestamp}.{body}", "{body}|{id}")
SCHEMES = st.builds(
    Scheme,
    header=NAMES.map("X-Sig-".__add__),
    key=st.sampled_from(["text", "base64", "hex"]),
    key_prefix=st.sampled_from(["", "whsec_", "sk_"]),
    digest=st.sampled_from(["base64", "hex"]),
    prefix=MARKS,
    algorithm=st.sampled_from(["sha1", "sha256", "sha512", "ed25519"]),
    signs=st.sampled_from(SIGNED),
    value=st.sampled_from(["{signature}", "t={timestamp},{signature}", "{signature};t={timestamp}"]),
    separator=st.sampled_from(["", " ", ",", "|"]),
    id_header=NAMES.map("X-Id-".__add__),
    timestamp_header=NAMES.map("X-Time-".__add__),
)


@settings(deadline=None, derandomize=True)
@given(scheme=SCHEMES, key=st.binary(min_size=32, max_size=78), body=st.binary(max_size=40))
def test_any_scheme_is_read_back(scheme: Scheme, key: bytes, body: bytes) -> None:
    """Secret, signed bytes and signature survive the way through the headers, whatever the config combines."""
    assume(not (scheme.is_asymmetric and scheme.key == "text"))
    kept = scheme if scheme.key_prefix or not scheme.is_asymmetric else msgspec.structs.replace(scheme, key_prefix="whsk_")
    assert parse({"app": {"webhook": {"scheme": msgspec.to_builtins(kept)}}}, folder=Path()).app.webhook.scheme == kept
    secret = kept.secret_of(base64.b64encode(key).decode())
    draft = Message(message_id="m-1", attempt=1, body=body, signature="", timestamp="1700000000")

    message = signed(draft, secret, kept)

    headers = dict(message.headers)
    before, _, after = kept.value.replace("{timestamp}", "1700000000").partition("{signature}")
    text = headers[kept.header].removeprefix(before).removesuffix(after)
    assert (headers[kept.id_header], headers[kept.timestamp_header], text) == ("m-1", "1700000000", message.signature)
    assert digest_in(text, kept) == mac(draft, key_of(secret, kept), kept)
    assert digest_in(text, kept) != mac(msgspec.structs.replace(draft, body=body + b"!"), key_of(secret, kept), kept)
