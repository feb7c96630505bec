"""The door in front of the API: takes each connection, asks which fault meets it, and lets in those that none does.

A connection that no fault meets is the server's as if there were no door. Where a fault is set that meets new ones, those
that are kept are closed when they are idle. All but ``heed`` and ``refuse_impossible`` is for the loop's own thread.
"""

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
from fiskil_harness.faults.proxy.connection_log import ConnectionBite, Meeting, Report, Unmet
from fiskil_harness.faults.proxy.connections.outage import Outage
from fiskil_harness.faults.proxy.connections.port import Port, can_drop
from fiskil_harness.faults.proxy.connections.served import Served
from fiskil_harness.faults.proxy.connections.swallowed import Away
from fiskil_harness.faults.proxy.connections.tls import TlsLine
from fiskil_harness.faults.proxy.uvicorn_protocol import reset
from fiskil_harness.faults.rules import Rule, Rules, Waiting

NewContext = Callable[[ServerCertificate, Callable[[], object]], ssl.SSLContext]
FULL_S = 0.2
"""So long no connection is taken after the process had no descriptor left for one."""
LOOK_EVERY_S = 0.01
SWALLOW = TurnAway(end=End.CLOSE, awaits_data=True)
GRACE_LOOKS, LOOK_AGAIN_S = 100, 0.005
"""So often a fault that is lifted is looked at for what it did: a client knows of a failed handshake before we do.

The looks are the loop's own turns, half a second of them, because a loop that was held up has heard nothing meanwhile.
"""
HEEDED_S = 60.0


class Acceptor:
    """Takes connections for a server; *rules* says which faults wait for them, *report* hears of each bite."""

    def __init__(
        self,
        rules: Rules,
        *,
        loop: asyncio.AbstractEventLoop,
        report: Report = lambda _told: None,
        new_context: NewContext | None = None,
    ) -> None:
        """Give *new_context*, which makes the TLS contexts of faults, where the server speaks TLS."""
        self._rules, self._loop, self._report, self._new_context = rules, loop, report, new_context
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._entering: set[Any] = set()
        self._queue: deque[tuple[socket.socket, Meeting]] = deque()
        self._meetings: set[Meeting] = set()
        self._outages: dict[Outage, Waiting] = {}
        self._standing: list[Waiting] = []
        self._heeded: list[Waiting] = []
        self._port: Port | None = None
        self._tell_plain: Callable[[], None] | None = None
        self._looking = loop.call_later(0, lambda: None)

    def begin(self, sock: socket.socket, serve: Callable[[], Any], context: ssl.SSLContext | None, inside: set[Any]) -> None:
        """Take connections of *sock*; *serve* makes the server's protocol for one, *inside* is all that it has."""
        self._serve, self._context, self._inside = serve, context, inside
        sock.setblocking(False)
        self._port = Port(sock, loop=self._loop, unanswered=self._note_unanswered)
        self._loop.add_reader(sock, self._take)
        self._settle()

    def close(self) -> None:
        """Stop listening, and drop what the server does not have."""
        if self._port is None:
            return
        if self._port.standing is not PortState.REFUSES:
            self._loop.remove_reader(self._port.sock)
        self._port.close()
        self._port = None
        for task in self._tasks:
            task.cancel()
        for meeting in list(self._meetings):
            meeting.release()
        for outage in self._outages:
            outage.release()
        self._looking.cancel()
        for sock, _ in self._queue:
            sock.close()
        self._queue.clear()

    def watch(self, tell_plain: Callable[[], None] | None) -> None:
        """Tell of each client that begins without TLS, until None is given; a plain server is out of reach meanwhile."""
        self._tell_plain = tell_plain

    def _note_beginning(self, data: bytes) -> None:
        # A request without TLS begins with its method; no hello of TLS, however old, begins with a letter.
        if self._tell_plain is not None and data[:1].isupper():
            self._tell_plain()

    def refuse_impossible(self, rule: Rule) -> None:
        """Refuse a rule whose fault cannot be had here.

        Raises:
            ConfigError: It needs TLS where the API is plain, or Linux where this is none.
        """
        fault = rule.fault
        if not isinstance(fault, ConnectionFault):
            return
        name = type(fault).__name__
        if fault.needs_tls and self._new_context is None:
            raise ConfigError(
                f"{name} needs an API that speaks TLS, and this one does not. "
                "Say serve --tls, tls = true under [sandbox], or LocalFiskil(is_tls=True)."
            )
        if fault.port_state is PortState.DROPS and not can_drop():
            raise ConfigError(f"{name} needs a Linux kernel, which can drop a port's connects. Use timeout instead.")

    def apply_rules(self) -> None:
        """Let what stands stand, and what was lifted leave no trace, before this returns.

        A fault that was lifted and has not yet shown what it did is waited for a moment, and then has not bitten.
        """
        if self._loop.is_closed() or self._port is None:
            return
        if _is_on(self._loop):
            self._settle()
            return
        asyncio.run_coroutine_threadsafe(self._settled(), self._loop).result(HEEDED_S)

    def _has_shown(self) -> bool:
        waiting = self._rules.waiting()
        lifted = [each_waiting for each_waiting in self._standing if each_waiting not in waiting and each_waiting.left]
        return not lifted and not any(meeting.is_open and meeting.waiting not in waiting for meeting in list(self._meetings))

    async def _settled(self) -> None:
        for _ in range(GRACE_LOOKS):
            if self._has_shown():
                break
            await asyncio.sleep(LOOK_AGAIN_S)
        self._settle()

    def _settle(self) -> None:
        port, waiting = self._port, self._rules.waiting()
        if port is None:
            return
        for meeting in [meeting for meeting in self._meetings if meeting.waiting not in waiting]:
            meeting.release()
        for outage in [outage for outage, by in self._outages.items() if by not in waiting]:
            outage.release()
            del self._outages[outage]
        port.read_events()
        standing = [each_waiting for each_waiting in waiting if _stands(each_waiting) is not None]
        self._stand(port, standing)
        self._standing = standing
        if any(_needs_new_connections(each_waiting) for each_waiting in waiting if each_waiting not in self._heeded):
            self._close_kept()
        self._heeded = waiting
        self._let_queue_in()

    def _stand(self, port: Port, standing: list[Waiting]) -> None:
        """Let the port do what outages and the faults that stand say."""
        is_down = any(outage.is_down for outage in self._outages)
        kinds = {PortState.REFUSES} if is_down else {_stands(waiting) for waiting in standing}
        wanted = next((port_state for port_state in PortState if port_state in kinds), None)
        if wanted is port.standing:
            return
        if wanted is PortState.REFUSES:
            self._take()
            self._loop.remove_reader(port.sock)
        was_shut = port.standing is PortState.REFUSES
        port.set_state(wanted)
        for waiting in standing:
            waiting.is_unseen = port.is_blind
        if was_shut:
            port.sock.setblocking(False)
            self._loop.add_reader(port.sock, self._take)
        if wanted is not None:
            self._close_kept()

    def _close_kept(self) -> None:
        for inner in list(self._inside):
            inner.shutdown()

    def _note_unanswered(self) -> None:
        for waiting in self._standing:
            if self._port is not None and _stands(waiting) is self._port.standing:
                self._rules.note(waiting)
                self._report(ConnectionBite(rule=waiting.rule, connection=0, observed="a connect was not answered"))

    def _take(self) -> None:
        """Take every connection that has come."""
        while self._port is not None:
            try:
                sock, _ = self._port.sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self._pause_taking(self._port)
                return
            sock.setblocking(False)
            self._number += 1
            if self._tell_plain is not None and self._new_context is None:
                self._swallow(sock)
                continue
            waiting = self._rules.take_connection()
            if waiting is None:
                self._let_in(sock)
            else:
                self._meet(sock, waiting)

    def _pause_taking(self, port: Port) -> None:
        self._loop.remove_reader(port.sock)

        def resume() -> None:
            if self._port is port and port.standing is not PortState.REFUSES:
                self._loop.add_reader(port.sock, self._take)

        self._loop.call_later(FULL_S, resume)

    def _start(self, work: Coroutine[Any, Any, None], sock: socket.socket) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)

        def end(ended: asyncio.Task[None]) -> None:
            self._tasks.discard(ended)
            if ended.cancelled():
                sock.close()

        task.add_done_callback(end)

    def _swallow(self, sock: socket.socket) -> None:
        away = Away(SWALLOW, loop=self._loop, meeting=Unmet(), begun=self._note_beginning)
        self._start(self._hold(sock, away), sock)

    def _let_in(self, sock: socket.socket) -> None:
        inner = self._serve()
        if self._tell_plain is not None and self._new_context is not None:
            context = self._new_context(ServerCertificate.GOOD, lambda: None)
            line = TlsLine(inner, context, meeting=Unmet(), begun=self._note_beginning)
            self._start(self._hold(sock, line), sock)
            return
        self._entering.add(inner)
        self._start(self._connect(sock, inner), sock)

    async def _connect(self, sock: socket.socket, inner: Any) -> None:
        try:
            # A handshake that came to nothing is the client's doing.
            with contextlib.suppress(OSError):
                await self._loop.connect_accepted_socket(lambda: inner, sock, ssl=self._context)
        finally:
            self._entering.discard(inner)

    def _meet(self, sock: socket.socket, waiting: Waiting) -> None:
        fault = waiting.rule.fault
        assert isinstance(fault, ConnectionFault)
        meeting = Meeting(
            waiting,
            number=self._number,
            port=_port_of(sock),
            report=self._report,
            rules=self._rules,
            over=self._meetings.discard,
        )
        self._meetings.add(meeting)
        greeting = fault.greet()
        match greeting:
            case TurnAway():
                self._turn_away(sock, greeting, meeting)
            case Serve(most_open=int()):
                self._let_in_if_few(sock, greeting, meeting)
            case Serve():
                self._start(self._let_in_spoilt(sock, greeting, meeting), sock)

    def _turn_away(self, sock: socket.socket, greeting: TurnAway, meeting: Meeting) -> None:
        away = Away(
            greeting,
            loop=self._loop,
            meeting=meeting,
            struck=lambda: self._begin_outages(greeting, meeting),
            begun=self._note_beginning,
        )
        meeting.held = away
        self._start(self._hold(sock, away), sock)

    def _begin_outages(self, greeting: TurnAway, meeting: Meeting) -> None:
        if not greeting.outages:
            return
        for inner in list(self._inside):
            reset(inner.transport)
        outage = Outage(greeting.outages, loop=self._loop, changed=self._heed_outage)
        self._outages[outage] = meeting.waiting
        outage.go_on()

    def _heed_outage(self) -> None:
        if self._port is not None:
            self._stand(self._port, self._standing)

    async def _hold(self, sock: socket.socket, protocol: Away | TlsLine) -> None:
        await self._loop.connect_accepted_socket(lambda: protocol, sock)

    def _let_in_if_few(self, sock: socket.socket, greeting: Serve, meeting: Meeting) -> None:
        self._queue.append((sock, meeting))
        meeting.most_open = greeting.most_open
        self._let_queue_in()
        if meeting.is_open:
            meeting.shows(f"waited while {greeting.most_open} others were open")

    def _let_queue_in(self) -> None:
        """Let in from the head of the queue as long as few enough are open, and look again later."""
        while self._queue:
            sock, meeting = self._queue[0]
            if meeting.most_open is not None and len(self._inside | self._entering) >= meeting.most_open:
                break
            self._queue.popleft()
            meeting.ends()
            self._let_in(sock)
        self._looking.cancel()
        if self._queue:
            self._looking = self._loop.call_later(LOOK_EVERY_S, self._let_queue_in)

    async def _let_in_spoilt(self, sock: socket.socket, greeting: Serve, meeting: Meeting) -> None:
        served = Served(self._serve(), greeting, loop=self._loop, meeting=meeting)
        meeting.held = served
        if greeting.certificate is None or self._new_context is None:
            try:
                await self._loop.connect_accepted_socket(lambda: served, sock, ssl=self._context)
            except OSError:
                meeting.ends()
            return
        context = self._new_context(greeting.certificate, meeting.hears)
        line = TlsLine(served, context, meeting=meeting, begun=self._note_beginning)
        await self._loop.connect_accepted_socket(lambda: line, sock)


def _port_of(sock: socket.socket) -> int:
    """The client's port; 0 where it has left already."""
    try:
        port: int = sock.getpeername()[1]
    except OSError:
        return 0
    return port


def _stands(waiting: Waiting) -> PortState | None:
    fault = waiting.rule.fault
    return fault.port_state if isinstance(fault, ConnectionFault) else None


def _needs_new_connections(waiting: Waiting) -> bool:
    """Whether a client that keeps its connections would never meet the fault."""
    fault = waiting.rule.fault
    if not isinstance(fault, ConnectionFault) or not waiting.wanted:
        return False
    greeting = fault.greet()
    return not isinstance(greeting, Serve) or greeting.most_open is None


def _is_on(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
