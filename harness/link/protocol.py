"""The HTTP protocol class that lets the link reach the transport under an exchange."""

import asyncio
import contextlib
import os
import socket
import struct
from typing import Any, ClassVar

from harness.connections import Connection

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class LinkProtocol(Connection):
    """A connection of ours, with the open transports listed by the client's address."""

    transports: ClassVar[dict[tuple[int, str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: Any) -> None:
        """List the transport."""
        super().connection_made(transport)
        self._key = _key(transport)
        if self._key is not None:
            self.transports[self._key] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the transport off the list."""
        if self._key is not None:
            self.transports.pop(self._key, None)
        super().connection_lost(exc)


def transport_of(scope: Any) -> asyncio.Transport | None:
    """The transport under an ASGI scope, while its connection is open."""
    client, server = scope.get("client"), scope.get("server")
    if not client or not server:
        return None
    return LinkProtocol.transports.get((server[1], client[0], client[1]))


def reset(transport: asyncio.Transport) -> None:
    """Close with RST: what the kernel has not sent is discarded."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # uvloop's stand-in has no setsockopt; options belong to the socket, so a duplicate descriptor sets them as well.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(sock.fileno())) as real:
            real.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def _key(transport: Any) -> tuple[int, str, int] | None:
    peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    return (own[1], peer[0], peer[1]) if peer and own else None
