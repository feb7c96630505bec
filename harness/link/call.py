"""One exchange in the hands of a fault: what the ``Answer`` of ``harness.faults`` does to the connection and the API."""

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from harness.clock import real_now
from harness.faults.base import Forwarded
from harness.journal import Bite, Journal
from harness.link import protocol
from harness.link.rules import Rule, Waiting
from harness.link.watching import BITTEN, Bitten
from harness.sandbox.api.routes import find_route
from harness.sandbox.api.wire import goa_error, simple_error
from harness.sandbox.console import VERSIONS
from harness.sandbox.problems import ApiProblem

if TYPE_CHECKING:
    from harness.link.link import Link

Message = dict[str, Any]
LONGEST_STALL_S = 60.0
NO_ERROR_ID = "err_00000000-0000-4000-8000-000000000000"


class Call:
    """One exchange; the ``Answer`` that a fault acts through."""

    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    is_cut = False
    is_complete = False
    has_left = False
    is_spared = False

    def __init__(
        self, link: "Link", scope: Any, receive: Any, send: Any, *, number: int, route: str, journal: Journal | None
    ) -> None:
        self._link, self._scope, self.receive, self._send = link, scope, receive, send
        self.number, self._route, self._journal = number, route, journal
        self.sent = bytearray()

    async def watched_send(self, message: Message) -> None:
        """Pass a message of the API on, keeping a copy."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], tuple(message["headers"])
        else:
            self.sent += message.get("body", b"")
            self.is_complete = not message.get("more_body")
        await self._send(message)

    async def bitten_by(self, waiting: Waiting) -> None:
        """Let the fault act and record where it did; one that found nothing to spoil waits on."""
        self.loop = asyncio.get_running_loop()
        self._link.bitten.add(self)
        try:
            self._waiting = waiting
            await waiting.rule.fault.bite(self)
        finally:
            self._link.bitten.discard(self)
            if not self.is_spared:
                self._note_bite(waiting.rule)

    def _note_bite(self, rule: Rule) -> None:
        if self._journal is not None:
            offset = len(self.sent) if self.status is not None else -1
            self._journal.write(
                Bite(
                    **self._journal.stamp(),
                    fault=rule.name,
                    route=self._route,
                    request_number=self.number,
                    byte_offset=offset,
                )
            )
        self._tell_watchers(rule)

    def _tell_watchers(self, rule: Rule) -> None:
        for watch in BITTEN:
            watch(
                Bitten(
                    fault=rule.name,
                    spoils=rule.fault.spoils,
                    method=self._scope["method"],
                    route=self._route,
                    version=_version_of(self._scope),
                    status=self.status,
                    headers=self.headers,
                    body=bytes(self.sent),
                    is_complete=self.is_complete,
                    has_left=self.has_left,
                )
            )

    async def forward(self) -> Forwarded:
        """Let the API work and keep its answer."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._link.app(self._scope, self.receive, collect)
        return Forwarded(status=start["status"], headers=tuple(start["headers"]), body=bytes(body))

    async def send(self, status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
        """Send a whole answer."""
        await self.send_head(status, headers)
        await self._pass({"type": "http.response.body", "body": body})

    async def refuse(self, status: int, name: str, message: str, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Send an error in the shape that the asked endpoint documents, without the API's work."""
        version = _version_of(self._scope)
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
        await self.send(status, (*head, *headers), given.body)

    def waits(self, seconds: int | None) -> tuple[tuple[bytes, bytes], ...]:
        """The headers that tell how long to wait. Source: errors.retry-after"""
        form = self._link.reading("errors.retry-after") if seconds is not None else "absent"
        if form == "absent" or seconds is None:
            return ()
        if form == "seconds":
            return ((b"retry-after", b"%d" % seconds),)
        # Dates have whole seconds: a second more, and nobody who obeys asks again too soon.
        now = real_now()
        until = now + timedelta(seconds=seconds + 1)
        return ((b"date", _http_date(now)), (b"retry-after", _http_date(until)))

    async def send_head(self, status: int, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Send status and headers."""
        await self._pass({"type": "http.response.start", "status": status, "headers": list(headers)})

    async def send_part(self, body: bytes) -> None:
        """Send a piece of the body now."""
        if body:
            await self._pass({"type": "http.response.body", "body": body, "more_body": True})
        # uvloop writes at the end of the loop's turn; a reset before that would take these bytes along.
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def finish(self) -> None:
        """Say that the body is complete."""
        await self._pass({"type": "http.response.body", "body": b""})

    def reset(self) -> None:
        """Reset the connection."""
        transport = protocol.transport_of(self._scope)
        if transport is not None:
            protocol.reset(transport)

    def cut(self) -> None:
        """Reset the connection because the scenario is over."""
        self.is_cut = True
        self.reset()

    def close(self) -> None:
        """Close the connection after what was sent."""
        transport = protocol.transport_of(self._scope)
        if transport is not None:
            transport.close()

    async def stall(self) -> None:
        """Wait until the client goes away, at most a minute."""
        if not await self.leaves_within_s(LONGEST_STALL_S):
            self.reset()

    async def leaves_within_s(self, seconds: float) -> bool:
        """Let real time pass; True as soon as the client has gone away."""

        async def gone() -> None:
            while (await self.receive())["type"] != "http.disconnect":
                continue

        try:
            await asyncio.wait_for(gone(), seconds)
        except TimeoutError:
            return False
        self.has_left = True
        return True

    def expire_tokens(self) -> None:
        """Let every access token die."""
        self._link.expire_tokens()

    async def spare(self, forwarded: Forwarded) -> None:
        """Send the API's answer untouched; the fault waits on, and does so before the client can know."""
        self.is_spared = True
        self._link.rules.give_back(self._waiting)
        await self.send(forwarded.status, forwarded.headers, forwarded.body)

    async def _pass(self, message: Message) -> None:
        await self.watched_send(message)


def _version_of(scope: Any) -> str:
    asked = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-fiskil-version"), "")
    return asked if asked in VERSIONS else VERSIONS[-1]


def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()
