"""Generated plans with and without sending: the cost of deliveries against that of Hypothesis, and of a whole run.

    python -m benchmarks.plans                   every sender, five rounds; exit 1 if the bound is violated
    python -m benchmarks.plans --whole           direct and random phase on the reference app, 200 plans, within 60 s

Every round generates the same plans once for each sender, and begins with another sender. Medians of steps per second within
the run are compared. The receiver returns 204 to every request, and nothing else is awaited.
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
GENERATED = "generated, not sent"
POURED = "our sender, kept"
LEAST_SHARE = 0.4
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


class PlanSender(Protocol):
    """One way to send the deliveries of a plan."""

    def hand_over(self, messages: list[Message]) -> None:
        """Send each message after the response to the one before."""


class GeneratedOnly:
    """Sends nothing."""

    def hand_over(self, messages: list[Message]) -> None:
        """Do nothing."""


class Ours:
    """The sender of the harness: each delivery on a new connection."""

    def __init__(self, port: int, loop: Loop) -> None:
        self._sender = Sender(loop, Target.of(f"http://127.0.0.1:{port}/"))

    def hand_over(self, messages: list[Message]) -> None:
        """Send one message after another, and record them in a journal."""
        journal = Journal()
        for message in messages:
            self._sender.deliver(_outgoing(message), journal)


class Poured(Ours):
    """The same sender with one kept connection per plan."""

    def hand_over(self, messages: list[Message]) -> None:
        """Send all messages on one connection."""
        self._sender.send_many(map(_outgoing, messages), Journal(), lanes=1)  # type: ignore[attr-defined]


def _outgoing(message: Message) -> Outgoing:
    note = Delivery(event="e0", participant="", message_id=message.message_id, attempt=message.attempt, body=message.body)
    return Outgoing(delivery=note, headers=(*JSON, (HEADER, message.signature)))


class KeptSocket:
    """One kept connection without parsing of responses: the least cost of sending."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hand_over(self, messages: list[Message]) -> None:
        """Write and read once for each message."""
        for message in messages:
            head = (
                f"POST / HTTP/1.1\r\nX-Fiskil-Signature: {message.signature}\r\nContent-Length: {len(message.body)}\r\n\r\n"
            )
            self._socket.sendall(head.encode() + message.body)
            self._socket.recv(4096)


class HttpClient:
    """The client of the standard library on a kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def hand_over(self, messages: list[Message]) -> None:
        """Send one request for each message."""
        for message in messages:
            self._connection.request("POST", "/", message.body, {"X-Fiskil-Signature": message.signature})
            self._connection.getresponse().read()


class Httpx:
    """A kept client of httpx."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client()
        self._url = f"http://127.0.0.1:{port}/"

    def hand_over(self, messages: list[Message]) -> None:
        """Send one request for each message."""
        for message in messages:
            self._client.post(self._url, content=message.body, headers={"X-Fiskil-Signature": message.signature})


def steps_per_second(sender: PlanSender, *, plan_count: int, seed: int) -> float:
    """Generate *plan_count* plans, send their deliveries, and return the steps per second."""
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
        max_examples=plan_count,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )
    @hypothesis.given(plans(Form(kind="deliveries")))
    def every_plan(plan: Scenario) -> None:
        nonlocal count
        count += len(plan.steps)
        copies = sum(step.copies if isinstance(step, steps.Burst) else isinstance(step, SENT) for step in plan.steps)
        if not isinstance(sender, GeneratedOnly):
            sender.hand_over([seal(event, attempt=1, secret=SECRET) for _ in range(copies)])

    elapsed = stopwatch()
    every_plan()
    return count / elapsed()


def side_by_side(arguments: argparse.Namespace) -> dict[str, list[float]]:
    """Return the rates of every sender in every round."""
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
    try:
        port = int(receiver.stdout.readline()) if receiver.stdout else 0
        loop = Loop()
        senders: dict[str, Callable[[], Any]] = {
            GENERATED: GeneratedOnly,
            "a kept connection": lambda: KeptSocket(port),
            "http.client, kept": lambda: HttpClient(port),
            "httpx, kept": lambda: Httpx(port),
            "our sender": lambda: Ours(port, loop),
        }
        if hasattr(Sender, "pour"):
            senders[POURED] = lambda: Poured(port, loop)
        rates: dict[str, list[float]] = {name: [] for name in senders}
        for number in range(arguments.rounds):
            names = list(senders)
            for at in range(len(names)):
                name = names[(at + number) % len(names)]
                rates[name].append(steps_per_second(senders[name](), plan_count=arguments.plans, seed=number))
    finally:
        receiver.kill()
        receiver.wait()
    return rates


def whole(plan_count: int) -> float:
    """Return the seconds of the direct phase and of *plan_count* plans on the reference app."""
    from fiskil_harness.scenario.selection import receiver_scenarios

    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as folder:
        driver = Driver(gallery.settings(gallery.app("reference_app")), workdir=Path(folder), seed=1)
        try:
            elapsed = stopwatch()
            direct = [driver.run(scenario) for scenario in receiver_scenarios("direct")]
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
    """Measure and print; return 1 if the bound is violated."""
    parser = argparse.ArgumentParser(description="Generated plans with and without sending.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all senders [5]")
    parser.add_argument("--plans", type=int, default=150, help="plans of each sender in a round [150]")
    parser.add_argument("--whole", action="store_true", help="measure a whole run of the reference app instead")
    arguments = parser.parse_args()
    if arguments.whole:
        bar = Bar(f"seconds of the direct phase and {WHOLE_PLANS} plans", whole(WHOLE_PLANS), WHOLE_S, is_floor=False)
        print(bar)
        return 0 if bar.is_met else 1
    medians = {name: statistics.median(rates) for name, rates in side_by_side(arguments).items()}
    for name, rate in medians.items():
        print(f"{name:<20}{rate:>9,.0f} steps/s{rate / medians[GENERATED]:>7.2f}")
    bar = Bar(
        "steps per second, sent against not sent", medians["our sender"] / medians[GENERATED], LEAST_SHARE, is_floor=True
    )
    print(bar)
    return 0 if bar.is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
