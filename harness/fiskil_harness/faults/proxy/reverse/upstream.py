"""The API side of a relay: one connection to the hosted API, one request at a time, and the responses to them.

Bytes of a response go to the client unchanged, with their framing. Three kinds of responses are held until they are
complete: JSON, because its links may need rewriting, redirects, and responses that a fault will spoil.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import httptools

from fiskil_harness.core.net.uvicorn_protocol import LARGEST_HEAD
from fiskil_harness.faults.fault import Reply
from fiskil_harness.faults.proxy.reverse.fast_path import is_ordinary, plain
from fiskil_harness.faults.proxy.reverse.request import BETWEEN_TWO, Relayed, named_by_connection
from fiskil_harness.faults.proxy.reverse.url_rewriting import Rewriting
from fiskil_harness.journal import BodyRecorder

LONGEST_HELD = 10_485_760
BODILESS = frozenset({204, 304})
FRAME = frozenset({b"content-length", b"transfer-encoding"})


ResponseParts = tuple[int | None, Sequence[tuple[bytes, bytes]] | bytes, bytes]
"""Status, headers and body of a response for the journal; unparsed headers are bytes."""


class Caller(Protocol):
    """Interface of the client side of the relay, which receives responses."""

    def write(self, data: bytes) -> None:
        """Send bytes of a response to the client."""

    def passed(self, relayed: Relayed, data: bytes, parts: ResponseParts) -> None:
        """Send a complete response to the client."""

    def complete(self, relayed: Relayed, reply: Reply | None, *, keeps: bool) -> None:
        """Note that the response is complete; if *reply* is None, the client has the response already."""

    def failed(self, relayed: Relayed, reason: str, *, is_unheard: bool) -> None:
        """Note that no complete response will arrive; *is_unheard* means that no byte arrived."""

    def pause_reading(self) -> None:
        """Stop reading from the client."""

    def resume_reading(self) -> None:
        """Read from the client again."""


class Upstream(asyncio.Protocol):
    """One connection to the hosted API; ``is_usable`` is True if it can send another request."""

    def __init__(self, caller: Caller, rewriting: Rewriting) -> None:
        self._caller, self._rewriting = caller, rewriting
        self._transport: Any = None
        self._parser = httptools.HttpResponseParser(self)
        self._relayed: Relayed | None = None
        self.is_usable = False
        self.response_count = 0
        self.last_received_s = 0.0

    _is_passing = _is_whole = _has_surplus = False

    def connection_made(self, transport: Any) -> None:
        """Mark the connection as usable."""
        self._transport = transport
        self._time = asyncio.get_running_loop().time
        self.is_usable = True

    def send_request(self, relayed: Relayed, data: bytes) -> None:
        """Send a request, or its beginning."""
        self._relayed = relayed
        self.status: int | None = None
        self._has_received = False
        self.last_received_s = self._time()
        self._transport.write(data)

    def is_waiting(self, relayed: Relayed) -> bool:
        """Return True if this exchange's request has been sent and its response has not ended."""
        return self._relayed is relayed

    def write(self, data: bytes) -> None:
        """Send more of the request."""
        self._transport.write(data)

    def abort(self) -> None:
        """Close the connection, and ignore what it would still receive."""
        self._relayed, self.is_usable = None, False
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """Stop reading from the client, because the API reads more slowly."""
        self._caller.pause_reading()

    def resume_writing(self) -> None:
        """Read from the client again."""
        self._caller.resume_reading()

    def pause_reading(self) -> None:
        """Stop reading from the API, because the client does not read."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read from the API again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Parse a response as far as necessary, and forward it to the client or hold it."""
        if self._relayed is None:
            # Unrequested bytes must not become the response to a later request.
            self.abort()
            return
        self.last_received_s = self._time()
        if not self._has_received:
            if self._passes_at_once(data):
                return
            self._begin()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail("the API requested another protocol")
            return
        except httptools.HttpParserError:
            if not self._is_whole:
                self._fail("the API's response is not HTTP")
                return
            self._has_surplus = True
        self._raw.append(data)
        if self._is_whole:
            self._end()
        elif self._is_passing:
            self._pass()
        else:
            self._raw_length += len(data)
            if self._raw_length > (LARGEST_HEAD if self.status is None else LONGEST_HELD):
                self._fail("the response is too long to be rewritten")

    def _passes_at_once(self, data: bytes) -> bool:
        """Forward *data* to the client and return True if it is a complete ordinary response with nothing to rewrite.

        Most responses are, and this check is cheaper than parsing.
        """
        relayed = self._relayed
        end = data.find(b"\r\n\r\n")
        if relayed is None or relayed.is_held or end < 0 or relayed.request.method == "HEAD":
            return False
        if data.find(self._rewriting.needle) >= 0 or (self._rewriting.keeps_home and data[9:10] == b"3"):
            return False
        head = data[: end + 2]
        if not is_ordinary(head, len(data) - end - 4):
            return False
        self._relayed = None
        self.response_count += 1
        self._caller.passed(relayed, data, (int(data[9:12]), head, data[end + 4 :]))
        return True

    def _begin(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self._keeping = BodyRecorder()
        self._reason = b""
        self._raw: list[bytes] = []
        self._body: list[bytes] = []
        self._raw_length = 0
        self._is_passing = self._is_whole = self._has_surplus = False
        self._has_received = True

    def latest_response(self) -> ResponseParts:
        """Return status, headers and body of the latest response that was parsed, as the journal records them."""
        return self.status, self.headers, self._keeping.recorded()

    def connection_lost(self, exc: Exception | None) -> None:
        """Notify the client side if it waits; a response without a length is complete now."""
        self.is_usable = False
        relayed = self._relayed
        if relayed is None:
            return
        if self.status is not None and exc is None and not FRAME.intersection(name for name, _ in self.headers):
            self._is_whole, self._keeps = True, False
            self._end()
        elif self.status is None:
            self._fail("connection reset" if exc is not None else "the connection ended without a response")
        else:
            self._fail("the connection was reset during the response" if exc is not None else "the response is incomplete")

    # -- events of the parser

    def on_message_begin(self) -> None:
        """Start a response, or note surplus bytes after it."""
        self._has_surplus |= self._is_whole
        if not self._is_whole:
            self.headers, self._reason = [], b""

    def on_status(self, reason: bytes) -> None:
        """Add the reason phrase, or a part of it."""
        if not self._is_whole:
            self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add one header."""
        if not self._is_whole:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Decide if the body is forwarded as it arrives, or held until it is complete."""
        status = self._parser.get_status_code()
        relayed = self._relayed
        if self._is_whole or status < 200 or relayed is None:
            return
        self.status = status
        if relayed.request.method == "HEAD":
            # The parser would wait for the announced body, which never arrives.
            self._is_whole, self._keeps = True, self._parser.should_keep_alive()
            self._parser = httptools.HttpResponseParser(self)
            return
        self._is_passing = not (relayed.is_held or self._may_have_links(relayed))

    def on_body(self, body: bytes) -> None:
        """Add a piece of the body."""
        if self._is_whole:
            self._has_surplus = True
        elif self._is_passing:
            self._keeping.add(body)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Note that the response is complete, unless it was an interim one."""
        if self.status is not None and not self._is_whole:
            self._is_whole, self._keeps = True, self._parser.should_keep_alive()

    # -- end of a response

    def _may_have_links(self, relayed: Relayed) -> bool:
        is_json = is_redirect = is_chunked = False
        for name, value in self.headers:
            if name == b"content-type":
                is_json = b"json" in value or b"goa" in value
            elif name == b"location":
                is_redirect = True
            elif name == b"transfer-encoding":
                is_chunked = True
        return is_json or is_redirect or (is_chunked and relayed.version == "1.0")

    def _pass(self) -> None:
        data = self._raw[0] if len(self._raw) == 1 else b"".join(self._raw)
        self._raw = []
        self._caller.write(data)

    def _end(self) -> None:
        relayed, self._relayed = self._relayed, None
        assert relayed is not None
        self.response_count += 1
        keeps = self._keeps and not self._has_surplus
        self.is_usable = keeps and self.is_usable
        if not self._is_passing:
            reply = self._changed(relayed)
            if reply is None:
                self._pass()
                self._keeping.add(self._whole_body)
            self._caller.complete(relayed, reply, keeps=keeps or reply is not None)
        else:
            self._pass()
            self._caller.complete(relayed, None, keeps=keeps)
        if not self.is_usable and self._transport is not None:
            self._transport.close()

    def _changed(self, relayed: Relayed) -> Reply | None:
        """Return the response that is sent in place of the received response; None if the latter is sent unchanged."""
        body = self._whole_body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        plain_body, plain_headers = plain(self.headers, body)
        rewritten = self._rewriting.body(plain_body) if body else body
        if rewritten is plain_body:
            # Nothing to rewrite, so a compressed body stays compressed.
            rewritten, plain_headers = body, self.headers
        headers = self._rewriting.headers(plain_headers)
        is_kept = rewritten is body and headers == self.headers and not self._has_surplus
        is_understood = relayed.version != "1.0" or not any(name == b"transfer-encoding" for name, _ in headers)
        if is_kept and is_understood and not relayed.is_held:
            return None
        assert self.status is not None
        omitted = BETWEEN_TWO | FRAME | named_by_connection(headers)
        kept_headers = tuple(pair for pair in headers if pair[0] not in omitted)
        reply = Reply(status=self.status, headers=kept_headers, body=rewritten)
        if relayed.request.method == "HEAD" or self.status in BODILESS:
            length = next((value for name, value in headers if name == b"content-length"), None)
            return reply.with_header(b"content-length", length)
        return reply.with_body(rewritten)

    def _fail(self, reason: str) -> None:
        relayed, is_unheard = self._relayed, not self._has_received
        self.abort()
        if relayed is not None:
            self._caller.failed(relayed, reason, is_unheard=is_unheard)
