"""A receiver with the least possible cost: it reads complete requests, responds 204, and checks nothing.

python benchmarks/sink.py PORT
"""

import asyncio
import sys
from typing import Any

RESPONSE = b"HTTP/1.1 204 No Content\r\n\r\n"
READY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    """One connection. A request that arrives in one piece, as almost all do, is not copied."""

    def __init__(self) -> None:
        self._incomplete = b""

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to each complete request."""
        if self._incomplete:
            data = self._incomplete + data
        while data:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                break
            head = data[:end].lower()
            at = head.find(b"content-length:")
            whole = end + 4 + (int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0)
            if len(data) < whole:
                break
            if data.startswith(b"GET"):
                self._transport.write(READY)
                self._transport.close()
                return
            self._transport.write(RESPONSE)
            data = data[whole:]
        self._incomplete = data


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve())
