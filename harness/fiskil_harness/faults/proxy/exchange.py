"""One exchange that faults have taken: calls the faults, performs what they return, and records each bite."""

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
    """One exchange of the server, with the parts that the journal records; ``bites`` lists the faults that bit."""

    status: int | None = None
    headers: Headers = ()
    is_cut = False
    composition: Composition | None = None

    def __init__(
        self, proxy: "Proxy", scope: Any, receive: Any, send: Any, *, number: int, facts: Facts, journal: Journal | None
    ) -> None:
        self._proxy, self._scope, self.receive, self._send = proxy, scope, receive, send
        self.number, self.facts, self.journal = number, facts, journal
        self.sent = bytearray()
        self.bites: tuple[str, ...] = ()

    @property
    def target(self) -> bytes:
        """The target of the request line, as received."""
        target: bytes = self._scope["target"]
        return target

    async def give(self, reply: Reply) -> None:
        """Send *reply* to the client."""
        await self.watched_send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
        await self.watched_send({"type": "http.response.body", "body": reply.body})

    async def watched_send(self, message: Message) -> None:
        """Pass an ASGI message of the API to the client, and keep a copy."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], tuple(message["headers"])
        else:
            self.sent += message.get("body", b"")
        await self._send(message)

    async def bitten_by(self, taken: Sequence[Taken], request: "HttpRequest") -> None:
        """Apply the faults, and record the bites; faults with nothing to spoil wait for another exchange."""
        self.loop = asyncio.get_running_loop()
        self._line = uvicorn_protocol.UvicornLine(self._send, self.receive)
        self._proxy.bitten.add(self)
        performed = Performed(head=bytearray(), body=bytearray())
        result = self.composition = Composition(has_bitten=[False] * len(taken))
        try:
            await compose(
                [rule_taken.waiting.rule.fault for rule_taken in taken],
                [self._exchange_for(rule_taken, request) for rule_taken in taken],
                world=self._proxy.world,
                call_api=self._call_api,
                line=self._line,
                performed=performed,
                is_kept=self._line.is_kept,
                result=result,
            )
            await self._perform(taken, result, performed)
        finally:
            self._proxy.bitten.discard(self)
            self._note_bites(taken, result, performed)

    async def _perform(self, taken: Sequence[Taken], result: Composition, performed: Performed) -> None:
        # Give the exchange back first, so that the fault waits again before the client gets its response.
        for rule_taken, has_bitten in zip(taken, result.has_bitten, strict=True):
            if not has_bitten:
                self._proxy.rules.give_back(rule_taken.waiting, self.facts)
        if result.reply is None:
            return
        if not any(result.has_bitten):
            await self.give(result.reply)
            return
        await perform(result.acts, self._line, performed)
        if performed.end is None and not performed.has_left:
            self._line.done()

    def _exchange_for(self, taken: Taken, request: "HttpRequest") -> MatchedExchange:
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
            foreign_url=self._foreign_url,
            chance=taken.chance,
            refusal=self._refusal,
            waits=self._waits,
            page=self.facts.page,
            bite=taken.bite,
            at_s=self.facts.clock_s - taken.waiting.set_s,
            memory=taken.waiting.memory,
        )

    def _note_bites(self, taken: Sequence[Taken], result: Composition, performed: Performed) -> None:
        if not any(result.has_bitten):
            return
        is_closed = performed.end is End.CLOSE or (performed.end is None and not self._line.is_kept)
        self.bites, self.status, self.headers, self.sent = note_bites(
            taken, result, performed, number=self.number, facts=self.facts, journal=self.journal, is_closed=is_closed
        )

    async def _call_api(self, exchange: MatchedExchange) -> Reply | None:
        """Send a request to the API, and return the response; None if the client left before there was one."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        messages = iter([{"type": "http.request", "body": exchange.body}])

        async def receive() -> Message:
            return next(messages, None) or await self.receive()

        request_scope = {
            "method": exchange.method,
            "path": _decoded(exchange.path),
            "raw_path": exchange.path.encode("latin-1"),
            "query_string": exchange.query,
            "headers": list(exchange.headers),
        }
        await self._proxy.app({**self._scope, **request_scope}, receive, collect)
        if not start:
            return None
        return Reply(status=start["status"], headers=tuple(start["headers"]), body=bytes(body))

    def _foreign_url(self) -> str:
        """Return the origin of the canary server; a fault that needs it is refused where there is no sandbox."""
        assert self._proxy.world is not None
        return self._proxy.world.foreign_url()

    def _refusal(self, status: int, name: str, message: str) -> Reply:
        """Return an error in the form that the requested endpoint documents."""
        method, raw_path = self._scope["method"], self._scope["raw_path"].decode("latin-1")
        return refusal(ApiProblem(status, name, message), method=method, raw_path=raw_path, version=self.facts.version)

    def _waits(self, seconds: int | None) -> Headers:
        """Return the headers that state a retry delay. Source: errors.retry-after"""
        return waits(seconds, form=self._proxy.interpretation("errors.retry-after") if seconds is not None else "absent")

    def cut(self) -> None:
        """Reset the connection because the scenario is over."""
        self.is_cut = True
        with contextlib.suppress(RuntimeError):
            self._line.reset()


def version_of(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """Return the API version in the headers of a request; the newest version if the header is absent or unknown."""
    version = next((value.decode("latin-1") for name, value in headers if name == b"x-fiskil-version"), "")
    return version if version in VERSIONS else VERSIONS[-1]


def _decoded(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)
