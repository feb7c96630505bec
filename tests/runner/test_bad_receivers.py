"""Whatever a receiver does, a delivery ends in bounded time with a plain word, and nothing of ours crashes."""

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
from fiskil_harness.webhooks.connection_script import Talk as Heard
from fiskil_harness.webhooks.connection_script import perform
from fiskil_harness.webhooks.fiskil_signature import HEADER
from fiskil_harness.webhooks.request_variants import REQUEST_VARIANTS, Letter
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import JSON
from fiskil_harness.webhooks.transport import Address
from tests.apps.listener import Talk, run

LIMIT_S, SILENT = 0.3, "no response within the limit"
PATIENCE_S = 60
"""For what surely ends otherwise than by its limit, however busy the machine is."""
BODY = b'{"data":{"event":"consent.revoked"}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"


def answering(*pieces: bytes, pause_s: float = 0, closes: bool = True, times: int = 1) -> Talk:
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
"""Who closes before it has read everything resets, where the rest comes a moment later."""

MISBEHAVING: dict[str, tuple[Talk, str | tuple[str, ...]]] = {
    "hangs": (answering(closes=False), SILENT),
    "resets": (resetting(), "connection reset"),
    "closes_without_answer": (answering(), CLOSED),
    "dies_midway": (answering(b"HTTP/1.1 200 OK\r\nContent-Le"), CLOSED),
    "dies_in_its_body": (answering(HEAD, b"half"), CLOSED),
    "speaks_another_protocol": (answering(b"220 smtp ready\r\n"), "the response is not HTTP"),
    "sends_noise": (answering(bytes(range(256)) * 4), "the response is not HTTP"),
    "has_an_endless_head": (
        answering(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", times=9, closes=False),
        "the response is not HTTP",
    ),
    "answers_10_mb": (answering(HEAD, b"x" * 11_000_000), "the response is longer than 10 MiB"),
    "never_ends": (answering(HEAD, *[b"x"] * 5000, pause_s=0.01), SILENT),
    "drips_its_head": (answering(*[b"HTTP/1.1 200 OK\r\nX: "], *[b"y"] * 5000, pause_s=0.01), SILENT),
    "says_100_for_ever": (answering(b"HTTP/1.1 100 Continue\r\n\r\n", times=5000, pause_s=0.01), SILENT),
    "asks_for_an_upgrade": (
        answering(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", closes=False),
        "the response switches to another protocol",
    ),
}


def outgoing() -> Outgoing:
    note = Delivery(event="e0", participant="", message_id="1", attempt=1, body=BODY)
    return Outgoing(note=note, headers=(*JSON, (HEADER, "c2ln")))


def delivered(
    talk: Talk, *, tls: ssl.SSLContext | None = None, ca_file: Path | None = None, limit_s: float = PATIENCE_S
) -> Delivery:
    """One attempt at a receiver whose connections run *talk*."""

    def attempt(port: int) -> Delivery:
        target = Target(host="127.0.0.1", port=port, path="/hook", is_tls=tls is not None)
        with Loop() as loop:
            return Sender(loop, target, ca_file=ca_file, timeout_s=limit_s).deliver(outgoing(), Journal())

    async def call(address: Address) -> Delivery:
        return await asyncio.to_thread(attempt, address.port)

    made: Delivery = run(talk, call, tls=tls)
    return made


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_receiver_that_misbehaves_is_told_in_words(name: str) -> None:
    """No status, a sentence, and not much more than the limit, which is a moment where nothing else ends it."""
    talk, trouble = MISBEHAVING[name]
    elapsed = stopwatch()

    delivery = delivered(talk, limit_s=LIMIT_S if trouble == SILENT else PATIENCE_S)

    assert (delivery.status, delivery.outcome) == (None, "indeterminate")
    assert delivery.trouble.startswith(trouble)
    assert elapsed() < 30


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(status: int) -> None:
    """The place that a redirect names is not called, and the delivery is refused."""
    called: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await reader.read(1))
        writer.close()

    async def call(address: Address) -> Delivery:
        place = f"http://127.0.0.1:{address.port}/".encode()
        redirect = b"HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, place)
        return await asyncio.to_thread(delivered, answering(redirect))

    delivery = run(elsewhere, call)

    assert (delivery.status, delivery.outcome, called) == (status, "refuse", [])


@pytest.mark.parametrize("url", ["http://192.0.2.7/hook", "http://10.0.0.1:8000/hook", "https://example.com/hook"])
def test_nothing_leaves_this_machine_unless_allowed_by_name(url: str) -> None:
    """The complaint comes before a socket is opened."""
    with pytest.raises(UnsafeTarget):
        Target.of(url)


@pytest.mark.parametrize("kind", ["hangs", "resets", "closes_without_answer", "sends_noise"])
def test_every_way_to_deliver_ends_at_every_receiver(kind: str) -> None:
    """None of them waits beyond the limit, whatever the receiver does, and none hears an answer."""
    letter = Letter(path="/hook", host="127.0.0.1:1", body=BODY, signature="c2ln")
    scripts = [request_variant.script(letter) for request_variant in REQUEST_VARIANTS.values()]
    elapsed = stopwatch()

    async def call(address: Address) -> list[Heard]:
        return await asyncio.gather(*(perform(address, script, timeout_s=0.2) for script in scripts))

    made: list[Heard] = run(MISBEHAVING[kind][0], call)

    assert len(made) == len(REQUEST_VARIANTS)
    assert {talk.reply.status for talk in made} == {None}
    assert all(talk.reply.trouble for talk in made)
    assert elapsed() < 30


AUTHORITY = trustme.CA()


def certificate(kind: str) -> trustme.LeafCert:
    """A certificate that does not hold for 127.0.0.1, or one that does."""
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made: dict[str, Callable[[], trustme.LeafCert]] = {
        "good": lambda: AUTHORITY.issue_cert("127.0.0.1"),
        "expired": lambda: AUTHORITY.issue_cert(
            "127.0.0.1", not_before=long_ago, not_after=long_ago + datetime.timedelta(days=1)
        ),
        "for another host": lambda: AUTHORITY.issue_cert("bank.example"),
        "of an unknown authority": lambda: trustme.CA().issue_cert("127.0.0.1"),
    }
    return made[kind]()


def secured(kind: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate(kind).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return path


def test_a_receiver_with_a_good_certificate_is_delivered_to(ca_file: Path) -> None:
    """TLS is nothing special then."""
    delivery = delivered(answering(b"HTTP/1.1 204 No Content\r\n\r\n"), tls=secured("good"), ca_file=ca_file)

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
    """Not a byte of the request arrives, and the trouble says what is wrong with the certificate."""
    arrived: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.read(1))

    delivery = delivered(talk, tls=secured(kind), ca_file=ca_file)

    assert delivery.outcome == "indeterminate"
    assert delivery.trouble.startswith("TLS refused: ")
    assert words in delivery.trouble
    assert set(arrived) <= {b""}


def test_a_self_signed_certificate_gets_no_message(ca_file: Path) -> None:
    """Who signs for himself is nobody's authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    alone = trustme.CA()
    with alone.private_key_pem.tempfile() as key, alone.cert_pem.tempfile() as chain:
        context.load_cert_chain(chain, key)

    delivery = delivered(answering(b"HTTP/1.1 204 No Content\r\n\r\n"), tls=context, ca_file=ca_file)

    assert delivery.outcome == "indeterminate"
    assert delivery.trouble.startswith("TLS refused: self-signed certificate")


def test_plain_http_on_a_tls_port_is_told_in_words(ca_file: Path) -> None:
    """A receiver that speaks no TLS has no certificate at all."""

    def attempt(port: int) -> Delivery:
        target = Target(host="127.0.0.1", port=port, path="/", is_tls=True)
        with Loop() as loop:
            return Sender(loop, target, ca_file=ca_file, timeout_s=PATIENCE_S).deliver(outgoing(), Journal())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def call(address: Address) -> Delivery:
        return await asyncio.to_thread(attempt, address.port)

    assert run(talk, call).trouble.startswith("TLS failed: ")
