"""The acceptor in front of the API: passes each new connection to the fault that takes it, or to the server.

A connection that no fault takes behaves exactly as without an acceptor.
"""

# Theory of operation
# -------------------
# asyncio's own server cannot refuse, drop, hold or break single connections. So the acceptor owns the listening socket,
# accepts by hand, and attaches a protocol of its choice to each connection.
#
# A connection is in one of these states:
#
#     plain      No rule took it. The server's protocol has it, at first perhaps in a TLS handshake (``_handshaking``),
#                then in the server's own set of connections.
#     swallowed  ``TurnAway``: the API never receives it. ``SwallowedConnection`` discards the client's bytes, and ends it
#                after the first bytes or after a silence (down, flap, reset_on_accept, silent_connection, handshake_*,
#                plain_http).
#     queued     ``Serve(most_open=n)``: accepted but not read until fewer than n others are open; then it is plain
#                (max_connections).
#     served     Any other ``Serve``: ``ServedConnection`` sits between transport and server, and closes late, ends an idle
#                connection or cuts a response (slow_close, stale_keepalive, tls_truncation). For faults of certificates
#                ``TlsLine`` sits below it, because the event loop's TLS would discard the alert of a failed handshake.
#
# A rule takes a connection when it is accepted, and counts it as pending. ``FaultedConnection`` records the outcome once: a
# bite or no bite. After no bite (the client left before the fault acted), the rule waits for another connection.
#
# The port has three states: it accepts, refuses or drops connects. Rules with a ``port_state`` (refuse, blackhole) and
# outages (down, flap) decide; refusing has priority. Such connects never reach this process, so ``Port`` counts them from
# what the kernel reports. Before the port refuses, the backlog is accepted, because those clients are connected already.
#
# When rules change, ``apply_rules`` does all of this before it returns, so a test can rely on it:
#
#     1. It waits briefly until the outcomes of lifted rules are known: a client may notice a fault before we do.
#     2. Connections of lifted rules are released: swallowed ones end, served ones continue as plain ones, queued ones
#        lose their limit. Outages of lifted rules end.
#     3. The kernel's reports are read, so that earlier connects count for the earlier rules; then the port changes.
#     4. If a new rule takes connections or closes the port, kept connections close when they are idle: a client that reuses
#        its connections would never meet the fault otherwise.
#
# Everything runs on the server's event loop, which owns all state here, so there are no locks. Two methods may be called
# from any thread: ``refuse_impossible``, which only reads, and ``apply_rules``, which runs its work on the loop and waits
# for it; on the loop itself it skips step 1, because waiting would block the loop. ``Rules`` is shared and has a lock.

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from fiskil_harness.core.net.certificates import ServerCertificate
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.connection_fault import ConnectionFault, PortState, Serve, TurnAway
from fiskil_harness.faults.fault import End
from fiskil_harness.faults.proxy.connection_log import ConnectionBite, FaultedConnection, PlainConnection, Report
from fiskil_harness.faults.proxy.connections.outage import Outage
from fiskil_harness.faults.proxy.connections.port import Port, can_drop
from fiskil_harness.faults.proxy.connections.served import ServedConnection
from fiskil_harness.faults.proxy.connections.swallowed import SwallowedConnection
from fiskil_harness.faults.proxy.connections.tls import TlsLine
from fiskil_harness.faults.proxy.uvicorn_protocol import reset
from fiskil_harness.faults.rules import Rule, Rules, Waiting

NewContext = Callable[[ServerCertificate, Callable[[], object]], ssl.SSLContext]
NO_DESCRIPTOR_PAUSE_S = 0.2
"""The pause in accepting connections after the process had no file descriptor left for a connection."""
QUEUE_POLL_S = 0.01
SWALLOW = TurnAway(end=End.CLOSE, awaits_data=True)
GRACE_POLLS, GRACE_POLL_S = 100, 0.005
"""The number of checks for outcomes of lifted rules, and the seconds between checks; then unknown outcomes count as no bite.

The number of checks is limited, not the time, because a delayed event loop has received no events in the meantime.
"""
APPLY_TIMEOUT_S = 60.0


class Acceptor:
    """Accepts connections for a server, and applies the connection faults of *rules* to them."""

    def __init__(
        self,
        rules: Rules,
        *,
        loop: asyncio.AbstractEventLoop,
        report: Report = lambda _outcome: None,
        new_context: NewContext | None = None,
    ) -> None:
        """Create an acceptor that does not listen yet.

        Args:
            rules: The rules that are set.
            loop: The event loop of the server.
            report: Called with each bite, and with each connection that a client ended while a fault held it.
            new_context: Returns a TLS context with the given certificate, for TLS faults; None if the server has no TLS.
        """
        self._rules, self._loop, self._report, self._new_context = rules, loop, report, new_context
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._handshaking: set[Any] = set()
        self._queue: deque[tuple[socket.socket, FaultedConnection]] = deque()
        self._records: set[FaultedConnection] = set()
        self._outages: dict[Outage, Waiting] = {}
        self._port_rules: list[Waiting] = []
        self._applied: list[Waiting] = []
        self._port: Port | None = None
        self._report_plain: Callable[[], None] | None = None
        self._queue_timer: asyncio.TimerHandle | None = None

    def begin(
        self, sock: socket.socket, serve: Callable[[], Any], context: ssl.SSLContext | None, server_connections: set[Any]
    ) -> None:
        """Start to accept connections of *sock*.

        Args:
            sock: A listening socket.
            serve: Returns a new asyncio protocol of the server, for one connection.
            context: The server's TLS context, or None.
            server_connections: The server's own set of open connections.
        """
        self._serve, self._context, self._server_connections = serve, context, server_connections
        sock.setblocking(False)
        self._port = Port(sock, loop=self._loop, on_unanswered=self._note_unanswered)
        self._loop.add_reader(sock, self._accept_all)
        self._apply()

    def close(self) -> None:
        """Stop listening, and drop the connections that were not passed to the server."""
        if self._port is None:
            return
        if self._port.state is not PortState.REFUSES:
            self._loop.remove_reader(self._port.sock)
        self._port.close()
        self._port = None
        for task in self._tasks:
            task.cancel()
        for record in list(self._records):
            record.release()
        for outage in self._outages:
            outage.release()
        if self._queue_timer is not None:
            self._queue_timer.cancel()
        for sock, _ in self._queue:
            sock.close()
        self._queue.clear()

    def watch(self, report_plain: Callable[[], None] | None) -> None:
        """Call *report_plain* for each client that begins without TLS; None stops this.

        Until it is stopped, a server without TLS serves no client.
        """
        self._report_plain = report_plain

    def _check_first_bytes(self, data: bytes) -> None:
        # A request without TLS begins with its method, in letters; no TLS hello of any version begins with a letter.
        if self._report_plain is not None and data[:1].isupper():
            self._report_plain()

    def refuse_impossible(self, rule: Rule) -> None:
        """Raise ConfigError if this server cannot perform the fault of *rule*.

        Raises:
            ConfigError: The fault needs TLS, which the API does not have, or it needs Linux.
        """
        fault = rule.fault
        if not isinstance(fault, ConnectionFault):
            return
        name = type(fault).__name__
        if fault.needs_tls and self._new_context is None:
            raise ConfigError(
                f"{name} needs an API with TLS, and this one has none. "
                "Use serve --tls, tls = true under [sandbox], or LocalFiskil(is_tls=True)."
            )
        if fault.port_state is PortState.DROPS and not can_drop():
            raise ConfigError(f"{name} needs a Linux kernel, which can drop a port's connects. Use timeout instead.")

    def apply_rules(self) -> None:
        """Apply the current rules, and undo the effects of lifted rules, before returning.

        Outcomes of lifted rules that are still unknown are awaited for half a second, and then count as no bite.
        """
        if self._loop.is_closed() or self._port is None:
            return
        if _is_on(self._loop):
            self._apply()
            return
        asyncio.run_coroutine_threadsafe(self._apply_after_grace(), self._loop).result(APPLY_TIMEOUT_S)

    def _are_outcomes_known(self) -> bool:
        waiting = self._rules.waiting()
        lifted = [waiting_rule for waiting_rule in self._port_rules if waiting_rule not in waiting and waiting_rule.left]
        return not lifted and not any(record.is_open and record.waiting not in waiting for record in list(self._records))

    async def _apply_after_grace(self) -> None:
        for _ in range(GRACE_POLLS):
            if self._are_outcomes_known():
                break
            await asyncio.sleep(GRACE_POLL_S)
        self._apply()

    def _apply(self) -> None:
        port, waiting = self._port, self._rules.waiting()
        if port is None:
            return
        for record in [record for record in self._records if record.waiting not in waiting]:
            record.release()
        for outage in [outage for outage, outage_rule in self._outages.items() if outage_rule not in waiting]:
            outage.release()
            del self._outages[outage]
        port.read_events()
        port_rules = [waiting_rule for waiting_rule in waiting if _port_state_of(waiting_rule) is not None]
        self._set_port_state(port, port_rules)
        self._port_rules = port_rules
        if any(_needs_new_connections(waiting_rule) for waiting_rule in waiting if waiting_rule not in self._applied):
            self._close_kept()
        self._applied = waiting
        self._serve_queue()

    def _set_port_state(self, port: Port, port_rules: list[Waiting]) -> None:
        """Let the port refuse, drop or accept connections, as outages and port faults demand."""
        is_down = any(outage.is_down for outage in self._outages)
        states = {PortState.REFUSES} if is_down else {_port_state_of(waiting) for waiting in port_rules}
        state = next((port_state for port_state in PortState if port_state in states), None)
        if state is port.state:
            return
        if state is PortState.REFUSES:
            self._accept_all()
            self._loop.remove_reader(port.sock)
        was_refusing = port.state is PortState.REFUSES
        port.set_state(state)
        for waiting in port_rules:
            waiting.is_unseen = port.is_blind
        if was_refusing:
            port.sock.setblocking(False)
            self._loop.add_reader(port.sock, self._accept_all)
        if state is not None:
            self._close_kept()

    def _close_kept(self) -> None:
        for inner in list(self._server_connections):
            inner.shutdown()

    def _note_unanswered(self) -> None:
        for waiting in self._port_rules:
            if self._port is not None and _port_state_of(waiting) is self._port.state:
                self._rules.note(waiting)
                self._report(ConnectionBite(rule=waiting.rule, connection=0, observed="a connect got no response"))

    def _accept_all(self) -> None:
        """Accept every connection in the backlog."""
        while self._port is not None:
            try:
                sock, _ = self._port.sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self._pause_accepting(self._port)
                return
            sock.setblocking(False)
            self._number += 1
            if self._report_plain is not None and self._new_context is None:
                self._swallow(sock)
                continue
            waiting = self._rules.take_connection()
            if waiting is None:
                self._serve_plainly(sock)
            else:
                self._start_fault(sock, waiting)

    def _pause_accepting(self, port: Port) -> None:
        self._loop.remove_reader(port.sock)

        def resume() -> None:
            if self._port is port and port.state is not PortState.REFUSES:
                self._loop.add_reader(port.sock, self._accept_all)

        self._loop.call_later(NO_DESCRIPTOR_PAUSE_S, resume)

    def _start(self, work: Coroutine[Any, Any, None], sock: socket.socket) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)

        def end(ended: asyncio.Task[None]) -> None:
            self._tasks.discard(ended)
            if ended.cancelled():
                sock.close()

        task.add_done_callback(end)

    def _swallow(self, sock: socket.socket) -> None:
        swallowed = SwallowedConnection(
            SWALLOW, loop=self._loop, record=PlainConnection(), on_first_bytes=self._check_first_bytes
        )
        self._start(self._hold(sock, swallowed), sock)

    def _serve_plainly(self, sock: socket.socket) -> None:
        inner = self._serve()
        if self._report_plain is not None and self._new_context is not None:
            context = self._new_context(ServerCertificate.GOOD, lambda: None)
            line = TlsLine(inner, context, record=PlainConnection(), on_first_bytes=self._check_first_bytes)
            self._start(self._hold(sock, line), sock)
            return
        self._handshaking.add(inner)
        self._start(self._connect(sock, inner), sock)

    async def _connect(self, sock: socket.socket, inner: Any) -> None:
        try:
            # A handshake that fails here is the client's fault, and nothing to report.
            with contextlib.suppress(OSError):
                await self._loop.connect_accepted_socket(lambda: inner, sock, ssl=self._context)
        finally:
            self._handshaking.discard(inner)

    def _start_fault(self, sock: socket.socket, waiting: Waiting) -> None:
        fault = waiting.rule.fault
        assert isinstance(fault, ConnectionFault)
        record = FaultedConnection(
            waiting,
            number=self._number,
            port=_port_of(sock),
            report=self._report,
            rules=self._rules,
            on_end=self._records.discard,
        )
        self._records.add(record)
        greeting = fault.greet()
        match greeting:
            case TurnAway():
                self._turn_away(sock, greeting, record)
            case Serve(most_open=int()):
                self._enqueue(sock, greeting, record)
            case Serve():
                self._start(self._serve_with_fault(sock, greeting, record), sock)

    def _turn_away(self, sock: socket.socket, greeting: TurnAway, record: FaultedConnection) -> None:
        swallowed = SwallowedConnection(
            greeting,
            loop=self._loop,
            record=record,
            on_end=lambda: self._begin_outages(greeting, record),
            on_first_bytes=self._check_first_bytes,
        )
        record.connection = swallowed
        self._start(self._hold(sock, swallowed), sock)

    def _begin_outages(self, greeting: TurnAway, record: FaultedConnection) -> None:
        if not greeting.outages:
            return
        for inner in list(self._server_connections):
            reset(inner.transport)
        outage = Outage(greeting.outages, loop=self._loop, changed=self._apply_outage)
        self._outages[outage] = record.waiting
        outage.go_on()

    def _apply_outage(self) -> None:
        if self._port is not None:
            self._set_port_state(self._port, self._port_rules)

    async def _hold(self, sock: socket.socket, protocol: SwallowedConnection | TlsLine) -> None:
        await self._loop.connect_accepted_socket(lambda: protocol, sock)

    def _enqueue(self, sock: socket.socket, greeting: Serve, record: FaultedConnection) -> None:
        self._queue.append((sock, record))
        record.most_open = greeting.most_open
        self._serve_queue()
        if record.is_open:
            record.note_bite(f"waited while {greeting.most_open} others were open")

    def _serve_queue(self) -> None:
        """Serve queued connections while few enough others are open; if some are left, check again later."""
        while self._queue:
            sock, record = self._queue[0]
            if record.most_open is not None and len(self._server_connections | self._handshaking) >= record.most_open:
                break
            self._queue.popleft()
            record.end()
            self._serve_plainly(sock)
        if self._queue_timer is not None:
            self._queue_timer.cancel()
        if self._queue:
            self._queue_timer = self._loop.call_later(QUEUE_POLL_S, self._serve_queue)

    async def _serve_with_fault(self, sock: socket.socket, greeting: Serve, record: FaultedConnection) -> None:
        served = ServedConnection(self._serve(), greeting, loop=self._loop, record=record)
        record.connection = served
        if greeting.certificate is None or self._new_context is None:
            try:
                await self._loop.connect_accepted_socket(lambda: served, sock, ssl=self._context)
            except OSError:
                record.end()
            return
        context = self._new_context(greeting.certificate, record.note_hello)
        line = TlsLine(served, context, record=record, on_first_bytes=self._check_first_bytes)
        await self._loop.connect_accepted_socket(lambda: line, sock)


def _port_of(sock: socket.socket) -> int:
    """Return the client's port; 0 if the client has left already."""
    try:
        port: int = sock.getpeername()[1]
    except OSError:
        return 0
    return port


def _port_state_of(waiting: Waiting) -> PortState | None:
    fault = waiting.rule.fault
    return fault.port_state if isinstance(fault, ConnectionFault) else None


def _needs_new_connections(waiting: Waiting) -> bool:
    """Return True if a client that reuses its connections would never meet the fault, which acts on new connections only."""
    fault = waiting.rule.fault
    if not isinstance(fault, ConnectionFault) or not waiting.required:
        return False
    greeting = fault.greet()
    return not isinstance(greeting, Serve) or greeting.most_open is None


def _is_on(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
