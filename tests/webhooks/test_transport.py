"""Sending raw bytes: which responses are received, which are not, and that requests are sent at the same moment."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address, post, post_beside_slow_client, post_together

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
PATIENCE_S = 60
"""For responses that certainly arrive, even on a busy machine."""
OK = b"HTTP/1.1 204 No Content\r\n\r\n"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def complete(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run *coroutine* in its own thread: a browser test of this process may have a loop in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def run(talk: Talk, call: Callable[[Address], Awaitable[Any]]) -> Any:
    """Run *call* against a server whose connections run *talk*."""

    async def main() -> Any:
        writers: list[asyncio.StreamWriter] = []

        async def watched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            await talk(reader, writer)

        server = await asyncio.start_server(watched, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            result = await call(Address(host="127.0.0.1", port=port))
            await hang_up(writers)
            return result

    return complete(main())


async def hang_up(writers: list[asyncio.StreamWriter]) -> None:
    """Close every connection while its loop still runs."""
    for writer in writers:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def responding(response: bytes) -> Talk:
    """A server that reads a request, sends *response* and closes the connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(REQUEST))
        writer.write(response)
        await writer.drain()
        writer.close()

    return talk


def reply_to(response: bytes, **options: Any) -> Reply:
    reply: Reply = run(responding(response), lambda address: post(address, REQUEST, timeout_s=PATIENCE_S, **options))
    return reply


def test_a_response_is_complete() -> None:
    """A reply has status, headers with lower-case names, and body."""
    reply = reply_to(b"HTTP/1.1 401 No\r\nX-Why: signature\r\nContent-Length: 2\r\n\r\nno")

    assert (reply.status, reply.body, reply.problem) == (401, b"no", "")
    assert ("x-why", "signature") in reply.headers


@pytest.mark.parametrize(
    ("response", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", b"x"),
    ],
)
def test_every_framing_is_understood(response: bytes, body: bytes) -> None:
    """Responses may be chunked, end with the connection, or follow an interim response."""
    reply = reply_to(response)

    assert (reply.status, reply.body) == (200, body)


def test_a_redirect_is_a_response() -> None:
    """A redirect is not followed."""
    assert reply_to(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").status == 302


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (b"", "connection closed before the response was complete"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "connection closed before the response was complete"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the response is not HTTP: HttpParserInvalidStatusError"),
    ],
)
def test_an_invalid_response_has_no_status(response: bytes, problem: str) -> None:
    """A response that is cut off or is not HTTP has no status, and the problem states why."""
    reply = reply_to(response)

    assert reply.status is None
    assert reply.problem.partition(":")[0] == problem.partition(":")[0]


def test_a_refused_connection_has_no_status() -> None:
    """A refused connection is a problem of the reply, not an exception."""
    unused = Address(host="127.0.0.1", port=1)

    reply = complete(post(unused, REQUEST, timeout_s=PATIENCE_S))

    assert (reply.status, reply.problem) == (None, "connection refused")


def test_silence_ends_at_the_limit() -> None:
    """A receiver that never responds costs the limit and no more."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    reply: Reply = run(talk, lambda address: post(address, REQUEST, timeout_s=0.05))

    assert (reply.status, reply.problem) == (None, "no response within the limit")
    assert reply.took_s >= 0.05


def test_an_unread_response_has_no_status() -> None:
    """Closing the connection at the first byte leaves no status, although the receiver responded."""
    reply = reply_to(OK, keeps_response=False)

    assert (reply.status, reply.problem) == (None, "hung up before reading the response")


def test_an_endless_response_is_cut_off() -> None:
    """A receiver cannot fill the harness's memory."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n"

    assert reply_to(head + b"x" * 11_000_000).problem == "the response is longer than 10 MiB"


def test_a_long_response_is_kept_in_part() -> None:
    """The status counts, and the beginning of the body is kept."""
    reply = reply_to(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)

    assert (reply.status, len(reply.body)) == (200, 65_536)


def test_a_burst_is_complete_only_when_all_are_connected() -> None:
    """No receiver has a whole request before every connection of the burst is open."""
    connected = 0
    connected_at_first_request: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        await reader.readexactly(len(REQUEST))
        connected_at_first_request.append(connected)
        writer.write(OK)
        writer.close()

    replies: list[Reply] = run(talk, lambda address: post_together([address] * 8, [REQUEST] * 8, timeout_s=PATIENCE_S))

    assert [reply.status for reply in replies] == [204] * 8
    assert connected_at_first_request[0] == 8


def test_one_request_of_a_burst_may_fail_alone() -> None:
    """Replies are in the order of requests, whatever the result of each."""

    async def call(address: Address) -> list[Reply]:
        nowhere = Address(host="127.0.0.1", port=1)
        return await post_together([address, nowhere, address], [REQUEST] * 3, timeout_s=PATIENCE_S)

    replies: list[Reply] = run(responding(OK), call)

    assert [reply.status for reply in replies] == [204, None, 204]


def test_the_source_address_can_be_set() -> None:
    """An unknown sender connects from another address."""
    source_ips: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source_ips.append(writer.get_extra_info("peername")[0])
        await responding(OK)(reader, writer)

    run(
        talk,
        lambda address: post(
            Address(host=address.host, port=address.port, source_ip="127.0.0.2"), REQUEST, timeout_s=PATIENCE_S
        ),
    )
    run(talk, lambda address: post(address, REQUEST, timeout_s=PATIENCE_S))

    assert source_ips == ["127.0.0.2", "127.0.0.1"]


def test_a_slow_client_is_still_connected_when_the_other_gets_its_response() -> None:
    """The slow request begins first, and has not ended when the ordinary one gets its response."""
    slow_head = b"POST / HTTP/1.1\r\nContent-Length: 4096\r\n\r\n"
    events: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(len(slow_head))
        if first == slow_head:
            events.append("slow began")
            rest = await reader.read(4096)
            events.append("slow sent more" if rest else "slow ended")
            return
        await reader.readexactly(len(REQUEST) - len(slow_head))
        events.append("answered")
        writer.write(OK)
        writer.close()

    reply: Reply = run(
        talk,
        lambda address: post_beside_slow_client(address, REQUEST + b"", head=slow_head, every_ms=5, timeout_s=PATIENCE_S),
    )

    assert reply.status == 204
    assert events[0] == "slow began"
    assert "slow ended" not in events


def test_a_serial_receiver_delays_the_other_request() -> None:
    """A receiver that serves one client at a time never reads the ordinary request."""
    turn = asyncio.Lock()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with turn:
            request = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(4096 if b"4096" in request else 4)
            writer.write(OK)
            writer.close()

    head = b"POST / HTTP/1.1\r\nContent-Length: 4096\r\n\r\n"
    reply: Reply = run(talk, lambda address: post_beside_slow_client(address, REQUEST, head=head, every_ms=5, timeout_s=0.2))

    assert reply.problem == "no response within the limit"
