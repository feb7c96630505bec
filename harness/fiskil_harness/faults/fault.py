"""What a fault is: a frozen value that says what goes wrong with one exchange, and does nothing itself.

The link asks a fault five things, in the order of an exchange, and performs what it answers; a fault overrides those that it
is about. Everything is values: who wants to know what a fault does calls its methods and looks at what comes back.

    upset    something happens to the sandbox (tokens die, the clock jumps)
    ahead    acts on the connection before the API is asked; one that ends it means that the API never hears of the request
    ask      what the API is asked instead of what the client asked
    instead  an answer in the API's place, which never hears of the request
    change   another answer than the API's
    shape    other acts than the two pieces, head and body, that would be written

Faults that meet one exchange compose: each method is asked of all of them, from left to right. One that *ends* (answers in
the API's place, or breaks the connection) is the only one of its sort: the others wait for another exchange.
"""

import enum
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, ClassVar, Literal, Protocol

from msgspec import Struct, field

from fiskil_harness.errors import ConfigError, nearest

Headers = tuple[tuple[bytes, bytes], ...]


class Reply(Struct, frozen=True, kw_only=True):
    """A whole answer; names of headers are in lower case."""

    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes) -> "Reply":
        """The same with *body*, announced at its length."""
        kept = tuple(pair for pair in self.headers if pair[0] != b"content-length")
        return Reply(status=self.status, headers=(*kept, (b"content-length", b"%d" % len(body))), body=body)

    def with_header(self, name: bytes, value: bytes | None) -> "Reply":
        """The same with this value for the header *name*; None takes the header away."""
        kept = tuple(pair for pair in self.headers if pair[0] != name)
        added = () if value is None else ((name, value),)
        return Reply(status=self.status, headers=(*kept, *added), body=self.body)

    def header(self, name: bytes) -> bytes:
        """The value of a header; empty where there is none."""
        return next((value for known, value in self.headers if known == name), b"")


class Piece(Struct, frozen=True):
    """Bytes that are written at once."""

    data: bytes
    is_body: bool = False


class Pause(Struct, frozen=True):
    """Real time passes, unless the client leaves before."""

    seconds: float


class End(enum.Enum):
    """How a connection ends before its time; none is for ever, since a client without any patience would hang us."""

    RESET = "reset"
    """RST: what the kernel has not sent is discarded, the client sees ECONNRESET."""
    CLOSE = "close"
    """FIN after what was written; over TLS with a close_notify before it."""
    CUT = "cut"
    """FIN after what was written; over TLS without a close_notify, which is a truncation."""
    STALL = "stall"
    """Nothing more is written until the client goes away, at most a minute."""


Act = Piece | Pause | End


class MatchedExchange(Struct, frozen=True, kw_only=True):
    """The exchange that a fault has matched.

    ``path`` is as it came, not decoded. ``api_url`` is the origin that the client asked; ``foreign_url`` makes one that
    nobody has a reason to call. ``page`` counts the pages of a walk from 1, ``bite`` the bites of the rule from 0.
    ``chance`` is seeded by the rule's seed and ``bite``, so the same bite always does the same.

    ``refusal`` makes the error that the asked endpoint documents, of status, name and message. ``waits`` makes the headers
    that tell a client to wait so many seconds; none for None, and where waits are not told.

    ``at_s`` is how many seconds the rule has waited, skipped time included. ``memory`` is the rule's own: a fault that is
    about several exchanges keeps there what it knows of earlier ones, those that gave it nothing to spoil included.
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
    """What a fault can do to the sandbox. Behind a relay to the hosted API there is none of it."""

    def expire_tokens(self) -> object:
        """Let every access token die before its time."""

    def advance(self, *, seconds: float) -> object:
        """Move sandbox time forward."""

    def foreign_url(self) -> str:
        """An origin on this machine that nobody has a reason to call, and that remembers who did."""


class PlainFault(Struct, frozen=True, kw_only=True):
    """A fault that leaves everything as it is; each fault overrides what it is about.

    ``ids`` are the fault's ids in the catalogue. ``where`` says whether it meets an exchange or a connection.
    ``ends`` tells that it answers in the API's place or ends the connection, ``is_lasting`` that it holds from the moment it
    is set until it is lifted, whoever comes.
    ``needs_world`` tells that it cannot be had before the hosted API, ``is_early`` that it does not wait for the body of the
    request.

    ``spoils`` is what no longer keeps the contract where the fault bites: ``answer`` (not a byte of it), ``end`` (it stops
    before), ``framing`` (it is no HTTP, or more than one answer), else ``status``, ``headers``, ``media type`` and ``body``;
    all of it and nothing else, except that nobody can judge what comes under a status that no document describes. ``bytes``
    is whatever chance has it break. Where it depends on a parameter it is a property.
    """

    ids: ClassVar[tuple[str, ...]] = ()
    where: ClassVar[Literal["exchange", "connection"]] = "exchange"
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ()
    needs_world: ClassVar[bool] = False
    is_lasting: ClassVar[bool] = False
    is_early: ClassVar[bool] = False

    def check(self) -> None:
        """Refuse parameters under which nothing would break.

        Raises:
            ConfigError: One of them makes no sense.
        """

    def disturb_sandbox(self, world: World) -> bool:
        """Let something happen to the sandbox before the API is asked; whether anything did."""
        return False

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Acts on the connection before the API is asked."""
        return ()

    def change_request(self, exchange: MatchedExchange) -> MatchedExchange:
        """What the API is asked."""
        return exchange

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """An answer in the API's place."""
        return None

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The answer that is given; the same one where there is nothing to spoil."""
        return reply

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """What is done on the connection; equal acts where there is nothing to spoil.

        At first these are a piece with the head and one with the body.
        """
        return acts


def head_and_body(acts: Sequence[Act]) -> tuple[bytes, bytes]:
    """The bytes that *acts* would write of the head, and of the body."""
    head = b"".join(act.data for act in acts if isinstance(act, Piece) and not act.is_body)
    return head, b"".join(act.data for act in acts if isinstance(act, Piece) and act.is_body)


def up_to(acts: Sequence[Act], body_bytes: int) -> list[Act] | None:
    """*acts* up to so many bytes of the body, with the head even for 0; None where that is all of them."""
    kept: list[Act] = []
    left = body_bytes
    for act in acts:
        if isinstance(act, Piece) and act.is_body:
            if left < len(act.data):
                return [*kept, Piece(act.data[:left], is_body=True)] if left else kept
            left -= len(act.data)
        kept.append(act)
    return None


def refuse_outside(fault: object, name: str, least: int, most: int | None = None) -> None:
    """Refuse a parameter of *fault* that is no whole number from *least* to *most*.

    Raises:
        ConfigError: It would break nothing, or cannot be.
    """
    value = getattr(fault, name)
    if type(value) is not int or value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigError(f"{type(fault).__name__}: {name} must be a whole number, {bounds}, got {value!r}.")


def refuse_unknown(fault: object, name: str, known: Sequence[str]) -> None:
    """Refuse a word that a parameter of *fault* cannot be.

    Raises:
        ConfigError: It is none of *known*.
    """
    value = getattr(fault, name)
    if value not in known:
        near = nearest(str(value), known)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ConfigError(f"{type(fault).__name__}: no {name} {value!r}.{hint} Known: {', '.join(known)}.")
