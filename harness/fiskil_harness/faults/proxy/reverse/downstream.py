"""The client side of the relay: one connection, its requests in order, each with an entry in the journal.

Normally a request is sent to the API as it arrives. While a guard or a fault is set, a request is held until it is complete,
because its body may contain the id of the end user.
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
from fiskil_harness.journal import ApiUnreachable, shortened

if TYPE_CHECKING:
    from fiskil_harness.faults.proxy.reverse.relay import Relay

LONGEST_REQUEST_HELD = 1_048_577
MOST_WAITING = 16
LONGEST_SILENCE_S = 60.0
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class RelayClient(asyncio.Protocol):
    """One client's connection to the relay."""

    def __init__(self, relay: "Relay") -> None:
        self.relay = relay
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Relayed] = deque()
        self._current: Relayed | None = None
        self._incoming: Relayed | None = None
        self._upstream: Upstream | None = None
        self._connect_task: asyncio.Task[None] | None = None
        self._silence_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._heads_ended = 0
        self._is_in_head = False
        self._parsed_headers: ParsedHeaders | None = None
        self._is_partly_sent = False
        self.left = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()

    # -- the connection

    def connection_made(self, transport: Any) -> None:
        """Start to serve the connection."""
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        self._peer = transport.get_extra_info("peername")
        self.relay.clients.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Stop everything that was in progress for the client."""
        self.relay.clients.discard(self)
        self.left.set()
        self._may_write.set()
        if self._silence_timer is not None:
            self._silence_timer.cancel()
        if self._connect_task is not None:
            self._connect_task.cancel()
        if self._upstream is not None:
            self._upstream.abort()
        self._waiting.clear()
        relayed = self._current
        if relayed is None:
            return
        if relayed.is_held:
            self.relay.bites.leave(relayed)
        else:
            self._note(relayed, self._sent_parts())

    def data_received(self, data: bytes) -> None:
        """Parse complete or partial requests."""
        if self._parsed_headers is not None and self._incoming is None and self._current is None and not self._is_in_head:
            relayed = self._parsed_headers.relayed(data, self._peer)
            if relayed is not None:
                self._begin(relayed)
                return
        if self.transport.is_closing():
            return
        self._heads_ended = 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(b"501 Not Implemented", "The relay supports HTTP/1.1 only.")
            return
        except httptools.HttpParserError:
            self._refuse(b"400 Bad Request", "Invalid HTTP request received.")
            return
        if self._is_in_head:
            # The limit is on the bytes that arrived without completing a head.
            self._head_bytes = 0 if self._heads_ended else self._head_bytes + len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(
                    b"431 Request Header Fields Too Large", f"The head of a request may have {LARGEST_HEAD} bytes at most."
                )
        elif self._incoming is not None:
            self._more(self._incoming)
        elif self._heads_ended == 1 and data.startswith(b"GET /") and data.endswith(b"\r\n\r\n"):
            self._remember(data)

    def _remember(self, data: bytes) -> None:
        """Remember the headers of an ordinary, complete request, so that equal headers need not be parsed again."""
        relayed = self._latest
        is_ordinary = relayed.keeps and relayed.version == "1.1" and not relayed.is_chunked and not relayed.body.length
        if is_ordinary and data.count(b"\r\n\r\n") == 1:
            rest = rest_for(self._headers, self.relay.upstream_host)
            self._parsed_headers = ParsedHeaders(data[data.index(b"\n") :], self._headers, rest)

    def pause_writing(self) -> None:
        """Stop reading from the API, because the client reads more slowly."""
        self._may_write.clear()
        if self._upstream is not None:
            self._upstream.pause_reading()

    def resume_writing(self) -> None:
        """Read from the API again."""
        self._may_write.set()
        if self._upstream is not None:
            self._upstream.resume_reading()

    async def drain(self) -> None:
        """Let the event loop send the written bytes; wait while its buffer is full, unless the client has left."""
        for _ in range(TURNS_TO_WRITE):
            await asyncio.sleep(0)
        await self._may_write.wait()

    # -- events of the parser

    def on_message_begin(self) -> None:
        """Start a request."""
        self._url, self._expects = b"", False
        self._headers: list[tuple[bytes, bytes]] = []
        self._is_in_head, self._is_chunked = True, False

    def on_url(self, url: bytes) -> None:
        """Add *url*, the request target or a part of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add one header."""
        name = name.lower()
        if name == b"expect":
            self._expects = value.lower() == b"100-continue"
        elif name == b"transfer-encoding":
            self._is_chunked = True
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Build the exchange from the complete head."""
        self._is_in_head, self._head_bytes = False, 0
        self._heads_ended += 1
        parser, url = self._parser, self._url
        path, raw_path, query = target_of(url)
        request = HttpRequest(parser.get_method().decode("ascii"), path, raw_path, query, self._headers, b"", self._peer)
        # A target that names a host is sent to the API too: the relay has no other upstream.
        target = url if url.startswith((b"/", b"*")) else raw_path.encode() + (b"?" + query if query else b"")
        relayed = Relayed(request, target, version=parser.get_http_version(), keeps=parser.should_keep_alive())
        relayed.is_chunked = self._is_chunked
        relayed.named = b"" if url.startswith(b"/") else url
        self._incoming = self._latest = relayed

    def on_body(self, body: bytes) -> None:
        """Add a piece of the body."""
        if self._incoming is not None:
            self._incoming.take(body)

    def on_message_complete(self) -> None:
        """Send the complete request to the API, or queue it behind earlier requests."""
        relayed, self._incoming = self._incoming, None
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
        """Send the received part of an incomplete request to the API, if the request need not be held."""
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
        self._is_partly_sent = False
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
        """Send *request* to the API; a fault may have changed it from the client's request."""
        rest = relayed.rest or rest_for(request.headers, self.relay.upstream_host, is_chunked=relayed.is_chunked)
        if self.relay.guard is not None:
            self.relay.guard.passed += 1
        self._head = b"".join((request.method.encode(), b" ", target, rest))
        upstream = self._upstream
        if upstream is not None and upstream.is_usable:
            self._send(relayed, upstream)
        else:
            self._connect_task = self.loop.create_task(self._connect(relayed))

    async def _connect(self, relayed: Relayed) -> None:
        upstream, reason = await self.relay.connect(self)
        if relayed is not self._current or self.transport.is_closing():
            if upstream is not None:
                upstream.abort()
            return
        self._upstream = upstream
        if upstream is None:
            self.failed(relayed, reason, is_unheard=False)
        else:
            self._send(relayed, upstream)

    def _send(self, relayed: Relayed, upstream: Upstream) -> None:
        has_body = relayed.unsent or relayed.is_chunked
        upstream.send_request(relayed, self._head + relayed.to_send() if has_body else self._head)
        if len(self._waiting) < MOST_WAITING:
            # Reading may have been paused while there was no upstream.
            self.resume_reading()
        if self._silence_timer is None:
            self._silence_timer = self.loop.call_later(LONGEST_SILENCE_S, self._check_silence)

    def _send_more(self, relayed: Relayed) -> None:
        if self._upstream is None or not self._upstream.is_waiting(relayed):
            self.transport.pause_reading()
        elif relayed.unsent or (relayed.is_chunked and relayed.is_complete):
            self._upstream.write(relayed.to_send())

    def _check_silence(self) -> None:
        """Respond 504, as a gateway does, if the API has been silent for a minute; otherwise check again later."""
        upstream, relayed = self._upstream, self._current
        self._silence_timer = None
        if upstream is None or relayed is None or not upstream.is_waiting(relayed):
            return
        left_s = upstream.last_received_s + LONGEST_SILENCE_S - self.loop.time()
        if left_s <= 0:
            upstream.abort()
            self.failed(relayed, f"no response for {LONGEST_SILENCE_S:g} s", is_unheard=False, status=504)
        else:
            self._silence_timer = self.loop.call_later(left_s, self._check_silence)

    # -- events of the API side

    def write(self, data: bytes) -> None:
        """Send bytes of a response to the client."""
        self._is_partly_sent = True
        self.transport.write(data)

    def passed(self, relayed: Relayed, data: bytes, parts: ResponseParts) -> None:
        """Send a complete response to the client."""
        self.transport.write(data)
        self.finish(relayed, parts, keeps=True)

    def pause_reading(self) -> None:
        """Stop reading from the client, because the API does not read."""
        self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read from the client again."""
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def complete(self, relayed: Relayed, reply: Reply | None, *, keeps: bool) -> None:
        """Send *reply*, or pass it to the faults that hold the exchange; None means that the client already has it."""
        if relayed.is_held and reply is not None:
            self.relay.remember_token(relayed, reply.status, reply.headers, reply.body)
            self.relay.bites.give(relayed, reply)
        else:
            self.finish(relayed, self.give(relayed, reply) if reply is not None else self._sent_parts(), keeps=keeps)

    def give(self, relayed: Relayed, reply: Reply) -> ResponseParts:
        """Send *reply* to the client, and return its parts for the journal."""
        is_head = relayed.request.method == "HEAD"
        acts = acts_of(reply, is_head=is_head, is_kept=relayed.keeps)
        self.transport.write(b"".join(act.data for act in acts if isinstance(act, Piece)))
        return reply.status, reply.headers, b"" if is_head else shortened(reply.body)

    def failed(self, relayed: Relayed, reason: str, *, is_unheard: bool, status: int = 502) -> None:
        """Repeat the request if a kept-alive connection was dead; otherwise respond with an error or close."""
        upstream = self._upstream
        if is_unheard and upstream is not None and upstream.response_count and relayed.may_repeat:
            self._connect_task = self.loop.create_task(self._connect(relayed))
            return
        if relayed.journal is not None:
            stamp, number = relayed.journal.stamp(), relayed.number
            relayed.journal.write(ApiUnreachable(**stamp, reason=reason, route=relayed.route, request_number=number))
        if self._is_partly_sent:
            self.finish(relayed, self._sent_parts(), keeps=False)
            return
        text = f"The relay got no response from {self.relay.upstream_url}: {reason}.\n".encode()
        reply = Reply(status=status, headers=((b"content-type", b"text/plain; charset=utf-8"),), body=b"").with_body(text)
        self.complete(relayed, reply, keeps=relayed.is_complete)

    def finish(self, relayed: Relayed, parts: ResponseParts, *, keeps: bool) -> None:
        """Record a finished exchange, and start the next exchange of the connection."""
        self.relay.remember_token(relayed, *parts)
        self._note(relayed, parts)
        if not (keeps and relayed.keeps and relayed.is_complete):
            self.transport.close()
        elif self._waiting:
            # Start the next exchange in a new turn of the loop, so that a thousand pipelined requests do not nest calls.
            self.loop.call_soon(self._next)
        elif self._incoming is not None:
            self.transport.resume_reading()
            self._more(self._incoming)

    def _next(self) -> None:
        if self._current is None and self._waiting and not self.transport.is_closing():
            self._begin(self._waiting.popleft())
            self.transport.resume_reading()

    def _sent_parts(self) -> ResponseParts:
        """Return the parts of a response that the client has received, for the journal."""
        upstream = self._upstream
        if not self._is_partly_sent or upstream is None:
            return None, (), b""
        return upstream.latest_response()

    def _note(self, relayed: Relayed, parts: ResponseParts) -> None:
        self._current = None
        self.relay.end_exchange()
        journal = relayed.journal
        if journal is None:
            return
        request, (status, headers, body) = relayed.request, parts
        request.body = relayed.body.recorded()
        end_user_id = relayed.end_user_id or created_end_user(relayed.route, status, body)
        about = (relayed.number, relayed.route, end_user_id, relayed.is_of_earlier_scenario)
        when = (relayed.begun_s, journal.elapsed_s(), relayed.step)
        make = exchange_of if not isinstance(headers, bytes) else unread_exchange_of
        journal.write_deferred(make, when, request, about, (status, headers, shortened(body)), relayed.bites, relayed.is_cut)

    def _refuse(self, status: bytes, text: str) -> None:
        """Respond with an error to input that is not a valid request, and close; the journal gets no entry."""
        body = text.encode()
        head = b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        if self._current is None:
            self.transport.write(head % (status, len(body)) + body)
        self.transport.close()
