"""The runner: pytest around scenarios, out of reach of the project it runs in, and nothing left when it is cut short."""

import datetime
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import AppError, UsageError
from fiskil_harness.gate.judgement import judge
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.probes import Verdict
from fiskil_harness.runner import session
from fiskil_harness.runner.session import SessionRequest, SessionResult, can_share_out, read_request, rehearse, write_request
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.paths import SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

MakeSettings = Callable[..., Settings]
TODAY = datetime.date(2026, 6, 1)


def repeated(name: str = "repeated", *more: steps.AnyStep) -> Scenario:
    """One message, delivered three times."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), steps.Replay("e0"), *more),
        probes=(probes.AppliesOnce(),),
    )


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary folders of a run go where this test can see whether they are left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


class Told:
    """Remembers what a run told about its progress."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def began(self, name: str) -> None:
        """A scenario began."""
        self.lines.append(f"began {name}")

    def ended(self, name: str, verdict: str) -> None:
        """A scenario ended."""
        self.lines.append(f"ended {name} {verdict}")


def test_outcomes_come_back_by_name(receiver_settings: MakeSettings) -> None:
    """Whatever was asked first, the outcomes are sorted, each with what it cost."""
    rehearsal = rehearse([repeated("b"), repeated("a")], settings=receiver_settings(), seed=7)

    assert [(outcome.scenario, outcome.verdict) for outcome in rehearsal.outcomes] == [
        ("a", Verdict.PASS),
        ("b", Verdict.PASS),
    ]
    assert [(measure.scenario, measure.deliveries) for measure in rehearsal.measured] == [("a", 3), ("b", 3)]
    assert (rehearsal.faults, rehearsal.was_interrupted) == ((), False)


def test_a_flawed_app_is_caught(receiver_settings: MakeSettings) -> None:
    """The findings of the probes come back as they are."""
    rehearsal = rehearse([repeated()], settings=receiver_settings(FLAW="no_dedupe"), seed=7)

    assert rehearsal.outcomes[0].verdict is Verdict.FAIL
    assert rehearsal.outcomes[0].findings[0].observed.startswith("message e0 was applied 3 times")


def test_progress_says_what_runs_now(receiver_settings: MakeSettings) -> None:
    """Each scenario is announced before it runs and closed with its verdict."""
    told = Told()

    rehearse([repeated("a"), repeated("b")], settings=receiver_settings(), seed=7, progress=told)

    assert told.lines == ["began a", "ended a PASS", "began b", "ended b PASS"]


def test_the_same_seed_gives_the_same_judgement(receiver_settings: MakeSettings) -> None:
    """Two runs differ in ids, ports and times, and in nothing that is judged."""
    import datetime

    settings = receiver_settings(FLAW="no_dedupe")

    judgements = [
        judge(
            rehearse([repeated("a"), repeated("b")], settings=settings, seed=5).outcomes,
            settings=settings,
            seed=5,
            today=datetime.date(2026, 6, 1),
        )
        for _ in range(2)
    ]

    assert msgspec.json.encode(judgements[0]) == msgspec.json.encode(judgements[1])


def test_an_app_that_does_not_start_ends_the_run_with_its_last_lines(receiver_settings: MakeSettings) -> None:
    """The refusal carries what the app said last."""
    with pytest.raises(AppError, match=r"exited with 7[^$]*cannot find the moon"):
        rehearse([repeated("a"), repeated("b")], settings=receiver_settings(EXITS="1"), seed=7)


@pytest.mark.parametrize(("flaw", "words"), [("no_json", "is no JSON"), ("wrong_shape", "does not fit")])
def test_an_effects_hook_that_answers_nonsense_ends_the_run_at_its_start(
    receiver_settings: MakeSettings, flaw: str, words: str
) -> None:
    """A wrong hook is said before a scenario runs, not as forty doubtful findings."""
    told = Told()

    with pytest.raises(AppError, match=words):
        rehearse([repeated("a"), repeated("b")], settings=receiver_settings(FLAW=flaw), seed=7, progress=told)

    assert told.lines == ["began a", "ended a "]


def test_a_step_that_cannot_be_done_is_doubt_and_the_next_scenario_runs(receiver_settings: MakeSettings) -> None:
    """A plan that names an event which never happened is INCONCLUSIVE, with the known ones named."""
    rehearsal = rehearse([repeated("a", steps.Retry("e9")), repeated("b")], settings=receiver_settings(), seed=7)

    assert [outcome.verdict for outcome in rehearsal.outcomes] == [Verdict.INCONCLUSIVE, Verdict.PASS]
    assert "No event 'e9'" in rehearsal.outcomes[0].findings[-1].observed


def test_secrets_are_gone_before_anything_is_handed_over(receiver_settings: MakeSettings) -> None:
    """An app that prints its environment and dies does not put a secret into the refusal."""
    settings = receiver_settings()
    leaking = f"{sys.executable} -c 'import os; print(os.environ); raise SystemExit(9)' {{port}}"
    settings = msgspec.structs.replace(settings, app=msgspec.structs.replace(settings.app, command=leaking))

    with pytest.raises(AppError) as refusal:
        rehearse([repeated()], settings=settings, seed=7)

    assert "'FISKIL_WEBHOOK_SECRET': '<webhook_secret>" in str(refusal.value)


def test_the_project_around_is_out_of_reach(
    receiver_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the config, the conftest nor the options of the user's own tests can disturb a run."""
    (tmp_path / "conftest.py").write_text("raise SystemExit('the conftest was read')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.chdir(tmp_path)

    rehearsal = rehearse([repeated()], settings=receiver_settings(), seed=7)

    assert rehearsal.outcomes[0].verdict is Verdict.PASS
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conftest.py", "pytest.ini", "temporary"]


def test_nothing_is_printed(receiver_settings: MakeSettings, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing of pytest's own shows: it is the runner, not the reporter."""
    rehearse([repeated()], settings=receiver_settings(), seed=7)

    assert capfd.readouterr() == ("", "")


def test_an_order_reads_back_as_it_was_written(receiver_settings: MakeSettings, tmp_path: Path) -> None:
    """Config and scenarios reach the workers whole, and the file is its owner's alone."""
    order = SessionRequest(seed=3, settings=receiver_settings(), scenarios=(repeated(),))

    write_request(tmp_path, order)

    assert read_request(tmp_path) == order
    assert (tmp_path / "order.json").stat().st_mode & 0o077 == 0


def test_several_workers_need_an_app_for_each(receiver_settings: MakeSettings) -> None:
    """An address, or a command without a port and a folder from us, cannot be had twice."""
    shared = receiver_settings()
    at_a_url = msgspec.structs.replace(
        shared, app=msgspec.structs.replace(shared.app, command=None, url="http://127.0.0.1:1")
    )

    assert (can_share_out(shared), can_share_out(at_a_url)) == (True, False)
    with pytest.raises(UsageError, match=r"Several workers need an app"):
        rehearse([repeated()], settings=at_a_url, seed=7, workers=2)


def test_heavy_scenarios_run_last_where_the_app_cannot_be_restarted(receiver_settings: MakeSettings) -> None:
    """A revoked key must not spoil what comes after it in an app that is not ours to restart."""
    settings = receiver_settings()
    running = msgspec.structs.replace(
        settings, app=msgspec.structs.replace(settings.app, command=None, url="http://127.0.0.1:1")
    )
    heavy, light = repeated("a", steps.RevokeKey()), repeated("b")

    assert [scenario.name for scenario in session.run_order([heavy, light], settings)] == ["a", "b"]
    assert [scenario.name for scenario in session.run_order([heavy, light], running)] == ["b", "a"]


SCRIPT = """
import sys, msgspec
from pathlib import Path
from fiskil_harness.runner.session import Rehearsal, read_order, rehearse

class Say:
    def began(self, name): print("began", name, flush=True)
    def ended(self, name, verdict): pass

if __name__ == "__main__":
    order = read_order(Path(sys.argv[1]))
    rehearsal = rehearse(order.scenarios, settings=order.settings, seed=order.seed, workers=int(sys.argv[2]), progress=Say())
    Path(sys.argv[1], "rehearsal.json").write_bytes(msgspec.json.encode(rehearsal))
"""


@pytest.fixture
def background(tmp_path: Path, own_folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Run an order in a process of its own, as the command line does, in the foreground group of nobody."""
    running: list[subprocess.Popen[str]] = []

    def start(order: SessionRequest, *, workers: int = 1) -> "subprocess.Popen[str]":
        place = tmp_path / "order"
        place.mkdir()
        write_request(place, order)
        (tmp_path / "script.py").write_text(SCRIPT)
        environment = os.environ | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(own_folder)}
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "script.py"), str(place), str(workers)],
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


def handed_over(tmp_path: Path) -> SessionResult:
    """What the process in the background brought back."""
    return msgspec.json.decode((tmp_path / "order" / "rehearsal.json").read_bytes(), type=SessionResult)


def processes_using(place: Path) -> list[str]:
    """Every process whose command line names *place*."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(place) in line:
            found.append(line)
    return found


def test_workers_share_the_scenarios_out(
    background: Callable[..., "subprocess.Popen[str]"], receiver_settings: MakeSettings, tmp_path: Path
) -> None:
    """Two workers bring back what one would, by name."""
    scenarios = tuple(repeated(name) for name in "abcd")

    background(SessionRequest(seed=7, settings=receiver_settings(), scenarios=scenarios), workers=2).wait(500)

    alone = rehearse(scenarios, settings=receiver_settings(), seed=7)
    assert handed_over(tmp_path).outcomes == alone.outcomes


@pytest.mark.full
def test_workers_find_the_same_in_a_receiver_that_gets_nothing_done(
    background: Callable[..., "subprocess.Popen[str]"], receiver_settings: MakeSettings, tmp_path: Path
) -> None:
    """What one worker's app has piled up before is no part of what is judged."""
    scenarios = tuple(msgspec.structs.replace(repeated(name), probes=(probes.LosesNothing(),)) for name in "abc")
    settings = receiver_settings(FLAW="piles_up")

    background(SessionRequest(seed=7, settings=settings, scenarios=scenarios), workers=2).wait(500)

    alone = rehearse(scenarios, settings=settings, seed=7)
    assert handed_over(tmp_path).outcomes == alone.outcomes
    assert [measure.notes for measure in alone.measured] == [
        (),
        *[("the app has not come to rest since a, e0 consent.received",)] * 2,
    ]


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.full)],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.full), 2])
@pytest.mark.parametrize("reaches", ["everyone", "the first process"])
def test_an_interrupted_run_leaves_nothing(
    background: Callable[..., "subprocess.Popen[str]"],
    receiver_settings: MakeSettings,
    tmp_path: Path,
    own_folder: Path,
    number: signal.Signals,
    workers: int,
    reaches: str,
) -> None:
    """No process, port or temporary folder; what was judged until then is brought back."""
    endless = tuple(repeated(f"s{count:03}", steps.StayIdle()) for count in range(60))
    settings = receiver_settings(app={"command": "{python} receiver.py {port} {workdir}"})
    process = background(SessionRequest(seed=7, settings=settings, scenarios=endless), workers=workers)
    assert process.stdout is not None
    began = [process.stdout.readline() for _ in range(workers)]
    assert wait_until(lambda: processes_using(own_folder), cap_s=300)

    if reaches == "everyone":
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)

    assert process.wait(500) == 0
    assert all(line.startswith("began s") for line in began)
    brought = handed_over(tmp_path)
    assert (brought.was_interrupted, brought.faults, brought.is_whole) == (True, (), False)
    assert len(brought.outcomes) == 60
    assert {outcome.verdict for outcome in brought.outcomes} <= {Verdict.PASS, Verdict.INCONCLUSIVE}
    assert judge(brought.outcomes, settings=settings, seed=7, today=TODAY).with_status(Status.PROVEN) == []
    assert not processes_using(own_folder)
