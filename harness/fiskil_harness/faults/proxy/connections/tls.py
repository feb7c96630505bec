"""TLS of our own under a connection that a fault has met: what its handshake comes to is seen, and told to the client.

Where a handshake fails, the event loop's TLS drops the alert, and the client sees no more than an end.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Any

from fiskil_harness.faults.proxy.connection_log import Meeting, Unmet

OLD_HELLOS = ("UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "NO_SHARED_CIPHER")
"""What a handshake comes to with a client that speaks no old version; nothing is heard of its hello then."""
ONE_READ = 65_536


class TlsLine(asyncio.Protocol):
    """A transport for *inner*, which has the connection when the handshake is over, and a protocol for the real one.

    *begun* is called with the first bytes that come, which need not be TLS.
    """

    def __init__(
        self, inner: Any, context: ssl.SSLContext, *, meeting: Meeting | Unmet, begun: Callable[[bytes], None]
    ) -> None:
        self._inner, self._context, self._meeting, self._begun = inner, context, meeting, begun
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._transport: Any = None
        self._has_begun = False
        self._is_open = False

    def connection_made(self, transport: Any) -> None:
        """Wait for the client's hello."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read what it says, or go on with the handshake."""
        if not self._has_begun:
            self._has_begun = True
            self._begun(data)
        self._incoming.write(data)
        try:
            if not self._is_open:
                self._tls.do_handshake()
                self._is_open = True
                self._inner.connection_made(self)
            self._read()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self._break_off(error.reason or "no TLS")
        self._flush()

    def _read(self) -> None:
        while not self._transport.is_closing():
            told = self._tls.read(ONE_READ)
            if not told:
                self._transport.close()
                return
            self._inner.data_received(told)

    def _break_off(self, reason: str) -> None:
        if not self._is_open and (self._meeting.has_received or reason in OLD_HELLOS):
            self._meeting.shows(f"no handshake: {reason}")
        self._flush()
        self._transport.close()

    def eof_received(self) -> None:
        """The client says no more, so neither do we."""

    def pause_writing(self) -> None:
        """Pass it on."""
        if self._is_open:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        if self._is_open:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on; a client that left after its hello has seen what the fault shows."""
        if self._is_open:
            self._inner.connection_lost(exc)
        elif self._meeting.has_received:
            self._meeting.shows("no handshake: the client left")
        self._meeting.ends()

    def write(self, data: bytes) -> None:
        """Write under TLS."""
        if not self._transport.is_closing():
            self._tls.write(data)
            self._flush()

    def close(self) -> None:
        """Say that this is the end, and close."""
        if self._is_open and not self._transport.is_closing():
            # The client has not said so as well, and nobody waits for that.
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._flush()
        self._transport.close()

    def release(self) -> None:
        """Nothing is held that would have to be let go."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of the connection."""
        known = {"sslcontext": self._context, "ssl_object": self._tls}
        return known[name] if name in known else self._transport.get_extra_info(name, default)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._outgoing.pending and not self._transport.is_closing():
            self._transport.write(self._outgoing.read())
