"""responses_contain_no_secrets: the right signature is found in every encoding, and a stack trace gives advice."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.journal import Canaries
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, ResponsesContainNoSecrets, Verdict
from tests.probes.receivers import receiver_journal

PROBE = ResponsesContainNoSecrets()
KEY = bytes(range(180, 220))
SECRET = base64.b64encode(KEY).decode()

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "unpadded": lambda digest: base64.b64encode(digest).rstrip(b"="),
    "urlsafe": base64.urlsafe_b64encode,
    "hex": lambda digest: digest.hex().encode(),
    "HEX": lambda digest: digest.hex().upper().encode(),
    "bytes": bytes,
}


def forged_body(courier: JournalBuilder) -> bytes:
    """Return the body of a forgery."""
    return courier.forge("unsigned").body


def examined(response_body: bytes, **more: object) -> Finding:
    """Return the finding for a response to a forgery, next to a genuine delivery."""
    courier = receiver_journal()
    courier.journal.write(Canaries(values={"webhook secret": (SECRET,), "account number": ("123456789",)}))
    courier.deliver("e0")
    courier.forge("unsigned", response_body=response_body, **more)
    return PROBE.examine(courier.build())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_right_signature_in_every_encoding_fails(encoding: str) -> None:
    """With it an attacker could send the same body again with a valid signature."""
    digest = hmac.digest(KEY, forged_body(receiver_journal()), hashlib.sha256)

    finding = examined(b"expected " + ENCODINGS[encoding](digest))

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the response to forged:unsigned contains the expected signature",
    )
    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == ["expected_signature"]
    assert ENCODINGS[encoding](digest) not in msgspec.json.encode(finding)


@pytest.mark.parametrize("text", [SECRET.encode(), KEY, KEY.hex().encode()])
def test_the_secret_and_its_key_fail(text: bytes) -> None:
    """They are found as text, as bytes and in hex."""
    finding = examined(b'{"secret": "' + text + b'"}')

    assert finding.observed == "the response to forged:unsigned contains the webhook secret"


def test_response_headers_are_searched() -> None:
    """A leak need not be in the body."""
    finding = examined(b"", response_headers=(("x-debug", SECRET),))

    assert finding.verdict is Verdict.FAIL


def test_an_echo_of_the_sent_signature_passes() -> None:
    """An echo reveals nothing new."""
    digest = base64.b64encode(hmac.digest(KEY, forged_body(receiver_journal()), hashlib.sha256))

    finding = examined(b"got " + digest, headers=(("X-Fiskil-Signature", digest.decode()),))

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "trace",
    [
        b"Traceback (most recent call last):\n  File",
        b"Error: x\n    at receive (/srv/app/server.js:12:3)",
        b"java.lang.X\n\tat shop.Hook.receive(Hook.java:12)",
        b"panic: x\n\ngoroutine 1 [running]:",
    ],
)
def test_a_stack_trace_is_advice(trace: bytes) -> None:
    """It contains no secret, but helps attackers."""
    finding = examined(trace)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("the response to forged:unsigned contains a stack trace, which helps attackers",)


def test_ordinary_text_is_no_stack_trace() -> None:
    """A response may contain a sentence."""
    assert examined(b"unauthorised\n  at this address nobody is known").advice == ()


def test_without_a_forgery_the_result_is_inconclusive() -> None:
    """Responses to genuine messages alone prove nothing."""
    courier = receiver_journal()
    courier.deliver("e0")

    assert PROBE.examine(courier.build()).verdict is Verdict.INCONCLUSIVE
