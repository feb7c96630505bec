"""A refusal and a genuine request on one connection: what is sent, and what is written down about each."""

import select
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.core.config import Settings, parse
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]
WAYS = ["unsigned", "wrong_signature", "large"]


def test_each_way_of_being_refused_has_its_turn(perform: Perform, mailbox: Mailbox) -> None:
    """The refused body begins like a request for the receiver's path, signed as a genuine one would be."""
    mailbox.refused = b"POST /webhooks"

    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.RefuseThenReuse())

    outer = [body for body in mailbox.bodies if body.startswith(b"POST /webhooks/fiskil HTTP/1.1\r\n")]
    assert not crashed
    assert len(outer) == len(WAYS)
    assert len(outer[-1]) > 1_500_000
    assert all(b"X-Fiskil-Signature: " in body for body in outer)
    assert [(delivery.name, delivery.outcome) for delivery in journal.all(Delivery) if delivery.kind == "refusable"] == [
        (name, "refuse") for name in WAYS
    ]


def test_where_the_connection_is_closed_the_genuine_one_comes_on_another(perform: Perform, mailbox: Mailbox) -> None:
    """The server of these tests speaks HTTP/1.0, so it always closes."""
    mailbox.refused = b"POST /webhooks"

    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.RefuseThenReuse())

    behind = [delivery for delivery in journal.all(Delivery) if delivery.name == "behind unsigned"]
    after = [delivery for delivery in journal.all(Delivery) if delivery.name == "after unsigned"]
    assert [(delivery.outcome, delivery.is_judged) for delivery in behind] == [("indeterminate", False)]
    assert [(delivery.outcome, delivery.attempt) for delivery in after] == [("ack", 2)]


def test_nothing_inside_a_body_is_an_event(perform: Perform, mailbox: Mailbox) -> None:
    """What was embedded has a name, so that its effect would be seen."""
    mailbox.refused = b"POST /webhooks"

    journal, _ = perform(steps.Authorise(), steps.RefuseThenReuse())

    assert [delivery for delivery in journal.all(Delivery) if delivery.kind == "embedded"] == []
    assert sorted(name for name in journal.names.values() if name.startswith("embedded:")) == [
        f"embedded:{name}" for name in sorted(WAYS)
    ]


class OutOfStep(socketserver.StreamRequestHandler):
    """Refuses without reading the body, takes it for the next request, and answers that when one more is there."""

    def handle(self) -> None:
        """Refuse, read what stands in the body, read the genuine message, and answer both."""
        self._head()
        self.wfile.write(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
        for _ in ("embedded", "genuine"):
            self.rfile.read(int(self._head()["content-length"]))
        self.wfile.write(b"HTTP/1.1 204 Yes\r\n\r\n")
        select.select([self.connection], [], [], 0.05)
        self.wfile.write(b"HTTP/1.1 204 Yes\r\n\r\n")
        self.rfile.read(1)

    def _head(self) -> dict[str, str]:
        lines = [chunk.decode() for chunk in iter(self.rfile.readline, b"\r\n")]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.fixture
def out_of_step() -> Iterator[Settings]:
    """Settings for it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OutOfStep) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield parse({"app": {"url": f"http://127.0.0.1:{server.server_address[1]}"}}, folder=Path())
        server.shutdown()


def test_an_answer_that_comes_late_is_seen_by_the_one_left_over(out_of_step: Settings, drive: Callable[..., Driver]) -> None:
    """What stood in the body was answered in place of the genuine message, whose own answer nobody has asked for then."""
    scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.RefuseThenReuse()), probes=())

    journal, crashed = drive(out_of_step).perform(scenario)

    assert not crashed
    assert [(delivery.name, delivery.status) for delivery in journal.all(Delivery) if delivery.kind == "embedded"] == [
        (way, 204) for way in WAYS
    ]
