"""The servers of the relay benchmark, each in a separate process on uvloop.

python -m benchmarks.relays api PORT             responds to each request with the same page, without reading it
python -m benchmarks.relays plain PORT API       forwards bytes between a client and API, without parsing HTTP
python -m benchmarks.relays ours PORT API        the relay, whose journal keeps the newest 200 exchanges
"""

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from fiskil_harness.core.net.server import LOOPBACK, Loop
from fiskil_harness.faults.proxy import Relay
from fiskil_harness.journal import Journal

ROWS = [
    {
        "fiskil_id": f"acc_{number}",
        "name": "Everyday account",
        "product_category": "TRANS_AND_SAVINGS_ACCOUNTS",
        "balance": "10.00",
    }
    for number in range(20)
]
BODY = json.dumps({"accounts": ROWS, "links": {}}).encode()
PAGE = (
    b"HTTP/1.1 200 OK\r\nx-fiskil-version: v3\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY)
    + BODY
)


class Api(asyncio.Protocol):
    """One connection of an API without any work."""

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to a request, which arrives in one piece, and close the connection on request."""
        self._transport.write(PAGE)
        if b"connection: close" in data:
            self._transport.close()


class Plain(asyncio.Protocol):
    """One side of a byte relay."""

    def __init__(self, api_port: int, client: "Plain | None" = None) -> None:
        self._api_port, self._other = api_port, client
        self._before_open: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        """Keep the transport; for a client, open a connection to the API."""
        self.transport = transport
        if self._other is None:
            self._opening = asyncio.ensure_future(self._open())

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        _, self._other = await loop.create_connection(lambda: Plain(self._api_port, self), LOOPBACK, self._api_port)
        for data in self._before_open:
            self._other.transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Forward the bytes."""
        if self._other is None:
            self._before_open.append(data)
        else:
            self._other.transport.write(data)

    def connection_lost(self, _error: Exception | None) -> None:
        """Close the other side."""
        if self._other is not None:
            self._other.transport.close()


async def _serve(protocol: Callable[[], asyncio.Protocol], port: int) -> None:
    server = await asyncio.get_running_loop().create_server(protocol, LOOPBACK, port)
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("server", choices=["api", "plain", "ours"])
    parser.add_argument("port", type=int)
    parser.add_argument("api", type=int, nargs="?", default=0)
    arguments = parser.parse_args()
    if arguments.server == "ours":
        relay = Relay(Loop(), upstream=f"http://{LOOPBACK}:{arguments.api}", port=arguments.port)
        relay.begin(Journal(newest=200))
        threading.Event().wait()
    protocol = Api if arguments.server == "api" else lambda: Plain(arguments.api)
    uvloop.run(_serve(protocol, arguments.port))


if __name__ == "__main__":
    sys.exit(main())
