"""Faults in front of the hosted API: they act on an exchange as they do in the sandbox, using the relayed response."""

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
"""The format in which the hosted API is assumed to state retry delays: the best supported interpretation."""


class Left(Exception):
    """The client left before the API responded."""


class RelayLine:
    """A client's connection to the relay, on which acts (writes, pauses, ends) are performed."""

    def __init__(self, client: "RelayClient") -> None:
        self._client = client

    def write(self, data: bytes) -> None:
        """Write *data*."""
        if not self._client.transport.is_closing():
            self._client.transport.write(data)

    async def flushed(self) -> None:
        """Let the event loop send the written bytes; wait while its buffer is full because the client does not read."""
        await self._client.drain()

    def reset(self) -> None:
        """Close with RST."""
        uvicorn_protocol.reset(self._client.transport)

    def close(self) -> None:
        """Close after the written bytes."""
        self._client.transport.close()

    def cut(self) -> None:
        """Close after the written bytes; over TLS, send no close_notify."""
        uvicorn_protocol.cut(self._client.transport)

    async def is_left_within(self, seconds: float) -> bool:
        """Wait *seconds* of real time; return True as soon as the client has left."""
        return await left_within(self._client.left.wait(), seconds)

    def done(self) -> None:
        """Do nothing: the client side continues when the exchange has been recorded."""


class RelayBites:
    """The relayed exchanges that faults hold at the moment."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._held: dict[Relayed, tuple[RelayClient, asyncio.Task[None]]] = {}
        self._responses: dict[Relayed, asyncio.Future[Reply]] = {}

    def begin(self, client: "RelayClient", relayed: Relayed, taken: Sequence[Taken]) -> None:
        """Start to apply the faults of the rules in *taken* to an exchange."""
        task = asyncio.ensure_future(self._bitten(client, relayed, taken))
        self._held[relayed] = (client, task)

    def give(self, relayed: Relayed, reply: Reply) -> None:
        """Pass the API's response to the faults of a held exchange."""
        response = self._responses.pop(relayed, None)
        if response is not None and not response.done():
            response.set_result(reply)

    def leave(self, relayed: Relayed) -> None:
        """Note that the client of a held exchange has left."""
        response = self._responses.pop(relayed, None)
        if response is not None and not response.done():
            response.set_exception(Left())

    def cut(self) -> None:
        """Reset every connection that a fault still holds, because the scenario is over."""
        for relayed, (client, _) in tuple(self._held.items()):
            relayed.is_cut = True
            uvicorn_protocol.reset(client.transport)

    async def _bitten(self, client: "RelayClient", relayed: Relayed, taken: Sequence[Taken]) -> None:
        performed = Performed(head=bytearray(), body=bytearray())
        result, line = Composition(has_bitten=[False] * len(taken)), RelayLine(client)

        async def call_api(exchange: MatchedExchange) -> Reply:
            future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            if client.left.is_set():
                raise Left
            self._responses[relayed] = future
            _send_to_api(client, relayed, exchange)
            return await future

        try:
            await compose(
                [rule_taken.waiting.rule.fault for rule_taken in taken],
                [self._exchange_for(rule_taken, relayed, client) for rule_taken in taken],
                world=None,
                call_api=call_api,
                line=line,
                performed=performed,
                is_kept=relayed.keeps,
                result=result,
            )
            for rule_taken, has_bitten in zip(taken, result.has_bitten, strict=True):
                if not has_bitten:
                    self._rules.give_back(rule_taken.waiting, relayed.facts)
            if result.reply is not None and any(result.has_bitten):
                await perform(result.acts, line, performed)
        except Left:
            performed.has_left = True
        finally:
            self._held.pop(relayed, None)
            self._end(client, relayed, taken, result, performed)

    def _end(
        self, client: "RelayClient", relayed: Relayed, taken: Sequence[Taken], result: Composition, performed: Performed
    ) -> None:
        if not any(result.has_bitten):
            parts = client.give(relayed, result.reply) if result.reply is not None else (None, (), b"")
            client.finish(relayed, parts, keeps=result.reply is not None)
            return
        is_whole = performed.end is None and not performed.has_left
        relayed.bites, status, headers, body = note_bites(
            taken,
            result,
            performed,
            number=relayed.number,
            facts=relayed.facts,
            journal=relayed.journal,
            is_closed=performed.end is End.CLOSE or (is_whole and not relayed.keeps),
        )
        client.finish(relayed, (status, headers, shortened(bytes(body))), keeps=is_whole)

    def _exchange_for(self, taken: Taken, relayed: Relayed, client: "RelayClient") -> MatchedExchange:
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
            foreign_url=_refuse_foreign_url,
            chance=taken.chance,
            refusal=lambda status, name, message: refusal(
                ApiProblem(status, name, message), method=request.method, raw_path=request.raw_path, version=version
            ),
            waits=lambda seconds: waits(seconds, form=WAITS),
            page=relayed.facts.page,
            bite=taken.bite,
            memory=taken.waiting.memory,
        )


def _send_to_api(client: "RelayClient", relayed: Relayed, exchange: MatchedExchange) -> None:
    """Send the request to the API as the faults have changed it."""
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


def _refuse_foreign_url() -> NoReturn:
    raise ConfigError("A relay has no other origin for a redirect or a link. Run this fault against the sandbox.")
