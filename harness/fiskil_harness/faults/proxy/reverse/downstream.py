"""The side of a relay that a client speaks to: one connection, requests in their order, each with its entry in the journal.

A request without a fault goes on as it comes. Where faults wait it is held until it is whole, since who it is about may
stand in its body.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import httptools

from fiskil_harness.core.net.uvicorn_protocol import LARGEST_HEAD, HttpRequest
from fiskil_harness.faults.fault import Piece, Reply
from fiskil_harness.faults.proxy.entries import created_end_user, exchange_of
from fiskil_harness.faults.proxy.reverse.fast_path import unread_exchange_of
from fiskil_harness.faults.proxy.reverse.request import ParsedHeaders, Relayed, rest_for, target_of
from fiskil_harness.faults.proxy.reverse.upstream import ResponseParts, Upstream
from fiskil_harness.faults.proxy.serialise import acts_of
from fiskil_harness.faults.proxy.uvicorn_protocol import TURNS_TO_WRITE
from fiskil_harness.journal import Unreached, shortened

if TYPE_CHECKING:
    from fiskil_harness.faults.proxy.reverse.relay import Relay

LONGEST_REQUEST_HELD = 1_048_577
MOST_WAITING = 16
LONGEST_SILENCE_S = 60.0
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class RelayClient(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, relay: "Relay") -> None:
        self.relay = relay
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Relayed] = deque()
        self._current: Relayed | None = None
        self._coming: Relayed | None = None
        self._upstream: Upstream | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._look: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._heads_ended = 0
        self._is_in_head = False
        self._known: ParsedHeaders | None = None
        self._is_told_in_part = False
        self.left = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()

    # -- the connection

    def connection_made(self, transport: Any) -> None:
        """Take the connection up."""
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        self._peer = transport.get_extra_info("peername")
        self.relay.clients.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """The client is gone: nobody waits for what is still to come."""
        self.relay.clients.discard(self)
        self.left.set()
        self._may_write.set()
        if self._look is not None:
            self._look.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._upstream is not None:
            self._upstream.abort()
        self._waiting.clear()
        relayed = self._current
        if relayed is None:
            return
        if relayed.is_held:
            self.relay.bites.leave(relayed)
        else:
            self._note(relayed, self._told())

    def data_received(self, data: bytes) -> None:
        """Take requests in, or a part of one."""
        if self._known is not None and self._coming is None and self._current is None and not self._is_in_head:
            known = self._known.relayed(data, self._peer)
            if known is not None:
                self._begin(known)
                return
        if self.transport.is_closing():
            return
        self._heads_ended = 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(b"501 Not Implemented", "The relay speaks HTTP/1.1 only.")
            return
        except httptools.HttpParserError:
            self._refuse(b"400 Bad Request", "Invalid HTTP request received.")
            return
        if self._is_in_head:
            # The parser tells of a header when its end has come, so the bound is on bytes that came and ended nothing.
            self._head_bytes = 0 if self._heads_ended else self._head_bytes + len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(b"431 Request Header Fields Too Large", f"The head of a request may have {LARGEST_HEAD} bytes.")
        elif self._coming is not None:
            self._more(self._coming)
        elif self._heads_ended == 1 and data.startswith(b"GET /") and data.endswith(b"\r\n\r\n"):
            self._remember(data)

    def _remember(self, data: bytes) -> None:
        """Know the headers of a request that came alone and whole, and was an ordinary one."""
        relayed = self._latest
        is_ordinary = relayed.keeps and relayed.version == "1.1" and not relayed.is_chunked and not relayed.body.length
        if is_ordinary and data.count(b"\r\n\r\n") == 1:
            rest = rest_for(self._headers, self.relay.upstream_host)
            self._known = ParsedHeaders(data[data.index(b"\n") :], self._headers, rest)

    def pause_writing(self) -> None:
        """The client does not read as fast as the API answers."""
        self._may_write.clear()
        if self._upstream is not None:
            self._upstream.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._may_write.set()
        if self._upstream is not None:
            self._upstream.resume_reading()

    async def drain(self) -> None:
        """Wait until what was written is in the kernel's hands, the client does not read, or is gone."""
        for _ in range(TURNS_TO_WRITE):
            await asyncio.sleep(0)
        await self._may_write.wait()

    # -- what the parser tells

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url, self._expects = b"", False
        self._headers: list[tuple[bytes, bytes]] = []
        self._is_in_head, self._is_chunked = True, False

    def on_url(self, url: bytes) -> None:
        """The target, or a part of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        name = name.lower()
        if name == b"expect":
            self._expects = value.lower() == b"100-continue"
        elif name == b"transfer-encoding":
            self._is_chunked = True
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_in_head, self._head_bytes = False, 0
        self._heads_ended += 1
        parser, url = self._parser, self._url
        path, raw_path, query = target_of(url)
        request = HttpRequest(parser.get_method().decode("ascii"), path, raw_path, query, self._headers, b"", self._peer)
        # A target that names a host is asked of the API all the same: the relay leads nowhere else.
        target = url if url.startswith((b"/", b"*")) else raw_path.encode() + (b"?" + query if query else b"")
        relayed = Relayed(request, target, version=parser.get_http_version(), keeps=parser.should_keep_alive())
        relayed.is_chunked = self._is_chunked
        relayed.named = b"" if url.startswith(b"/") else url
        self._coming = self._latest = relayed

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._coming is not None:
            self._coming.take(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        relayed, self._coming = self._coming, None
        if relayed is None:
            return
        relayed.is_complete = True
        if relayed is self._current:
            self._send_more(relayed)
        elif self._current is None:
            self._begin(relayed)
        else:
            self._waiting.append(relayed)
            if len(self._waiting) == MOST_WAITING:
                self.transport.pause_reading()

    # -- one exchange after another

    def _more(self, relayed: Relayed) -> None:
        """A request is not whole yet: send on what is there of it, where it may go."""
        if self._expects:
            self._expects = False
            self.transport.write(CONTINUE)
        if relayed is self._current:
            self._send_more(relayed)
        elif self._current is not None:
            self.transport.pause_reading()
        elif not self.relay.is_waiting_for_bodies or relayed.body.length >= LONGEST_REQUEST_HELD:
            self._begin(relayed)

    def _begin(self, relayed: Relayed) -> None:
        self._current = relayed
        self._is_told_in_part = False
        request = relayed.request
        if relayed.is_complete:
            request.body = b"".join(relayed.unsent)
        taken = self.relay.begin_exchange(relayed)
        if relayed.refused is not None:
            self.finish(relayed, self.give(relayed, relayed.refused), keeps=relayed.keeps)
            return
        if taken:
            relayed.is_held = True
            self.relay.bites.begin(self, relayed, taken)
            return
        self.send_request(relayed, request, relayed.target)

    def send_request(self, relayed: Relayed, request: HttpRequest, target: bytes) -> None:
        """Send a request to the API, which may be another than the client's."""
        rest = relayed.rest or rest_for(request.headers, self.relay.upstream_host, is_chunked=relayed.is_chunked)
        if self.relay.guard is not None:
            self.relay.guard.passed += 1
        self._head = b"".join((request.method.encode(), b" ", target, rest))
        upstream = self._upstream
        if upstream is not None and upstream.is_usable:
            self._send(relayed, upstream)
        else:
            self._connecting = self.loop.create_task(self._connect(relayed))

    async def _connect(self, relayed: Relayed) -> None:
        upstream, trouble = await self.relay.connect(self)
        if relayed is not self._current or self.transport.is_closing():
            if upstream is not None:
                upstream.abort()
            return
        self._upstream = upstream
        if upstream is None:
            self.failed(relayed, trouble, is_unheard=False)
        else:
            self._send(relayed, upstream)

    def _send(self, relayed: Relayed, upstream: Upstream) -> None:
        has_body = relayed.unsent or relayed.is_chunked
        upstream.send_request(relayed, self._head + relayed.to_send() if has_body else self._head)
        if len(self._waiting) < MOST_WAITING:
            # Reading may have been paused while there was nobody to send on to.
            self.resume_reading()
        if self._look is None:
            self._look = self.loop.call_later(LONGEST_SILENCE_S, self._look_for_silence)

    def _send_more(self, relayed: Relayed) -> None:
        if self._upstream is None or not self._upstream.is_waiting(relayed):
            self.transport.pause_reading()
        elif relayed.unsent or (relayed.is_chunked and relayed.is_complete):
            self._upstream.write(relayed.to_send())

    def _look_for_silence(self) -> None:
        """An API that says nothing for a minute is given up, as a gateway does. One timer looks for every exchange."""
        upstream, relayed = self._upstream, self._current
        self._look = None
        if upstream is None or relayed is None or not upstream.is_waiting(relayed):
            return
        left_s = upstream.heard_at_s + LONGEST_SILENCE_S - self.loop.time()
        if left_s <= 0:
            upstream.abort()
            self.failed(relayed, f"no answer for {LONGEST_SILENCE_S:g} s", is_unheard=False, status=504)
        else:
            self._look = self.loop.call_later(left_s, self._look_for_silence)

    # -- what the API's side tells

    def write(self, data: bytes) -> None:
        """Pass bytes of an answer on."""
        self._is_told_in_part = True
        self.transport.write(data)

    def passed(self, relayed: Relayed, data: bytes, told: ResponseParts) -> None:
        """Pass a whole answer on."""
        self.transport.write(data)
        self.finish(relayed, told, keeps=True)

    def pause_reading(self) -> None:
        """Let the client wait, because the API does not read."""
        self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def complete(self, relayed: Relayed, reply: Reply | None, *, keeps: bool) -> None:
        """Give the answer where the client has not got it, and go on with the next request."""
        if relayed.is_held and reply is not None:
            self.relay.learn(relayed, reply.status, reply.headers, reply.body)
            self.relay.bites.give(relayed, reply)
        else:
            self.finish(relayed, self.give(relayed, reply) if reply is not None else self._told(), keeps=keeps)

    def give(self, relayed: Relayed, reply: Reply) -> ResponseParts:
        """Write an answer that is made here; what the journal has of it."""
        is_head = relayed.request.method == "HEAD"
        acts = acts_of(reply, is_head=is_head, is_kept=relayed.keeps)
        self.transport.write(b"".join(act.data for act in acts if isinstance(act, Piece)))
        return reply.status, reply.headers, b"" if is_head else shortened(reply.body)

    def failed(self, relayed: Relayed, what: str, *, is_unheard: bool, status: int = 502) -> None:
        """Ask once more where a kept connection was dead; else say so as a gateway does, or break off."""
        upstream = self._upstream
        if is_unheard and upstream is not None and upstream.answers and relayed.may_repeat:
            self._connecting = self.loop.create_task(self._connect(relayed))
            return
        if relayed.journal is not None:
            stamp, number = relayed.journal.stamp(), relayed.number
            relayed.journal.write(Unreached(**stamp, what=what, route=relayed.route, request_number=number))
        if self._is_told_in_part:
            self.finish(relayed, self._told(), keeps=False)
            return
        text = f"The relay got no answer from {self.relay.upstream_url}: {what}.\n".encode()
        reply = Reply(status=status, headers=((b"content-type", b"text/plain; charset=utf-8"),), body=b"").with_body(text)
        self.complete(relayed, reply, keeps=relayed.is_complete)

    def finish(self, relayed: Relayed, told: ResponseParts, *, keeps: bool) -> None:
        """Note an exchange that is over, and begin the next one of the connection."""
        self.relay.learn(relayed, *told)
        self._note(relayed, told)
        if not (keeps and relayed.keeps and relayed.is_complete):
            self.transport.close()
        elif self._waiting:
            # One after another in turns of the loop: a client that asks a thousand at once makes no tower of calls.
            self.loop.call_soon(self._next)
        elif self._coming is not None:
            self.transport.resume_reading()
            self._more(self._coming)

    def _next(self) -> None:
        if self._current is None and self._waiting and not self.transport.is_closing():
            self._begin(self._waiting.popleft())
            self.transport.resume_reading()

    def _told(self) -> ResponseParts:
        """What of an answer that passed the client has got."""
        upstream = self._upstream
        if not self._is_told_in_part or upstream is None:
            return None, (), b""
        return upstream.latest_response()

    def _note(self, relayed: Relayed, told: ResponseParts) -> None:
        self._current = None
        self.relay.end_exchange()
        journal = relayed.journal
        if journal is None:
            return
        request, (status, headers, body) = relayed.request, told
        request.body = relayed.body.kept()
        end_user_id = relayed.end_user_id or created_end_user(relayed.route, status, body)
        about = (relayed.number, relayed.route, end_user_id, relayed.is_stray)
        when = (relayed.begun_s, journal.elapsed_s(), relayed.step)
        make = exchange_of if not isinstance(headers, bytes) else unread_exchange_of
        journal.write_parts(make, when, request, about, (status, headers, shortened(body)), relayed.bites, relayed.is_cut)

    def _refuse(self, status: bytes, text: str) -> None:
        """Refuse what is no request; like a server, without an entry in the journal."""
        body = text.encode()
        head = b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        if self._current is None:
            self.transport.write(head % (status, len(body)) + body)
        self.transport.close()
