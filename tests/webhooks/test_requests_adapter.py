"""The transport for Schemathesis' calls: each becomes a delivery of the harness, and nothing else is sent."""

from collections.abc import Callable

import msgspec
import pytest
import requests
from requests.exceptions import InvalidSchema

from fiskil_harness.core.config.webhook_format import FISKIL
from fiskil_harness.journal import Delivery
from fiskil_harness.webhooks.fuzzing import GeneratedBody, document
from fiskil_harness.webhooks.requests_adapter import NOWHERE, Caller, DeliveryAdapter, NoResponse, session_with

KIND = "consent.updated"
PLAIN = Delivery(event="fuzz:0", participant="", message_id="1", attempt=1, kind="unusual")


class Receiver:
    """A receiver that returns the same result for every delivery, and keeps the bodies."""

    def __init__(self, status: int | None = 204, *, body: bytes = b"", **headers: str) -> None:
        self.bodies: list[bytes] = []
        problem = "" if status else "connection reset"
        response_headers = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        self._delivery = msgspec.structs.replace(
            PLAIN, status=status, problem=problem, response_body=body, response_headers=response_headers
        )

    def __call__(self, body: bytes) -> Delivery:
        """Receive a body."""
        self.bodies.append(body)
        return self._delivery


def called(deliver: Callable[[bytes], Delivery], body: bytes = b'{"a":1}') -> int | None:
    caller = Caller({KIND: document(FISKIL.payload, KIND)}, deliver)
    return caller.call(GeneratedBody(kind=KIND, body=body, is_valid=False))


@pytest.mark.parametrize("body", [b'{"a":1}', b"", b"null", b"[1e999]", b"\xff\x00", '"\ud7ff"'.encode()])
def test_schemathesis_sends_exactly_these_bytes(body: bytes) -> None:
    """A generated body is delivered unchanged and once, whether it is JSON or not."""
    receiver = Receiver(204)

    assert called(receiver, body) == 204
    assert receiver.bodies == [body]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """A redirect counts as the response, even one to the same place."""
    receiver = Receiver(status, location=f"{NOWHERE}/elsewhere")

    assert called(receiver) == status
    assert len(receiver.bodies) == 1


def test_a_delivery_without_a_response_is_made_once() -> None:
    """A dropped connection is not retried, because the message may have arrived."""
    receiver = Receiver(None)

    assert called(receiver) is None
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize("encoding", ["gzip", "br", "nonsense"])
def test_wrong_headers_of_a_response_are_ignored(encoding: str) -> None:
    """A wrong encoding or length in the headers is ignored."""
    assert called(Receiver(200, body=b"plain", content_encoding=encoding, content_length="999")) == 200


def test_a_reply_becomes_a_response() -> None:
    """A reply becomes a response with status, reason, headers and body."""
    session = session_with(DeliveryAdapter(Receiver(409, body=b"taken", content_type="text/plain")))

    response = session.post(NOWHERE, data=b"{}")

    assert (response.status_code, response.reason, response.text) == (409, "Conflict", "taken")
    assert response.headers["Content-Type"] == "text/plain"


def test_only_posts_are_delivered() -> None:
    """Other methods and protocols are refused before anything is delivered."""
    receiver = Receiver()
    session = session_with(DeliveryAdapter(receiver))

    with pytest.raises(InvalidSchema, match="A webhook must be a POST, not a GET"):
        session.get(NOWHERE)
    with pytest.raises(InvalidSchema, match="No connection adapters"):
        session.post("https://receiver.invalid", data=b"{}")
    assert receiver.bodies == []


def test_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment has no effect."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    receiver = Receiver(204)

    assert called(receiver) == 204
    assert not session_with(DeliveryAdapter(receiver)).trust_env


def test_an_error_contains_the_trouble() -> None:
    """The error contains the trouble of the delivery."""
    with pytest.raises(NoResponse, match="connection reset") as caught:
        session_with(DeliveryAdapter(Receiver(None))).post(NOWHERE, data=b"{}")

    assert isinstance(caught.value, requests.ConnectionError)
