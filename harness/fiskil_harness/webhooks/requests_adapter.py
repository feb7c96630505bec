"""Transport for Schemathesis' requests: the harness delivers the body of each request and returns the reply as response.

A session with this transport opens no other connections. The URL, headers and proxies of a request are ignored.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from http.client import responses
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as NoResponse
from requests.exceptions import InvalidSchema
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict, HTTPResponse

from fiskil_harness.journal import Delivery
from fiskil_harness.webhooks.fuzzing import PATH, GeneratedBody

NOWHERE = "http://receiver.invalid"
"""The nominal URL of requests; no such host can exist."""
JSON = "application/json"


class DeliveryAdapter(BaseAdapter):
    """An adapter of ``requests`` that passes bodies to *deliver*, which signs, sends and records them."""

    def __init__(self, deliver: Callable[[bytes], Delivery]) -> None:
        super().__init__()
        self._deliver = deliver

    def send(self, request: PreparedRequest, *_args: Any, **_settings: Any) -> Response:
        """Deliver the body of *request* and return the reply as a response.

        Raises:
            NoResponse: No complete response arrived. The error message states why.
            InvalidSchema: The request is not a POST, or its body is a stream.
        """
        if request.method != "POST":
            raise InvalidSchema(f"A webhook must be a POST, not a {request.method}.", request=request)
        delivery = self._deliver(_bytes_of(request))
        if delivery.status is None:
            raise NoResponse(delivery.problem, request=request)
        return _response_of(delivery, delivery.status, request)

    def close(self) -> None:
        """Do nothing: the adapter holds no resources."""


def session_with(adapter: DeliveryAdapter) -> Session:
    """Return a session that sends every request through *adapter* and ignores the environment."""
    session = Session()
    session.adapters.clear()
    session.mount("http://", adapter)
    session.trust_env = False
    return session


class Caller:
    """Calls the receiver with Schemathesis' own client code, according to OpenAPI documents of the receiver."""

    def __init__(self, documents: dict[str, dict[str, Any]], deliver: Callable[[bytes], Delivery]) -> None:
        """Prepare the calls.

        Args:
            documents: The receiver's OpenAPI documents, by kind of event.
            deliver: Signs, sends and records a body.
        """
        import schemathesis

        config = schemathesis.Config.from_dict({"generation": {"database": "none"}})
        self._operations = {
            kind: schemathesis.openapi.from_dict(document, config=config)[PATH]["POST"]
            for kind, document in documents.items()
        }
        self._session = session_with(DeliveryAdapter(deliver))

    def call(self, generated: GeneratedBody) -> int | None:
        """Make Schemathesis send a generated body; return the status, or None if no complete response arrived."""
        case = self._operations[generated.kind].Case(body=generated.body, media_type=JSON)
        try:
            # A redirect is a response like any other: following it would deliver again.
            response = case.call(base_url=NOWHERE, session=self._session, allow_redirects=False)
        except NoResponse:
            return None
        return response.status_code


def _bytes_of(request: PreparedRequest) -> bytes:
    body = request.body or b""
    if isinstance(body, str | bytes):
        return body.encode() if isinstance(body, str) else body
    raise InvalidSchema("A webhook's body must be bytes or text, not a stream.", request=request)


def _response_of(delivery: Delivery, status: int, request: PreparedRequest) -> Response:
    headers = HTTPHeaderDict()
    # Without this header, requests does not decompress the body, which must stay as it arrived.
    for name, value in (header for header in delivery.response_headers if header[0] != "content-encoding"):
        headers.add(name, value)
    response = Response()
    response.status_code = status
    response.reason = responses.get(status, "")
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(
        body=io.BytesIO(delivery.response_body),
        headers=headers,
        status=status,
        preload_content=False,
        enforce_content_length=False,  # only the head of a long body is kept
    )
    response.url = request.url or NOWHERE
    response.request = request
    response.elapsed = timedelta(seconds=delivery.took_s)
    return response
