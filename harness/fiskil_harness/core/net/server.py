"""Local servers: an event loop in a thread, and uvicorn servers on it. Every listening socket is opened here.

Every socket is on loopback, and the system chooses its port unless the user gives one. A socket listens as soon as its
server exists, so callers need not wait. A malformed request gets a 400 response and is not logged. An exception in one
of the harness's own applications becomes a ``Crash`` record; an exception in another application goes to logging.
"""

import asyncio
import contextlib
import errno
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar

import uvicorn

from fiskil_harness.core.internal_errors import Crash, crash_of
from fiskil_harness.core.net.uvicorn_protocol import careful, logger_for
from fiskil_harness.errors import UsageError

T = TypeVar("T")
LOOPBACK = "127.0.0.1"
BACKLOG = 2048
CLOSING_TURNS = 4
KEEP_ALIVE_S = 60
"""Seconds without a request after which a connection is closed; usual for a load balancer.

A client that reads a response late on a busy machine believes that the connection has been idle for less time than it has.
With a short limit, such a client loses its next request.
"""
CLOSING_S = 20.0
"""Timeout for closing a server or loop. Closing takes milliseconds, but the machine may be busy."""
PORT_RANGE = range(15_000, 32_000)
PORT_TRIES = 20


class Loop:
    """An event loop in a daemon thread; servers and deliveries share it."""

    def __init__(self, *, crashes: list[Crash] | None = None) -> None:
        """Start the thread; *crashes* collects the exceptions that no task on the loop catches."""
        self.asyncio = _new_loop()
        self._crashes = crashes
        self.servers: set[Server] = set()
        self.asyncio.set_exception_handler(self._note)
        self._thread = threading.Thread(target=self.asyncio.run_forever, name="fiskil-harness", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], *, timeout_s: float = 60) -> T:
        """Run *work* on the loop and wait for its result."""
        future = asyncio.run_coroutine_threadsafe(work, self.asyncio)
        try:
            return future.result(timeout_s)
        except BaseException:
            future.cancel()
            raise

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work* and wait for its end. On the loop's own thread, which must not block, start *work* without waiting."""
        if threading.current_thread() is self._thread:
            self._begun = self.asyncio.create_task(work)
        else:
            self.run(work)

    def close(self) -> None:
        """Close the servers, cancel the running tasks and end the thread; a second call does nothing."""
        if self.asyncio.is_closed():
            return
        for server in tuple(self.servers):
            server.close()
        with contextlib.suppress(Exception):
            self.run(_cancel_everything(), timeout_s=2)
        self.asyncio.call_soon_threadsafe(self.asyncio.stop)
        self._thread.join(CLOSING_S)
        if not self._thread.is_alive():
            self.asyncio.close()

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError):
            # The client closed the connection or sent something other than TLS; faults do this on purpose.
            return
        if self._crashes is None or error is None:
            loop.default_exception_handler(context)
        else:
            self._crashes.append(crash_of("loop", error))

    def __enter__(self) -> "Loop":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Acceptor(Protocol):
    """Accepts connections in place of a server, so that faults can disturb them. The loop's thread calls its methods."""

    def begin(self, sock: socket.socket, serve: Callable[[], Any], context: ssl.SSLContext | None, inside: set[Any]) -> None:
        """Start accepting connections of *sock*. *serve* creates a protocol of the server; *inside* are its connections."""

    def close(self) -> None:
        """Stop accepting, and close the connections that were not passed to the server."""


class Server:
    """An ASGI application that listens on loopback."""

    def __init__(
        self,
        loop: Loop,
        app: Any,
        *,
        port: int = 0,
        protocol: Any = None,
        certificate: tuple[Path, Path] | None = None,
        door: Acceptor | None = None,
        crashes: list[Crash] | None = None,
    ) -> None:
        """Listen at once.

        Args:
            port: The port; 0 lets the system choose.
            protocol: Subclass of ``Connection``, for a proxy that needs the transport; default: ``Connection``.
            certificate: Paths of the certificate chain and its key. With them the server uses TLS.
            door: Accepts the connections, and passes those to the server that it shall serve; default: the server itself.
            crashes: Collects exceptions of *app*, if *app* belongs to the harness. Without it, exceptions go to logging.

        Raises:
            UsageError: The port is in use.
        """
        self._loop = loop
        sock = listening_socket(port, keeps_port=door is not None)
        self.port: int = sock.getsockname()[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://{LOOPBACK}:{self.port}"
        config = uvicorn.Config(
            app,
            http=careful(protocol, logger_for(crashes)),
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            ssl_certfile=str(certificate[0]) if certificate else None,
            ssl_keyfile=str(certificate[1]) if certificate else None,
        )
        self._server = _Embedded(config, door)
        try:
            loop.start(self._server.begin(sock))
        except BaseException:
            sock.close()
            raise
        loop.servers.add(self)

    def close(self) -> None:
        """Stop listening and close every connection; a second call does nothing."""
        if self in self._loop.servers:
            self._loop.servers.discard(self)
            self._loop.run(self._server.end(), timeout_s=CLOSING_S)


class _Embedded(uvicorn.Server):
    """A uvicorn server that starts and stops within milliseconds, and leaves signals and the loop to its owner."""

    def __init__(self, config: uvicorn.Config, door: Acceptor | None) -> None:
        super().__init__(config)
        self._door = door

    async def begin(self, sock: socket.socket) -> None:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        self._socket = sock
        if self._door is None:
            await self.startup(sockets=[sock])
        else:
            self.servers = []
            self._door.begin(sock, self._new_protocol, self.config.ssl, self.server_state.connections)
        self._ticking = asyncio.create_task(self._tick())

    def _new_protocol(self) -> Any:
        protocol_class: Any = self.config.http_protocol_class
        return protocol_class(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def _tick(self) -> None:
        count = 0
        while True:
            await self.on_tick(count)
            count += 10
            await asyncio.sleep(1)

    async def end(self) -> None:
        self._ticking.cancel()
        for server in self.servers:
            server.close()
        if self._door is not None:
            self._door.close()
        self._socket.close()
        # A connection that is being accepted appears in one of the loop's next turns.
        for _ in range(CLOSING_TURNS):
            for connection in list(self.server_state.connections):
                transport = getattr(connection, "transport", None)
                if transport is not None:
                    transport.abort()
            for task in list(self.server_state.tasks):
                task.cancel()
            await asyncio.sleep(0)


def free_port() -> int:
    """Return a port that is free now, for another process that will listen on it.

    The port is below the range from which the system assigns ports, so that the system does not assign it in the meantime.
    """
    for _ in range(PORT_TRIES):
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind((LOOPBACK, secrets.choice(PORT_RANGE)))
            port: int = sock.getsockname()[1]
            return port
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        port = sock.getsockname()[1]
        return port


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a TLS context that trusts *ca_file*; if it is None, the context trusts the system's certificate authorities."""
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)


def listening_socket(port: int, *, keeps_port: bool = False) -> socket.socket:
    """Return a socket that listens on loopback at *port*; 0 lets the system choose the port.

    With *keeps_port*, the socket keeps its port even while it stops listening.

    Raises:
        UsageError: The port is in use or outside 0 to 65535.
    """
    sock = _bound_socket(port)
    if keeps_port and not port:
        # A port that the system chose is released when its socket stops listening; a requested port is kept.
        chosen, sock = sock, _bound_socket(sock.getsockname()[1])
        chosen.close()
    sock.listen(BACKLOG)
    return sock


def _bound_socket(port: int) -> socket.socket:
    # Without the protocol number asyncio leaves Nagle's algorithm on, and each response takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
    except OverflowError:
        sock.close()
        raise UsageError(f"{port} is not a port. Ports go from 1 to 65535; 0 lets the system choose.") from None
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"Port {port} is in use. Name another, or leave it out and the system chooses one.") from None
        raise UsageError(f"Cannot listen on {LOOPBACK}:{port}: {error.strerror}.") from None
    return sock


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _cancel_everything() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
