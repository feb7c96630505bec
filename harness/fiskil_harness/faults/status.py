"""Faults that are answers: another status instead of the API's work, told in each of the ways in which servers tell it."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import ClassVar, Literal, get_args

import msgspec

from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import Headers, MatchedExchange, PlainFault, Reply, refuse_outside, refuse_unknown
from fiskil_harness.faults.schema_places import encoded

LONGEST_WAIT_S = 366 * 86_400
BODILESS = (204, 205, 304)
"""Statuses whose answers carry no body, so no error could be told."""

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


class Status(PlainFault, frozen=True, kw_only=True, tag="status"):
    """The API does nothing and ``status`` is answered, with ``retry_after_s`` in the header if given."""

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

    status: int = 503
    retry_after_s: int | None = None

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """An error where success is told is a body that nobody described."""
        return ("status",) if self.status >= 300 else ("status", "body")

    def check(self) -> None:
        """Refuse what is no final status, and waits that no header can tell."""
        _refuse_bodiless(self, 200)
        if self.retry_after_s is not None:
            refuse_outside(self, "retry_after_s", 0, LONGEST_WAIT_S)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The status and the error that the endpoint documents."""
        told = refusal(exchange, self.status)
        if self.status < 300:
            told = told.with_header(b"content-type", b"application/json")
        return Reply(status=told.status, headers=(*told.headers, *exchange.waits(self.retry_after_s)), body=told.body)


class ErrorBody(PlainFault, frozen=True, kw_only=True, tag="error_body"):
    """The API does nothing and ``status`` is answered, and not in its own words.

    ``nothing`` has no body at all, ``html`` is the page of a gateway before the API, ``text`` a proxy's sentence, and
    ``cdr`` the ``errors`` of the consumer data standards.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-502", "R-504", "R-503", "R-500")
    ends: ClassVar[bool] = True

    status: int = 502
    form: ErrorForm = "html"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """What stands before the API knows nothing of its versions and its media types."""
        return ("status", "body") if self.form == "cdr" else ("status", "headers", "media type", "body")

    def check(self) -> None:
        """Refuse what is no error, and ways of telling it that there are not."""
        _refuse_bodiless(self, 400)
        refuse_unknown(self, "form", get_args(ErrorForm))

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The status in other words."""
        if self.form == "cdr":
            told = refusal(exchange, self.status)
            return in_cdr_form(told, msgspec.json.decode(told.body, type=dict[str, object]))
        given = {
            "nothing": (b"", b""),
            "html": (b"text/html", _GATEWAY % (self.status, self.status)),
            "text": (b"text/plain", b"upstream connect error or disconnect/reset before headers"),
        }
        media_type, body = given[self.form]
        reply = Reply(status=self.status, headers=((b"server", b"nginx"),), body=b"").with_body(body)
        return reply.with_header(b"content-type", media_type or None)


class ErrorFlags(PlainFault, frozen=True, kw_only=True, tag="error_flags"):
    """The API does nothing and ``status`` is answered with these flags, where the endpoint's errors have flags."""

    ids: ClassVar[tuple[str, ...]] = ("R-503", "R-500", "R-504")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 503
    is_temporary: bool = False
    is_timeout: bool = False
    is_fault: bool = False

    def check(self) -> None:
        """Refuse what is no error."""
        _refuse_bodiless(self, 400)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The documented error with other flags."""
        told = refusal(exchange, self.status)
        flags = {"temporary": self.is_temporary, "timeout": self.is_timeout, "fault": self.is_fault}
        body = msgspec.json.decode(told.body, type=dict[str, str | bool])
        return told.with_body(msgspec.json.encode({name: flags.get(name, value) for name, value in body.items()}))


class RetryAfter(PlainFault, frozen=True, kw_only=True, tag="retry_after"):
    """The API does nothing, and how long to wait is told in this form, whatever form Fiskil uses.

    ``date_skew_s`` puts the server's clock ahead, or back below zero: its ``Date`` and the date to wait for.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-429", "R-503")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 429
    form: Wait = "http_date"
    wait_s: int = 2
    date_skew_s: int = 0

    def check(self) -> None:
        """Refuse what is no error, forms that there are not, and waits that no calendar has."""
        _refuse_bodiless(self, 400)
        refuse_unknown(self, "form", get_args(Wait))
        refuse_outside(self, "wait_s", 0, LONGEST_WAIT_S)
        refuse_outside(self, "date_skew_s", -LONGEST_WAIT_S, LONGEST_WAIT_S)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The documented error, and the wait."""
        told = refusal(exchange, self.status)
        return Reply(status=told.status, headers=(*told.headers, *self._headers()), body=told.body)

    def _headers(self) -> Headers:
        if self.form == "seconds":
            return ((b"retry-after", b"%d" % self.wait_s),)
        if self.form != "http_date" and not self.date_skew_s:
            return () if self.form == "absent" else ((b"retry-after", _WORDS[self.form]),)
        now = real_now() + timedelta(seconds=self.date_skew_s)
        date = (b"date", format_datetime(now, usegmt=True).encode())
        if self.form == "absent":
            return (date,)
        # Dates have whole seconds: a second more, and nobody who obeys asks again too soon.
        until = format_datetime(now + timedelta(seconds=self.wait_s + 1), usegmt=True).encode()
        return (date, (b"retry-after", until if self.form == "http_date" else _WORDS[self.form]))


class ErrorInside(PlainFault, frozen=True, kw_only=True, tag="error_inside"):
    """The API does nothing and answers 200: with an ``error``, with an ``empty`` body, or with ``null``."""

    ids: ClassVar[tuple[str, ...]] = ("R-200-ERROR",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status", "body")

    rows: Empty = "error"

    def check(self) -> None:
        """Refuse what there is not."""
        refuse_unknown(self, "rows", get_args(Empty))

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """All is well, says the status."""
        told = refusal(exchange, 500)
        body = {"error": told.body, "empty": b"", "null": b"null"}[self.rows]
        reply = Reply(status=200, headers=told.headers, body=b"").with_body(body)
        return reply.with_header(b"content-type", b"application/json")


class Pending(PlainFault, frozen=True, kw_only=True, tag="pending"):
    """The API does nothing and answers 202: not ready yet. How often is the rule's ``times``, the number of polls."""

    ids: ClassVar[tuple[str, ...]] = ("R-202-PENDING",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    retry_after_s: int | None = None

    def check(self) -> None:
        """Refuse waits that no header can tell."""
        if self.retry_after_s is not None:
            refuse_outside(self, "retry_after_s", 0, LONGEST_WAIT_S)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Accepted, and nothing more."""
        told = refusal(exchange, 202)
        reply = Reply(status=202, headers=(*told.headers, *exchange.waits(self.retry_after_s)), body=b"")
        return reply.with_header(b"content-type", b"application/json").with_body(b'{"status":"PENDING"}')


def refusal(exchange: MatchedExchange, status: int) -> Reply:
    """The error that the asked endpoint documents, under the name that goes with *status*."""
    return exchange.refusal(status, NAMES.get(status, "Unavailable"), "try again later")


def in_cdr_form(told: Reply, error: Mapping[str, object]) -> Reply:
    """*told* with its *error* in the shape of the consumer data standards, under the media type that it had."""
    code = "urn:au-cds:error:cds-all:GeneralError/Unexpected"
    body = {"errors": [{"code": code, "title": error.get("name", ""), "detail": error.get("message", "")}]}
    return encoded(told, body)


def _refuse_bodiless(fault: "Status | ErrorBody | ErrorFlags | RetryAfter", least: int) -> None:
    refuse_outside(fault, "status", least, 599)
    if fault.status in BODILESS:
        raise ConfigError(f"{type(fault).__name__}: an answer with status {fault.status} has no body to tell an error in.")


FAULTS: tuple[type[PlainFault], ...] = (Status, ErrorBody, ErrorFlags, RetryAfter, ErrorInside, Pending)
