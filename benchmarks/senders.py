"""The compared senders: each seals, signs and delivers messages for some seconds, and prints the number.

    python -m benchmarks.senders ours PORT --lanes 16 --seconds 1 --warm 0.3

Every sender is a separate process on uvloop, seals with the same code, and counts acknowledgements after its warm-up.
"""

import argparse
import asyncio
import itertools
import json
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from fiskil_harness.core.model import Event
from fiskil_harness.core.randomness import stream
from fiskil_harness.webhooks.fiskil_signature import HEADER
from fiskil_harness.webhooks.load import send_many
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.sender import Target, written
from fiskil_harness.webhooks.signature_schemes import JSON
from fiskil_harness.webhooks.transport import Address

SECRET = (
    "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldC1zZWNyZXQtc2U="
)
PATH = "/webhooks/fiskil"


class Tally:
    """The counts of one sender, and when to stop."""

    def __init__(self, warm_s: float, seconds: float) -> None:
        self.counted_from = time.perf_counter() + warm_s
        self.ends = self.counted_from + seconds
        self.acknowledged = 0
        self.others = 0

    def messages(self) -> Iterator[tuple[bytes, str]]:
        """Yield body and signature of new messages until the time is over."""
        randomness = stream(0, "deliveries")
        event = Event(
            event_id=0,
            kind="banking.transactions.sync.completed",
            message_id="",
            publish_time=datetime.now(UTC),
            end_user_id="eu_" + randomness.randbytes(10).hex(),
            consent_id="arr_" + randomness.randbytes(10).hex(),
            institution_id="4",
            client_id=randomness.randbytes(10).hex(),
        )
        for number in itertools.count(10**15):
            if time.perf_counter() >= self.ends:
                return
            message = seal(msgspec.structs.replace(event, message_id=str(number)), attempt=1, secret=SECRET)
            yield message.body, message.signature

    def count(self, status: int | None) -> None:
        """Count a response."""
        if self.counted_from <= time.perf_counter() <= self.ends:
            if status is not None and 200 <= status < 300:
                self.acknowledged += 1
            else:
                self.others += 1


async def ours(port: int, lanes: int, tally: Tally) -> None:
    """Send with the harness, on *lanes* connections."""
    target = Target(host="127.0.0.1", port=port, path=PATH)
    requests = (
        written(target, body=body, headers=(*JSON, (HEADER, signature)), is_kept=True)
        for body, signature in tally.messages()
    )
    address = Address(host="127.0.0.1", port=port)
    await send_many(address, requests, lambda _number, reply: tally.count(reply.status), timeout_s=10, lanes=lanes)


async def aiohttp(port: int, lanes: int, tally: Tally) -> None:
    """Send with aiohttp's client, in one session."""
    import aiohttp as library

    messages = tally.messages()

    async def work(session: Any) -> None:
        for body, signature in messages:
            headers = dict((*JSON, (HEADER, signature)))
            async with session.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers) as response:
                await response.read()
                tally.count(response.status)

    async with library.ClientSession(connector=library.TCPConnector(limit=lanes)) as session:
        await asyncio.gather(*(work(session) for _ in range(lanes)))


async def httpx(port: int, lanes: int, tally: Tally) -> None:
    """Send with one client of httpx."""
    import httpx as library

    messages = tally.messages()

    async def work(client: Any) -> None:
        for body, signature in messages:
            headers = dict((*JSON, (HEADER, signature)))
            tally.count((await client.post(f"http://127.0.0.1:{port}{PATH}", content=body, headers=headers)).status_code)

    limits = library.Limits(max_connections=lanes, max_keepalive_connections=lanes)
    async with library.AsyncClient(limits=limits, trust_env=False) as client:
        await asyncio.gather(*(work(client) for _ in range(lanes)))


SENDERS: dict[str, Callable[[int, int, Tally], Coroutine[Any, Any, None]]] = {
    "ours": ours,
    "aiohttp": aiohttp,
    "httpx": httpx,
}


def _main() -> None:
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("sender", choices=SENDERS)
    parser.add_argument("port", type=int)
    parser.add_argument("--lanes", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--warm", type=float, default=0.3)
    arguments = parser.parse_args()
    tally = Tally(arguments.warm, arguments.seconds)
    uvloop.run(SENDERS[arguments.sender](arguments.port, arguments.lanes, tally))
    print(json.dumps({"per_second": tally.acknowledged / arguments.seconds, "others": tally.others}))


if __name__ == "__main__":
    _main()
