"""Faults before the hosted API: they meet an exchange as they do before the sandbox, over an answer that was relayed."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import unquote

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import End, MatchedExchange, Reply
from fiskil_harness.faults.proxy import uvicorn_protocol
from fiskil_harness.faults.proxy.act_player import Performed, perform
from fiskil_harness.faults.proxy.api_errors import refusal, waits
from fiskil_harness.faults.proxy.bite_log import note_bites
from fiskil_harness.faults.proxy.composition import Composition, compose
from fiskil_harness.faults.proxy.reverse.request import Relayed
from fiskil_harness.faults.proxy.timers import left_within
from fiskil_harness.faults.rules import Rules, Taken
from fiskil_harness.journal import shortened
from fiskil_harness.sandbox.problems import ApiProblem

if TYPE_CHECKING:
    from fiskil_harness.faults.proxy.reverse.downstream import RelayClient

WAITS = Interpretations().of("errors.retry-after")
"""How the hosted API is taken to tell how long to wait: the reading that is best supported."""


class Left(Exception):
    """The client went away while the API worked."""


class RelayLine:
    """A client's connection as acts are performed on it."""

    def __init__(self, client: "RelayClient") -> None:
        self._client = client

    def write(self, data: bytes) -> None:
        """Write these bytes."""
        if not self._client.transport.is_closing():
            self._client.transport.write(data)

    async def flushed(self) -> None:
        """Wait until the kernel has them, or the client does not read."""
        await self._client.drain()

    def reset(self) -> None:
        """Close with RST."""
        uvicorn_protocol.reset(self._client.transport)

    def close(self) -> None:
        """Close after what was written."""
        self._client.transport.close()

    def cut(self) -> None:
        """Close after what was written, over TLS without a close_notify."""
        uvicorn_protocol.cut(self._client.transport)

    async def is_left_within(self, seconds: float) -> bool:
        """Let real time pass; True as soon as the client has gone away."""
        return await left_within(self._client.left.wait(), seconds)

    def done(self) -> None:
        """Nothing: the client's side goes on when the exchange has been noted."""


class RelayBites:
    """The exchanges that faults have in their hands."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._held: dict[Relayed, tuple[RelayClient, asyncio.Task[None]]] = {}
        self._asked: dict[Relayed, asyncio.Future[Reply]] = {}

    def begin(self, client: "RelayClient", relayed: Relayed, taken: Sequence[Taken]) -> None:
        """Let faults meet an exchange."""
        task = asyncio.ensure_future(self._bitten(client, relayed, taken))
        self._held[relayed] = (client, task)

    def give(self, relayed: Relayed, reply: Reply) -> None:
        """The API's answer to a held exchange."""
        exchange = self._asked.pop(relayed, None)
        if exchange is not None and not exchange.done():
            exchange.set_result(reply)

    def leave(self, relayed: Relayed) -> None:
        """The client of a held exchange has gone."""
        exchange = self._asked.pop(relayed, None)
        if exchange is not None and not exchange.done():
            exchange.set_exception(Left())

    def cut(self) -> None:
        """Reset every connection that a fault still holds, because the scenario is over."""
        for relayed, (client, _) in tuple(self._held.items()):
            relayed.is_cut = True
            uvicorn_protocol.reset(client.transport)

    async def _bitten(self, client: "RelayClient", relayed: Relayed, taken: Sequence[Taken]) -> None:
        performed = Performed(head=bytearray(), body=bytearray())
        met, line = Composition(has_bitten=[False] * len(taken)), RelayLine(client)

        async def ask_api(exchange: MatchedExchange) -> Reply:
            future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            if client.left.is_set():
                raise Left
            self._asked[relayed] = future
            _ask(client, relayed, exchange)
            return await future

        try:
            await compose(
                [each_taken.waiting.rule.fault for each_taken in taken],
                [self._told(each_taken, relayed, client) for each_taken in taken],
                world=None,
                ask_api=ask_api,
                line=line,
                performed=performed,
                is_kept=relayed.keeps,
                met=met,
            )
            for each_taken, has_bitten in zip(taken, met.has_bitten, strict=True):
                if not has_bitten:
                    self._rules.give_back(each_taken.waiting, relayed.facts)
            if met.reply is not None and any(met.has_bitten):
                await perform(met.acts, line, performed)
        except Left:
            performed.has_left = True
        finally:
            self._held.pop(relayed, None)
            self._end(client, relayed, taken, met, performed)

    def _end(
        self, client: "RelayClient", relayed: Relayed, taken: Sequence[Taken], met: Composition, performed: Performed
    ) -> None:
        if not any(met.has_bitten):
            told = client.give(relayed, met.reply) if met.reply is not None else (None, (), b"")
            client.finish(relayed, told, keeps=met.reply is not None)
            return
        is_whole = performed.end is None and not performed.has_left
        relayed.bites, status, headers, body = note_bites(
            taken,
            met,
            performed,
            number=relayed.number,
            facts=relayed.facts,
            journal=relayed.journal,
            is_closed=performed.end is End.CLOSE or (is_whole and not relayed.keeps),
        )
        client.finish(relayed, (status, headers, shortened(bytes(body))), keeps=is_whole)

    def _told(self, taken: Taken, relayed: Relayed, client: "RelayClient") -> MatchedExchange:
        request, version = relayed.request, relayed.facts.version
        return MatchedExchange(
            method=request.method,
            path=request.raw_path,
            query=request.query,
            headers=tuple(request.headers),
            body=request.body,
            route=relayed.route,
            version=version,
            api_url=client.relay.url,
            foreign_url=_no_trap,
            chance=taken.chance,
            refusal=lambda status, name, message: refusal(
                ApiProblem(status, name, message), method=request.method, raw_path=request.raw_path, version=version
            ),
            waits=lambda seconds: waits(seconds, form=WAITS),
            page=relayed.facts.page,
            bite=taken.bite,
            memory=taken.waiting.memory,
        )


def _ask(client: "RelayClient", relayed: Relayed, exchange: MatchedExchange) -> None:
    """Ask the API what the faults left of a request."""
    frame = {b"content-length", b"transfer-encoding"}
    headers = [pair for pair in exchange.headers if pair[0] not in frame]
    if exchange.body or any(name in frame for name, _ in exchange.headers):
        headers.append((b"content-length", b"%d" % len(exchange.body)))
    relayed.is_chunked, relayed.rest = False, b""
    relayed.unsent = [exchange.body] if exchange.body else []
    request = HttpRequest(
        exchange.method, unquote(exchange.path), exchange.path, exchange.query, headers, exchange.body, None
    )
    target = exchange.path.encode("latin-1") + (b"?" + exchange.query if exchange.query else b"")
    client.send_request(relayed, request, target)


def _no_trap() -> NoReturn:
    raise ConfigError("Behind a relay there is no other origin to lead a client to. Rehearse that against the sandbox.")
