"""A listening port that can refuse or drop new connections, and accept them again, without losing the port.

A refused or dropped connect (connection attempt) never reaches this process, so the kernel must report it. The kernel
counts the connects that a listening socket drops. It also reports each destroyed socket, including the socket of a client
whose connect failed. Both features exist on Linux only, and need no privilege.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from fiskil_harness.core.net.server import BACKLOG, listening_socket
from fiskil_harness.faults.connection_fault import PortState

POLL_S = 0.02

_ATTACH_FILTER, _DETACH_FILTER, _MEMORY = 26, 27, 55
_INSTRUCTION = struct.Struct("HBBI")
_DROP = _INSTRUCTION.pack(0x06, 0, 0, 0)
"""One instruction of the kernel's packet filter: keep 0 bytes of the packet."""
_KEEP = _INSTRUCTION.pack(0x06, 0, 0, 0xFFFFFFFF)
_THEIR_PORT = 22
"""The offset of the remote port (two bytes) in the kernel's report of a destroyed socket."""
_SOCK_DIAG, _TCP_DESTROYED = 4, 1
_CLOSED = 7
_LOOPBACK = socket.inet_aton("127.0.0.1")
_OUR_ADDRESSES = (_LOOPBACK, bytes(10) + b"\xff\xff" + _LOOPBACK)
"""The loopback IP address as IPv4 sockets and as IPv6 sockets contain it."""
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


class Port:
    """A listening socket; *on_unanswered* is called on the loop for each reported connect that was refused or dropped."""

    def __init__(self, sock: socket.socket, *, loop: asyncio.AbstractEventLoop, on_unanswered: Callable[[], None]) -> None:
        self.sock = sock
        self.number: int = sock.getsockname()[1]
        self.state: PortState | None = None
        self._loop, self._on_unanswered = loop, on_unanswered
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._reports: socket.socket | None = None
        self._earlier_clients: frozenset[int] = frozenset()

    def set_state(self, state: PortState | None) -> None:
        """Refuse or drop connects from now on, or accept them (None)."""
        if state is self.state:
            return
        self._accept_again()
        self.state = state
        if state is PortState.REFUSES:
            self._refuse()
        elif state is PortState.DROPS:
            self._drop()

    @property
    def is_blind(self) -> bool:
        """True if the port refuses connects now, and this system does not report the refusals."""
        return self.state is PortState.REFUSES and self._reports is None

    def read_events(self) -> None:
        """Count the connects that were refused or dropped since the last call."""
        if self.state is PortState.DROPS:
            self._count_drops()
        elif self.state is PortState.REFUSES:
            self._read_ends()

    def close(self) -> None:
        """Stop listening and counting."""
        self._stop_watching()
        self.sock.close()

    def _accept_again(self) -> None:
        if self.state is PortState.DROPS:
            self.sock.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, struct.pack("i", 0))
        self.read_events()
        if self.state is PortState.REFUSES:
            if self.sock.fileno() < 0:
                self.sock = listening_socket(self.number)
            else:
                self.sock.listen(BACKLOG)
        self._stop_watching()

    def _refuse(self) -> None:
        self._reports = _end_reports(self.number)
        try:
            # On Linux a listener that is shut down keeps its port and can listen again; elsewhere it must be closed.
            self.sock.shutdown(socket.SHUT_RD)
        except OSError:
            self.sock.close()
        if self._reports is not None:
            self._earlier_clients = _clients_of(self.number)
            self._loop.add_reader(self._reports, self._read_ends)

    def _drop(self) -> None:
        self._dropped = _dropped_by(self.sock)
        _attach_filter(self.sock, _DROP)
        self._poll()

    def _poll(self) -> None:
        self._count_drops()
        self._timer = self._loop.call_later(POLL_S, self._poll)

    def _count_drops(self) -> None:
        """Read the kernel's counter of dropped connects, and call *on_unanswered* for each new one."""
        dropped = _dropped_by(self.sock)
        for _ in range(dropped - self._dropped):
            self._on_unanswered()
        self._dropped = dropped

    def _read_ends(self) -> None:
        """Read the kernel's reports of destroyed sockets, and call *on_unanswered* for each refused connect."""
        while self._reports is not None:
            try:
                report = self._reports.recv(65_536)
            except OSError:
                # No more reports, or the kernel had to drop some; those are not counted.
                return
            if _refused_client(report, self.number) not in (None, *self._earlier_clients):
                self._on_unanswered()

    def _stop_watching(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._reports is not None:
            self._loop.remove_reader(self._reports)
            self._reports.close()
            self._reports = None


def can_drop() -> bool:
    """Return True if a port of this system can drop connects without a response."""
    with socket.socket() as sock:
        try:
            _attach_filter(sock, _DROP)
            _dropped_by(sock)
        except OSError:
            return False
    return True


def _attach_filter(sock: socket.socket, *instructions: bytes) -> None:
    code = ctypes.create_string_buffer(b"".join(instructions))
    sock.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HL", len(instructions), ctypes.addressof(code)))


def _dropped_by(sock: socket.socket) -> int:
    counts: tuple[int, ...] = struct.unpack("9I", sock.getsockopt(socket.SOL_SOCKET, _MEMORY, 36))
    return counts[8]


def _end_reports(port: int) -> socket.socket | None:
    """Return a socket on which the kernel reports each destroyed TCP socket with the remote port *port*; None if it cannot.

    A filter excludes other ports: the kernel keeps a limited number of reports, and a busy machine destroys thousands of
    sockets while this process is delayed.
    """
    try:
        reports = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _SOCK_DIAG)
    except (AttributeError, OSError):
        return None
    port_filter = _INSTRUCTION.pack(0x28, 0, 0, _THEIR_PORT), _INSTRUCTION.pack(0x15, 0, 1, port)
    try:
        _attach_filter(reports, *port_filter, _KEEP, _DROP)
        reports.bind((0, _TCP_DESTROYED))
    except OSError:
        reports.close()
        return None
    return reports


def _refused_client(report: bytes, port: int) -> int | None:
    """Return the client's port in the *report* of a socket; None if the remote port was not *port* on this machine."""
    if len(report) < 56:
        return None
    state = report[17]
    source, destination = struct.unpack_from("!HH", report, 20)
    is_ours = destination == port and report[40:56].startswith(_OUR_ADDRESSES)
    return source if state == _CLOSED and is_ours else None


def _clients_of(port: int) -> frozenset[int]:
    """Return the ports of the clients that are, or recently were, connected to *port*."""
    tables = [table.read_text(encoding="ascii").splitlines()[1:] for table in _TABLES if table.exists()]
    ends = [(line.split()[1].rpartition(":")[2], line.split()[2].rpartition(":")[2]) for table in tables for line in table]
    return frozenset(int(own, 16) for own, remote in ends if int(remote, 16) == port)
