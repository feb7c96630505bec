"""One exchange in the hands of faults: they are told of it, what they want is done, and each bite is written down."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fiskil_harness.faults.fault import End, Headers, MatchedExchange, Reply
from fiskil_harness.faults.proxy import uvicorn_protocol
from fiskil_harness.faults.proxy.act_player import Performed, perform
from fiskil_harness.faults.proxy.api_errors import refusal, waits
from fiskil_harness.faults.proxy.bite_log import note_bites
from fiskil_harness.faults.proxy.composition import Composition, compose
from fiskil_harness.faults.rules import Facts, Taken
from fiskil_harness.journal import Journal
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.problems import ApiProblem

if TYPE_CHECKING:
    from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
    from fiskil_harness.faults.proxy.proxy import Proxy

Message = dict[str, Any]


class ProxiedCall:
    """One exchange of the server, as the journal will have it; the faults that it met are in ``bites``."""

    status: int | None = None
    headers: Headers = ()
    is_cut = False
    composition: Composition | None = None

    def __init__(
        self, link: "Proxy", scope: Any, receive: Any, send: Any, *, number: int, facts: Facts, journal: Journal | None
    ) -> None:
        self._link, self._scope, self.receive, self._send = link, scope, receive, send
        self.number, self.facts, self._journal = number, facts, journal
        self.sent = bytearray()
        self.bites: tuple[str, ...] = ()

    async def watched_send(self, message: Message) -> None:
        """Pass a message of the API on, keeping a copy."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], tuple(message["headers"])
        else:
            self.sent += message.get("body", b"")
        await self._send(message)

    async def bitten_by(self, taken: Sequence[Taken], request: "HttpRequest") -> None:
        """Let faults act on it and record where they did; those that found nothing to spoil wait on."""
        self.loop = asyncio.get_running_loop()
        self._line = uvicorn_protocol.UvicornLine(self._send, self.receive)
        self._link.bitten.add(self)
        performed = Performed(head=bytearray(), body=bytearray())
        met = self.composition = Composition(has_bitten=[False] * len(taken))
        try:
            await compose(
                [each_taken.waiting.rule.fault for each_taken in taken],
                [self._told(each_taken, request) for each_taken in taken],
                world=self._link.world,
                ask_api=self._ask_api,
                line=self._line,
                performed=performed,
                is_kept=self._line.is_kept,
                met=met,
            )
            await self._perform(taken, met, performed)
        finally:
            self._link.bitten.discard(self)
            self._note(taken, met, performed)

    async def _perform(self, taken: Sequence[Taken], met: Composition, performed: Performed) -> None:
        # A fault waits on before the client can know that this was no bite.
        for each_taken, has_bitten in zip(taken, met.has_bitten, strict=True):
            if not has_bitten:
                self._link.rules.give_back(each_taken.waiting, self.facts)
        if met.reply is None:
            return
        if not any(met.has_bitten):
            await self.watched_send(
                {"type": "http.response.start", "status": met.reply.status, "headers": list(met.reply.headers)}
            )
            await self.watched_send({"type": "http.response.body", "body": met.reply.body})
            return
        await perform(met.acts, self._line, performed)
        if performed.end is None and not performed.has_left:
            self._line.done()

    def _told(self, taken: Taken, request: "HttpRequest") -> MatchedExchange:
        host = next((value.decode("latin-1") for name, value in request.headers if name == b"host"), "")
        return MatchedExchange(
            method=request.method,
            path=request.raw_path,
            query=request.query,
            headers=tuple(request.headers),
            body=request.body,
            route=self.facts.route,
            version=self.facts.version,
            api_url=f"{self._scope.get('scheme', 'http')}://{host}",
            foreign_url=self._link.world.foreign_url,
            chance=taken.chance,
            refusal=self._refusal,
            waits=self._waits,
            page=self.facts.page,
            bite=taken.bite,
            at_s=self.facts.clock_s - taken.waiting.set_s,
            memory=taken.waiting.memory,
        )

    def _note(self, taken: Sequence[Taken], met: Composition, performed: Performed) -> None:
        if not any(met.has_bitten):
            return
        is_closed = performed.end is End.CLOSE or (performed.end is None and not self._line.is_kept)
        self.bites, self.status, self.headers, self.sent = note_bites(
            taken,
            met,
            performed,
            number=self.number,
            facts=self.facts,
            journal=self._journal,
            is_closed=is_closed,
        )

    async def _ask_api(self, exchange: MatchedExchange) -> Reply:
        """Let the API work and keep its answer."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        given = iter([{"type": "http.request", "body": exchange.body}])

        async def receive() -> Message:
            return next(given, None) or await self.receive()

        asks = {
            "method": exchange.method,
            "path": _decoded(exchange.path),
            "raw_path": exchange.path.encode("latin-1"),
            "query_string": exchange.query,
            "headers": list(exchange.headers),
        }
        await self._link.app({**self._scope, **asks}, receive, collect)
        return Reply(status=start["status"], headers=tuple(start["headers"]), body=bytes(body))

    def _refusal(self, status: int, name: str, message: str) -> Reply:
        """An error in the shape that the asked endpoint documents."""
        method, raw_path = self._scope["method"], self._scope["raw_path"].decode("latin-1")
        return refusal(ApiProblem(status, name, message), method=method, raw_path=raw_path, version=self.facts.version)

    def _waits(self, seconds: int | None) -> Headers:
        """The headers that tell how long to wait. Source: errors.retry-after"""
        return waits(seconds, form=self._link.reading("errors.retry-after") if seconds is not None else "absent")

    def cut(self) -> None:
        """Reset the connection because the scenario is over."""
        self.is_cut = True
        with contextlib.suppress(RuntimeError):
            self._line.reset()


def version_of(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """The API's version that a request asks for, or the newest."""
    version = next((value.decode("latin-1") for name, value in headers if name == b"x-fiskil-version"), "")
    return version if version in VERSIONS else VERSIONS[-1]


def _decoded(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)
