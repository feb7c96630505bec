"""A refused request and a genuine one on one connection: the bytes that are sent, and the journal entries."""

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
REASONS = ["unsigned", "wrong_signature", "large"]


def test_each_reason_to_refuse_is_tried(perform: Perform, mailbox: Mailbox) -> None:
    """The refused body begins like a request to the receiver's path, rightly signed."""
    mailbox.refused = b"POST /webhooks"

    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.RefuseThenReuse())

    outer = [body for body in mailbox.bodies if body.startswith(b"POST /webhooks/fiskil HTTP/1.1\r\n")]
    assert not crashed
    assert len(outer) == len(REASONS)
    assert len(outer[-1]) > 1_500_000
    assert all(b"X-Fiskil-Signature: " in body for body in outer)
    assert [(delivery.name, delivery.outcome) for delivery in journal.all(Delivery) if delivery.kind == "refusable"] == [
        (name, "refuse") for name in REASONS
    ]


def test_after_a_closed_connection_the_genuine_message_uses_another(perform: Perform, mailbox: Mailbox) -> None:
    """The server of these tests uses HTTP/1.0, so it always closes."""
    mailbox.refused = b"POST /webhooks"

    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.RefuseThenReuse())

    behind = [delivery for delivery in journal.all(Delivery) if delivery.name == "behind unsigned"]
    after = [delivery for delivery in journal.all(Delivery) if delivery.name == "after unsigned"]
    assert [(delivery.outcome, delivery.is_judged) for delivery in behind] == [("indeterminate", False)]
    assert [(delivery.outcome, delivery.attempt) for delivery in after] == [("ack", 2)]


def test_nothing_inside_a_body_is_an_event(perform: Perform, mailbox: Mailbox) -> None:
    """The embedded message has a name, so that an effect of it would be visible."""
    mailbox.refused = b"POST /webhooks"

    journal, _ = perform(steps.Authorise(), steps.RefuseThenReuse())

    assert [delivery for delivery in journal.all(Delivery) if delivery.kind == "embedded"] == []
    assert sorted(name for name in journal.names.values() if name.startswith("embedded:")) == [
        f"embedded:{name}" for name in sorted(REASONS)
    ]


class DesynchronisedServer(socketserver.StreamRequestHandler):
    """Refuses without reading the body, reads it as the next request, and responds to that one after the genuine request."""

    def handle(self) -> None:
        """Refuse, read the embedded request, read the genuine one, and respond to both."""
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
def desynchronised() -> Iterator[Settings]:
    """Settings for that server."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), DesynchronisedServer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield parse({"app": {"url": f"http://127.0.0.1:{server.server_address[1]}"}}, folder=Path())
        server.shutdown()


def test_a_late_extra_response_is_detected(desynchronised: Settings, drive: Callable[..., Driver]) -> None:
    """The embedded request gets the genuine message's response, whose own response is then left over."""
    scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.RefuseThenReuse()), probes=())

    journal, crashed = drive(desynchronised).perform(scenario)

    assert not crashed
    assert [(delivery.name, delivery.status) for delivery in journal.all(Delivery) if delivery.kind == "embedded"] == [
        (reason, 204) for reason in REASONS
    ]
