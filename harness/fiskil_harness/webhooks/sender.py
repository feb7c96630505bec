"""Hands messages over, and writes down what came of each attempt.

The one door for outgoing deliveries: loopback only unless a host is allowed by name, redirects never followed.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from fiskil_harness.core.clock import pause
from fiskil_harness.core.config.urls import redacted_url, why_unusable
from fiskil_harness.core.net.server import Loop, client_context
from fiskil_harness.errors import UnsafeTarget, UsageError
from fiskil_harness.journal import EARLY, HOMES, Delivery, Exchange, HookCall, Journal, shortened
from fiskil_harness.webhooks.connection_script import Script, Talk, flood, perform
from fiskil_harness.webhooks.load import LANES, pour
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address, post_beside_slow_client, post_together

DEFAULT_TIMEOUT_S = 30.0
LONGEST_POUR_S = 600.0
TOO_MANY, TOO_BUSY = 429, 503
MOST_HASTE = 3
"""So many times a delivery that came too soon is made again."""
HASTE_S, LONGEST_HASTE_S = 1.0, 2.0
SLOW_BODY = 4096
SLOW_EVERY_MS = 100
AGENT = "User-Agent: Fiskil-Webhooks (fiskil-harness)"


class Target(Struct, frozen=True, kw_only=True):
    """A receiver's address."""

    host: str
    port: int
    path: str
    is_tls: bool = False

    @classmethod
    def of(cls, url: str, *, allow_hosts: tuple[str, ...] = ()) -> "Target":
        """Read a URL.

        Raises:
            UsageError: It is no HTTP URL, carries a password, or names an address of IPv6.
            UnsafeTarget: It is not on loopback, and its host is not allowed.
        """
        unusable = why_unusable(url)
        if unusable:
            raise UsageError(f"The receiver's URL {unusable}")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            why = "" if "@" in url else f": {error}"
            raise UsageError(f"The receiver's URL, {redacted_url(url)}, is none{why}.") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(
                f"{redacted_url(url)} is no URL of a receiver. It must look like http://127.0.0.1:8000/webhooks/fiskil."
            )
        refuse_unsafe_host(parts.hostname, allow_hosts)
        unusable = why_unusable(url, parts.hostname)
        if unusable:
            raise UsageError(f"The receiver's URL {unusable}")
        path = parts.path or "/"
        return cls(
            host=parts.hostname,
            port=port or (443 if parts.scheme == "https" else 80),
            path=f"{path}?{parts.query}" if parts.query else path,
            is_tls=parts.scheme == "https",
        )


class Outgoing(Struct, frozen=True, kw_only=True):
    """One attempt before it is made: what to send, and what to write down about it."""

    note: Delivery
    headers: tuple[tuple[str, str], ...]
    method: str = "POST"


class Sender:
    """Delivers to one receiver."""

    def __init__(
        self, loop: Loop, target: Target, *, ca_file: Path | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        self._loop = loop
        self.target = target
        self._timeout_s = timeout_s
        self._tls: ssl.SSLContext | None = client_context(ca_file) if target.is_tls else None
        self._group = 0
        self._waits = True

    def deliver(self, outgoing: Outgoing, journal: Journal, *, keeps_answer: bool = True) -> Delivery:
        """Make one attempt and write it down; one that is answered 429, or 503 and Retry-After, is made again soon.

        A rehearsal delivers in seconds what Fiskil spreads over hours, and a receiver may limit how much it takes at a time.
        What came too soon is written down as ``early``. A receiver that says nothing else is not waited for again.
        """
        for _ in range(MOST_HASTE if self._waits else 0):
            (delivery,) = self._together([outgoing], keeps_answer=keeps_answer, journal=journal)
            if not _is_early(delivery, journal):
                journal.write(delivery)
                return delivery
            journal.write(msgspec.structs.replace(delivery, kind=EARLY))
            pause(_asked_s(delivery))
        delivery = self.attempt(outgoing, journal, keeps_answer=keeps_answer)
        self._waits = not _is_early(delivery, journal)
        return delivery

    def attempt(self, outgoing: Outgoing, journal: Journal, *, keeps_answer: bool = True) -> Delivery:
        """Make one attempt and write it down, whatever is answered."""
        return self.burst([outgoing], journal, keeps_answer=keeps_answer)[0]

    def burst(self, outgoing: list[Outgoing], journal: Journal, *, keeps_answer: bool = True) -> list[Delivery]:
        """Make every attempt at once and write them down in the given order."""
        made = self._together(outgoing, journal=journal, keeps_answer=keeps_answer)
        for delivery in made:
            journal.write(delivery)
        return made

    def _together(self, outgoing: list[Outgoing], *, journal: Journal, keeps_answer: bool) -> list[Delivery]:
        self._group += 1
        stamp = journal.stamp()
        replies = self._loop.run(
            post_together(
                [self._address(each_outgoing.note.source_ip) for each_outgoing in outgoing],
                [self._request(each_outgoing) for each_outgoing in outgoing],
                timeout_s=self._timeout_s,
                keeps_answer=keeps_answer,
            ),
            timeout_s=self._timeout_s * 3 + 10,
        )
        group = self._group if len(outgoing) > 1 else 0
        return [_noted(each_outgoing, reply, stamp, group) for each_outgoing, reply in zip(outgoing, replies, strict=True)]

    def talk(self, script: Script, *, source_ip: str = HOMES[0]) -> Talk:
        """Perform *script* on a connection of its own. Nothing is written down: that is for whoever knows what it means."""
        limit_s = self._timeout_s * 3 + 10
        return self._loop.run(perform(self._address(source_ip), script, timeout_s=self._timeout_s), timeout_s=limit_s)

    def flood(
        self, head: bytes, piece: bytes, *, most_bytes: int, pause_ms: float = 0, limit_s: float
    ) -> tuple[int, Reply | None]:
        """Write a body without end on a connection of its own; how much of it was taken, and what came back, if anything."""
        writing = flood(self._address(HOMES[0]), head, piece, most_bytes=most_bytes, pause_ms=pause_ms, limit_s=limit_s)
        return self._loop.run(writing, timeout_s=limit_s * 2 + 10)

    def note(self, one: Outgoing, reply: Reply, journal: Journal, stamp: dict[str, Any]) -> Delivery:
        """Write down what came of one attempt that was made by a script."""
        delivery = _noted(one, reply, stamp)
        journal.write(delivery)
        return delivery

    def pour(
        self, outgoing: Iterable[Outgoing], journal: Journal, *, lanes: int = LANES, limit_s: float = LONGEST_POUR_S
    ) -> int:
        """Make attempts one after another on some kept connections and write them down as they end; how many there were.

        They are asked for as they are needed. Those of one lane wait for one another, so this is no burst: it is load.
        """
        made: dict[int, Outgoing] = {}
        count = 0

        def requests() -> Iterator[bytes]:
            nonlocal count
            for each_outgoing in outgoing:
                made[count] = each_outgoing
                count += 1
                yield written(
                    self.target,
                    body=each_outgoing.note.body,
                    headers=each_outgoing.headers,
                    method=each_outgoing.method,
                    is_kept=True,
                )

        def take(number: int, reply: Reply) -> None:
            stamp = journal.stamp()
            stamp["at_s"] -= reply.took_s
            journal.write_parts(_noted, made.pop(number), reply, stamp)

        pouring = pour(self._address(HOMES[0]), requests(), take, timeout_s=self._timeout_s, lanes=lanes)
        self._loop.run(pouring, timeout_s=limit_s)
        return count

    def deliver_beside_slow_client(self, outgoing: Outgoing, journal: Journal) -> Delivery:
        """Make one attempt while somebody else's request, forged, dribbles in byte by byte."""
        stamp = journal.stamp()
        slow = msgspec.structs.replace(outgoing, note=msgspec.structs.replace(outgoing.note, body=b" " * SLOW_BODY))
        reply = self._loop.run(
            post_beside_slow_client(
                self._address(outgoing.note.source_ip),
                self._request(outgoing),
                head=self._request(slow)[:-SLOW_BODY],
                every_ms=SLOW_EVERY_MS,
                timeout_s=self._timeout_s,
            ),
            timeout_s=self._timeout_s * 3 + 10,
        )
        delivery = _noted(outgoing, reply, stamp)
        journal.write(delivery)
        return delivery

    def _address(self, source_ip: str) -> Address:
        return Address(host=self.target.host, port=self.target.port, source_ip=source_ip, tls=self._tls)

    def _request(self, one: Outgoing) -> bytes:
        return written(self.target, body=one.note.body, headers=one.headers, method=one.method)


def written(
    target: Target,
    *,
    body: bytes,
    headers: tuple[tuple[str, str], ...],
    method: str = "POST",
    is_kept: bool = False,
) -> bytes:
    """A request as it goes on the wire; where the connection *is_kept*, another may follow on it."""
    lines = [
        f"{method} {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}",
        AGENT if is_kept else f"{AGENT}\r\nConnection: close",
        f"Content-Length: {len(body)}",
        *[f"{name}: {value}" for name, value in headers],
        "\r\n",
    ]
    return "\r\n".join(lines).encode("latin-1") + body


def refuse_unsafe_host(host: str, allow_hosts: tuple[str, ...]) -> None:
    """Raise ``UnsafeTarget`` unless *host* is loopback or allowed by name."""
    if host in allow_hosts:
        return
    try:
        addresses = {ipaddress.ip_address(host)}
    except ValueError:
        try:
            addresses = {ipaddress.ip_address(found[4][0]) for found in socket.getaddrinfo(host, None)}
        except (OSError, UnicodeError):
            addresses = set()
    if not addresses or not all(address.is_loopback for address in addresses):
        raise UnsafeTarget(
            f"{host!r} is not loopback, and the harness sends only there. "
            "A machine of your own can be the app of a config: as its app.url, and by name under [sandbox] allow_hosts."
        )


def _noted(one: Outgoing, reply: Reply, stamp: dict[str, Any], group: int = 0) -> Delivery:
    return msgspec.structs.replace(
        one.note,
        **stamp,
        body=shortened(one.note.body),
        headers=one.headers,
        outcome=_outcome(reply.status),
        status=reply.status,
        trouble=reply.trouble,
        took_s=reply.took_s,
        response_headers=reply.headers,
        response_body=shortened(reply.body),
        group=group,
    )


def _is_early(delivery: Delivery, journal: Journal) -> bool:
    """Whether the receiver has asked for a pause, and for no other reason than how fast deliveries follow each other."""
    if delivery.status == TOO_BUSY and _retry_after(delivery):
        was_told_to = any(hook_call.hook == "fail" for hook_call in journal.all(HookCall))
        return not was_told_to and not any(call.bites for call in journal.all(Exchange))
    return delivery.status == TOO_MANY


def _retry_after(delivery: Delivery) -> str:
    return next((value for name, value in delivery.response_headers if name.lower() == "retry-after"), "")


def _asked_s(delivery: Delivery) -> float:
    """How long a receiver wants to be left alone, within bounds."""
    asked = _retry_after(delivery)
    return min(float(asked), LONGEST_HASTE_S) if asked.isascii() and asked.isdecimal() else HASTE_S


def _outcome(status: int | None) -> str:
    if status is None:
        return "indeterminate"
    return "ack" if 200 <= status < 300 else "refuse"
