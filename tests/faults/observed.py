"""What tests of faults in an exchange share: acts and an exchange as values, and a client that is nothing but a socket."""

import re
import socket
import ssl
import sys
from random import Random
from typing import Any

from msgspec import Struct

from fiskil_harness import faults
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
HEAD = b"HTTP/1.1 200 OK\r\nx-fiskil-version: v3\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n"
BODY = b'{"letters":"abcdefghijkl"}'
REPLY = faults.Reply(
    status=200,
    headers=((b"x-fiskil-version", b"v3"), (b"content-type", b"application/json"), (b"content-length", b"26")),
    body=BODY,
)


class Heard(Struct, frozen=True, kw_only=True):
    """Everything that came, the date as zeros.

    ``pieces`` tells when each read ended and how much it brought; ``end`` is ``closed``, ``reset`` or ``silent``.
    ``arrivals`` tells how often data came, by the kernel's count: it does not depend on how soon anybody read.
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
        """What came after the head."""
        return self.data.partition(b"\r\n\r\n")[2]


def acts(body: bytes = BODY) -> list[Act]:
    """An answer before any fault: a head, and a body unless it is empty."""
    head = HEAD.replace(b"26", b"%d" % len(body))
    return [faults.Piece(head), faults.Piece(body, is_body=True)] if body else [faults.Piece(head)]


def told(*, seed: int = 0, method: str = "GET", api_url: str = "http://api.example") -> faults.MatchedExchange:
    """An exchange as a fault is told of it."""
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
    """The bytes of each piece."""
    return [value.data for value in shaped if isinstance(value, faults.Piece)]


def pauses_ms(shaped: Any) -> list[float]:
    """The milliseconds of each pause."""
    return [round(value.seconds * 1000, 3) for value in shaped if isinstance(value, faults.Pause)]


def lines(shaped: Any) -> list[bytes]:
    """The lines of the head without the blank one."""
    head = Head.of(shaped)
    return [head.status_line, *head.lines]


def request(*, method: str = "GET", is_kept: bool = False) -> bytes:
    """A request whose answer has the same bytes each time; the server closes after it unless it is kept."""
    close = b"" if is_kept else b"Connection: close\r\n"
    return b"%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (method.encode(), PATH.encode(), close)


def hear(
    fiskil: LocalFiskil,
    *broken: faults.AnyFault,
    route: str = ROUTE,
    method: str = "GET",
    is_kept: bool = False,
    patience_s: float = PATIENCE_S,
    least_bytes: int = 0,
) -> Heard:
    """What a socket reads of an answer that meets these faults, until nothing has come for so long.

    Before the faults have bitten, and before so many bytes have come, a silence does not count.
    """
    if not broken:
        return _read(fiskil, request(method=method, is_kept=is_kept), patience_s, least_bytes)
    more = {"route": route, "method": method, "is_kept": is_kept}
    with fiskil.broken(route, broken[0]):
        return hear(fiskil, *broken[1:], **more, patience_s=patience_s, least_bytes=least_bytes)


def _secured(plain: socket.socket, fiskil: LocalFiskil, scheme: str) -> socket.socket:
    if scheme == "http":
        return plain
    context = ssl.create_default_context(cafile=str(fiskil.certificates.ca_file))
    return context.wrap_socket(plain, server_hostname="localhost")


def _dateless(data: bytes) -> bytes:
    return re.sub(rb"(?<=date: )[^\r\n]+", lambda found: b"0" * len(found[0]), data)


def is_next_answer_good(fiskil: LocalFiskil) -> bool:
    """Whether the answer to a next request is what it was before any fault."""
    return hear(fiskil).data.startswith(b"HTTP/1.1 200 OK\r\n")


def _read(fiskil: LocalFiskil, asked: bytes, patience_s: float, least_bytes: int) -> Heard:
    elapsed_s = stopwatch()
    came: list[tuple[float, int]] = []
    data, end, silences = b"", "silent", 0
    scheme, host, port = fiskil.api_url.replace("//", "").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as plain, _secured(plain, fiskil, scheme) as line:
        line.sendall(asked)
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
            came.append((elapsed_s(), len(part)))
            data, silences = data + part, 0
        arrivals = _arrivals(line)
    return Heard(data=_dateless(data), end=end, pieces=tuple(came), ended_s=elapsed_s(), arrivals=arrivals)


def _has_bitten(fiskil: LocalFiskil) -> bool:
    return all(waiting.left == 0 for waiting in fiskil.link.rules.waiting())


def _arrivals(line: socket.socket) -> int:
    return int.from_bytes(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)[DATA_SEGMENTS_IN], sys.byteorder)
