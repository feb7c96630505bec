"""The way out for requests that Schemathesis makes: each becomes a delivery of ours, and its answer a response of theirs.

A session from here has no other way out: what its requests say of an address, of headers or of proxies plays no part.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from http.client import responses
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as NoAnswer
from requests.exceptions import InvalidSchema
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict, HTTPResponse

from fiskil_harness.journal import Delivery
from fiskil_harness.webhooks.fuzzing import PATH, Drawn

NOWHERE = "http://receiver.invalid"
"""Where requests are said to go; no such host can exist."""
JSON = "application/json"


class Passage(BaseAdapter):
    """An adapter of ``requests`` that hands bodies over to *deliver*, which signs them, sends them and writes them down."""

    def __init__(self, deliver: Callable[[bytes], Delivery]) -> None:
        super().__init__()
        self._deliver = deliver

    def send(self, request: PreparedRequest, *_args: Any, **_settings: Any) -> Response:
        """Deliver the body of *request*; the delivery's answer as a response.

        Raises:
            NoAnswer: Nothing complete came back; the text says why.
            InvalidSchema: It is no POST, and webhooks are nothing else.
        """
        if request.method != "POST":
            raise InvalidSchema(f"A webhook is a POST, and this is a {request.method}.", request=request)
        made = self._deliver(_bytes_of(request))
        if made.status is None:
            raise NoAnswer(made.trouble, request=request)
        return _response_of(made, made.status, request)

    def close(self) -> None:
        """Nothing is kept."""


def session_through(passage: Passage) -> Session:
    """A session whose every request takes *passage*, and which reads nothing from the environment."""
    session = Session()
    session.adapters.clear()
    session.mount("http://", passage)
    session.trust_env = False
    return session


class Caller:
    """Schemathesis' own calls of the receiver that a document describes, made through a passage."""

    def __init__(self, documents: dict[str, dict[str, Any]], deliver: Callable[[bytes], Delivery]) -> None:
        """*documents* are the receiver's, by kind of event."""
        import schemathesis

        config = schemathesis.Config.from_dict({"generation": {"database": "none"}})
        self._operations = {
            kind: schemathesis.openapi.from_dict(whole, config=config)[PATH]["POST"] for kind, whole in documents.items()
        }
        self._session = session_through(Passage(deliver))

    def call(self, one: Drawn) -> int | None:
        """Let Schemathesis call with a drawn body: the status, or None where nothing complete came back."""
        case = self._operations[one.kind].Case(body=one.body, media_type=JSON)
        try:
            # A redirect is an answer like any other: following one would deliver again.
            answer = case.call(base_url=NOWHERE, session=self._session, allow_redirects=False)
        except NoAnswer:
            return None
        return answer.status_code


def _bytes_of(request: PreparedRequest) -> bytes:
    body = request.body or b""
    if isinstance(body, str | bytes):
        return body.encode() if isinstance(body, str) else body
    raise InvalidSchema("A webhook's body is there before it is sent, and this one is not.", request=request)


def _response_of(made: Delivery, status: int, request: PreparedRequest) -> Response:
    headers = HTTPHeaderDict()
    # The answer is taken as it came, compressed or not: nobody unpacks what a receiver says.
    for name, value in (
        response_header for response_header in made.response_headers if response_header[0] != "content-encoding"
    ):
        headers.add(name, value)
    response = Response()
    response.status_code = status
    response.reason = responses.get(status, "")
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(
        body=io.BytesIO(made.response_body),
        headers=headers,
        status=status,
        preload_content=False,
        enforce_content_length=False,  # of a long answer only the head is kept
    )
    response.url = request.url or NOWHERE
    response.request = request
    response.elapsed = timedelta(seconds=made.took_s)
    return response
