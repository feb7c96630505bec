"""Plans sent against plans merely drawn: what handing over costs beside Hypothesis, and how long a whole rehearsal takes.

    python -m benchmarks.plans                   every way of sending, five rounds; exit 1 if the bar is missed
    python -m benchmarks.plans --whole           direct and random phase on the reference app, 200 plans, within 60 s

Every round draws the same plans once for each way, each round beginning with another; what is compared are medians of steps
per second within the run. The receiver answers 204 to whatever comes, and nothing is waited for.
"""

import argparse
import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx
import hypothesis
from hypothesis import HealthCheck, Phase

from benchmarks.figures import Bar
from fiskil_harness.core.clock import real_now, stopwatch
from fiskil_harness.core.model import Event, Message
from fiskil_harness.core.net.server import Loop
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import Form, explore, plans
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks import Sender, Target, seal
from fiskil_harness.webhooks.fiskil_signature import HEADER
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import JSON

SECRET = "bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBhbmQgbm9ib2R5IG5lZWRzIHRv"
DRAWN = "drawn, not sent"
POURED = "our sender, kept"
BAR = 0.4
WHOLE_S = 60
WHOLE_PLANS = 200
SENT = (steps.DeliverOne, steps.Retry, steps.Replay, steps.Burst, steps.LoseAcknowledgement, steps.LateRetry)
RECEIVER = """
import asyncio
class Receiver(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.waiting = transport, b""
    def data_received(self, data):
        self.waiting += data
        while b"\\r\\n\\r\\n" in self.waiting:
            head, _, rest = self.waiting.partition(b"\\r\\n\\r\\n")
            lengths = [line[15:] for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:")]
            length = int(lengths[0]) if lengths else 0
            if len(rest) < length:
                return
            self.waiting = rest[length:]
            self.transport.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
            if b"connection: close" in head.lower():
                self.transport.close()
async def main():
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Way(Protocol):
    """One way to hand over what a plan delivers."""

    def hand_over(self, messages: list[Message]) -> None:
        """Each gets its answer before the next is sent."""


class Drawn:
    """Nothing is sent."""

    def hand_over(self, messages: list[Message]) -> None:
        """Nothing at all."""


class Ours:
    """The harness's own sender, as every delivery goes out: each on a connection of its own."""

    def __init__(self, port: int, loop: Loop) -> None:
        self._sender = Sender(loop, Target.of(f"http://127.0.0.1:{port}/"))

    def hand_over(self, messages: list[Message]) -> None:
        """One after another, written into a journal."""
        journal = Journal()
        for message in messages:
            self._sender.deliver(_outgoing(message), journal)


class Poured(Ours):
    """The same sender on one kept connection a plan."""

    def hand_over(self, messages: list[Message]) -> None:
        """All of them at once, one after another on the wire."""
        self._sender.pour(map(_outgoing, messages), Journal(), lanes=1)  # type: ignore[attr-defined]


def _outgoing(one: Message) -> Outgoing:
    note = Delivery(event="e0", participant="", message_id=one.message_id, attempt=one.attempt, body=one.body)
    return Outgoing(note=note, headers=(*JSON, (HEADER, one.signature)))


class Kept:
    """One connection that is kept, and nothing parsed but the status: the least that sending can cost."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hand_over(self, messages: list[Message]) -> None:
        """One write and one read for each."""
        for message in messages:
            head = (
                f"POST / HTTP/1.1\r\nX-Fiskil-Signature: {message.signature}\r\nContent-Length: {len(message.body)}\r\n\r\n"
            )
            self._socket.sendall(head.encode() + message.body)
            self._socket.recv(4096)


class HttpClient:
    """The standard library's client on a kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def hand_over(self, messages: list[Message]) -> None:
        """One request for each."""
        for message in messages:
            self._connection.request("POST", "/", message.body, {"X-Fiskil-Signature": message.signature})
            self._connection.getresponse().read()


class Httpx:
    """httpx, its client kept."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client()
        self._url = f"http://127.0.0.1:{port}/"

    def hand_over(self, messages: list[Message]) -> None:
        """One request for each."""
        for message in messages:
            self._client.post(self._url, content=message.body, headers={"X-Fiskil-Signature": message.signature})


def steps_per_second(way: Way, *, wanted: int, seed: int) -> float:
    """Draw *wanted* plans and hand over what they deliver."""
    count = 0
    event = Event(
        event_id=1,
        kind="consent.updated",
        message_id="1234567890123456",
        publish_time=real_now(),
        end_user_id="eu_1",
        consent_id="c_1",
        institution_id="88888",
        client_id="client",
    )

    @hypothesis.seed(seed)
    @hypothesis.settings(
        database=None,
        deadline=None,
        max_examples=wanted,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )
    @hypothesis.given(plans(Form(kind="deliveries")))
    def every_plan(plan: Scenario) -> None:
        nonlocal count
        count += len(plan.steps)
        copies = sum(step.copies if isinstance(step, steps.Burst) else isinstance(step, SENT) for step in plan.steps)
        if not isinstance(way, Drawn):
            way.hand_over([seal(event, attempt=1, secret=SECRET) for _ in range(copies)])

    elapsed = stopwatch()
    every_plan()
    return count / elapsed()


def side_by_side(arguments: argparse.Namespace) -> dict[str, list[float]]:
    """Every way in every round."""
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
    try:
        port = int(receiver.stdout.readline()) if receiver.stdout else 0
        loop = Loop()
        ways: dict[str, Callable[[], Any]] = {
            DRAWN: Drawn,
            "a kept connection": lambda: Kept(port),
            "http.client, kept": lambda: HttpClient(port),
            "httpx, kept": lambda: Httpx(port),
            "our sender": lambda: Ours(port, loop),
        }
        if hasattr(Sender, "pour"):
            ways[POURED] = lambda: Poured(port, loop)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(arguments.rounds):
            names = list(ways)
            for at in range(len(names)):
                name = names[(at + number) % len(names)]
                found[name].append(steps_per_second(ways[name](), wanted=arguments.plans, seed=number))
    finally:
        receiver.kill()
        receiver.wait()
    return found


def whole(plan_count: int) -> float:
    """Seconds of the direct phase and of *plan_count* plans on the reference app."""
    from fiskil_harness.scenario.selection import about_receivers

    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as name:
        driver = Driver(gallery.settings(gallery.app("reference_app")), workdir=Path(name), seed=1)
        try:
            elapsed = stopwatch()
            direct = [driver.run(about_receiver) for about_receiver in about_receivers("direct")]
            direct_s = elapsed()
            explored = explore(
                lambda plan: driver.run(plan, quiet_s=0.01),
                kind="everything",
                seed=1,
                wanted=plan_count,
                can_restart=True,
                can_fail=True,
            )
            took_s = elapsed()
        finally:
            driver.close()
    print(f"{len(direct)} direct scenarios in {direct_s:.1f} s, {len(explored.runs)} plans in {took_s - direct_s:.1f} s")
    return took_s


def main() -> int:
    """Measure, print; 1 if the bar is missed."""
    parser = argparse.ArgumentParser(description="Plans sent against plans merely drawn.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all ways [5]")
    parser.add_argument("--plans", type=int, default=150, help="plans in each [150]")
    parser.add_argument("--whole", action="store_true", help="a whole rehearsal of the reference app instead")
    arguments = parser.parse_args()
    if arguments.whole:
        bar = Bar(f"seconds of the direct phase and {WHOLE_PLANS} plans", whole(WHOLE_PLANS), WHOLE_S, is_floor=False)
        print(bar)
        return 0 if bar.is_met else 1
    found = {name: statistics.median(rates) for name, rates in side_by_side(arguments).items()}
    for name, rate in found.items():
        print(f"{name:<20}{rate:>9,.0f} steps/s{rate / found[DRAWN]:>7.2f}")
    bar = Bar("steps per second, sent against drawn", found["our sender"] / found[DRAWN], BAR, is_floor=True)
    print(bar)
    return 0 if bar.is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
