"""Many deliveries on few connections: each answer belongs to its request, whatever the receiver does to the connection."""

import asyncio

import pytest

from fiskil_harness.webhooks.load import pour
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address
from tests.apps.listener import Talk, complete, run


def request(number: int) -> bytes:
    return b"POST /%d HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}" % number


def poured(talk: Talk, *, count: int, lanes: int, timeout_s: float = 60) -> dict[int, Reply]:
    """Replies by number."""
    replies: dict[int, Reply] = {}

    async def call(address: Address) -> None:
        requests = (request(number) for number in range(count))
        await pour(address, requests, replies.__setitem__, timeout_s=timeout_s, lanes=lanes)

    run(talk, call)
    return replies


def echoing(*, most: int = 0, announces: bool = False, connections: list[int] | None = None) -> Talk:
    """A server whose status is 200 plus the number in the path; it closes a connection after *most* answers."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if connections is not None:
            connections.append(1)
        served = 0
        while not most or served < most:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(2)
            served += 1
            number = int(head.split(b" ")[1][1:])
            closing = b"Connection: close\r\n" if announces and served == most else b""
            writer.write(b"HTTP/1.1 %d OK\r\n%sContent-Length: 0\r\n\r\n" % (200 + number, closing))

    return talk


def test_each_answer_belongs_to_its_request() -> None:
    """On three connections for thirty requests."""
    connections: list[int] = []

    replies = poured(echoing(connections=connections), count=30, lanes=3)

    assert {number: reply.status for number, reply in replies.items()} == {number: 200 + number for number in range(30)}
    assert len(connections) == 3


def test_a_receiver_that_closes_is_connected_to_again() -> None:
    """One that says so loses nothing."""
    connections: list[int] = []

    replies = poured(echoing(most=2, announces=True, connections=connections), count=10, lanes=1)

    assert [replies[number].status for number in range(10)] == [200 + number for number in range(10)]
    assert len(connections) == 5


def test_what_was_lost_with_a_connection_is_not_sent_again() -> None:
    """A receiver that hangs up without a word leaves its fate unknown, and the rest goes on."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        writer.close()

    replies = poured(talk, count=3, lanes=1)

    assert [replies[number].trouble for number in range(3)] == ["connection closed before the answer was complete"] * 3


def test_silence_costs_the_limit_once_for_each_request() -> None:
    """Then the connection is given up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    replies = poured(talk, count=2, lanes=2, timeout_s=0.05)

    assert [replies[number].trouble for number in range(2)] == ["no answer within the limit"] * 2


@pytest.mark.full
def test_after_a_silence_the_next_request_has_its_own_time() -> None:
    """On a connection of its own, and as long as any other."""
    connections: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while await reader.readuntil(b"{}") and len(connections) > 1:
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await reader.read()

    replies = poured(talk, count=3, lanes=1, timeout_s=4)

    assert [replies[number].status for number in range(3)] == [None, 204, 204]


@pytest.mark.parametrize("surplus", [b"HTTP/1.1 299 Surplus\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 2"])
def test_an_answer_too_many_is_nobodys(surplus: bytes) -> None:
    """The connection is given up, so that it is not taken for the answer to the next request."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n" + surplus)
        await reader.read()

    replies = poured(talk, count=3, lanes=1)

    assert [replies[number].status for number in range(3)] == [204, 204, 204]


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + b"x" * 11_000_000, "the answer is longer than 10 MiB"),
    ],
    ids=["garbage", "endless"],
)
def test_nonsense_is_trouble(answer: bytes, trouble: str) -> None:
    """Neither garbage nor an endless answer is an exception."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(answer)

    assert poured(talk, count=1, lanes=1)[0].trouble.startswith(trouble)


def test_nobody_listening_is_trouble_for_each() -> None:
    """No request is left without a reply."""
    replies: dict[int, Reply] = {}

    async def main() -> None:
        nowhere = Address(host="127.0.0.1", port=1)
        await pour(nowhere, map(request, range(3)), replies.__setitem__, timeout_s=60, lanes=2)

    complete(main())

    assert {reply.trouble for reply in replies.values()} == {"connection refused"}
    assert sorted(replies) == [0, 1, 2]


def test_no_request_is_no_connection() -> None:
    """Nothing is opened in vain."""
    connections: list[int] = []

    assert poured(echoing(connections=connections), count=0, lanes=4) == {}
    assert connections == []
