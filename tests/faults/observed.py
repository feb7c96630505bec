"""Helpers for faults in an exchange: acts and an exchange as values, and a client that uses a bare socket."""

import re
import socket
import ssl
import sys
from random import Random
from typing import Any

from msgspec import Struct

from fiskil_harness import faults
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.faults.acts import Head
from fiskil_harness.faults.fault import Act
from fiskil_harness.server.local_fiskil import LocalFiskil

PATIENCE_S = 60
SILENCES = 2
"""So many in a row, for one may be that of a machine that was busy."""
DATA_SEGMENTS_IN = slice(152, 156)
"""Where Linux keeps, in what it tells of a connection, how often data has come on it."""

ROUTE = "institutions.list"
PATH = "/v1/institutions?client_id=x"
ANY_CLIENT = Interpretations({"institutions.unknown-client": "accepted"})
"""The interpretation under which ``PATH`` is accepted."""
HEAD = b"HTTP/1.1 200 OK\r\nx-fiskil-version: v3\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n"
BODY = b'{"letters":"abcdefghijkl"}'
REPLY = faults.Reply(
    status=200,
    headers=((b"x-fiskil-version", b"v3"), (b"content-type", b"application/json"), (b"content-length", b"26")),
    body=BODY,
)


class Received(Struct, frozen=True, kw_only=True):
    """Everything that a client received; the date is replaced by zeros.

    Args:
        data: The bytes.
        end: ``closed``, ``reset`` or ``silent``.
        pieces: For each read, when it ended and how many bytes it had.
        ended_s: When the client stopped.
        arrivals: How often data arrived, as counted by the kernel; independent of when it was read.
    """

    data: bytes
    end: str
    pieces: tuple[tuple[float, int], ...]
    ended_s: float
    arrivals: int = 0

    @property
    def head(self) -> bytes:
        """The head, with the blank line."""
        head, blank, _ = self.data.partition(b"\r\n\r\n")
        return head + blank

    @property
    def body(self) -> bytes:
        """The bytes after the head."""
        return self.data.partition(b"\r\n\r\n")[2]


def acts(body: bytes = BODY) -> list[Act]:
    """Return the acts of a response before any fault: a head, and a body unless it is empty."""
    head = HEAD.replace(b"26", b"%d" % len(body))
    return [faults.Piece(head), faults.Piece(body, is_body=True)] if body else [faults.Piece(head)]


def make_exchange(*, seed: int = 0, method: str = "GET", api_url: str = "http://api.example") -> faults.MatchedExchange:
    """Return an exchange as a fault receives it."""
    return faults.MatchedExchange(
        method=method,
        path="/v1/institutions",
        query=b"client_id=x",
        headers=(),
        body=b"",
        route=ROUTE,
        version="v3",
        api_url=api_url,
        foreign_url=lambda: "http://stranger.example",
        chance=Random(seed),
        refusal=lambda status, _name, _message: faults.Reply(status=status, headers=(), body=b""),
        waits=lambda _seconds: (),
    )


def pieces(shaped: Any) -> list[bytes]:
    """Return the bytes of each piece."""
    return [act.data for act in shaped if isinstance(act, faults.Piece)]


def pauses_ms(shaped: Any) -> list[float]:
    """Return the milliseconds of each pause."""
    return [round(act.seconds * 1000, 3) for act in shaped if isinstance(act, faults.Pause)]


def lines(shaped: Any) -> list[bytes]:
    """Return the lines of the head without the blank one."""
    head = Head.of(shaped)
    return [head.status_line, *head.lines]


def request(*, method: str = "GET", is_kept: bool = False) -> bytes:
    """Return a request whose response is the same each time; the server closes after it unless it is kept."""
    close = b"" if is_kept else b"Connection: close\r\n"
    return b"%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (method.encode(), PATH.encode(), close)


def receive(
    fiskil: LocalFiskil,
    *broken: faults.AnyFault,
    route: str = ROUTE,
    method: str = "GET",
    is_kept: bool = False,
    patience_s: float = PATIENCE_S,
    least_bytes: int = 0,
) -> Received:
    """Return what a socket reads of a response under the faults *broken*, until nothing has arrived for *patience_s*.

    Before the faults have bitten, and before *least_bytes* have arrived, silence does not end the reading.
    """
    if not broken:
        return _read(fiskil, request(method=method, is_kept=is_kept), patience_s, least_bytes)
    options = {"route": route, "method": method, "is_kept": is_kept}
    with fiskil.broken(route, broken[0]):
        return receive(fiskil, *broken[1:], **options, patience_s=patience_s, least_bytes=least_bytes)


def _secured(plain: socket.socket, fiskil: LocalFiskil, scheme: str) -> socket.socket:
    if scheme == "http":
        return plain
    context = ssl.create_default_context(cafile=str(fiskil.certificates.ca_file))
    return context.wrap_socket(plain, server_hostname="localhost")


def _dateless(data: bytes) -> bytes:
    return re.sub(rb"(?<=date: )[^\r\n]+", lambda match: b"0" * len(match[0]), data)


def is_next_response_good(fiskil: LocalFiskil) -> bool:
    """Return True if the response to a next request is the usual one."""
    return receive(fiskil).data.startswith(b"HTTP/1.1 200 OK\r\n")


def _read(fiskil: LocalFiskil, request_bytes: bytes, patience_s: float, least_bytes: int) -> Received:
    elapsed_s = stopwatch()
    reads: list[tuple[float, int]] = []
    data, end, silences = b"", "silent", 0
    scheme, host, port = fiskil.api_url.replace("//", "").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as plain, _secured(plain, fiskil, scheme) as line:
        line.sendall(request_bytes)
        line.settimeout(patience_s / SILENCES)
        while silences < SILENCES:
            try:
                part = line.recv(65_536)
            except ConnectionResetError:
                end = "reset"
                break
            except TimeoutError:
                is_awaited = len(data) < least_bytes or not _has_bitten(fiskil)
                silences += not is_awaited or elapsed_s() > PATIENCE_S
                continue
            if not part:
                end = "closed"
                break
            reads.append((elapsed_s(), len(part)))
            data, silences = data + part, 0
        arrivals = _arrivals(line)
    return Received(data=_dateless(data), end=end, pieces=tuple(reads), ended_s=elapsed_s(), arrivals=arrivals)


def _has_bitten(fiskil: LocalFiskil) -> bool:
    return all(waiting.left == 0 for waiting in fiskil.proxy.rules.waiting())


def _arrivals(line: socket.socket) -> int:
    return int.from_bytes(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)[DATA_SEGMENTS_IN], sys.byteorder)
