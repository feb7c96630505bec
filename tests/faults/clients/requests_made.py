"""Requests to an HTTP client, and what it returns to its caller: no more than an app built on it would know."""

from typing import Protocol

from msgspec import Struct


class ClientRequest(Struct, frozen=True, kw_only=True):
    """One call.

    Args:
        silence_s: The client's own timeout for connecting and for each read, if it has one.
        deadline_s: The limit of the whole call, which the caller enforces.
        ca_file: The authority to trust; empty without TLS.
        first_url: A URL that the same client requests before, so that it has a connection; its result is ignored.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: str
    silence_s: float
    deadline_s: float
    ca_file: str = ""
    first_url: str = ""


class ClientResult(Struct, frozen=True, kw_only=True):
    """The result of a call.

    Args:
        error: The category of the client's error; empty if it returned a response.
        message: The client's own error message.
        status: The status of the response.
        body: The body, one character for each byte.
        value: The JSON that the client parsed, serialised again; None if it parsed none.
        url: The URL of the response.
    """

    error: str = ""
    message: str = ""
    status: int = 0
    body: str = ""
    value: str | None = None
    url: str = ""


class NumberedRequest(Struct, frozen=True, kw_only=True):
    """A request to a program that performs any number of them at once."""

    number: int
    request: ClientRequest


class NumberedResult(Struct, frozen=True, kw_only=True):
    """The result of a numbered request."""

    number: int
    result: ClientResult


class Caller(Protocol):
    """An HTTP client with the timeouts that a careful app sets, and defaults for everything else.

    ``keeps_connections`` is True if a call may reuse a connection of an earlier one.
    """

    version: str
    keeps_connections: bool

    def call(self, request: ClientRequest) -> ClientResult:
        """Perform a request, and return its result; any thread may call this."""

    def trusting(self, ca_file: str) -> "Caller":
        """Return a client that trusts *ca_file*; the caller closes it separately."""

    def close(self) -> None:
        """Release all resources."""
