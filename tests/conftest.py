"""Fixtures shared by all tests: a local Fiskil, and drivers of small apps under test."""

import gc
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness.app import left_processes
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import counting_for
from fiskil_harness.runner.driver import Driver
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests import sampling
from tests.contract.conformance_monitor import ConformanceMonitor
from tests.paths import APPS

COVERAGE_VARIABLE = "COVERAGE_PROCESS_CONFIG"
LONGEST_ID = 120


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, also if the shell started this one with SIGINT ignored ("&")."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection() -> None:
    """Collect without garbage collection, which would examine tens of thousands of tests again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Exempt the collected tests, which live until the end, from garbage collection."""
    gc.freeze()
    gc.enable()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Shorten a long parameter to its beginning and a digest, because every worker sends the ids of all tests."""
    if not isinstance(val, str | bytes) or len(val) <= LONGEST_ID:
        return None
    content = val if isinstance(val, bytes) else val.encode(errors="surrogatepass")
    return f"{val[:24]!a}..{hashlib.sha256(content).hexdigest()[:8]}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Assign the test to its suite, before pytest selects by markers."""
    if isinstance(item, pytest.Function):
        sampling.assign(item, day=item.config.getoption("day"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Move the long tests to the start of each worker's share, the longest first, so that none runs alone at the end."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = sorted((item for item in items if _takes_long(item)), key=_takes_long, reverse=True)
    others = [item for item in items if not _takes_long(item)]
    share = -(-len(others) // workers)
    items[:] = [
        item
        for number in range(workers)
        for item in (*long[number::workers], *others[number * share : (number + 1) * share])
    ]


def _takes_long(item: pytest.Item) -> int:
    """Return 2 for a test marked ``full``, which may take minutes, 1 for one marked ``long``, else 0."""
    return 2 if item.get_closest_marker("full") else int(item.get_closest_marker("long") is not None)


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Print the counts that tests recorded as the user property ``counts``, from all workers."""
    lines = [
        str(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "counts" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("counts")
        for line in sorted(lines):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def measured() -> Iterator[dict[str, str]]:
    """Remove the coverage variables from the environment and yield them, for processes whose coverage a test measures.

    Apps run without them, because coverage doubles their run time.
    """
    removed = {name: value for name in [COVERAGE_VARIABLE] if (value := os.environ.pop(name, None)) is not None}
    yield removed
    os.environ.update(removed)


@pytest.fixture(scope="session", autouse=True)
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start a guard that kills the apps in the temporary folders of this process, should this process be killed."""
    command = [sys.executable, "-I", "-S", left_processes.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd="/") as guard:
        assert guard.stdin is not None
        guard.stdin.write(os.fsencode(tmp_path_factory.getbasetemp()) + b"\n")
        guard.stdin.flush()
        yield
        guard.communicate(left_processes.DONE)


@pytest.fixture(scope="session")
def witness() -> Iterator[ConformanceMonitor]:
    """Yield a monitor that checks every response of every sandbox in this process."""
    with ConformanceMonitor().watching() as monitor:
        yield monitor


@pytest.fixture(autouse=True)
def _fail_on_contract_violations(witness: ConformanceMonitor) -> Iterator[None]:
    """Fail a test if an API response violated the contract of its version in a way that no active fault declares."""
    yield
    assert [str(violation) for violation in witness.take()] == []


@pytest.fixture
def fiskil(tmp_path: Path) -> Iterator[LocalFiskil]:
    """Yield a local Fiskil that accepts connections."""
    with LocalFiskil(workdir=tmp_path, seed=7) as local:
        yield local


@pytest.fixture
def receiver_settings() -> Callable[..., Settings]:
    """Return a function that makes settings for ``tests/apps/receiver.py``; keyword arguments become its environment."""

    def make(*, app: dict[str, Any] | None = None, gate: dict[str, Any] | None = None, **environment: str) -> Settings:
        raw: dict[str, Any] = {
            "command": "{python} receiver.py {port}",
            "ready": "GET /healthz",
            "env": {"FISKIL_WEBHOOK_SECRET": "{webhook_secret}", "STORE": "{workdir}/store.json", **environment},
            "observe": {"effects": "GET /effects?end_user_id={end_user_id}"},
            "facts": {"uses_events": ["*"]},
            # Longer than any delay of a busy machine, so that no correct receiver is late.
            "limits": {"ack_s": 5, "request_deadline_s": 20},
        }
        return parse({"app": {**raw, **(app or {})}, "gate": gate or {}}, folder=APPS)

    return make


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    """Yield a function that makes drivers; they are closed at the end of the test."""
    drivers: list[Driver] = []

    def make(settings: Settings, *, seed: int = 7, given: Any = None) -> Driver:
        workdir = tmp_path / f"driver-{len(drivers)}"
        workdir.mkdir()
        drivers.append(Driver(settings, workdir=workdir, seed=seed, app_object=given))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.close()


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Give SIGINT and SIGHUP the handlers of a terminal; a background shell and ``nohup`` make the tests ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGHUP, before[1])


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start processes without coverage: a signal inside coverage's lock would leave the lock held."""
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def outcome_of() -> Callable[..., Outcome]:
    """Return a function that makes outcomes as the driver does: from a practice, and findings or probe-verdict pairs."""

    def make(
        practice_id: str,
        *results: Finding | tuple[str, Verdict],
        scenario: str = "webhook_repeated",
        missing: tuple[str, ...] = (),
        seed: int = 42,
    ) -> Outcome:
        hook = missing[0] if missing else ""
        findings = tuple(
            result
            if isinstance(result, Finding)
            else Finding(probe=result[0], verdict=result[1], observed="what was seen", hook=hook)
            for result in results
        )
        return Outcome(
            scenario=scenario,
            title="A message is delivered twice.",
            practices=(practice_id,),
            seed=seed,
            findings=tuple(counting_for((practice_id,), finding) for finding in findings),
            missing=missing,
        )

    return make
