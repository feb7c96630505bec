"""Status faults: the API does nothing and responds with an error or another status, in the formats that servers use."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Annotated, ClassVar, Literal

import msgspec

from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import Between, ErrorInstead, ErrorStatus, Fault, Headers, MatchedExchange, Reply
from fiskil_harness.faults.schema_places import encoded

LONGEST_WAIT_S = 366 * 86_400
BODILESS = (204, 205, 304)
"""Statuses whose responses have no body, so they cannot contain an error."""

NAMES = {
    406: "UnsupportedVersion",
    408: "RequestTimeout",
    409: "Conflict",
    410: "Gone",
    413: "RequestTooLarge",
    415: "UnsupportedMediaType",
    422: "InvalidPage",
    425: "TooEarly",
    429: "TooManyRequests",
    500: "InternalError",
    502: "BadGateway",
    504: "GatewayTimeout",
}

ErrorForm = Literal["nothing", "html", "text", "cdr"]
Wait = Literal["seconds", "http_date", "past_date", "absent", "empty", "zero", "negative", "fraction", "huge", "garbage"]
Empty = Literal["error", "empty", "null"]
RetryDelay = Annotated[int | None, Between(0, LONGEST_WAIT_S)]

_GATEWAY = (
    b"<html>\r\n<head><title>%d</title></head>\r\n<body>\r\n<center><h1>%d</h1></center>\r\n<hr></body>\r\n</html>\r\n"
)
_WORDS = {
    "past_date": b"Wed, 21 Oct 2015 07:28:00 GMT",
    "empty": b"",
    "zero": b"0",
    "negative": b"-30",
    "fraction": b"0.5",
    "huge": b"99999999999999999999",
    "garbage": b"soon",
}


class Status(Fault, frozen=True, kw_only=True, tag="status"):
    """The API does nothing and responds with ``status``, and with a ``Retry-After`` header if ``retry_after_s`` is given.

    Args:
        status: The status, from 200 to 599, except 204, 205 and 304, which have no body.
        retry_after_s: The seconds until a retry, from 0 to a year; None for no ``Retry-After`` header.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = (
        "R-429",
        "R-503",
        "R-500",
        "R-502",
        "R-504",
        "R-408",
        "R-425",
        "R-409",
        "R-410",
        "R-413",
        "R-415",
        "R-422",
        "R-406",
    )
    ends: ClassVar[bool] = True

    status: Annotated[int, Between(200, 599)] = 503
    retry_after_s: RetryDelay = None

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The parts of the response that violate the contract: with a success status also the body, which is an error."""
        return ("status",) if self.status >= 300 else ("status", "body")

    def check(self) -> None:
        """Raise ConfigError if ``status`` is not a final status with a body, or ``retry_after_s`` is out of range.

        Raises:
            ConfigError: An argument is out of range, or a response with the status has no body.
        """
        super().check()
        if self.status in BODILESS:
            raise ConfigError(f"Status: a response with status {self.status} has no body. Choose another status.")

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return the status with the error that the endpoint documents."""
        reply = refusal(exchange, self.status)
        if self.status < 300:
            reply = reply.with_header(b"content-type", b"application/json")
        return Reply(status=reply.status, headers=(*reply.headers, *exchange.waits(self.retry_after_s)), body=reply.body)


class ErrorBody(Fault, frozen=True, kw_only=True, tag="error_body"):
    """The API does nothing and responds with ``status`` and a body that is not in the API's own format.

    Args:
        status: The error status, from 400 to 599.
        form: ``nothing`` (no body), ``html`` (a gateway's page), ``text`` (a proxy's sentence), or ``cdr`` (the ``errors``
            of the Consumer Data Standards).

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-502", "R-504", "R-503", "R-500")
    ends: ClassVar[bool] = True

    status: ErrorStatus = 502
    form: ErrorForm = "html"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The parts of the response that violate the contract, including headers and media type if a gateway responds."""
        return ("status", "body") if self.form == "cdr" else ("status", "headers", "media type", "body")

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return ``status`` with a body in the chosen form."""
        if self.form == "cdr":
            reply = refusal(exchange, self.status)
            return in_cdr_form(reply, msgspec.json.decode(reply.body, type=dict[str, object]))
        bodies = {
            "nothing": (b"", b""),
            "html": (b"text/html", _GATEWAY % (self.status, self.status)),
            "text": (b"text/plain", b"upstream connect error or disconnect/reset before headers"),
        }
        media_type, body = bodies[self.form]
        reply = Reply(status=self.status, headers=((b"server", b"nginx"),), body=b"").with_body(body)
        return reply.with_header(b"content-type", media_type or None)


class ErrorFlags(ErrorInstead, frozen=True, kw_only=True, tag="error_flags"):
    """The API does nothing and responds with an error with the given flags, if the endpoint's errors have flags.

    Args:
        status: The error status, from 400 to 599.
        is_temporary: The value of the flag ``temporary``.
        is_timeout: The value of the flag ``timeout``.
        is_fault: The value of the flag ``fault``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-503", "R-500", "R-504")

    status: ErrorStatus = 503
    is_temporary: bool = False
    is_timeout: bool = False
    is_fault: bool = False

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return the documented error with the given flags."""
        reply = refusal(exchange, self.status)
        flags = {"temporary": self.is_temporary, "timeout": self.is_timeout, "fault": self.is_fault}
        body = msgspec.json.decode(reply.body, type=dict[str, str | bool])
        return reply.with_body(msgspec.json.encode({name: flags.get(name, value) for name, value in body.items()}))


class RetryAfter(ErrorInstead, frozen=True, kw_only=True, tag="retry_after"):
    """The API does nothing and responds with an error whose ``Retry-After`` header has the given form, usual or not.

    Args:
        status: The error status, from 400 to 599.
        form: The form of the ``Retry-After`` header.
        wait_s: The delay in seconds, from 0 to a year; used by the forms ``seconds`` and ``http_date``.
        date_skew_s: How many seconds the server's clock is ahead, negative for behind; shifts ``Date`` and the stated date.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-429", "R-503")

    status: ErrorStatus = 429
    form: Wait = "http_date"
    wait_s: Annotated[int, Between(0, LONGEST_WAIT_S)] = 2
    date_skew_s: Annotated[int, Between(-LONGEST_WAIT_S, LONGEST_WAIT_S)] = 0

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return the documented error with the delay."""
        reply = refusal(exchange, self.status)
        return Reply(status=reply.status, headers=(*reply.headers, *self._headers()), body=reply.body)

    def _headers(self) -> Headers:
        if self.form == "seconds":
            return ((b"retry-after", b"%d" % self.wait_s),)
        if self.form != "http_date" and not self.date_skew_s:
            return () if self.form == "absent" else ((b"retry-after", _WORDS[self.form]),)
        now = real_now() + timedelta(seconds=self.date_skew_s)
        date = (b"date", format_datetime(now, usegmt=True).encode())
        if self.form == "absent":
            return (date,)
        # Dates have whole seconds; one more keeps a correct client from retrying too soon.
        until = format_datetime(now + timedelta(seconds=self.wait_s + 1), usegmt=True).encode()
        return (date, (b"retry-after", until if self.form == "http_date" else _WORDS[self.form]))


class ErrorInside(Fault, frozen=True, kw_only=True, tag="error_inside"):
    """The API does nothing and responds 200 with an error, or with no data, in the body.

    Args:
        rows: The body: ``error`` (an error object), ``empty`` (an empty body), or ``null``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-200-ERROR",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status", "body")

    rows: Empty = "error"

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return status 200 with the chosen body."""
        reply = refusal(exchange, 500)
        body = {"error": reply.body, "empty": b"", "null": b"null"}[self.rows]
        reply = Reply(status=200, headers=reply.headers, body=b"").with_body(body)
        return reply.with_header(b"content-type", b"application/json")


class Pending(ErrorInstead, frozen=True, kw_only=True, tag="pending"):
    """The API does nothing and responds 202 (not ready yet). The ``times`` of the rule is the number of such responses.

    Args:
        retry_after_s: The seconds until a retry, from 0 to a year; None for no ``Retry-After`` header.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-202-PENDING",)

    retry_after_s: RetryDelay = None

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return a 202 whose body reports ``PENDING``."""
        reply = refusal(exchange, 202)
        reply = Reply(status=202, headers=(*reply.headers, *exchange.waits(self.retry_after_s)), body=b"")
        return reply.with_header(b"content-type", b"application/json").with_body(b'{"status":"PENDING"}')


def refusal(exchange: MatchedExchange, status: int) -> Reply:
    """Return the error that the endpoint documents, with the error name that belongs to *status*."""
    return exchange.refusal(status, NAMES.get(status, "Unavailable"), "try again later")


def in_cdr_form(reply: Reply, error: Mapping[str, object]) -> Reply:
    """Return *reply* with *error* as its body, in the format of the Consumer Data Standards; the media type stays."""
    code = "urn:au-cds:error:cds-all:GeneralError/Unexpected"
    body = {"errors": [{"code": code, "title": error.get("name", ""), "detail": error.get("message", "")}]}
    return encoded(reply, body)
