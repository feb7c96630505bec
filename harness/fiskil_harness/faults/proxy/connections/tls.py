"""The TLS layer of the acceptor: it observes the result of a handshake, and sends the alert of a failure to the client.

The event loop's TLS discards the alert when a handshake fails, and the client only sees the connection end.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Any

from fiskil_harness.faults.proxy.connection_log import FaultedConnection, PlainConnection

EARLY_FAILURES = ("UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "NO_SHARED_CIPHER")
"""Reasons of handshakes that fail before the callback for the hello runs, because the client supports no old TLS version."""
ONE_READ = 65_536


class TlsLine(asyncio.Protocol):
    """A layer that is the transport for *inner* after the TLS handshake, and the protocol for the real transport.

    Args:
        inner: The protocol above TLS.
        context: The TLS context of the server.
        record: Records the outcome: a bite, or no bite.
        on_first_bytes: Called with the first bytes that arrive, which may not be TLS.
    """

    def __init__(
        self,
        inner: Any,
        context: ssl.SSLContext,
        *,
        record: FaultedConnection | PlainConnection,
        on_first_bytes: Callable[[bytes], None],
    ) -> None:
        self._inner, self._context, self._record, self._on_first_bytes = inner, context, record, on_first_bytes
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._transport: Any = None
        self._has_received = False
        self._is_open = False

    def connection_made(self, transport: Any) -> None:
        """Wait for the client's hello."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Decrypt *data*, or continue the handshake."""
        if not self._has_received:
            self._has_received = True
            self._on_first_bytes(data)
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
            data = self._tls.read(ONE_READ)
            if not data:
                self._transport.close()
                return
            self._inner.data_received(data)

    def _break_off(self, reason: str) -> None:
        if not self._is_open and (self._record.has_received or reason in EARLY_FAILURES):
            self._record.note_bite(f"no handshake: {reason}")
        self._flush()
        self._transport.close()

    def eof_received(self) -> None:
        """Return None, so that the event loop closes our side too."""

    def pause_writing(self) -> None:
        """Pass the event to *inner* if the handshake is complete."""
        if self._is_open:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass the event to *inner* if the handshake is complete."""
        if self._is_open:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass the event to *inner*; a client that leaves between hello and handshake has met the fault."""
        if self._is_open:
            self._inner.connection_lost(exc)
        elif self._record.has_received:
            self._record.note_bite("no handshake: the client left")
        self._record.end()

    def write(self, data: bytes) -> None:
        """Encrypt and write *data*."""
        if not self._transport.is_closing():
            self._tls.write(data)
            self._flush()

    def close(self) -> None:
        """Send a close_notify, and close."""
        if self._is_open and not self._transport.is_closing():
            # Do not wait for the client's close_notify: unwrap raises because it is missing.
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._flush()
        self._transport.close()

    def release(self) -> None:
        """Do nothing: this layer holds nothing back."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return a property of this TLS layer or of the transport."""
        own_values = {"sslcontext": self._context, "ssl_object": self._tls}
        return own_values[name] if name in own_values else self._transport.get_extra_info(name, default)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._outgoing.pending and not self._transport.is_closing():
            self._transport.write(self._outgoing.read())
