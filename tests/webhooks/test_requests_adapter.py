"""The way out for Schemathesis' calls: our deliveries, and nothing beside them."""

from collections.abc import Callable

import msgspec
import pytest
import requests
from requests.exceptions import InvalidSchema

from fiskil_harness.core.config.webhook_format import FISKIL
from fiskil_harness.journal import Delivery
from fiskil_harness.webhooks.fuzzing import Drawn, document
from fiskil_harness.webhooks.requests_adapter import NOWHERE, Caller, NoAnswer, Passage, session_through

KIND = "consent.updated"
PLAIN = Delivery(event="fuzz:0", participant="", message_id="1", attempt=1, kind="unusual")


class Receiver:
    """Answers every delivery with the same, and keeps the bodies."""

    def __init__(self, status: int | None = 204, *, answer: bytes = b"", **headers: str) -> None:
        self.bodies: list[bytes] = []
        trouble = "" if status else "connection reset"
        told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        self._made = msgspec.structs.replace(
            PLAIN, status=status, trouble=trouble, response_body=answer, response_headers=told
        )

    def __call__(self, body: bytes) -> Delivery:
        """Take a body in."""
        self.bodies.append(body)
        return self._made


def called(deliver: Callable[[bytes], Delivery], body: bytes = b'{"a":1}') -> int | None:
    caller = Caller({KIND: document(FISKIL.payload, KIND)}, deliver)
    return caller.call(Drawn(kind=KIND, body=body, is_valid=False))


@pytest.mark.parametrize("body", [b'{"a":1}', b"", b"null", b"[1e999]", b"\xff\x00", '"\ud7ff"'.encode()])
def test_schemathesis_calls_with_the_very_bytes(body: bytes) -> None:
    """What was drawn is what is delivered, JSON or not, and once."""
    receiver = Receiver(204)

    assert called(receiver, body) == 204
    assert receiver.bodies == [body]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """It is an answer, even one to the same place."""
    receiver = Receiver(status, location=f"{NOWHERE}/elsewhere")

    assert called(receiver) == status
    assert len(receiver.bodies) == 1


def test_a_delivery_without_an_answer_is_made_once() -> None:
    """A dropped connection is not tried again: whether the message had arrived is unknown."""
    receiver = Receiver(None)

    assert called(receiver) is None
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize("named", ["gzip", "br", "nonsense"])
def test_an_answer_that_lies_about_itself_is_taken_as_it_came(named: str) -> None:
    """Neither its encoding nor its length is believed."""
    assert called(Receiver(200, answer=b"plain", content_encoding=named, content_length="999")) == 200


def test_an_answer_becomes_a_response() -> None:
    """With status, reason, headers and body."""
    session = session_through(Passage(Receiver(409, answer=b"taken", content_type="text/plain")))

    response = session.post(NOWHERE, data=b"{}")

    assert (response.status_code, response.reason, response.text) == (409, "Conflict", "taken")
    assert response.headers["Content-Type"] == "text/plain"


def test_nothing_passes_by_the_passage() -> None:
    """Other methods and other protocols are refused before anything is delivered."""
    receiver = Receiver()
    session = session_through(Passage(receiver))

    with pytest.raises(InvalidSchema, match="A webhook is a POST, and this is a GET"):
        session.get(NOWHERE)
    with pytest.raises(InvalidSchema, match="No connection adapters"):
        session.post("https://receiver.invalid", data=b"{}")
    assert receiver.bodies == []


def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the shell names changes nothing."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    receiver = Receiver(204)

    assert called(receiver) == 204
    assert not session_through(Passage(receiver)).trust_env


def test_trouble_has_words() -> None:
    """Those of the delivery."""
    with pytest.raises(NoAnswer, match="connection reset") as caught:
        session_through(Passage(Receiver(None))).post(NOWHERE, data=b"{}")

    assert isinstance(caught.value, requests.ConnectionError)
