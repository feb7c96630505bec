"""The link: ASGI around the API, recording each exchange and handing matched ones to their fault.

An exchange that no fault matches passes untouched; its bytes are copied for the journal and nothing else happens to it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from harness.clock import real_now, stopwatch
from harness.faults.base import Forwarded
from harness.journal import Bite, Exchange, Journal, kept
from harness.link import protocol
from harness.link.rules import Rule, Rules, Waiting
from harness.link.watching import BITTEN, Bitten
from harness.readings import Ask, Readings
from harness.sandbox.api.routes import find_route
from harness.sandbox.api.wire import goa_error, simple_error
from harness.sandbox.console import VERSIONS
from harness.sandbox.problems import ApiProblem

Message = dict[str, Any]
LONGEST_STALL_S = 60.0
BODY_READ_AHEAD = 1_048_577
NO_ERROR_ID = "err_00000000-0000-4000-8000-000000000000"


class Link:
    """Wraps an ASGI application; ``journal`` is where exchanges go while a scenario runs."""

    def __init__(
        self,
        app: Any,
        *,
        route_of: Callable[[str, str], str],
        expire_tokens: Callable[[], object] = lambda: None,
        reading: Ask | None = None,
    ) -> None:
        """Wrap *app*; *route_of* names a request, *expire_tokens* is what the fault of that name calls.

        *reading* tells which reading of a doubtful clause rules (default: the best supported).
        """
        self._app = app
        self._route_of = route_of
        self.expire_tokens = expire_tokens
        self.reading = reading or Readings().of
        self.rules = Rules()
        self.journal: Journal | None = None
        self.is_stray: Callable[[str], bool] = lambda _end_user_id: False
        self.open_requests = 0
        self._bitten: set[_Call] = set()
        self._since_last = stopwatch()
        self._since_last_nameless = stopwatch()
        self._number = 0

    def begin(self, journal: Journal, *, is_stray: Callable[[str], bool]) -> None:
        """Record into *journal* from now on; calls for which *is_stray* holds are marked."""
        self._number = 0
        self.is_stray = is_stray
        self.journal = journal

    def end(self) -> None:
        """Stop recording, lift every fault, and drop the connections that one still holds."""
        self.journal = None
        self.rules.clear()
        for call in tuple(self._bitten):
            call.loop.call_soon_threadsafe(call.cut)

    def quiet_s(self) -> float:
        """Real seconds since the app's latest request ended; 0 while one is open."""
        return 0.0 if self.open_requests else self._since_last()

    def nameless_quiet_s(self) -> float:
        """Real seconds since the latest request that was about no end user."""
        return self._since_last_nameless()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request of the server, as an ASGI application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.open_requests += 1
        try:
            await self._exchange(scope, receive, send)
        finally:
            self.open_requests -= 1
            self._since_last = stopwatch()

    async def _exchange(self, scope: Any, receive: Any, send: Any) -> None:
        journal = self.journal
        self._number += 1
        first, body = await _read_ahead(receive)
        route = self._route_of(scope["method"], scope["path"])
        end_user_id = _end_user_of(scope, body)
        is_stray = self.is_stray(end_user_id)
        if not end_user_id:
            self._since_last_nameless = stopwatch()
        call = _Call(self, scope, _replay(first, receive), send, number=self._number, route=route, journal=journal)
        begun_s, step = (journal.elapsed_s(), journal.step) if journal else (0.0, -1)
        waiting = None if is_stray else self.rules.take(route)
        try:
            if waiting is None:
                await self._app(scope, call.receive, call.watched_send)
            else:
                await call.bitten_by(waiting)
        finally:
            if journal is not None:
                journal.write_parts(
                    _exchange_of,
                    (begun_s, journal.elapsed_s(), step),
                    (scope["method"], scope["path"], scope["query_string"], scope["headers"], scope.get("client")),
                    (call.number, route, end_user_id or call.created_end_user(), is_stray),
                    kept(body),
                    (call.status, call.headers, kept(bytes(call.sent))),
                    (waiting.rule.name,) if waiting and not call.is_spared else (),
                    call.is_cut,
                )


def _exchange_of(
    when: tuple[float, float, int],
    asked: tuple[str, str, bytes, Any, Any],
    about: tuple[int, str, str, bool],
    body: bytes,
    answered: tuple[int | None, Any, bytes],
    bites: tuple[str, ...],
    is_cut: bool,
) -> Exchange:
    begun_s, ended_s, step = when
    method, path, query, headers, client = asked
    number, route, end_user_id, is_stray = about
    status, answer_headers, answer = answered
    return Exchange(
        at_s=begun_s,
        step=step,
        number=number,
        route=route,
        method=method,
        path=path,
        query=query.decode("latin-1"),
        end_user_id=end_user_id,
        is_stray=is_stray,
        request_headers=_texts(headers),
        request_body=body,
        status=status,
        response_headers=_texts(answer_headers),
        response_body=answer,
        ended_s=ended_s,
        bites=bites,
        connection=client[1] if client else 0,
        is_cut=is_cut,
    )


class _Call:
    """One exchange; the ``Answer`` that a fault acts through."""

    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    is_cut = False
    is_complete = False
    has_left = False
    is_spared = False

    def __init__(
        self, link: Link, scope: Any, receive: Any, send: Any, *, number: int, route: str, journal: Journal | None
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
        self._link._bitten.add(self)
        try:
            self._waiting = waiting
            await waiting.rule.fault.bite(self)
        finally:
            self._link._bitten.discard(self)
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

        await self._link._app(self._scope, self.receive, collect)
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

    def created_end_user(self) -> str:
        """The end user that this exchange created, if it did."""
        if self._route != "end_users.create" or self.status != 200:
            return ""
        try:
            return str(msgspec.json.decode(bytes(self.sent))["end_user_id"])
        except (msgspec.DecodeError, KeyError, TypeError):
            return ""

    async def _pass(self, message: Message) -> None:
        await self.watched_send(message)


async def _read_ahead(receive: Any) -> tuple[list[Message], bytes]:
    """Read the request body, up to what any documented request needs."""
    message = await receive()
    if message["type"] != "http.request" or not message.get("more_body"):
        return [message], message.get("body", b"")
    messages = [message]
    body = bytearray(message.get("body", b""))
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body") or len(body) > BODY_READ_AHEAD:
            return messages, bytes(body)


def _replay(messages: list[Message], receive: Any) -> Any:
    left = list(messages)

    async def next_message() -> Message:
        if left:
            return left.pop(0)
        message: Message = await receive()
        return message

    return next_message


def _end_user_of(scope: Any, body: bytes) -> str:
    for pair in reversed(scope["query_string"].decode("latin-1").split("&")):
        name, _, value = pair.partition("=")
        if value and unquote_plus(name) == "end_user_id":
            return unquote_plus(value)
    path = "/v1/" + scope["path"].removeprefix("/v1").lstrip("/")
    head, _, rest = path.partition("/v1/end-users/")
    if not head and rest:
        return str(rest)
    if path == "/v1/auth/session":
        try:
            found = msgspec.json.decode(body)
            return str(found.get("end_user_id", "")) if isinstance(found, dict) else ""
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
    return ""


def _version_of(scope: Any) -> str:
    asked = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-fiskil-version"), "")
    return asked if asked in VERSIONS else VERSIONS[-1]


def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()


def _texts(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])
