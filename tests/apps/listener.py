"""A server whose connections run a function of the test, byte for byte, during one call."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fiskil_harness.webhooks.transport import Address

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def complete(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run *coroutine* in its own thread: a browser test of this process may have a loop in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def run(talk: Talk, call: Callable[[Address], Awaitable[Any]], *, tls: ssl.SSLContext | None = None) -> Any:
    """Run *call* against a server whose connections run *talk*; return its result."""

    async def main() -> Any:
        writers: list[asyncio.StreamWriter] = []

        async def watched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                await talk(reader, writer)

        server = await asyncio.start_server(watched, "127.0.0.1", 0, ssl=tls)
        async with server:
            result = await call(Address(host="127.0.0.1", port=server.sockets[0].getsockname()[1]))
            for writer in writers:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            return result

    return complete(main())
