"""A port of ours that can refuse connects, drop them, and take them again, without anybody else getting it meanwhile.

What is refused or dropped never reaches us, so the kernel is asked: it counts what a listening socket drops, and it tells of
each socket that ends, also of a client's that came to nothing. Both are Linux's, and need no privilege.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from fiskil_harness.core.net.server import BACKLOG, listening_socket
from fiskil_harness.faults.connection_fault import PortState

LOOK_EVERY_S = 0.02

_ATTACH_FILTER, _DETACH_FILTER, _MEMORY = 26, 27, 55
_INSTRUCTION = struct.Struct("HBBI")
_DROP = _INSTRUCTION.pack(0x06, 0, 0, 0)
"""One instruction of the kernel's packet filter: return 0 bytes of the packet."""
_KEEP = _INSTRUCTION.pack(0x06, 0, 0, 0xFFFFFFFF)
_THEIR_PORT = 22
"""Where the news of a socket's end has the port that the socket led to, two bytes long."""
_SOCK_DIAG, _TCP_DESTROYED = 4, 1
_CLOSED = 7
_LOOPBACK = socket.inet_aton("127.0.0.1")
_OUR_ADDRESSES = (_LOOPBACK, bytes(10) + b"\xff\xff" + _LOOPBACK)
"""As sockets of IPv4 have it, and as those of IPv6 do."""
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


class Port:
    """A listening socket; *unanswered* is called on the loop for each connect refused or dropped, where it is seen."""

    def __init__(self, sock: socket.socket, *, loop: asyncio.AbstractEventLoop, unanswered: Callable[[], None]) -> None:
        self.sock = sock
        self.number: int = sock.getsockname()[1]
        self.standing: PortState | None = None
        self._loop, self._unanswered = loop, unanswered
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._news: socket.socket | None = None
        self._known: frozenset[int] = frozenset()

    def set_state(self, standing: PortState | None) -> None:
        """Refuse or drop connects from now on, or take them (None)."""
        if standing is self.standing:
            return
        self._take_again()
        self.standing = standing
        if standing is PortState.REFUSES:
            self._refuse()
        elif standing is PortState.DROPS:
            self._drop()

    @property
    def is_blind(self) -> bool:
        """Whether this system does not tell of the connects that are refused now."""
        return self.standing is PortState.REFUSES and self._news is None

    def read_events(self) -> None:
        """See what was refused or dropped since the last look."""
        if self.standing is PortState.DROPS:
            self._count()
        elif self.standing is PortState.REFUSES:
            self._hear()

    def close(self) -> None:
        """Listen no more, and forget what is counted."""
        self._stop_looking()
        self.sock.close()

    def _take_again(self) -> None:
        if self.standing is PortState.DROPS:
            self.sock.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, struct.pack("i", 0))
        self.read_events()
        if self.standing is PortState.REFUSES:
            if self.sock.fileno() < 0:
                self.sock = listening_socket(self.number)
            else:
                self.sock.listen(BACKLOG)
        self._stop_looking()

    def _refuse(self) -> None:
        self._news = _news_of_ends(self.number)
        try:
            # On Linux a listener that is shut down keeps its port and can listen again; elsewhere it is closed.
            self.sock.shutdown(socket.SHUT_RD)
        except OSError:
            self.sock.close()
        if self._news is not None:
            self._known = _clients_of(self.number)
            self._loop.add_reader(self._news, self._hear)

    def _drop(self) -> None:
        self._dropped = _dropped_by(self.sock)
        _attach_filter(self.sock, _DROP)
        self._look_again()

    def _look_again(self) -> None:
        self._count()
        self._timer = self._loop.call_later(LOOK_EVERY_S, self._look_again)

    def _count(self) -> None:
        """See how many connects the kernel has dropped since."""
        dropped = _dropped_by(self.sock)
        for _ in range(dropped - self._dropped):
            self._unanswered()
        self._dropped = dropped

    def _hear(self) -> None:
        """See which sockets have ended: a client's that led here, and was none when the port shut, was refused."""
        while self._news is not None:
            try:
                told = self._news.recv(65_536)
            except OSError:
                # Nothing more, or more than the kernel could keep for us: what is not seen is not counted.
                return
            if _refused_client(told, self.number) not in (None, *self._known):
                self._unanswered()

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._news is not None:
            self._loop.remove_reader(self._news)
            self._news.close()
            self._news = None


def can_drop() -> bool:
    """Whether a port of this system can drop connects unanswered."""
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


def _news_of_ends(port: int) -> socket.socket | None:
    """A socket on which the kernel tells of each TCP socket that ends and led to *port*.

    Of all others it tells nothing: it keeps only so many for us, and a busy machine ends thousands while we are held up.
    """
    try:
        news = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _SOCK_DIAG)
    except (AttributeError, OSError):
        return None
    wanted = _INSTRUCTION.pack(0x28, 0, 0, _THEIR_PORT), _INSTRUCTION.pack(0x15, 0, 1, port)
    try:
        _attach_filter(news, *wanted, _KEEP, _DROP)
        news.bind((0, _TCP_DESTROYED))
    except OSError:
        news.close()
        return None
    return news


def _refused_client(told: bytes, port: int) -> int | None:
    """The port of the client whose socket has ended, if it led to *port* on this machine."""
    if len(told) < 56:
        return None
    state = told[17]
    source, destination = struct.unpack_from("!HH", told, 20)
    is_ours = destination == port and told[40:56].startswith(_OUR_ADDRESSES)
    return source if state == _CLOSED and is_ours else None


def _clients_of(port: int) -> frozenset[int]:
    """The ports of the clients that are, or were a moment ago, connected to *port*."""
    tables = [table.read_text(encoding="ascii").splitlines()[1:] for table in _TABLES if table.exists()]
    ends = [(line.split()[1].rpartition(":")[2], line.split()[2].rpartition(":")[2]) for table in tables for line in table]
    return frozenset(int(own, 16) for own, other in ends if int(other, 16) == port)
