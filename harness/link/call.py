"""One exchange in the hands of faults: they are told of it, what they want is done, and each bite is written down."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from harness.clock import real_now
from harness.faults.base import Asked, End, Headers, Reply
from harness.journal import Bite, Journal
from harness.link import protocol
from harness.link.bites import Met, meet
from harness.link.perform import Performed, perform
from harness.link.rules import Facts, Taken
from harness.link.watching import BITTEN, Bitten
from harness.link.wire import read_answer
from harness.sandbox.api.routes import find_route
from harness.sandbox.api.wire import goa_error, simple_error
from harness.sandbox.console import VERSIONS
from harness.sandbox.problems import ApiProblem

if TYPE_CHECKING:
    from harness.connections import HttpRequest
    from harness.link.link import Link

Message = dict[str, Any]
NO_ERROR_ID = "err_00000000-0000-4000-8000-000000000000"


class Call:
    """One exchange of the server, as the journal will have it; the faults that it met are in ``bites``."""

    status: int | None = None
    headers: Headers = ()
    is_cut = False

    def __init__(
        self, link: "Link", scope: Any, receive: Any, send: Any, *, number: int, facts: Facts, journal: Journal | None
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
        self._line = protocol.UvicornLine(self._send, self.receive)
        self._link.bitten.add(self)
        performed = Performed(head=bytearray(), body=bytearray())
        met = Met(has_bitten=[True] * len(taken))
        try:
            met = await meet(
                [one.waiting.rule.fault for one in taken],
                [self._told(one, request) for one in taken],
                world=self._link.world,
                ask_api=self._ask_api,
                line=self._line,
                performed=performed,
                is_kept=self._line.is_kept,
            )
            await self._perform(taken, met, performed)
        finally:
            self._link.bitten.discard(self)
            self._note(taken, met, performed)

    async def _perform(self, taken: Sequence[Taken], met: Met, performed: Performed) -> None:
        # A fault waits on before the client can know that this was no bite.
        for one, has_bitten in zip(taken, met.has_bitten, strict=True):
            if not has_bitten:
                self._link.rules.give_back(one.waiting, self.facts)
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

    def _told(self, taken: Taken, request: "HttpRequest") -> Asked:
        host = next((value.decode("latin-1") for name, value in request.headers if name == b"host"), "")
        return Asked(
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

    def _note(self, taken: Sequence[Taken], met: Met, performed: Performed) -> None:
        if not any(met.has_bitten):
            return
        is_closed = performed.end is End.CLOSE or (performed.end is None and not self._line.is_kept)
        written = bytes(performed.head + performed.body)
        received = read_answer(written, method=self._scope["method"], is_closed=is_closed)
        self.status = status_of(bytes(performed.head))
        told = met.reply.headers if met.reply is not None and self.status is not None else ()
        self.headers = received.headers or told
        self.sent = bytearray(received.body) if received.headers else performed.body
        bitten = [one.waiting.rule for one, has_bitten in zip(taken, met.has_bitten, strict=True) if has_bitten]
        self.bites = tuple(rule.name for rule in bitten)
        offset = len(performed.body) if self.status is not None else -1
        if self._journal is not None:
            for rule in bitten:
                self._journal.write(
                    Bite(
                        **self._journal.stamp(),
                        fault=rule.name,
                        route=self.facts.route,
                        request_number=self.number,
                        byte_offset=offset,
                        seed=rule.seed,
                    )
                )
        for watch in BITTEN:
            watch(
                Bitten(
                    fault=" + ".join(self.bites),
                    spoils=tuple(dict.fromkeys(part for rule in bitten for part in rule.fault.spoils)),
                    is_joint=len(bitten) > 1,
                    method=self._scope["method"],
                    route=self.facts.route,
                    version=self.facts.version,
                    status=self.status,
                    headers=self.headers,
                    body=bytes(self.sent),
                    flaw=received.flaw,
                    has_left=performed.has_left,
                )
            )

    async def _ask_api(self, asked: Asked) -> Reply:
        """Let the API work and keep its answer."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        given = iter([{"type": "http.request", "body": asked.body}])

        async def receive() -> Message:
            return next(given, None) or await self.receive()

        asks = {
            "method": asked.method,
            "path": _decoded(asked.path),
            "raw_path": asked.path.encode("latin-1"),
            "query_string": asked.query,
            "headers": list(asked.headers),
        }
        await self._link.app({**self._scope, **asks}, receive, collect)
        return Reply(status=start["status"], headers=tuple(start["headers"]), body=bytes(body))

    def _refusal(self, status: int, name: str, message: str) -> Reply:
        """An error in the shape that the asked endpoint documents."""
        version = self.facts.version
        found = find_route(self._scope["method"], self._scope["raw_path"].decode("latin-1"))
        problem = ApiProblem(status, name, message)
        if found.family == "data":
            given = simple_error(problem, NO_ERROR_ID)
        else:
            given = goa_error(problem, NO_ERROR_ID, has_flags=not (found.is_list and version == "v3"))
        head = (
            (b"x-fiskil-version", version.encode()),
            (b"content-type", given.content_type.encode()),
            (b"content-length", b"%d" % len(given.body)),
        )
        return Reply(status=status, headers=head, body=given.body)

    def _waits(self, seconds: int | None) -> Headers:
        """The headers that tell how long to wait. Source: errors.retry-after"""
        form = self._link.reading("errors.retry-after") if seconds is not None else "absent"
        if form == "absent" or seconds is None:
            return ()
        if form == "seconds":
            return ((b"retry-after", b"%d" % seconds),)
        # Dates have whole seconds: a second more, and nobody who obeys asks again too soon.
        now = real_now()
        until = now + timedelta(seconds=seconds + 1)
        return ((b"date", http_date(now)), (b"retry-after", http_date(until)))

    def cut(self) -> None:
        """Reset the connection because the scenario is over."""
        self.is_cut = True
        with contextlib.suppress(RuntimeError):
            self._line.reset()


def status_of(head: bytes) -> int | None:
    """The final status that the bytes of a head tell, if any."""
    for line in head.split(b"\r\n"):
        if line.startswith(b"HTTP/1.") and line[9:12].isdigit() and line[9:10] != b"1":
            return int(line[9:12])
    return None


def version_of(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """The API's version that a request asks for, or the newest."""
    asked = next((value.decode("latin-1") for name, value in headers if name == b"x-fiskil-version"), "")
    return asked if asked in VERSIONS else VERSIONS[-1]


def http_date(moment: datetime) -> bytes:
    """An instant as headers tell it."""
    return format_datetime(moment, usegmt=True).encode()


def _decoded(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)
