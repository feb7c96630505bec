"""Base class of faults. A fault is a frozen value that states what goes wrong with one exchange; it does nothing itself.

The proxy calls a fault's methods in the order below and performs what they return. A fault overrides only the methods that
it needs. Some methods return acts, which the proxy performs on the client's connection: write a piece, pause, or end the
connection. A fault has no I/O: to see what it does, call its methods and look at the results.

    disturb_sandbox    changes the sandbox (tokens expire, sandbox time advances)
    before_request     returns acts to perform first; if one of them ends the connection, the API receives no request
    change_request     returns the request that the API receives in place of the client's
    response_instead   returns a response in place of the API's; the API receives no request
    change_response    returns the response that the client receives in place of the API's
    shape              returns the acts that write the response, in place of one piece for the head and one for the body

Faults that match the same exchange compose: each method is called on all of them, from left to right. Only one of them may
*end* the exchange (respond in place of the API, or break the connection); other such faults wait for another exchange.
"""

import enum
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args, get_origin, get_type_hints

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
        """Return a copy in which the header *name* has *value*; None removes the header."""
        pairs = tuple(pair for pair in self.headers if pair[0] != name)
        added = () if value is None else ((name, value),)
        return Reply(status=self.status, headers=(*pairs, *added), body=self.body)

    def header(self, name: bytes) -> bytes:
        """Return the value of the header *name*; empty if the header is absent."""
        return next((value for header_name, value in self.headers if header_name == name), b"")


class Piece(Struct, frozen=True):
    """Bytes of the head or the body that are written at once."""

    data: bytes
    is_body: bool = False


class Pause(Struct, frozen=True):
    """A pause in real time; it ends early if the client leaves."""

    seconds: float


class End(enum.Enum):
    """An early end of a connection, limited in time so that a client without a timeout cannot block the proxy."""

    RESET = "reset"
    """RST: bytes that the kernel has not sent are discarded, and the client gets ECONNRESET."""
    CLOSE = "close"
    """FIN after the written bytes; over TLS, a close_notify is sent before it."""
    CUT = "cut"
    """FIN after the written bytes; over TLS, no close_notify is sent, which a client can detect as a truncation."""
    STALL = "stall"
    """Nothing more is written until the client leaves, for a minute at most."""


Act = Piece | Pause | End


class MatchedExchange(Struct, frozen=True, kw_only=True):
    """The exchange that a fault acts on: the properties of its request, and functions for building a response.

    Args:
        method: The HTTP method, in upper case.
        path: The path as received, without percent-decoding.
        query: The query string as received, without the question mark.
        headers: The request headers, with names in lower case.
        body: The complete request body; empty for a fault with ``is_early``, which does not wait for the body.
        route: The name of the API route, such as ``banking.transactions``.
        version: The API version of the request, such as ``v3``.
        api_url: The origin (scheme and host) that the client called.
        foreign_url: Function that returns the origin of a canary server, which no correct client calls.
        chance: Random generator, seeded so that the n-th bite of a rule does the same in every run.
        refusal: Function that builds an error in the route's documented format, from status, name and message.
        waits: Function that returns the headers for a retry delay in seconds; none for None, or if no delays are stated.
        page: The number of the requested page of a list, counted from 1.
        bite: The number of earlier bites of the rule.
        at_s: Seconds of sandbox time since the rule was set, including time that was skipped.
        memory: State that the fault keeps across exchanges, including exchanges that gave it nothing to spoil.
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
    """Interface through which a fault changes the sandbox. It is unavailable in a relay to the hosted API."""

    def expire_tokens(self) -> object:
        """Expire every access token now."""

    def advance(self, *, seconds: float) -> object:
        """Move sandbox time forward by *seconds*."""

    def foreign_url(self) -> str:
        """Return the origin of a canary server on this machine, which records each request to it."""


class Between(Struct, frozen=True):
    """Metadata of an argument of a fault that is a whole number: the smallest and the largest value that is allowed.

    ``most`` may also be the name of the argument that contains the largest value; None means no limit.
    """

    least: int
    most: int | str | None = None


QUOTED = "quoted"
"""Metadata of an argument with a ``Literal`` type, whose values an error message lists in quotation marks."""

ErrorStatus = Annotated[int, Between(400, 599)]


class Fault(Struct, frozen=True, kw_only=True):
    """Base class of faults, which changes nothing; each fault overrides the methods that it needs.

    Class attributes:
        ids: The fault's ids in the catalogue.
        where: The object on which the fault acts: ``exchange`` or ``connection``.
        ends: True if the fault responds in place of the API, or ends the connection.
        is_lasting: True if the fault acts on every client from the moment it is set until it is lifted.
        needs_world: True if the fault uses the sandbox or its canary server, so it is unavailable with the hosted API.
        is_early: True if the fault does not wait for the request body.
        spoils: The parts of the response that violate the contract after a bite: ``response`` (no byte arrives), ``end`` (it
            stops early), ``framing`` (not HTTP, or more than one response), ``status``, ``headers``, ``media type`` and
            ``body``. All other parts are correct, but under an undocumented status they cannot be judged. ``bytes`` means
            that any part may be broken, by chance. If ``spoils`` depends on an argument, it is a property.
    """

    ids: ClassVar[tuple[str, ...]] = ()
    where: ClassVar[Literal["exchange", "connection"]] = "exchange"
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ()
    needs_world: ClassVar[bool] = False
    is_lasting: ClassVar[bool] = False
    is_early: ClassVar[bool] = False

    def check(self) -> None:
        """Validate the arguments by their types; this is called when a rule is created.

        An argument is a whole number ``Between`` two bounds, or one of the values of its ``Literal`` type.

        Raises:
            ConfigError: An argument is out of range, or the fault would break nothing.
        """
        for name, kind, limit in _limits(type(self)):
            if not isinstance(limit, Between):
                _refuse_unknown(self, name, get_args(kind), is_quoted=limit is QUOTED)
            elif getattr(self, name) is not None or NoneType not in get_args(kind):
                most = getattr(self, limit.most) if isinstance(limit.most, str) else limit.most
                refuse_outside(self, name, limit.least, most)

    def disturb_sandbox(self, world: World) -> bool:
        """Change the sandbox before the request reaches the API; return True if anything was changed."""
        return False

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts to perform on the connection before the request is sent to the API."""
        return ()

    def change_request(self, exchange: MatchedExchange) -> MatchedExchange:
        """Return the request that is sent to the API, or *exchange* itself to change nothing."""
        return exchange

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return a response in place of the API's; None lets the API respond."""
        return None

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Return the response for the client, or *reply* itself if there is nothing to spoil."""
        return reply

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts that write the response, or equal acts if there is nothing to spoil.

        Args:
            acts: One piece with the head and one with the body, unless an earlier fault has changed them.
        """
        return acts


class ErrorInstead(Fault, frozen=True, kw_only=True):
    """Base class of faults that respond with an error status in place of the API."""

    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)


class BodyFault(Fault, frozen=True, kw_only=True):
    """Base class of faults that break the body of the API's response, and nothing else."""

    spoils: ClassVar[tuple[str, ...]] = ("body",)


class FramingFault(Fault, frozen=True, kw_only=True):
    """Base class of faults after which the response is no valid HTTP, and the connection closes."""

    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)


class EarlyEnd(Fault, frozen=True, kw_only=True):
    """Base class of faults that end a response too early."""

    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)


def head_and_body(acts: Sequence[Act]) -> tuple[bytes, bytes]:
    """Return the bytes of the head and those of the body that *acts* would write."""
    head = b"".join(act.data for act in acts if isinstance(act, Piece) and not act.is_body)
    return head, b"".join(act.data for act in acts if isinstance(act, Piece) and act.is_body)


def up_to(acts: Sequence[Act], count: int, *, counts_head: bool = False) -> list[Act] | None:
    """Return *acts* up to *count* bytes of the body, or of head and body; None if there are no more bytes than that."""
    first_acts: list[Act] = []
    left = count
    for act in acts:
        if isinstance(act, Piece) and (act.is_body or counts_head):
            if left < len(act.data):
                return [*first_acts, Piece(act.data[:left], act.is_body)] if left else first_acts
            left -= len(act.data)
        first_acts.append(act)
    return None


def refuse_outside(fault: object, name: str, least: int, most: int | None = None) -> None:
    """Raise ConfigError unless the argument *name* of *fault* is a whole number from *least* to *most* (None for no limit).

    Raises:
        ConfigError: The argument is not a whole number, or is outside these bounds.
    """
    value = getattr(fault, name)
    if type(value) is not int or value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigError(f"{type(fault).__name__}: {name} must be a whole number, {bounds}, got {value!r}.")


@cache
def _limits(fault: type[Fault]) -> tuple[tuple[str, Any, Any], ...]:
    """Return the name, type and limit of each argument that has a limit; last those whose limit is another argument."""
    hints, types = get_type_hints(fault, include_extras=True), get_type_hints(fault)
    limits = {name: next(iter(getattr(hints[name], "__metadata__", ())), None) for name in fault.__struct_fields__}
    limited = [name for name in limits if limits[name] is not None or get_origin(types[name]) is Literal]
    limited.sort(key=lambda name: isinstance(getattr(limits[name], "most", None), str))
    return tuple((name, types[name], limits[name]) for name in limited)


def _refuse_unknown(fault: object, name: str, known: Sequence[Any], *, is_quoted: bool) -> None:
    """Raise ConfigError unless the argument *name* of *fault* is one of the *known* values."""
    value = getattr(fault, name)
    if value in known:
        return
    if is_quoted:
        raise ConfigError(f"{type(fault).__name__}: {name} must be {' or '.join(map(repr, known))}, got {value!r}.")
    near = nearest(str(value), known)
    hint = f" Did you mean {near!r}?" if near else ""
    raise ConfigError(f"{type(fault).__name__}: {name} {value!r} is unknown.{hint} Known: {', '.join(known)}.")
