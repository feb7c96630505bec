"""Several faults on one exchange: what they come to together, from left to right, and which of them had nothing to spoil."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from harness.faults.base import Act, Asked, PlainFault, Reply, World
from harness.link.perform import Line, Performed, perform
from harness.link.rendering import acts_of

AskApi = Callable[[Asked], Awaitable[Reply]]


class Met(Struct, kw_only=True):
    """What comes of an exchange: whether each fault bit, the answer, and the acts that are still to be performed.

    Without an answer the exchange is over: the connection has ended, or the client has left.
    """

    has_bitten: list[bool]
    reply: Reply | None = None
    acts: Sequence[Act] = ()


async def meet(
    faults: Sequence[PlainFault],
    told: Sequence[Asked],
    *,
    world: World | None,
    ask_api: AskApi,
    line: Line,
    performed: Performed,
    is_kept: bool,
) -> Met:
    """Let *faults* meet one exchange, of which fault i is told ``told[i]``; the acts of its answer are left to the caller.

    Args:
        world: The sandbox, where one is behind the link.
        ask_api: Lets the API work.
        performed: Notes what goes out before the API is asked.
        is_kept: Whether the connection stays open for a next request.
    """
    met = Met(has_bitten=[world is not None and fault.upset(world) for fault in faults])
    for number, fault in enumerate(faults):
        ahead = fault.ahead(told[number])
        met.has_bitten[number] |= bool(ahead)
        await perform(ahead, line, performed)
        if performed.end is not None or performed.has_left:
            return met
    met.reply = await _answer(faults, told, ask_api, met.has_bitten)
    met.acts = acts_of(met.reply, is_head=told[0].method == "HEAD", is_kept=is_kept)
    for number, fault in enumerate(faults):
        shaped = fault.shape(met.acts, told[number])
        met.has_bitten[number] |= list(shaped) != list(met.acts)
        met.acts = shaped
    return met


async def _answer(faults: Sequence[PlainFault], told: Sequence[Asked], ask_api: AskApi, has_bitten: list[bool]) -> Reply:
    reply: Reply | None = None
    asked = told[0]
    for number, fault in enumerate(faults):
        reply = reply or fault.instead(told[number])
        if reply is not None:
            has_bitten[number] = True
            break
        other = fault.ask(asked)
        has_bitten[number] |= other is not asked
        asked = other
    if reply is None:
        reply = await ask_api(asked)
    for number, fault in enumerate(faults):
        changed = fault.change(reply, told[number])
        has_bitten[number] |= changed != reply
        reply = changed
    return reply
