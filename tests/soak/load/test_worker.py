"""A worker's part of a run, in a process of its own, because gevent stays out of this one."""

import json
import subprocess
import sys

from tests.paths import ROOT, SOURCE

SCRIPT = """
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


def test_the_ledger_is_closed_before_the_master_ends_the_run() -> None:
    """The master waits for no part of the ledger that comes later; a read in progress keeps the ledger open."""
    command = [sys.executable, "-c", SCRIPT]
    environment = {"PYTHONPATH": f"{SOURCE}:{ROOT}", "PATH": ""}

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stderr
    while_reading, calls = json.loads(ended.stdout)
    assert while_reading == []
    assert calls[-1] == "drained"
    assert '["closed"' in calls[-2]
