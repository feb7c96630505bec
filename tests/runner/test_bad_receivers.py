"""A delivery to any receiver ends within its limit, with a plain reason, and without an internal error."""

import asyncio
import datetime
import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.server import Loop
from fiskil_harness.errors import UnsafeTarget
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.webhooks import Sender, Target
from fiskil_harness.webhooks.connection_script import Conversation as ScriptResult
from fiskil_harness.webhooks.connection_script import perform
from fiskil_harness.webhooks.fiskil_signature import HEADER
from fiskil_harness.webhooks.request_variants import REQUEST_VARIANTS, SignedRequest
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import JSON
from fiskil_harness.webhooks.transport import Address
from tests.apps.listener import Talk, run

LIMIT_S, SILENT = 0.3, "no response within the limit"
PATIENCE_S = 60
"""The limit of deliveries that must end for another reason, even on a busy machine."""
BODY = b'{"data":{"event":"consent.revoked"}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"


def responding(*pieces: bytes, pause_s: float = 0, closes: bool = True, times: int = 1) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(times):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)
        if closes:
            writer.close()
        else:
            await reader.read(-1)

    return talk


def resetting() -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        linger_off = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_off)
        writer.transport.abort()

    return talk


CLOSED = ("connection closed before the response was complete", "connection reset")
"""The kernel resets a connection that is closed before everything was read."""

MISBEHAVING: dict[str, tuple[Talk, str | tuple[str, ...]]] = {
    "hangs": (responding(closes=False), SILENT),
    "resets": (resetting(), "connection reset"),
    "closes_without_response": (responding(), CLOSED),
    "dies_midway": (responding(b"HTTP/1.1 200 OK\r\nContent-Le"), CLOSED),
    "dies_in_its_body": (responding(HEAD, b"half"), CLOSED),
    "speaks_another_protocol": (responding(b"220 smtp ready\r\n"), "the response is not HTTP"),
    "sends_noise": (responding(bytes(range(256)) * 4), "the response is not HTTP"),
    "has_an_endless_head": (
        responding(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", times=9, closes=False),
        "the response is not HTTP",
    ),
    "responds_with_10_mb": (responding(HEAD, b"x" * 11_000_000), "the response is longer than 10 MiB"),
    "never_ends": (responding(HEAD, *[b"x"] * 5000, pause_s=0.01), SILENT),
    "drips_its_head": (responding(*[b"HTTP/1.1 200 OK\r\nX: "], *[b"y"] * 5000, pause_s=0.01), SILENT),
    "sends_100_without_end": (responding(b"HTTP/1.1 100 Continue\r\n\r\n", times=5000, pause_s=0.01), SILENT),
    "requests_an_upgrade": (
        responding(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", closes=False),
        "the response switches to another protocol",
    ),
}


def outgoing() -> Outgoing:
    note = Delivery(event="e0", participant="", message_id="1", attempt=1, body=BODY)
    return Outgoing(delivery=note, headers=(*JSON, (HEADER, "c2ln")))


def delivered(
    talk: Talk, *, tls: ssl.SSLContext | None = None, ca_file: Path | None = None, limit_s: float = PATIENCE_S
) -> Delivery:
    """Return the delivery of one attempt to a receiver whose connections run *talk*."""

    def attempt(port: int) -> Delivery:
        target = Target(host="127.0.0.1", port=port, path="/hook", is_tls=tls is not None)
        with Loop() as loop:
            return Sender(loop, target, ca_file=ca_file, timeout_s=limit_s).deliver(outgoing(), Journal())

    async def call(address: Address) -> Delivery:
        return await asyncio.to_thread(attempt, address.port)

    delivery: Delivery = run(talk, call, tls=tls)
    return delivery


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_delivery_to_a_misbehaving_receiver_states_the_reason(name: str) -> None:
    """The delivery has no status but a reason, and ends within its limit."""
    talk, trouble = MISBEHAVING[name]
    elapsed = stopwatch()

    delivery = delivered(talk, limit_s=LIMIT_S if trouble == SILENT else PATIENCE_S)

    assert (delivery.status, delivery.outcome) == (None, "indeterminate")
    assert delivery.problem.startswith(trouble)
    assert elapsed() < 30


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(status: int) -> None:
    """The address of a redirect is not called, and the delivery counts as refused."""
    received: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(1))
        writer.close()

    async def call(address: Address) -> Delivery:
        address_of_redirect = f"http://127.0.0.1:{address.port}/".encode()
        redirect = b"HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, address_of_redirect)
        return await asyncio.to_thread(delivered, responding(redirect))

    delivery = run(elsewhere, call)

    assert (delivery.status, delivery.outcome, received) == (status, "refuse", [])


@pytest.mark.parametrize("url", ["http://192.0.2.7/hook", "http://10.0.0.1:8000/hook", "https://example.com/hook"])
def test_other_hosts_are_rejected(url: str) -> None:
    """UnsafeTarget is raised before a socket opens."""
    with pytest.raises(UnsafeTarget):
        Target.of(url)


@pytest.mark.parametrize("kind", ["hangs", "resets", "closes_without_response", "sends_noise"])
def test_every_request_variant_ends_at_every_receiver(kind: str) -> None:
    """No variant waits beyond its limit, and none reports a status."""
    letter = SignedRequest(path="/hook", host="127.0.0.1:1", body=BODY, signature="c2ln")
    scripts = [request_variant.script(letter) for request_variant in REQUEST_VARIANTS.values()]
    elapsed = stopwatch()

    async def call(address: Address) -> list[ScriptResult]:
        return await asyncio.gather(*(perform(address, script, timeout_s=0.2) for script in scripts))

    results: list[ScriptResult] = run(MISBEHAVING[kind][0], call)

    assert len(results) == len(REQUEST_VARIANTS)
    assert {result.reply.status for result in results} == {None}
    assert all(result.reply.problem for result in results)
    assert elapsed() < 30


AUTHORITY = trustme.CA()


def certificate(kind: str) -> trustme.LeafCert:
    """Return a certificate for 127.0.0.1 that is good, or one that is invalid in the named way."""
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    makers: dict[str, Callable[[], trustme.LeafCert]] = {
        "good": lambda: AUTHORITY.issue_cert("127.0.0.1"),
        "expired": lambda: AUTHORITY.issue_cert(
            "127.0.0.1", not_before=long_ago, not_after=long_ago + datetime.timedelta(days=1)
        ),
        "for another host": lambda: AUTHORITY.issue_cert("bank.example"),
        "of an unknown authority": lambda: trustme.CA().issue_cert("127.0.0.1"),
    }
    return makers[kind]()


def secured(kind: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate(kind).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return path


def test_a_receiver_with_a_good_certificate_gets_the_message(ca_file: Path) -> None:
    """A delivery over TLS is acknowledged."""
    delivery = delivered(responding(b"HTTP/1.1 204 No Content\r\n\r\n"), tls=secured("good"), ca_file=ca_file)

    assert delivery.outcome == "ack"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "certificate has expired"),
        ("for another host", "IP address mismatch"),
        ("of an unknown authority", "unable to get local issuer certificate"),
    ],
)
def test_a_bad_certificate_gets_no_message(ca_file: Path, kind: str, words: str) -> None:
    """No byte of the request arrives, and the reason states what is wrong with the certificate."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(1))

    delivery = delivered(talk, tls=secured(kind), ca_file=ca_file)

    assert delivery.outcome == "indeterminate"
    assert delivery.problem.startswith("TLS refused: ")
    assert words in delivery.problem
    assert set(received) <= {b""}


def test_a_self_signed_certificate_gets_no_message(ca_file: Path) -> None:
    """A certificate that signs itself is not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    self_signed = trustme.CA()
    with self_signed.private_key_pem.tempfile() as key, self_signed.cert_pem.tempfile() as chain:
        context.load_cert_chain(chain, key)

    delivery = delivered(responding(b"HTTP/1.1 204 No Content\r\n\r\n"), tls=context, ca_file=ca_file)

    assert delivery.outcome == "indeterminate"
    assert delivery.problem.startswith("TLS refused: self-signed certificate")


def test_plain_http_on_a_tls_port_states_the_reason(ca_file: Path) -> None:
    """A delivery over TLS to a receiver without TLS fails with a reason."""

    def attempt(port: int) -> Delivery:
        target = Target(host="127.0.0.1", port=port, path="/", is_tls=True)
        with Loop() as loop:
            return Sender(loop, target, ca_file=ca_file, timeout_s=PATIENCE_S).deliver(outgoing(), Journal())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def call(address: Address) -> Delivery:
        return await asyncio.to_thread(attempt, address.port)

    assert run(talk, call).problem.startswith("TLS failed: ")
