"""Sends deliveries and records their outcomes.

Only this module sends deliveries: to loopback and to hosts that are allowed by name. Redirects are not followed.
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
from fiskil_harness.core.model import Message
from fiskil_harness.core.net.server import Loop, client_context
from fiskil_harness.errors import UnsafeTarget, UsageError
from fiskil_harness.journal import SOURCE_ADDRESSES, Delivery, DeliveryKind, Exchange, HookCall, Journal, shortened
from fiskil_harness.webhooks.connection_script import Conversation, Script, flood, perform
from fiskil_harness.webhooks.load import LANES, send_many
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.slow_client import SlowClient, post_during
from fiskil_harness.webhooks.transport import Address, post_beside_slow_client, post_together

DEFAULT_TIMEOUT_S = 30.0
LONGEST_POUR_S = 600.0
TOO_MANY, TOO_BUSY = 429, 503
MOST_REPEATS = 3
"""The most repetitions of a delivery that a rate limit of the receiver refused."""
PAUSE_S, LONGEST_PAUSE_S = 1.0, 2.0
SLOW_BODY = 4096
SLOW_EVERY_MS = 100
AGENT = "User-Agent: Fiskil-Webhooks (fiskil-harness)"


class Target(Struct, frozen=True, kw_only=True):
    """A receiver's URL, in parts."""

    host: str
    port: int
    path: str
    is_tls: bool = False

    @classmethod
    def of(cls, url: str, *, allow_hosts: tuple[str, ...] = ()) -> "Target":
        """Parse the URL of a receiver.

        Args:
            allow_hosts: Hosts that are allowed in addition to loopback.

        Raises:
            UsageError: The URL is not an HTTP(S) URL, contains a password, or has an IPv6 address.
            UnsafeTarget: The URL's host is neither loopback nor in *allow_hosts*.
        """
        unusable = why_unusable(url)
        if unusable:
            raise UsageError(f"The receiver's URL {unusable}")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            reason = "" if "@" in url else f": {error}"
            raise UsageError(f"The receiver's URL, {redacted_url(url)}, is invalid{reason}.") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(
                f"{redacted_url(url)} is not the URL of a receiver. It must look like http://127.0.0.1:8000/webhooks/fiskil."
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
    """A delivery attempt before it is made: the request, and the journal entry ``delivery`` without its outcome."""

    delivery: Delivery
    headers: tuple[tuple[str, str], ...]
    method: str = "POST"

    @classmethod
    def of(
        cls,
        message: Message,
        *,
        event: str,
        participant: str = "",
        kind: DeliveryKind = "genuine",
        name: str = "",
        source_ip: str = SOURCE_ADDRESSES[0],
        is_judged: bool = True,
    ) -> "Outgoing":
        """Return the request that delivers *message*. The other arguments are fields of the journal entry."""
        delivery = Delivery(
            event=event,
            participant=participant,
            message_id=message.message_id,
            attempt=message.attempt,
            kind=kind,
            name=name,
            body=message.body,
            source_ip=source_ip,
            is_judged=is_judged,
        )
        return cls(delivery=delivery, headers=message.headers)


class Sender:
    """Sends deliveries to one receiver and records them in the journal.

    Args:
        loop: The event loop thread that sends.
        ca_file: The CA certificates to trust for an HTTPS receiver; None trusts those of the system.
        timeout_s: The limit for one response, in real seconds.
    """

    def __init__(
        self, loop: Loop, target: Target, *, ca_file: Path | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        self._loop = loop
        self.target = target
        self._timeout_s = timeout_s
        self._tls: ssl.SSLContext | None = client_context(ca_file) if target.is_tls else None
        self._group = 0
        self._waits = True

    def deliver(self, outgoing: Outgoing, journal: Journal, *, keeps_response: bool = True) -> Delivery:
        """Make one attempt and record it; repeat it after a pause if the receiver returns 429, or 503 with Retry-After.

        A scenario delivers in seconds what Fiskil spreads over hours, so the receiver's rate limit may refuse a delivery. An
        attempt that is repeated is recorded with the kind ``early``. If the last repetition is refused too, the next
        delivery is not repeated.

        Args:
            keeps_response: False closes the connection at the first byte of the response.
        """
        for _ in range(MOST_REPEATS if self._waits else 0):
            (delivery,) = self._send_together([outgoing], keeps_response=keeps_response, journal=journal)
            if not _is_early(delivery, journal):
                journal.write(delivery)
                return delivery
            journal.write(msgspec.structs.replace(delivery, kind="early"))
            pause(_pause_s(delivery))
        delivery = self.attempt(outgoing, journal, keeps_response=keeps_response)
        self._waits = not _is_early(delivery, journal)
        return delivery

    def attempt(self, outgoing: Outgoing, journal: Journal, *, keeps_response: bool = True) -> Delivery:
        """Make one attempt and record it, whatever the response is."""
        return self.burst([outgoing], journal, keeps_response=keeps_response)[0]

    def burst(self, outgoing: list[Outgoing], journal: Journal, *, keeps_response: bool = True) -> list[Delivery]:
        """Make all attempts at the same time, record them in the given order, and return them."""
        deliveries = self._send_together(outgoing, journal=journal, keeps_response=keeps_response)
        for delivery in deliveries:
            journal.write(delivery)
        return deliveries

    def _send_together(self, outgoing: list[Outgoing], *, journal: Journal, keeps_response: bool) -> list[Delivery]:
        self._group += 1
        stamp = journal.stamp()
        replies = self._loop.run(
            post_together(
                [self._address(attempt.delivery.source_ip) for attempt in outgoing],
                [self._request(attempt) for attempt in outgoing],
                timeout_s=self._timeout_s,
                keeps_response=keeps_response,
            ),
            timeout_s=self._timeout_s * 3 + 10,
        )
        group = self._group if len(outgoing) > 1 else 0
        return [_record_of(attempt, reply, stamp, group) for attempt, reply in zip(outgoing, replies, strict=True)]

    def run_script(self, script: Script, *, source_ip: str = SOURCE_ADDRESSES[0]) -> Conversation:
        """Perform *script* on a new connection and return the responses. The caller records them with ``note``."""
        limit_s = self._timeout_s * 3 + 10
        return self._loop.run(perform(self._address(source_ip), script, timeout_s=self._timeout_s), timeout_s=limit_s)

    def flood(
        self, head: bytes, piece: bytes, *, most_bytes: int, pause_ms: float = 0, limit_s: float
    ) -> tuple[int, Reply | None]:
        """Write an endless body on a new connection, up to a limit; arguments as in ``connection_script.flood``.

        Returns:
            The number of bytes of the body that were accepted, and the reply, if any.
        """
        writing = flood(
            self._address(SOURCE_ADDRESSES[0]), head, piece, most_bytes=most_bytes, pause_ms=pause_ms, limit_s=limit_s
        )
        return self._loop.run(writing, timeout_s=limit_s * 2 + 10)

    def note(self, outgoing: Outgoing, reply: Reply, journal: Journal, stamp: dict[str, Any]) -> Delivery:
        """Record the outcome of one attempt that a script made."""
        delivery = _record_of(outgoing, reply, stamp)
        journal.write(delivery)
        return delivery

    def send_many(
        self, outgoing: Iterable[Outgoing], journal: Journal, *, lanes: int = LANES, limit_s: float = LONGEST_POUR_S
    ) -> int:
        """Make many attempts on *lanes* persistent connections, record each one when it ends, and return their number.

        Attempts are taken from the iterator as needed. Each connection makes one attempt at a time, so the load is steady.

        Args:
            limit_s: The time limit for all attempts together, in real seconds.
        """
        open_attempts: dict[int, Outgoing] = {}
        count = 0

        def requests() -> Iterator[bytes]:
            nonlocal count
            for attempt in outgoing:
                open_attempts[count] = attempt
                count += 1
                yield written(
                    self.target, body=attempt.delivery.body, headers=attempt.headers, method=attempt.method, is_kept=True
                )

        def take(number: int, reply: Reply) -> None:
            stamp = journal.stamp()
            stamp["at_s"] -= reply.took_s
            journal.write_deferred(_record_of, open_attempts.pop(number), reply, stamp)

        pouring = send_many(self._address(SOURCE_ADDRESSES[0]), requests(), take, timeout_s=self._timeout_s, lanes=lanes)
        self._loop.run(pouring, timeout_s=limit_s)
        return count

    def deliver_beside_slow_client(self, outgoing: Outgoing, journal: Journal) -> Delivery:
        """Make one attempt, and record it, while another client sends an invalid request byte by byte."""
        stamp = journal.stamp()
        slow = msgspec.structs.replace(outgoing, delivery=msgspec.structs.replace(outgoing.delivery, body=b" " * SLOW_BODY))
        reply = self._loop.run(
            post_beside_slow_client(
                self._address(outgoing.delivery.source_ip),
                self._request(outgoing),
                head=self._request(slow)[:-SLOW_BODY],
                every_ms=SLOW_EVERY_MS,
                timeout_s=self._timeout_s,
            ),
            timeout_s=self._timeout_s * 3 + 10,
        )
        return self.note(outgoing, reply, journal, stamp)

    def deliver_during(
        self, outgoing: Outgoing, journal: Journal, *, slow: SlowClient, lasts_s: float
    ) -> tuple[Delivery, float | None]:
        """Make one attempt, and record it, while the client *slow* is connected.

        The arguments are those of ``slow_client.post_during``.

        Returns:
            The delivery, and the time from it to the end of the slow connection in real seconds; None if the response came
            first.
        """
        stamp = journal.stamp()
        beside = self._loop.run(
            post_during(
                self._address(outgoing.delivery.source_ip),
                self._request(outgoing),
                slow=slow,
                lasts_s=lasts_s,
                timeout_s=self._timeout_s,
            ),
            timeout_s=self._timeout_s * 3 + 10,
        )
        delivery = _record_of(outgoing, beside.reply, stamp)
        journal.write(delivery)
        return delivery, beside.ended_s

    def _address(self, source_ip: str) -> Address:
        return Address(host=self.target.host, port=self.target.port, source_ip=source_ip, tls=self._tls)

    def _request(self, outgoing: Outgoing) -> bytes:
        return written(self.target, body=outgoing.delivery.body, headers=outgoing.headers, method=outgoing.method)


def written(
    target: Target, *, body: bytes, headers: tuple[tuple[str, str], ...], method: str = "POST", is_kept: bool = False
) -> bytes:
    """Return the bytes of a request; *is_kept* leaves the connection open for another request."""
    lines = [
        f"{method} {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}",
        AGENT if is_kept else f"{AGENT}\r\nConnection: close",
        f"Content-Length: {len(body)}",
        *[f"{name}: {value}" for name, value in headers],
        "\r\n",
    ]
    return "\r\n".join(lines).encode("latin-1") + body


def refuse_unsafe_host(host: str, allow_hosts: tuple[str, ...]) -> None:
    """Raise UnsafeTarget unless *host* is loopback or in *allow_hosts*.

    Raises:
        UnsafeTarget: *host* is neither loopback nor in *allow_hosts*.
    """
    if host in allow_hosts:
        return
    try:
        addresses = {ipaddress.ip_address(host)}
    except ValueError:
        try:
            addresses = {ipaddress.ip_address(record[4][0]) for record in socket.getaddrinfo(host, None)}
        except (OSError, UnicodeError):
            addresses = set()
    if not addresses or not all(address.is_loopback for address in addresses):
        raise UnsafeTarget(
            f"{host!r} is not loopback, and the harness sends only to loopback. "
            "To test an app on another machine, set app.url in a config and name the host under [sandbox] allow_hosts."
        )


def _record_of(outgoing: Outgoing, reply: Reply, stamp: dict[str, Any], group: int = 0) -> Delivery:
    return msgspec.structs.replace(
        outgoing.delivery,
        **stamp,
        body=shortened(outgoing.delivery.body),
        headers=outgoing.headers,
        outcome=_outcome(reply.status),
        status=reply.status,
        problem=reply.problem,
        took_s=reply.took_s,
        response_headers=reply.headers,
        response_body=shortened(reply.body),
        group=group,
    )


def _is_early(delivery: Delivery, journal: Journal) -> bool:
    """Return true if the receiver's rate limit refused a delivery, so that it must be repeated after a pause.

    A 503 response does not count if a fault or an ordered failure of the app may have caused it.
    """
    if delivery.status == TOO_BUSY and _retry_after(delivery):
        was_failure_ordered = any(hook_call.is_failure_request for hook_call in journal.all(HookCall))
        return not was_failure_ordered and not any(call.bites for call in journal.all(Exchange))
    return delivery.status == TOO_MANY


def _retry_after(delivery: Delivery) -> str:
    return next((value for name, value in delivery.response_headers if name.lower() == "retry-after"), "")


def _pause_s(delivery: Delivery) -> float:
    """Return the pause that the receiver requires, within bounds."""
    text = _retry_after(delivery)
    return min(float(text), LONGEST_PAUSE_S) if text.isascii() and text.isdecimal() else PAUSE_S


def _outcome(status: int | None) -> str:
    if status is None:
        return "indeterminate"
    return "ack" if 200 <= status < 300 else "refuse"
