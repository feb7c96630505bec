"""Real soak tests of ten seconds: on one process and many, with a killed worker, a killed app, and Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fiskil_harness.app.left_processes import MARK, processes_with_mark
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import free_port
from tests.paths import ROOT, SOURCE
from tests.soak.conftest import SMALL, Begin

EFFECTS = ("applies_once", "loses_nothing", "refuses_forgeries", "separates_end_users", "reaches_twin_state")
OTHER_VERSION = """
from fiskil_harness.core import version

version.version = lambda: "0.0.0"
from fiskil_harness.soak.load.locustfile import *
"""
PROGRESS = "pending in the sample"
"""Words of the note that follows every five seconds, or a little later, during the load."""
FLAWED = {
    "claims_without_lock_when_busy": "applies_once",
    "batch_lost_without_connection": "loses_nothing",
    "token_for_each_customer": "renews_token_once",
}


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    children = [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return children + [further for child in children for further in descendants(child)]


def mark_of(pid: int) -> str:
    """Return the folder in the mark of a process; "" if it has no mark."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return next((variable.partition("=")[2] for variable in variables if variable.startswith(f"{MARK}=")), "")


def find(pid: int, words: str) -> int:
    """Return the descendant of a process whose command line contains *words*."""
    return next(
        child for child in descendants(pid) if words in Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
    )


@pytest.mark.parametrize("shape", ["steady", "brown-out"])
def test_the_reference_app_keeps_every_promise(begin: Begin, shape: str) -> None:
    """All checks pass with one process of Locust, and the app's new end users live their lives."""
    soaked = begin(*SMALL, "--shape", shape, "--lives", "1").finish()

    assert (soaked.code, soaked.report["verdict"]) == (0, "PASS"), soaked.text


def test_one_and_four_workers_have_the_same_verdict(begin: Begin) -> None:
    """The merged ledger of four workers says what that of one worker says."""
    one = begin(*SMALL, "--workers", "1", "--expect-workers", "1").finish()
    four = begin(*SMALL, "--workers", "4", "--users", "16").finish()

    verdicts = [[finding["verdict"] for finding in soaked.report["findings"]] for soaked in (one, four)]
    assert verdicts[0] == verdicts[1], four.text
    assert four.report["verdict"] == "PASS"


def test_a_worker_on_another_machine_sends_its_ledger(begin: Begin) -> None:
    """A worker that shares no folder with the master gets the plan and returns its ledger through Locust."""
    port = str(free_port())
    master = begin(*SMALL, "--master", "--expect-workers", "2", "--workers", "1", "--bind-port", port, "--lives", "1")
    master.wait_for("Waiting for 2 workers")
    worker = begin("--worker", "--master-host", "127.0.0.1", "--master-port", port, config=None)

    soaked = master.finish()

    assert (soaked.code, soaked.report["verdict"], worker.finish().code) == (0, "PASS", 0), soaked.text


def test_a_worker_of_another_version_is_refused(begin: Begin, tmp_path: Path) -> None:
    """The worker is one of a team's own Locust; both sides end with the same sentence."""
    port = str(free_port())
    master = begin(*SMALL, "--master", "--expect-workers", "1", "--bind-port", port)
    master.wait_for("Waiting for 1 workers")
    (tmp_path / "locustfile.py").write_text(OTHER_VERSION)
    command = [sys.executable, "-m", "locust", "--worker", "--master-host", "127.0.0.1", "--master-port", port]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}

    worker = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)

    soaked = master.finish()
    assert (worker.returncode, soaked.code) == (2, 2), soaked.text
    assert "A worker has fiskil-harness 0.0.0, and the master " in worker.stderr
    assert "Install the same version on both." in soaked.text


def test_a_killed_worker_loses_nothing_of_its_ledger(begin: Begin) -> None:
    """The effects are judged as usual, and the verdict says what is unknown."""
    running = begin(*SMALL, "--workers", "2")
    running.wait_for(PROGRESS)
    os.kill(find(running.process.pid, "--worker"), signal.SIGKILL)

    soaked = running.finish()

    assert [soaked.verdict(check) for check in EFFECTS] == ["PASS"] * len(EFFECTS), soaked.text
    assert (soaked.code, soaked.verdict("load_was_offered")) == (3, "INCONCLUSIVE")
    assert "ended without closing its ledger" in soaked.finding("load_was_offered")["observed"]


def test_a_killed_locust_loses_nothing_of_its_ledger(begin: Begin) -> None:
    """Without workers the one process of Locust has the ledger."""
    running = begin(*SMALL)
    running.wait_for(PROGRESS)
    os.kill(find(running.process.pid, "locustfile"), signal.SIGKILL)

    soaked = running.finish()

    assert [soaked.verdict(check) for check in EFFECTS] == ["PASS"] * len(EFFECTS), soaked.text
    assert (soaked.code, soaked.verdict("load_was_offered")) == (3, "INCONCLUSIVE")


def test_a_killed_app_is_started_again_and_loses_no_message(begin: Begin) -> None:
    """Each message that the app acknowledged before the kill has its effect afterwards."""
    running = begin(*SMALL)
    running.wait_for(PROGRESS)
    os.kill(find(running.process.pid, "reference_app.app:build"), signal.SIGKILL)

    soaked = running.finish()

    assert [soaked.verdict(check) for check in EFFECTS] == ["PASS"] * len(EFFECTS), soaked.text
    assert (soaked.code, soaked.verdict("keeps_running")) == (3, "INCONCLUSIVE")
    assert "was killed by signal 9" in soaked.finding("keeps_running")["observed"]


def test_a_killed_soak_test_leaves_no_process_behind(begin: Begin) -> None:
    """The guard of the run kills Locust and the app, and removes the folder with the plan."""
    running = begin(*SMALL, "--master", "--workers", "1", "--bind-port", str(free_port()))
    running.wait_for(PROGRESS)
    children = descendants(running.process.pid)
    marks = {mark for child in children if (mark := mark_of(child))}

    running.process.kill()

    assert wait_until(lambda: not any(processes_with_mark(Path(mark)) for mark in marks), cap_s=30)
    assert wait_until(lambda: not any(Path(mark).exists() for mark in marks), cap_s=30)
    assert len(marks) == 2


def test_ctrl_c_stops_all_workers_and_judges_what_was_sent(begin: Begin) -> None:
    """The workers stop within two seconds; the rest of the plan is reported as not sent."""
    running = begin(*SMALL, "--duration", "60", "--workers", "2")
    running.wait_for(PROGRESS)
    running.process.send_signal(signal.SIGINT)

    note = running.wait_for("All workers stopped within")
    soaked = running.finish()

    assert float(note.partition("within ")[2].partition(" s")[0]) <= 2.0
    assert [soaked.verdict(check) for check in EFFECTS] == ["PASS"] * len(EFFECTS), soaked.text
    assert (soaked.code, soaked.verdict("load_was_offered")) == (3, "INCONCLUSIVE")


@pytest.mark.parametrize(("name", "check"), FLAWED.items(), ids=FLAWED)
def test_a_flaw_that_only_load_reveals_is_caught(begin: Begin, name: str, check: str) -> None:
    """The flaw fails its check, on PostgreSQL with two processes."""
    load = ("--duration", "20", "--rate", "100", "--shape", "burst", "--end-users", "10", "--users", "60", "--lives", "0")

    soaked = begin(*load, config=ROOT / "gallery" / "under_load" / f"{name}.toml").finish()

    assert (soaked.code, soaked.verdict(check)) == (1, "FAIL"), soaked.text
