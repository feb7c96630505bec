"""responses_contain_no_secrets: what would have been right is found in every spelling, and a stack trace is worth advice."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.journal import Canaries
from fiskil_harness.probes import Finding, ResponsesContainNoSecrets, Verdict
from tests.probes.courier import Courier

PROBE = ResponsesContainNoSecrets()
KEY = bytes(range(180, 220))
SECRET = base64.b64encode(KEY).decode()

SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "unpadded": lambda digest: base64.b64encode(digest).rstrip(b"="),
    "urlsafe": base64.urlsafe_b64encode,
    "hex": lambda digest: digest.hex().encode(),
    "HEX": lambda digest: digest.hex().upper().encode(),
    "bytes": bytes,
}


def body(courier: Courier) -> bytes:
    """The body of a forgery."""
    return courier.forge("unsigned").body


def judged(answer: bytes, **more: object) -> Finding:
    """What is said of an answer to a forgery, beside a genuine delivery."""
    courier = Courier()
    courier.journal.write(Canaries(values={"webhook secret": (SECRET,), "account number": ("123456789",)}))
    courier.deliver("e0")
    courier.forge("unsigned", response_body=answer, **more)
    return PROBE.examine(courier.journal)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_right_signature_in_every_spelling(spelling: str) -> None:
    """With it the same body could be sent again, and would be believed."""
    digest = hmac.digest(KEY, body(Courier()), hashlib.sha256)

    finding = judged(b"expected " + SPELLINGS[spelling](digest))

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the answer to forged:unsigned tells the expected signature",
    )
    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == ["expected_signature"]
    assert SPELLINGS[spelling](digest) not in msgspec.json.encode(finding)


@pytest.mark.parametrize("text", [SECRET.encode(), KEY, KEY.hex().encode()])
def test_the_secret_and_its_key(text: bytes) -> None:
    """As text, as bytes and in hex."""
    finding = judged(b'{"secret": "' + text + b'"}')

    assert finding.observed == "the answer to forged:unsigned tells the webhook secret"


def test_headers_are_answers_too() -> None:
    """Not only the body tells."""
    finding = judged(b"", response_headers=(("x-debug", SECRET),))

    assert finding.verdict is Verdict.FAIL


def test_what_the_forger_sent_may_come_back() -> None:
    """An echo tells nothing new."""
    digest = base64.b64encode(hmac.digest(KEY, body(Courier()), hashlib.sha256))

    finding = judged(b"got " + digest, headers=(("X-Fiskil-Signature", digest.decode()),))

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
def test_a_stack_trace_is_worth_advice(trace: bytes) -> None:
    """It is no secret, and should not be there."""
    finding = judged(trace)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("a stack trace stands in the answer to forged:unsigned; strangers learn from it",)


def test_ordinary_words_are_no_trace() -> None:
    """An answer may be polite."""
    assert judged(b"unauthorised\n  at this address nobody is known").advice == ()


def test_nothing_is_said_where_nothing_was_refused() -> None:
    """Answers to genuine messages alone prove nothing."""
    courier = Courier()
    courier.deliver("e0")

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE
