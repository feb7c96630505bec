"""Scripts for one connection: what is written when, what is received, and that every script ends."""

import asyncio
import ssl
from collections.abc import Awaitable
from typing import Any

import pytest
import trustme

from fiskil_harness.webhooks.connection_script import (
    NO_RESPONSE_EXPECTED,
    Conversation,
    End,
    HangUp,
    Pause,
    ReadContinue,
    ReadResponse,
    Reset,
    Send,
    Watch,
    flood,
    perform,
)
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address
from tests.apps.listener import Talk, complete, run

PATIENCE_S = 60
"""For responses that certainly arrive, even on a busy machine."""
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def performed(talk: Talk, *script: Any, timeout_s: float = PATIENCE_S, **options: Any) -> Conversation:
    conversation: Conversation = run(talk, lambda address: perform(address, script, timeout_s=timeout_s), **options)
    return conversation


def replying(response: bytes, *, received: list[bytes] | None = None) -> Talk:
    """A server that responds to every piece that it reads."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            if received is not None:
                received.append(piece)
            writer.write(response)

    return talk


def reading_all(received: list[object], ended: asyncio.Event | None = None) -> Talk:
    """A server that reads to the end and records how the connection ended."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            received.append(await reader.read(-1))
            received.append("end")
        except ConnectionResetError:
            received.append("reset")
        if ended is not None:
            ended.set()

    return talk


def test_moves_are_performed_in_order() -> None:
    """Two requests on one connection get two responses."""
    received: list[bytes] = []

    talk = performed(replying(OK, received=received), Send(b"one"), ReadResponse(), Send(b"two"), ReadResponse())

    assert received == [b"one", b"two"]
    assert [reply.status for reply in talk.replies] == [204, 204]
    assert talk.unsolicited == ()


def test_unsolicited_responses_are_reported_separately() -> None:
    """A second response to one request is reported as unsolicited, with or without a watch."""
    watched = performed(replying(OK + OK), Send(b"one"), ReadResponse(), Watch(ms=200))
    unwatched = performed(replying(OK + OK), Send(b"one"), ReadResponse())

    assert [len(talk.unsolicited) for talk in (watched, unwatched)] == [1, 1]
    assert [talk.reply.status for talk in (watched, unwatched)] == [204, 204]


def test_after_a_watch_the_next_response_belongs_to_the_next_request() -> None:
    """A watch removes the surplus response, so the next response belongs to the next request."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(65_536))
        writer.write(OK + b"HTTP/1.1 299 Surplus\r\nContent-Length: 0\r\n\r\n")
        received.append(await reader.read(65_536))
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    conversation = performed(talk, Send(b"one"), ReadResponse(), Watch(ms=200), Send(b"two"), ReadResponse())

    assert [reply.status for reply in conversation.replies] == [204, 201]
    assert [reply.status for reply in conversation.unsolicited] == [299]


def test_nothing_more_is_sent_on_a_connection_that_will_close() -> None:
    """A receiver may close the connection; the second request is then not sent."""
    received: list[bytes] = []
    closing = b"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    talk = performed(replying(closing, received=received), Send(b"one"), ReadResponse(), Send(b"two"), ReadResponse())

    assert received == [b"one"]
    assert [reply.status for reply in talk.replies] == [401, None]
    assert talk.replies[1].problem == "the receiver closed the connection"


def test_a_body_can_wait_for_100() -> None:
    """The interim response does not count as the response, but the one after it does."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(65_536))
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        received.append(await reader.read(65_536))
        writer.write(OK)

    conversation = performed(talk, Send(b"head"), ReadContinue(limit_ms=60_000), Send(b"body"), ReadResponse())

    assert (received, conversation.reply.status) == ([b"head", b"body"], 204)


def test_the_wait_for_100_is_limited() -> None:
    """Without a 100 response, the body is sent after the limit."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readexactly(8))
        writer.write(OK)

    assert performed(talk, Send(b"head"), ReadContinue(limit_ms=20), Send(b"body"), ReadResponse()).reply.status == 204


@pytest.mark.parametrize(
    ("ending", "expected"),
    [(End(), [b"half", "end"]), (HangUp(), [b"half", "end"]), (Reset(), ["reset"])],
)
def test_a_connection_can_end_in_three_ways(ending: Any, expected: list[object]) -> None:
    """A reset loses data in flight; the other endings do not."""
    received: list[object] = []
    ended = asyncio.Event()
    script = Send(b"half"), Pause(20), ending, ReadResponse(limit_ms=200) if isinstance(ending, End) else Pause(20)

    async def call(address: Address) -> None:
        await perform(address, script, timeout_s=PATIENCE_S)
        await asyncio.wait_for(ended.wait(), PATIENCE_S)

    run(reading_all(received, ended), call)

    assert received == expected


def test_a_half_closed_connection_still_reads_the_response() -> None:
    """After a FIN the sender still reads the response."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.write(OK)

    assert performed(talk, Send(b"all"), End(), ReadResponse()).reply.status == 204


def test_a_response_to_head_has_no_body() -> None:
    """Its Content-Length is that of the response to GET."""
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    assert performed(replying(response), Send(b"HEAD"), ReadResponse(is_head=True)).reply.status == 200


def silent() -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    return talk


def test_allowed_silence_differs_from_a_timeout() -> None:
    """If the script closes the connection first, the receiver has not exceeded the limit."""
    allowed = performed(silent(), Send(b"x"), ReadResponse(limit_ms=20)).reply
    excessive = performed(silent(), Send(b"x"), ReadResponse(), timeout_s=0.05).reply

    assert (allowed.problem, excessive.problem) == (NO_RESPONSE_EXPECTED, "no response within the limit")


def test_all_responses_of_a_script_share_one_limit() -> None:
    """A receiver that responds once and then hangs costs the limit only once."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(OK)
        await reader.read(-1)

    conversation = performed(
        talk, Send(b"one"), ReadResponse(), Send(b"two"), ReadResponse(), Send(b"three"), ReadResponse(), timeout_s=0.1
    )

    troubles = [reply.problem for reply in conversation.replies]
    assert troubles[-1] == "no response within the limit"
    assert (troubles.count("no response within the limit"), len(troubles) <= 2) == (1, True)


def test_a_receiver_that_reads_nothing_does_not_block_the_script() -> None:
    """Writing a body that the receiver does not read ends at the limit."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)

    conversation = performed(talk, Send(b"x" * 20_000_000), ReadResponse(), timeout_s=0.1)

    assert conversation.reply.problem == "no response within the limit"


def test_a_refused_connection_is_a_reply_with_trouble() -> None:
    """A refused connection is reported as trouble, not as an exception."""

    async def main() -> Conversation:
        return await perform(Address(host="127.0.0.1", port=1), (Send(b"x"), ReadResponse()), timeout_s=PATIENCE_S)

    assert complete(main()).reply == Reply(problem="connection refused")


def test_scripts_are_performed_over_tls() -> None:
    """A TLS connection cannot be half closed, so that move is left out."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)

    async def call(address: Address) -> Conversation:
        secured = Address(host=address.host, port=address.port, tls=client)
        return await perform(secured, (Send(b"x"), End(), ReadResponse()), timeout_s=PATIENCE_S)

    conversation: Conversation = run(replying(OK), call, tls=server)

    assert conversation.reply.status == 204


def test_a_flood_ends_when_the_receiver_responds() -> None:
    """A response or a closed connection ends it, and the accepted bytes are counted."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

    def pieces(address: Address) -> Awaitable[tuple[int, Reply | None]]:
        return flood(address, b"head", b"x" * 1000, most_bytes=50_000_000, limit_s=PATIENCE_S)

    accepted_bytes, reply = run(talk, pieces)

    assert reply is not None
    assert reply.status == 413
    assert 50_000 < accepted_bytes < 50_000_000


def test_a_flood_ends_at_its_size_limit() -> None:
    """If the receiver keeps reading, the flood ends after the given number of bytes."""
    received: list[object] = []

    def pieces(address: Address) -> Awaitable[tuple[int, Reply | None]]:
        return flood(address, b"", b"x" * 1000, most_bytes=20_000, limit_s=PATIENCE_S)

    assert run(reading_all(received), pieces) == (20_000, None)


def test_a_flood_ends_at_its_time_limit() -> None:
    """A slow flood ends at the time limit."""

    def pieces(address: Address) -> Awaitable[tuple[int, Reply | None]]:
        return flood(address, b"", b"x", most_bytes=20_000, pause_ms=10, limit_s=0.05)

    accepted_bytes, reply = run(silent(), pieces)

    assert reply is None
    assert accepted_bytes <= 10
