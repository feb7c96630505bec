"""Shared by all tests: a local Fiskil, and small apps to put in front of it."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness.contract.conformance_monitor import ConformanceMonitor
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.driver import Driver
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.paths import APPS

MEASURED = "COVERAGE_PROCESS_CONFIG"
LONGEST_NAME = 120


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name megabytes of input by their beginning and a digest: every worker sends the names of all tests."""
    if not isinstance(val, str | bytes) or len(val) <= LONGEST_NAME:
        return None
    content = val if isinstance(val, bytes) else val.encode(errors="surrogatepass")
    return f"{val[:24]!a}..{hashlib.sha256(content).hexdigest()[:8]}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put long tests at the head of each worker's share, so that none of them is what everybody waits for at the end."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if not item.get_closest_marker("long")]
    share = -(-len(others) // workers)
    items[:] = [
        item
        for number in range(workers)
        for item in (*long[number::workers], *others[number * share : (number + 1) * share])
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have counted, whichever worker ran them."""
    told = [
        str(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "counts" and report.when == "call"
    ]
    if told:
        terminalreporter.section("counts")
        for line in sorted(told):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def measured() -> Iterator[dict[str, str]]:
    """What a process needs in its environment to have its coverage measured; apps do without, for it doubles their cost."""
    taken = {name: value for name in [MEASURED] if (value := os.environ.pop(name, None)) is not None}
    yield taken
    os.environ.update(taken)


@pytest.fixture(scope="session")
def witness() -> Iterator[ConformanceMonitor]:
    """Who looks at every answer of every sandbox in this process."""
    with ConformanceMonitor().watching() as watching:
        yield watching


@pytest.fixture(autouse=True)
def _kept_contract(witness: ConformanceMonitor) -> Iterator[None]:
    """Every answer of the API keeps the contract of its version, and a fault breaks what it declares and nothing else."""
    yield
    assert [str(violation) for violation in witness.take()] == []


@pytest.fixture
def fiskil(tmp_path: Path) -> Iterator[LocalFiskil]:
    """A local Fiskil that listens."""
    with LocalFiskil(workdir=tmp_path, seed=7) as local:
        yield local


@pytest.fixture
def receiver_settings() -> Callable[..., Settings]:
    """Settings for ``tests/apps/receiver.py``; keyword arguments become its environment."""

    def make(*, app: dict[str, Any] | None = None, **environment: str) -> Settings:
        raw: dict[str, Any] = {
            "command": "{python} receiver.py {port}",
            "ready": "GET /healthz",
            "env": {"FISKIL_WEBHOOK_SECRET": "{webhook_secret}", "STORE": "{workdir}/store.json", **environment},
            "observe": {"effects": "GET /effects?end_user_id={end_user_id}"},
            "facts": {"uses_events": ["*"]},
            # Longer than a busy machine may let it wait, so that no correct receiver is late.
            "limits": {"ack_s": 5, "request_deadline_s": 20},
        }
        return parse({"app": {**raw, **(app or {})}}, folder=APPS)

    return make


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    """Make drivers that are closed at the end of the test."""
    made: list[Driver] = []

    def make(settings: Settings, *, seed: int = 7, given: Any = None) -> Driver:
        workdir = tmp_path / f"driver-{len(made)}"
        workdir.mkdir()
        made.append(Driver(settings, workdir=workdir, seed=seed, given=given))
        return made[-1]

    yield make
    for driver in made:
        driver.close()


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Ctrl-C and SIGHUP as on a terminal, though a shell in the background, or nohup, lets the tests ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGHUP, before[1])


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that the test starts are not measured: a signal may strike inside coverage's lock, which then stays shut."""
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def outcome_of() -> Callable[..., Outcome]:
    """Outcomes as the driver makes them: a practice, and findings or pairs of probe and verdict."""

    def make(
        practice_id: str,
        *found: Finding | tuple[str, Verdict],
        scenario: str = "webhook_repeated",
        missing: tuple[str, ...] = (),
        seed: int = 42,
    ) -> Outcome:
        hook = missing[0] if missing else ""
        findings = tuple(
            finding
            if isinstance(finding, Finding)
            else Finding(probe=finding[0], verdict=finding[1], observed="what was seen", hook=hook)
            for finding in found
        )
        return Outcome(
            scenario=scenario,
            title="A message is delivered twice.",
            practices=(practice_id,),
            seed=seed,
            findings=findings,
            missing=missing,
        )

    return make
