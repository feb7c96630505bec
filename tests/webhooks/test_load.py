"""Many deliveries on few connections: each response belongs to its request, whatever the receiver does to the connection."""

import asyncio

import pytest

from fiskil_harness.webhooks.load import send_many
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address
from tests.apps.listener import Talk, complete, run


def request(number: int) -> bytes:
    return b"POST /%d HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}" % number


def replies_to(talk: Talk, *, count: int, lanes: int, timeout_s: float = 60) -> dict[int, Reply]:
    """Send requests; return the replies by number."""
    replies: dict[int, Reply] = {}

    async def call(address: Address) -> None:
        requests = (request(number) for number in range(count))
        await send_many(address, requests, replies.__setitem__, timeout_s=timeout_s, lanes=lanes)

    run(talk, call)
    return replies


def echoing(*, most: int = 0, announces: bool = False, connections: list[int] | None = None) -> Talk:
    """A server whose status is 200 plus the number in the path. It closes a connection after *most* responses."""

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


def test_each_response_belongs_to_its_request() -> None:
    """Thirty requests on three connections get the responses to themselves."""
    connections: list[int] = []

    replies = replies_to(echoing(connections=connections), count=30, lanes=3)

    assert {number: reply.status for number, reply in replies.items()} == {number: 200 + number for number in range(30)}
    assert len(connections) == 3


def test_a_receiver_that_closes_is_connected_to_again() -> None:
    """No request is lost if the receiver announces that it closes the connection."""
    connections: list[int] = []

    replies = replies_to(echoing(most=2, announces=True, connections=connections), count=10, lanes=1)

    assert [replies[number].status for number in range(10)] == [200 + number for number in range(10)]
    assert len(connections) == 5


def test_a_request_lost_with_its_connection_is_not_sent_again() -> None:
    """If the receiver closes without a response, its request may have arrived, and the next ones are sent."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        writer.close()

    replies = replies_to(talk, count=3, lanes=1)

    assert [replies[number].problem for number in range(3)] == ["connection closed before the response was complete"] * 3


def test_each_request_without_a_response_ends_at_the_limit() -> None:
    """A request without a response ends at the limit, and its connection is closed."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    replies = replies_to(talk, count=2, lanes=2, timeout_s=0.05)

    assert [replies[number].problem for number in range(2)] == ["no response within the limit"] * 2


@pytest.mark.full
def test_after_a_timeout_the_next_request_has_the_whole_limit() -> None:
    """After a timeout the next request has a new connection and the whole limit."""
    connections: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while await reader.readuntil(b"{}") and len(connections) > 1:
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await reader.read()

    replies = replies_to(talk, count=3, lanes=1, timeout_s=4)

    assert [replies[number].status for number in range(3)] == [None, 204, 204]


@pytest.mark.parametrize("surplus", [b"HTTP/1.1 299 Surplus\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 2"])
def test_a_surplus_response_belongs_to_no_request(surplus: bytes) -> None:
    """A surplus response closes the connection, so that it does not count as the response to the next request."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n" + surplus)
        await reader.read()

    replies = replies_to(talk, count=3, lanes=1)

    assert [replies[number].status for number in range(3)] == [204, 204, 204]


@pytest.mark.parametrize(
    ("response", "trouble"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the response is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + b"x" * 11_000_000, "the response is longer than 10 MiB"),
    ],
    ids=["garbage", "endless"],
)
def test_an_invalid_response_is_trouble(response: bytes, trouble: str) -> None:
    """Neither garbage nor an endless response raises an exception."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(response)

    assert replies_to(talk, count=1, lanes=1)[0].problem.startswith(trouble)


def test_a_refused_connection_is_trouble_for_each_request() -> None:
    """Every request gets a reply if connections are refused."""
    replies: dict[int, Reply] = {}

    async def main() -> None:
        nowhere = Address(host="127.0.0.1", port=1)
        await send_many(nowhere, map(request, range(3)), replies.__setitem__, timeout_s=60, lanes=2)

    complete(main())

    assert {reply.problem for reply in replies.values()} == {"connection refused"}
    assert sorted(replies) == [0, 1, 2]


def test_no_requests_open_no_connection() -> None:
    """Without requests no connection is opened."""
    connections: list[int] = []

    assert replies_to(echoing(connections=connections), count=0, lanes=4) == {}
    assert connections == []
