"""The session plays scenarios in one process or several, and leaves nothing after an interruption."""

import datetime
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import GateSettings, Settings
from fiskil_harness.errors import AppError, UsageError
from fiskil_harness.gate.judgement import judge
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Played
from fiskil_harness.runner import session
from fiskil_harness.runner.session import Session, SessionResult, can_run_in_parallel, run_scenarios
from fiskil_harness.runner.worker import NEVER_IDLE, Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario, load
from tests.paths import SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

MakeSettings = Callable[..., Settings]
TODAY = datetime.date(2026, 6, 1)


def repeated(name: str = "repeated", *more: steps.AnyStep) -> Scenario:
    """Return a scenario with one message, delivered three times, and then the steps *more*."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), steps.Replay("e0"), *more),
        probes=(probes.AppliesOnce(),),
    )


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put the temporary folders of a run below *tmp_path*, and check that none is left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


class RecordedProgress:
    """Records the progress that a run reports."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def began(self, name: str) -> None:
        """Record the begin of a scenario."""
        self.lines.append(f"began {name}")

    def ended(self, name: str, verdict: str) -> None:
        """Record the end of a scenario."""
        self.lines.append(f"ended {name} {verdict}")

    def noticed(self, text: str) -> None:
        """Record a sentence about the app."""
        self.lines.append(f"noticed {text}")

    def skipped(self, names: Sequence[str], reason: str) -> None:
        """Record the scenarios that are not run."""
        self.lines.append(f"skipped {len(names)} {reason}")


def test_outcomes_are_sorted_by_name(receiver_settings: MakeSettings) -> None:
    """The outcomes are sorted by scenario name, each with its costs."""
    result = run_scenarios([repeated("b"), repeated("a")], settings=receiver_settings(), seed=7)

    assert [(outcome.scenario, outcome.verdict) for outcome in result.outcomes] == [
        ("a", Verdict.PASS),
        ("b", Verdict.PASS),
    ]
    assert [(measure.scenario, measure.deliveries) for measure in result.measured] == [("a", 3), ("b", 3)]
    assert (result.internal_errors, result.was_interrupted) == ((), False)


def test_a_flawed_app_is_caught(receiver_settings: MakeSettings) -> None:
    """The session returns the findings of the probes unchanged."""
    result = run_scenarios([repeated()], settings=receiver_settings(FLAW="no_dedupe"), seed=7)

    assert result.outcomes[0].verdict is Verdict.FAIL
    assert result.outcomes[0].findings[0].observed.startswith("message e0 was applied 3 times")


def test_progress_reports_each_scenario(receiver_settings: MakeSettings) -> None:
    """Each scenario is reported before it runs, and after it with its verdict."""
    progress = RecordedProgress()

    run_scenarios([repeated("a"), repeated("b")], settings=receiver_settings(), seed=7, progress=progress)

    assert progress.lines == ["began a", "ended a PASS", "began b", "ended b PASS"]


def test_the_same_seed_gives_the_same_judgement(receiver_settings: MakeSettings) -> None:
    """Two runs differ in ids, ports and times, but not in the judgement."""
    import datetime

    settings = receiver_settings(FLAW="no_dedupe")

    judgements = [
        judge(
            run_scenarios([repeated("a"), repeated("b")], settings=settings, seed=5).outcomes,
            settings=settings,
            seed=5,
            today=datetime.date(2026, 6, 1),
        )
        for _ in range(2)
    ]

    assert msgspec.json.encode(judgements[0]) == msgspec.json.encode(judgements[1])


def test_an_app_that_does_not_start_ends_the_run_with_its_last_lines(receiver_settings: MakeSettings) -> None:
    """AppError contains the last output lines of the app."""
    with pytest.raises(AppError, match=r"exited with 7[^$]*cannot find the moon"):
        run_scenarios([repeated("a"), repeated("b")], settings=receiver_settings(EXITS="1"), seed=7)


@pytest.mark.parametrize(
    ("flaw", "words"), [("no_json", "a body that is not JSON"), ("wrong_shape", "Invalid response of app.observe.effects")]
)
def test_an_effects_hook_with_invalid_responses_ends_the_run_at_its_start(
    receiver_settings: MakeSettings, flaw: str, words: str
) -> None:
    """An invalid hook ends the run before the first scenario, not as INCONCLUSIVE in every scenario."""
    progress = RecordedProgress()

    with pytest.raises(AppError, match=words):
        run_scenarios([repeated("a"), repeated("b")], settings=receiver_settings(FLAW=flaw), seed=7, progress=progress)

    assert progress.lines == ["began a", "ended a "]


class WorkerOnFullDisk(Worker):
    """A worker that cannot write for the scenario ``a``."""

    def play(self, scenario: Scenario) -> Played:
        """Play *scenario*, if it is another one."""
        if scenario.name == "a":
            raise OSError(28, "No space left on device")
        return super().play(scenario)


def test_an_internal_error_loses_no_other_result(receiver_settings: MakeSettings, own_folder: Path) -> None:
    """The scenario is INCONCLUSIVE, the error is reported, and the next scenario runs."""
    settings = receiver_settings()
    playing = Session([repeated("a"), repeated("b")], seed=7)

    playing.play(WorkerOnFullDisk(settings, seed=7, folder=own_folder / "worker"))

    result = playing.result()
    assert [outcome.verdict for outcome in result.outcomes] == [Verdict.INCONCLUSIVE, Verdict.PASS]
    assert [error.splitlines()[-1] for error in result.internal_errors] == ["OSError: [Errno 28] No space left on device"]
    assert not result.is_whole


def test_a_failed_step_is_inconclusive_and_the_next_scenario_runs(receiver_settings: MakeSettings) -> None:
    """A step with an unknown event makes the scenario INCONCLUSIVE, and the finding names the event."""
    result = run_scenarios([repeated("a", steps.Retry("e9")), repeated("b")], settings=receiver_settings(), seed=7)

    assert [outcome.verdict for outcome in result.outcomes] == [Verdict.INCONCLUSIVE, Verdict.PASS]
    assert "No event 'e9'" in result.outcomes[0].findings[-1].observed


def test_the_error_of_an_app_that_does_not_start_contains_no_secret(receiver_settings: MakeSettings) -> None:
    """The secrets in the output of an app that prints its environment are redacted."""
    settings = receiver_settings()
    leaking = f"{sys.executable} -c 'import os; print(os.environ); raise SystemExit(9)' {{port}}"
    settings = msgspec.structs.replace(settings, app=msgspec.structs.replace(settings.app, command=leaking))

    with pytest.raises(AppError) as caught:
        run_scenarios([repeated()], settings=settings, seed=7)

    assert "'FISKIL_WEBHOOK_SECRET': '<webhook_secret>" in str(caught.value)


def test_the_surrounding_project_does_not_affect_a_run(
    receiver_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run ignores the pytest config, the conftest and the options of the user's tests."""
    (tmp_path / "conftest.py").write_text("raise SystemExit('the conftest was read')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.chdir(tmp_path)

    result = run_scenarios([repeated()], settings=receiver_settings(), seed=7)

    assert result.outcomes[0].verdict is Verdict.PASS
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conftest.py", "pytest.ini", "temporary"]


def test_a_run_prints_nothing(receiver_settings: MakeSettings, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing but the progress appears."""
    run_scenarios([repeated()], settings=receiver_settings(), seed=7)

    assert capfd.readouterr() == ("", "")


def test_several_workers_need_an_app_for_each(receiver_settings: MakeSettings) -> None:
    """An app with a fixed address cannot be started once for each worker."""
    shared = receiver_settings()
    fixed_address = msgspec.structs.replace(
        shared, app=msgspec.structs.replace(shared.app, command=None, url="http://127.0.0.1:1")
    )

    assert (can_run_in_parallel(shared), can_run_in_parallel(fixed_address)) == (True, False)
    with pytest.raises(UsageError, match=r"Several workers need an app"):
        run_scenarios([repeated()], settings=fixed_address, seed=7, workers=2)


@pytest.mark.parametrize("step", [steps.RevokeKey(), steps.Fuzz(), steps.DistortEvery()], ids=["key", "fuzz", "odd"])
def test_heavy_scenarios_run_last_where_the_app_cannot_be_restarted(
    receiver_settings: MakeSettings, step: steps.AnyStep
) -> None:
    """A scenario that revokes the key, or sends invented bodies, runs after all others if the app cannot be restarted."""
    settings = receiver_settings()
    running = msgspec.structs.replace(
        settings, app=msgspec.structs.replace(settings.app, command=None, url="http://127.0.0.1:1")
    )
    heavy, light = repeated("a", step), repeated("b")

    assert [scenario.name for scenario in session.run_order([heavy, light], settings)] == ["a", "b"]
    assert [scenario.name for scenario in session.run_order([heavy, light], running)] == ["b", "a"]


def test_scenarios_that_may_stop_an_app_come_after_all_others(receiver_settings: MakeSettings) -> None:
    """The harness cannot start the app again, so it could test nothing after them."""
    settings = receiver_settings()
    running = msgspec.structs.replace(
        settings, app=msgspec.structs.replace(settings.app, command=None, url="http://127.0.0.1:1")
    )
    scenarios = [repeated("a", steps.DistortEvery()), repeated("b", steps.RevokeKey()), repeated("c")]

    assert [scenario.name for scenario in session.run_order(scenarios, running)] == ["c", "b", "a"]


def test_with_one_worker_the_shortest_scenarios_run_first(receiver_settings: MakeSettings) -> None:
    """The first verdicts come soon; several workers begin with the longest, so that none runs alone at the end."""
    scenarios = [load("webhook_repeated_much_later"), load("webhook_delivered")]

    one, several = (session.run_order(scenarios, receiver_settings(), workers) for workers in (1, 2))

    assert (one[0].name, several[1].name) == ("webhook_delivered", "webhook_delivered")


def test_scenarios_of_required_practices_run_first(receiver_settings: MakeSettings) -> None:
    """The verdicts that decide come before the others."""
    settings = receiver_settings()
    required = msgspec.structs.replace(settings, gate=GateSettings(required=("sandbox.many-end-users",)))
    others = msgspec.structs.replace(repeated("b"), practices=("sandbox.many-end-users",))

    orders = [
        [scenario.name for scenario in session.run_order([repeated("a"), others], each)] for each in (settings, required)
    ]

    assert orders == [["a", "b"], ["b", "a"]]


def test_a_busy_app_is_noticed_once(receiver_settings: MakeSettings) -> None:
    """The sentence names the config key, and comes when the first scenario has ended."""
    progress = RecordedProgress()

    run_scenarios([repeated("a"), repeated("b")], settings=receiver_settings(FLAW="stuck"), seed=7, progress=progress)

    notices = [line for line in progress.lines if line.startswith("noticed")]
    assert len(notices) == 1
    assert notices[0].startswith("noticed The app does not become idle: after a `pending` of app.observe.effects stayed 1.")
    assert "raise app.limits.fresh_s" in notices[0]
    assert [line.split(" ")[:2] for line in progress.lines[:3]] == [["began", "a"], ["ended", "a"], ["noticed", "The"]]


def test_an_app_that_does_nothing_is_tried_once(receiver_settings: MakeSettings) -> None:
    """The first scenario shows no effect, so those that need one are skipped, with one line for all of them."""
    calm = Scenario(
        name="calm",
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Sync("accounts"), steps.TouchConsent(), steps.Deliver()),
        probes=(probes.AppliesOnce(),),
    )
    settings = receiver_settings(FLAW="does_nothing", app={"limits": {"fresh_s": 0.1}})
    progress = RecordedProgress()

    result = run_scenarios(
        [calm, *(repeated(f"s{number}") for number in range(19))], settings=settings, seed=7, progress=progress
    )

    reason = "in calm, no genuine message had a visible effect, and the app made no API call"
    assert progress.lines[-1] == f"skipped 19 {reason}"
    assert [outcome.scenario for outcome in result.outcomes][:2] == ["calm", "s0"]
    assert {finding.observed for outcome in result.outcomes[1:] for finding in outcome.findings} == {f"skipped: {reason}"}
    assert result.is_whole


SCRIPT = """
import pickle, sys, msgspec
from pathlib import Path
from fiskil_harness.runner.session import run_scenarios

class PrintedProgress:
    def began(self, name): print("began", name, flush=True)
    def ended(self, name, verdict): pass
    def noticed(self, text): pass
    def skipped(self, names, reason): pass

if __name__ == "__main__":
    scenarios, settings = pickle.loads(Path(sys.argv[1], "request.pickle").read_bytes())
    result = run_scenarios(scenarios, settings=settings, seed=7, workers=int(sys.argv[2]), progress=PrintedProgress())
    Path(sys.argv[1], "result.json").write_bytes(msgspec.json.encode(result))
"""


DISCARDED = """
import gc, os, signal, sys
from pathlib import Path
from fiskil_harness.runner import session
from fiskil_harness.runner.worker import Worker

session.REPEAT_S = 0.2

def wait_for_signal(*_):
    frame = sys._getframe()
    while frame is not None and frame.f_code is not Worker.play.__code__:
        frame = frame.f_back
    if frame is not None:
        gc.callbacks.remove(wait_for_signal)
        Path(sys.argv[1], f"waits-{os.getpid()}").touch()
        signal.pause()

if __name__ != "__main__":
    gc.callbacks.append(wait_for_signal)
"""
"""Lets each worker process get its first signal in a callback of the garbage collector, which discards exceptions."""


@pytest.fixture
def background(tmp_path: Path, own_folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Run scenarios in a separate process and process group, as the command line does."""
    running: list[subprocess.Popen[str]] = []

    def start(
        scenarios: Sequence[Scenario], settings: Settings, *, workers: int = 1, preamble: str = ""
    ) -> "subprocess.Popen[str]":
        folder = tmp_path / "request"
        folder.mkdir()
        (folder / "request.pickle").write_bytes(pickle.dumps((scenarios, settings)))
        (tmp_path / "script.py").write_text(preamble + SCRIPT)
        environment = os.environ | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(own_folder)}
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "script.py"), str(folder), str(workers)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def result_of(tmp_path: Path) -> SessionResult:
    """Return the result of the process in the background."""
    return msgspec.json.decode((tmp_path / "request" / "result.json").read_bytes(), type=SessionResult)


def processes_using(folder: Path) -> list[str]:
    """Return the command line of every process that names *folder*."""
    command_lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in line:
            command_lines.append(line)
    return command_lines


def test_two_workers_return_the_same_outcomes_as_one(
    background: Callable[..., "subprocess.Popen[str]"], receiver_settings: MakeSettings, tmp_path: Path
) -> None:
    """Two workers share the scenarios, and their outcomes equal those of one worker."""
    scenarios = tuple(repeated(name) for name in "abcd")

    background(scenarios, receiver_settings(), workers=2).wait(500)

    alone = run_scenarios(scenarios, settings=receiver_settings(), seed=7)
    assert result_of(tmp_path).outcomes == alone.outcomes


@pytest.mark.full
def test_two_workers_judge_a_growing_backlog_like_one(
    background: Callable[..., "subprocess.Popen[str]"], receiver_settings: MakeSettings, tmp_path: Path
) -> None:
    """The unfinished work of earlier scenarios in one worker's app does not change an outcome."""
    scenarios = tuple(msgspec.structs.replace(repeated(name), probes=(probes.LosesNothing(),)) for name in "abc")
    settings = receiver_settings(FLAW="piles_up")

    background(scenarios, settings, workers=2).wait(500)

    alone = run_scenarios(scenarios, settings=settings, seed=7)
    assert result_of(tmp_path).outcomes == alone.outcomes
    notes = [note for measure in alone.measured for note in measure.notes]
    assert [note.startswith(f"{NEVER_IDLE}: after {name} ") for note, name in zip(notes, "abc", strict=True)] == [True] * 3


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("receivers", ["all processes", "the first process"])
def test_an_interrupted_run_leaves_nothing(
    background: Callable[..., "subprocess.Popen[str]"],
    receiver_settings: MakeSettings,
    tmp_path: Path,
    own_folder: Path,
    number: signal.Signals,
    workers: int,
    receivers: str,
) -> None:
    """No process and no temporary folder is left, and the outcomes so far are returned."""
    endless = tuple(repeated(f"s{count:03}", steps.StayIdle()) for count in range(60))
    settings = receiver_settings(app={"command": "{python} receiver.py {port} {workdir}"})
    process = background(endless, settings, workers=workers)
    assert process.stdout is not None
    first_lines = [process.stdout.readline() for _ in range(workers)]
    assert wait_until(lambda: processes_using(own_folder), cap_s=300)

    if receivers == "all processes":
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)

    assert process.wait(500) == 0
    assert all(line.startswith("began s") for line in first_lines)
    result = result_of(tmp_path)
    assert (result.was_interrupted, result.internal_errors, result.is_whole) == (True, (), False)
    assert len(result.outcomes) == 60
    assert {outcome.verdict for outcome in result.outcomes} <= {Verdict.PASS, Verdict.INCONCLUSIVE}
    assert judge(result.outcomes, settings=settings, seed=7, today=TODAY).with_status(Status.PROVEN) == []
    assert not processes_using(own_folder)


def test_a_worker_ends_although_python_discards_its_interrupt(
    background: Callable[..., "subprocess.Popen[str]"], receiver_settings: MakeSettings, tmp_path: Path, own_folder: Path
) -> None:
    """The workers get a second signal, close their apps and leave nothing; their scenarios would last for an hour."""
    endless = tuple(repeated(f"s{count}", *[steps.StayIdle(seconds=60)] * 60) for count in range(2))
    settings = receiver_settings(app={"command": "{python} receiver.py {port} {workdir}"})
    process = background(endless, settings, workers=2, preamble=DISCARDED)
    assert wait_until(lambda: len(list(tmp_path.glob("request/waits-*"))) == 2, cap_s=300)

    process.send_signal(signal.SIGTERM)

    assert process.wait(500) == 0
    assert result_of(tmp_path).was_interrupted
    assert not processes_using(own_folder)


def workers_of(process_id: int) -> list[int]:
    """Return the process ids of the workers that the process *process_id* has started."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_killed_worker_ends_the_run_with_the_results_so_far(
    background: Callable[..., "subprocess.Popen[str]"], receiver_settings: MakeSettings, tmp_path: Path, own_folder: Path
) -> None:
    """The run reports an internal error, and no process is left."""
    endless = tuple(repeated(f"s{count:03}", steps.StayIdle()) for count in range(60))
    settings = receiver_settings(app={"command": "{python} receiver.py {port} {workdir}"})
    process = background(endless, settings, workers=2)
    assert wait_until(lambda: processes_using(own_folder), cap_s=300)

    os.kill(workers_of(process.pid)[0], signal.SIGKILL)

    assert process.wait(500) == 0
    result = result_of(tmp_path)
    assert result.internal_errors == ("A worker process of fiskil-harness ended before its scenario did.",)
    assert (result.was_interrupted, result.is_whole, len(result.outcomes)) == (False, False, 60)
    assert not processes_using(own_folder)
