"""Faults as frozen values: each states what goes wrong with one exchange, and does nothing itself.

The proxy calls a fault's methods in the order of an exchange and performs what they return. A fault overrides only the
methods that it needs. A fault has no I/O: to see what it does, call its methods and look at the results.

    disturb_sandbox    does something to the sandbox (tokens expire, the clock moves)
    before_request     acts on the connection before the request is sent on; if one ends it, the API receives no request
    change_request     another request than the client's is sent to the API
    response_instead   a response in place of the API's, which receives no request
    change_response    another response than the API's
    shape              other acts than the two pieces, head and body, that would be written

Faults that match the same exchange compose: each method is called on all of them, from left to right. Only one of them may
*end* the exchange (respond in place of the API, or break the connection): further ones wait for another exchange.
"""

import enum
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, ClassVar, Literal, Protocol

from msgspec import Struct, field

from fiskil_harness.errors import ConfigError, nearest

Headers = tuple[tuple[bytes, bytes], ...]


class Reply(Struct, frozen=True, kw_only=True):
    """A complete response. Header names are in lower case."""

    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes) -> "Reply":
        """Return a copy with *body*, and a ``content-length`` that matches it."""
        pairs = tuple(pair for pair in self.headers if pair[0] != b"content-length")
        return Reply(status=self.status, headers=(*pairs, (b"content-length", b"%d" % len(body))), body=body)

    def with_header(self, name: bytes, value: bytes | None) -> "Reply":
        """Return a copy with this value for the header *name*; None removes the header."""
        pairs = tuple(pair for pair in self.headers if pair[0] != name)
        added = () if value is None else ((name, value),)
        return Reply(status=self.status, headers=(*pairs, *added), body=self.body)

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, or an empty value if it is absent."""
        return next((value for header_name, value in self.headers if header_name == name), b"")


class Piece(Struct, frozen=True):
    """Bytes that are written at once."""

    data: bytes
    is_body: bool = False


class Pause(Struct, frozen=True):
    """A pause in real time; it ends early if the client leaves."""

    seconds: float


class End(enum.Enum):
    """An early end of a connection. Each is bounded in time: a client without a timeout would block the proxy otherwise."""

    RESET = "reset"
    """RST: bytes that the kernel has not sent are discarded, and the client gets ECONNRESET."""
    CLOSE = "close"
    """FIN after the bytes that were written; over TLS with a close_notify before it."""
    CUT = "cut"
    """FIN after the bytes that were written; over TLS without a close_notify, which is a truncation."""
    STALL = "stall"
    """Nothing more is written until the client leaves, for a minute at most."""


Act = Piece | Pause | End


class MatchedExchange(Struct, frozen=True, kw_only=True):
    """The exchange that a fault has matched.

    Args:
        method: The HTTP method, in upper case.
        path: The path as received, not decoded.
        query: The query string as received, without the question mark.
        headers: Header names are in lower case.
        body: The whole body of the request; empty for a fault that ``is_early``.
        route: The name of the API route, such as ``banking.transactions``.
        version: The API version of the request, such as ``v3``.
        api_url: The origin that the client called.
        foreign_url: Returns the origin of a canary server, which no correct client calls.
        chance: Seeded with the rule's seed and ``bite``, so that the same bite always does the same.
        refusal: Builds the error that the route documents, from status, name and message.
        waits: Builds the headers that state a delay in seconds; no headers for None, or where delays are not stated.
        page: The page of a walk, counted from 1.
        bite: The number of earlier bites of the rule.
        at_s: Seconds since the rule was set, including skipped time.
        memory: State of the rule across exchanges, including those that gave the fault nothing to spoil.
    """

    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes
    route: str
    version: str
    api_url: str
    foreign_url: Callable[[], str]
    chance: Random
    refusal: Callable[[int, str, str], Reply]
    waits: Callable[[int | None], Headers]
    page: int = 1
    bite: int = 0
    at_s: float = 0.0
    memory: dict[str, Any] = field(default_factory=dict)


class World(Protocol):
    """The changes that a fault can make in the sandbox. A relay to the hosted API has no such object."""

    def expire_tokens(self) -> object:
        """Expire every access token now."""

    def advance(self, *, seconds: float) -> object:
        """Move sandbox time forward."""

    def foreign_url(self) -> str:
        """Return the origin of a canary server on this machine, which records each request to it."""


class PlainFault(Struct, frozen=True, kw_only=True):
    """A fault that changes nothing; each fault overrides the methods that it needs.

    Class attributes:
        ids: The fault's ids in the catalogue.
        where: The fault acts on an exchange, or on a connection.
        ends: It responds in place of the API, or ends the connection.
        is_lasting: It acts on every client from the moment it is set until it is lifted.
        needs_world: It needs the sandbox, so it is unavailable with the hosted API.
        is_early: It does not wait for the body of the request.
        spoils: What violates the contract after a bite: ``response`` (no byte arrives), ``end`` (the response stops early),
            ``framing`` (it is not HTTP, or is more than one response), or any of ``status``, ``headers``, ``media type`` and
            ``body``. The list is complete, but under an undocumented status nothing else can be judged. ``bytes`` means
            anything, by chance. It is a property where it depends on an argument.
    """

    ids: ClassVar[tuple[str, ...]] = ()
    where: ClassVar[Literal["exchange", "connection"]] = "exchange"
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ()
    needs_world: ClassVar[bool] = False
    is_lasting: ClassVar[bool] = False
    is_early: ClassVar[bool] = False

    def check(self) -> None:
        """Validate the arguments; called when a rule is made.

        Raises:
            ConfigError: An argument is out of range, or the fault would break nothing.
        """

    def disturb_sandbox(self, world: World) -> bool:
        """Do something to the sandbox before the request reaches the API; return True if anything was done."""
        return False

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts on the connection before the request is sent to the API."""
        return ()

    def change_request(self, exchange: MatchedExchange) -> MatchedExchange:
        """Return the request that is sent to the API, or *exchange* itself."""
        return exchange

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return a response in place of the API's, or None."""
        return None

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Return the response for the client, or *reply* itself if there is nothing to spoil."""
        return reply

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return what is done on the connection, or equal acts if there is nothing to spoil.

        Args:
            acts: At first one piece with the head and one with the body; later what earlier faults made of them.
        """
        return acts


def head_and_body(acts: Sequence[Act]) -> tuple[bytes, bytes]:
    """Return the bytes of the head and those of the body that *acts* would write."""
    head = b"".join(act.data for act in acts if isinstance(act, Piece) and not act.is_body)
    return head, b"".join(act.data for act in acts if isinstance(act, Piece) and act.is_body)


def up_to(acts: Sequence[Act], body_bytes: int) -> list[Act] | None:
    """Return *acts* up to *body_bytes* of the body, with the head even for 0; None if the body is not longer."""
    first_acts: list[Act] = []
    left = body_bytes
    for act in acts:
        if isinstance(act, Piece) and act.is_body:
            if left < len(act.data):
                return [*first_acts, Piece(act.data[:left], is_body=True)] if left else first_acts
            left -= len(act.data)
        first_acts.append(act)
    return None


def refuse_outside(fault: object, name: str, least: int, most: int | None = None) -> None:
    """Raise ConfigError unless the argument *name* of *fault* is a whole number from *least* to *most*.

    Raises:
        ConfigError: It is not a whole number, or is outside these bounds.
    """
    value = getattr(fault, name)
    if type(value) is not int or value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigError(f"{type(fault).__name__}: {name} must be a whole number, {bounds}, got {value!r}.")


def refuse_unknown(fault: object, name: str, known: Sequence[str]) -> None:
    """Raise ConfigError unless the argument *name* of *fault* is one of the *known* words.

    Raises:
        ConfigError: It is none of them; the message names the nearest one.
    """
    value = getattr(fault, name)
    if value not in known:
        near = nearest(str(value), known)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ConfigError(f"{type(fault).__name__}: {name} {value!r} is unknown.{hint} Known: {', '.join(known)}.")
