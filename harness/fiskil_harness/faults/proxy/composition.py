"""Applies several faults to one exchange, from left to right, and records which of them bit."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from fiskil_harness.core.net.uvicorn_protocol import STATUS_LINE
from fiskil_harness.faults.fault import Act, Fault, MatchedExchange, Piece, Reply, World
from fiskil_harness.faults.proxy.act_player import Performed, perform
from fiskil_harness.faults.proxy.uvicorn_protocol import UvicornLine

BODILESS = (204, 304)

CallApi = Callable[[MatchedExchange], Awaitable[Reply | None]]


class Composition(Struct, kw_only=True):
    """The outcome of an exchange under its faults.

    Attributes:
        has_bitten: One flag for each fault, set as soon as the fault bites, so that it is right even after an interruption.
        offsets: The byte of the body at which a fault began to act, by the fault's index; -1 for before the body.
        reply: The response; None if the connection ended or the client left before there was one.
        acts: The acts that are still to be performed.
    """

    has_bitten: list[bool]
    offsets: dict[int, int] = {}
    reply: Reply | None = None
    acts: Sequence[Act] = ()


async def compose(
    faults: Sequence[Fault],
    exchanges: Sequence[MatchedExchange],
    *,
    world: World | None,
    call_api: CallApi,
    line: UvicornLine,
    performed: Performed,
    is_kept: bool,
    result: Composition,
) -> None:
    """Apply *faults* to one exchange; the caller performs the acts of the response.

    Args:
        faults: The faults to apply.
        exchanges: The exchange as each fault receives it, in the order of *faults*.
        world: The sandbox; None with the hosted API.
        call_api: Sends a request to the API; returns None if the client left before there was a response.
        line: The connection of the exchange.
        performed: Records the bytes that are written before the request is sent to the API.
        is_kept: True if the connection stays open for another request.
        result: Records the outcome of the exchange.
    """
    for number, fault in enumerate(faults):
        result.has_bitten[number] |= world is not None and fault.disturb_sandbox(world)
    for number, fault in enumerate(faults):
        acts = fault.before_request(exchanges[number])
        result.has_bitten[number] |= bool(acts)
        await perform(acts, line, performed)
        if performed.end is not None or performed.has_left:
            return
    result.reply = await _reply(faults, exchanges, call_api, result)
    if result.reply is None:
        performed.has_left = True
        return
    result.acts = acts_of(result.reply, is_head=exchanges[0].method == "HEAD", is_kept=is_kept)
    for number, fault in enumerate(faults):
        shaped = fault.shape(result.acts, exchanges[number])
        if list(shaped) != list(result.acts):
            result.has_bitten[number] = True
            result.offsets.setdefault(number, _parting(result.acts, shaped))
        result.acts = shaped


async def _reply(
    faults: Sequence[Fault], exchanges: Sequence[MatchedExchange], call_api: CallApi, result: Composition
) -> Reply | None:
    reply: Reply | None = None
    exchange = exchanges[0]
    for number, fault in enumerate(faults):
        reply = reply or fault.response_instead(exchanges[number])
        if reply is not None:
            result.has_bitten[number] = True
            break
        changed_exchange = fault.change_request(exchange)
        result.has_bitten[number] |= changed_exchange is not exchange
        exchange = changed_exchange
    if reply is None:
        reply = await call_api(exchange)
        if reply is None:
            return None
    for number, fault in enumerate(faults):
        changed = fault.change_response(reply, exchanges[number])
        if changed != reply:
            result.has_bitten[number] = True
            result.offsets[number] = _common(reply.body, changed.body) if changed.body != reply.body else -1
        reply = changed
    return reply


def acts_of(reply: Reply, *, is_head: bool, is_kept: bool) -> list[Act]:
    """Return the pieces that write *reply*.

    Args:
        reply: The response.
        is_head: True if the request was HEAD, so that the body is announced but not sent.
        is_kept: True if the connection stays open for another request.
    """
    names = {name for name, _ in reply.headers}
    is_chunked = not is_head and reply.status not in BODILESS and not names & {b"content-length", b"transfer-encoding"}
    lines = [STATUS_LINE[reply.status]]
    for name, value in reply.headers:
        lines += (name, b": ", value, b"\r\n")
    if not is_kept and b"connection" not in names:
        lines.append(b"connection: close\r\n")
    if is_chunked:
        lines.append(b"transfer-encoding: chunked\r\n")
    head = Piece(b"".join((*lines, b"\r\n")))
    if is_head:
        return [head]
    body = _chunked(reply.body) if is_chunked else reply.body
    return [head, Piece(body, is_body=True)] if body else [head]


def _chunked(body: bytes) -> bytes:
    """Return *body* encoded as one chunk, and the chunk that ends the body."""
    return (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"


def _parting(plain: Sequence[Act], shaped: Sequence[Act]) -> int:
    """Return the byte of the body at which *shaped* begins to differ from *plain*; -1 if they differ before the body."""
    least = min(len(plain), len(shaped))
    number = next((number for number in range(least) if plain[number] != shaped[number]), least)
    same = sum(len(act.data) for act in plain[:number] if isinstance(act, Piece) and act.is_body)
    left, right = (acts[number] if number < len(acts) else None for acts in (plain, shaped))
    if isinstance(left, Piece) and isinstance(right, Piece) and left.is_body and right.is_body:
        return same + _common(left.data, right.data)
    return same if any(isinstance(act, Piece) for act in plain[:number]) else -1


def _common(left: bytes, right: bytes) -> int:
    """Return the number of bytes that are equal at the beginning of *left* and *right*."""
    least = min(len(left), len(right))
    if left[:least] == right[:least]:
        return least
    return next(number for number in range(least) if left[number] != right[number])
