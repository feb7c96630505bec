"""A worker's part of a run, in a process of its own, because gevent stays out of this one."""

import json
import subprocess
import sys
from typing import Any

from tests.paths import ROOT, SOURCE

CONNECTIONS = """
import json, pathlib, tempfile
from gevent.server import StreamServer
from fiskil_harness.soak.load.connection import Connection
from fiskil_harness.soak.load.worker import WorkerLoad
from fiskil_harness.soak.plan import Target
from tests.soak.load.test_source import plan, sent_by, source_of

seen = []

def answer(socket, address):
    while (head := socket.recv(65536)):
        seen.append([address[1], head.partition(b" ")[0].decode()])
        socket.sendall(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")

server = StreamServer(("127.0.0.1", 0), answer)
server.start()
made = plan(target=Target("127.0.0.1", server.server_port, False, "/webhooks"))
deliveries = sent_by(made, source_of(made))
genuine = [delivery for delivery in deliveries if delivery.how == "first"][:2]
forged = next(delivery for delivery in deliveries if delivery.origin == "forged")
with tempfile.TemporaryDirectory() as folder:
    load = WorkerLoad(made, index=0, folder=pathlib.Path(folder), on_request=lambda *_: None)
    connection = Connection(made.target, timeout_s=20)
    replies = [load.deliver(delivery, connection).status for delivery in (genuine[0], forged, genuine[1])]
    load.close()
print(json.dumps([replies, seen]))
"""

LEDGER = """
import json, pathlib, sys, tempfile
import gevent
from fiskil_harness.soak.load.worker import LONGEST_SLEEP_S, WorkerLoad
from tests.soak.load.test_source import plan

calls = []
with tempfile.TemporaryDirectory() as folder:
    load = WorkerLoad(
        plan(rate=0.1, duration_s=0.2),
        index=0,
        folder=pathlib.Path(folder),
        on_request=lambda *_: None,
        on_ledger=lambda _name, _offset, content: calls.append(content.decode()),
        on_drained=lambda: calls.append("drained"),
    )
    load.reads = 1
    while load.is_loading:
        gevent.sleep(LONGEST_SLEEP_S)
    gevent.sleep(LONGEST_SLEEP_S * 2)  # the worker looks once more
    while_reading = list(calls)
    load.reads = 0
    while "drained" not in calls:
        gevent.sleep(LONGEST_SLEEP_S)
    load.close()
print(json.dumps([while_reading, calls]))
"""


def outcome_of(script: str) -> Any:
    """Run a script in another process, and return what it prints as JSON."""
    command = [sys.executable, "-c", script]
    environment = {"PYTHONPATH": f"{SOURCE}:{ROOT}", "PATH": ""}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_ledger_is_closed_before_the_master_ends_the_run() -> None:
    """The master waits for no part of the ledger that comes later; a read in progress keeps the ledger open."""
    while_reading, calls = outcome_of(LEDGER)

    assert while_reading == []
    assert calls[-1] == "drained"
    assert '["closed"' in calls[-2]


def test_no_genuine_message_uses_the_connection_of_a_forger() -> None:
    """A server may take the unread body of a forgery for the next request on its connection."""
    replies, seen = outcome_of(CONNECTIONS)

    (first, _), (forged, _), (second, _) = seen
    assert replies == [204] * 3
    assert first == second != forged
