"""A slow client beside a request: it leaves after the response, at the latest after its time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from fiskil_harness.webhooks.slow_client import BesideSlowClient, SlowClient, post_during
from tests.webhooks.test_transport import OK, PATIENCE_S, REQUEST, Talk, run

SLOW_HEAD = b"POST / HTTP/1.1\r\nContent-Length: 4096\r\n\r\n"


def beside(talk: Talk, *, opening: bytes = SLOW_HEAD, piece: bytes = b" ", lasts_s: float) -> BesideSlowClient:
    """Return the result of a request beside a slow client."""
    slow = SlowClient(opening=opening, piece=piece)
    result: BesideSlowClient = run(
        talk, lambda address: post_during(address, REQUEST, slow=slow, lasts_s=lasts_s, timeout_s=PATIENCE_S)
    )
    return result


def one_at_a_time() -> Talk:
    """A server that reads one request completely before it reads the next one."""
    turn = asyncio.Lock()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with turn:
            if b"4096" in await reader.readuntil(b"\r\n\r\n"):
                await reader.read(-1)
            else:
                await reader.readexactly(4)
                writer.write(OK)
            writer.close()

    return talk


async def at_the_same_time(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond to the ordinary request, and to no other."""
    if b"4096" in await reader.readuntil(b"\r\n\r\n"):
        await reader.read(-1)
        return
    writer.write(OK)
    writer.close()


def test_a_slow_client_leaves_when_the_other_request_has_its_response() -> None:
    """A receiver that serves both is not kept waiting for the slow client's time."""
    result = beside(at_the_same_time, lasts_s=PATIENCE_S)

    assert (result.reply.status, result.ended_s) == (204, None)


def test_a_response_after_the_slow_client_has_left_is_received() -> None:
    """A receiver that serves one client at a time responds when the slow one has left."""
    result = beside(one_at_a_time(), lasts_s=0.05)

    assert result.reply.status == 204
    assert result.ended_s is not None
    assert result.ended_s >= 0.05


def test_a_receiver_that_disconnects_the_slow_client_ends_the_wait() -> None:
    """The time until the receiver closes the connection counts, and not the slow client's own time."""
    turn, has_other = asyncio.Lock(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if turn.locked():
            has_other.set()
        async with turn:
            is_slow = b"4096" in await reader.readuntil(b"\r\n\r\n")
            if is_slow:
                await has_other.wait()
            writer.write(b"" if is_slow else OK)
            writer.close()

    result = beside(talk, lasts_s=PATIENCE_S)

    assert result.reply.status == 204
    assert result.ended_s is not None


def test_a_slow_client_that_cannot_connect_is_reported() -> None:
    """No request is sent."""

    async def main() -> BesideSlowClient:
        from fiskil_harness.webhooks.transport import Address

        server = await asyncio.start_server(at_the_same_time, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        address = Address(host="127.0.0.1", port=port)
        return await post_during(address, REQUEST, slow=SlowClient(), lasts_s=1, timeout_s=1)

    with ThreadPoolExecutor(1) as pool:  # another test's browser may run a loop in this thread
        result = pool.submit(lambda: asyncio.run(main())).result()

    assert result.reply.problem == "the slow client: connection refused"
