"""Scripts for one connection: what is written when, what is heard, and that every one of them ends."""

import asyncio
import ssl
from collections.abc import Awaitable
from typing import Any

import pytest
import trustme

from fiskil_harness.webhooks.connection_script import (
    UNHEARD,
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
from fiskil_harness.webhooks.connection_script import Talk as Heard
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address
from tests.apps.listener import Talk, complete, run

PATIENCE_S = 60
"""For answers that surely come, however busy the machine is."""
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def heard(talk: Talk, *script: Any, timeout_s: float = PATIENCE_S, **options: Any) -> Heard:
    made: Heard = run(talk, lambda address: perform(address, script, timeout_s=timeout_s), **options)
    return made


def replying(answer: bytes, *, seen: list[bytes] | None = None) -> Talk:
    """A server that answers every piece that it reads."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            if seen is not None:
                seen.append(piece)
            writer.write(answer)

    return talk


def reading_all(told: list[object], ended: asyncio.Event | None = None) -> Talk:
    """A server that reads to the end and tells how it came."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            told.append(await reader.read(-1))
            told.append("end")
        except ConnectionResetError:
            told.append("reset")
        if ended is not None:
            ended.set()

    return talk


def test_moves_are_made_in_order() -> None:
    """What is said twice is heard twice."""
    seen: list[bytes] = []

    talk = heard(replying(OK, seen=seen), Send(b"one"), ReadResponse(), Send(b"two"), ReadResponse())

    assert seen == [b"one", b"two"]
    assert [reply.status for reply in talk.replies] == [204, 204]
    assert talk.unasked == ()


def test_what_nobody_asked_for_is_told_apart() -> None:
    """Two answers to one request are one too many, whether somebody watched or not."""
    watched = heard(replying(OK + OK), Send(b"one"), ReadResponse(), Watch(ms=200))
    unwatched = heard(replying(OK + OK), Send(b"one"), ReadResponse())

    assert [len(talk.unasked) for talk in (watched, unwatched)] == [1, 1]
    assert [talk.reply.status for talk in (watched, unwatched)] == [204, 204]


def test_after_a_watch_the_next_answer_is_the_next_requests() -> None:
    """The one too many is out of the way."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(65_536))
        writer.write(OK + b"HTTP/1.1 299 Surplus\r\nContent-Length: 0\r\n\r\n")
        seen.append(await reader.read(65_536))
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    made = heard(talk, Send(b"one"), ReadResponse(), Watch(ms=200), Send(b"two"), ReadResponse())

    assert [reply.status for reply in made.replies] == [204, 201]
    assert [reply.status for reply in made.unasked] == [299]


def test_on_a_connection_that_will_not_be_kept_nothing_more_is_said() -> None:
    """A receiver that closes is right; the second request never leaves."""
    seen: list[bytes] = []
    closing = b"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    talk = heard(replying(closing, seen=seen), Send(b"one"), ReadResponse(), Send(b"two"), ReadResponse())

    assert seen == [b"one"]
    assert [reply.status for reply in talk.replies] == [401, None]
    assert talk.replies[1].trouble == "the receiver closed the connection"


def test_a_body_can_wait_for_100() -> None:
    """The interim answer is no answer, and what follows it is."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(65_536))
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        seen.append(await reader.read(65_536))
        writer.write(OK)

    made = heard(talk, Send(b"head"), ReadContinue(limit_ms=60_000), Send(b"body"), ReadResponse())

    assert (seen, made.reply.status) == ([b"head", b"body"], 204)


def test_who_never_says_100_is_not_waited_for_long() -> None:
    """The body follows after the limit."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readexactly(8))
        writer.write(OK)

    assert heard(talk, Send(b"head"), ReadContinue(limit_ms=20), Send(b"body"), ReadResponse()).reply.status == 204


@pytest.mark.parametrize(
    ("ending", "told"),
    [(End(), [b"half", "end"]), (HangUp(), [b"half", "end"]), (Reset(), ["reset"])],
)
def test_a_connection_can_end_in_three_ways(ending: Any, told: list[object]) -> None:
    """A reset loses what is on its way; the others do not."""
    seen: list[object] = []
    ended = asyncio.Event()
    script = Send(b"half"), Pause(20), ending, ReadResponse(limit_ms=200) if isinstance(ending, End) else Pause(20)

    async def call(address: Address) -> None:
        await perform(address, script, timeout_s=PATIENCE_S)
        await asyncio.wait_for(ended.wait(), PATIENCE_S)

    run(reading_all(seen, ended), call)

    assert seen == told


def test_after_half_a_connection_has_ended_the_other_half_is_heard() -> None:
    """FIN says that nothing more will come, not that nobody listens."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.write(OK)

    assert heard(talk, Send(b"all"), End(), ReadResponse()).reply.status == 204


def test_an_answer_to_head_has_no_body_whatever_it_says() -> None:
    """Its length is that of what GET would get."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    assert heard(replying(answer), Send(b"HEAD"), ReadResponse(is_head=True)).reply.status == 200


def silent() -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    return talk


def test_silence_that_is_lawful_is_told_apart_from_one_that_is_not() -> None:
    """Where we hang up first, nobody has kept us waiting beyond the limit."""
    lawful = heard(silent(), Send(b"x"), ReadResponse(limit_ms=20)).reply
    unlawful = heard(silent(), Send(b"x"), ReadResponse(), timeout_s=0.05).reply

    assert (lawful.trouble, unlawful.trouble) == (UNHEARD, "no answer within the limit")


def test_all_answers_of_a_script_share_one_limit() -> None:
    """A receiver that answers once and then hangs costs it once."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(OK)
        await reader.read(-1)

    made = heard(
        talk, Send(b"one"), ReadResponse(), Send(b"two"), ReadResponse(), Send(b"three"), ReadResponse(), timeout_s=0.1
    )

    troubles = [reply.trouble for reply in made.replies]
    assert troubles[-1] == "no answer within the limit"
    assert (troubles.count("no answer within the limit"), len(troubles) <= 2) == (1, True)


def test_who_reads_nothing_does_not_hold_us_up() -> None:
    """A body that nobody takes ends at the limit."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)

    made = heard(talk, Send(b"x" * 20_000_000), ReadResponse(), timeout_s=0.1)

    assert made.reply.trouble == "no answer within the limit"


def test_nobody_listening_is_a_reply_in_words() -> None:
    """Refused connections are no exceptions."""

    async def main() -> Heard:
        return await perform(Address(host="127.0.0.1", port=1), (Send(b"x"), ReadResponse()), timeout_s=PATIENCE_S)

    assert complete(main()).reply == Reply(trouble="connection refused")


def test_over_tls_scripts_are_performed_as_well() -> None:
    """Half of a TLS connection cannot be closed, so that move is left out."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)

    async def call(address: Address) -> Heard:
        secured = Address(host=address.host, port=address.port, tls=client)
        return await perform(secured, (Send(b"x"), End(), ReadResponse()), timeout_s=PATIENCE_S)

    made: Heard = run(replying(OK), call, tls=server)

    assert made.reply.status == 204


def test_a_flood_ends_when_the_receiver_says_so() -> None:
    """An answer or a closed connection, and how much was taken until then."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

    def pieces(address: Address) -> Awaitable[tuple[int, Reply | None]]:
        return flood(address, b"head", b"x" * 1000, most_bytes=50_000_000, limit_s=PATIENCE_S)

    taken, reply = run(talk, pieces)

    assert reply is not None
    assert reply.status == 413
    assert 50_000 < taken < 50_000_000


def test_a_flood_ends_at_its_bound() -> None:
    """A receiver that reads on costs so many bytes and no more."""
    seen: list[object] = []

    def pieces(address: Address) -> Awaitable[tuple[int, Reply | None]]:
        return flood(address, b"", b"x" * 1000, most_bytes=20_000, limit_s=PATIENCE_S)

    assert run(reading_all(seen), pieces) == (20_000, None)


def test_a_flood_ends_in_time() -> None:
    """One that trickles, too."""

    def pieces(address: Address) -> Awaitable[tuple[int, Reply | None]]:
        return flood(address, b"", b"x", most_bytes=20_000, pause_ms=10, limit_s=0.05)

    taken, reply = run(silent(), pieces)

    assert reply is None
    assert taken <= 10
