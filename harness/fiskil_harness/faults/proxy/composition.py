"""Several faults on one exchange: what they come to together, from left to right, and which of them had nothing to spoil."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from fiskil_harness.faults.fault import Act, MatchedExchange, Piece, PlainFault, Reply, World
from fiskil_harness.faults.proxy.act_player import Line, Performed, perform
from fiskil_harness.faults.proxy.serialise import acts_of

CallApi = Callable[[MatchedExchange], Awaitable[Reply]]


class Composition(Struct, kw_only=True):
    """What comes of an exchange: whether each fault bit, the answer, and the acts that are still to be performed.

    ``has_bitten`` is noted as it happens, so that what is broken off is known as far as it came. ``offsets`` tells at which
    byte of the body each fault began to act, -1 where that was before it. Without an answer the exchange is over: the
    connection has ended, or the client has left.
    """

    has_bitten: list[bool]
    offsets: dict[int, int] = {}
    reply: Reply | None = None
    acts: Sequence[Act] = ()


async def compose(
    faults: Sequence[PlainFault],
    told: Sequence[MatchedExchange],
    *,
    world: World | None,
    ask_api: CallApi,
    line: Line,
    performed: Performed,
    is_kept: bool,
    met: Composition,
) -> None:
    """Let *faults* meet one exchange, of which fault i is told ``told[i]``; the acts of its answer are left to the caller.

    Args:
        world: The sandbox, where one is behind the link.
        ask_api: Lets the API work.
        performed: Notes what goes out before the API is asked.
        is_kept: Whether the connection stays open for a next request.
        met: Takes what comes of it.
    """
    for number, fault in enumerate(faults):
        met.has_bitten[number] |= world is not None and fault.disturb_sandbox(world)
    for number, fault in enumerate(faults):
        ahead = fault.before_request(told[number])
        met.has_bitten[number] |= bool(ahead)
        await perform(ahead, line, performed)
        if performed.end is not None or performed.has_left:
            return
    met.reply = await _answer(faults, told, ask_api, met)
    met.acts = acts_of(met.reply, is_head=told[0].method == "HEAD", is_kept=is_kept)
    for number, fault in enumerate(faults):
        shaped = fault.shape(met.acts, told[number])
        if list(shaped) != list(met.acts):
            met.has_bitten[number] = True
            met.offsets.setdefault(number, _parting(met.acts, shaped))
        met.acts = shaped


async def _answer(
    faults: Sequence[PlainFault], told: Sequence[MatchedExchange], ask_api: CallApi, met: Composition
) -> Reply:
    reply: Reply | None = None
    exchange = told[0]
    for number, fault in enumerate(faults):
        reply = reply or fault.response_instead(told[number])
        if reply is not None:
            met.has_bitten[number] = True
            break
        other = fault.change_request(exchange)
        met.has_bitten[number] |= other is not exchange
        exchange = other
    if reply is None:
        reply = await ask_api(exchange)
    for number, fault in enumerate(faults):
        changed = fault.change_response(reply, told[number])
        if changed != reply:
            met.has_bitten[number] = True
            met.offsets[number] = _common(reply.body, changed.body) if changed.body != reply.body else -1
        reply = changed
    return reply


def _parting(plain: Sequence[Act], shaped: Sequence[Act]) -> int:
    """The byte of the body at which *shaped* begins to differ from *plain*; -1 where that is in the head or before it."""
    least = min(len(plain), len(shaped))
    number = next((number for number in range(least) if plain[number] != shaped[number]), least)
    same = sum(len(act.data) for act in plain[:number] if isinstance(act, Piece) and act.is_body)
    left, right = (acts[number] if number < len(acts) else None for acts in (plain, shaped))
    if isinstance(left, Piece) and isinstance(right, Piece) and left.is_body and right.is_body:
        return same + _common(left.data, right.data)
    return same if any(isinstance(act, Piece) for act in plain[:number]) else -1


def _common(left: bytes, right: bytes) -> int:
    """How many bytes at the beginning are the same."""
    least = min(len(left), len(right))
    if left[:least] == right[:least]:
        return least
    return next(number for number in range(least) if left[number] != right[number])
