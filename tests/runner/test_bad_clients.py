"""Apps that hang, die, fail or never become idle: the scenario is INCONCLUSIVE, and the next one is unaffected."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import load
from tests.paths import APPS

pytestmark = pytest.mark.slow

DEADLINE_S, SHORT_S = 30.0, 5.0
"""The mood that hangs waits for the short deadline; it is longer than the next scenario may take on a busy machine."""
MakeWorker = Callable[[str], Worker]


@pytest.fixture
def moody(tmp_path: Path) -> Iterator[MakeWorker]:
    """Make workers for the reference app in a mood; they are closed at the end of the test."""
    workers: list[Worker] = []

    def make(mood: str) -> Worker:
        workers.append(Worker(settings_for(mood, tmp_path), seed=1, folder=tmp_path / "worker"))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


def settings_for(mood: str, folder: Path) -> Settings:
    """Return the reference app's config with another command and shorter deadlines."""
    reference = gallery.settings(gallery.app("reference_app"))
    command = (reference.app.command or "").replace("reference_app.app:build", "moody:build")
    environment = {"MOOD": mood, "MOOD_OVER": str(folder / "over"), "PYTHONPATH": str(reference.folder.parent)}
    app = msgspec.structs.replace(
        reference.app,
        command=f"{command} --app-dir {APPS}",
        env=reference.app.env | environment,
        limits=msgspec.structs.replace(reference.app.limits, request_deadline_s=SHORT_S if mood == "hangs" else DEADLINE_S),
    )
    return msgspec.structs.replace(reference, app=app)


def last_finding(worker: Worker, name: str) -> Finding:
    """Run a scenario and return its last INCONCLUSIVE finding, which states the reason, or else its last finding."""
    findings = worker.play(load(name)).outcome.findings
    return next((finding for finding in reversed(findings) if finding.verdict is Verdict.INCONCLUSIVE), findings[-1])


@pytest.mark.parametrize(
    ("mood", "scenario", "words"),
    [
        ("hangs", "token_expires_early", "app.drive.refresh did not respond although the API refused nothing"),
        ("dies", "token_expires_early", "app.observe.effects, GET /_harness/effects, did not respond: connection "),
        ("errs", "token_expires_early", "app.drive.refresh responded 500 although the API refused nothing"),
        ("refuses_to_connect", "happy_path", "step 2 (authorise) could not be done: The app opened no auth session"),
        (
            "talks_nonsense",
            "happy_path",
            "step 2 (authorise) could not be done: app.drive.start_session returned 200, but",
        ),
    ],
)
def test_a_failing_app_is_inconclusive_and_the_next_scenario_passes(
    moody: MakeWorker, mood: str, scenario: str, words: str
) -> None:
    """The last INCONCLUSIVE finding states the reason, and the scenario after it passes."""
    worker = moody(mood)

    finding, next_finding = last_finding(worker, scenario), last_finding(worker, "minimal_data_requested")

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed.startswith(words)
    assert next_finding.verdict is Verdict.PASS, next_finding


def test_a_scenario_does_not_begin_while_the_app_calls_the_api(moody: MakeWorker) -> None:
    """The finding states that the app called the API without a pause.

    The required pause is four seconds here, because shorter ones happen on a busy machine.
    """
    driver = moody("never_rests").start()
    assert wait_until(lambda: driver.fiskil.proxy.idle_s() < 0.5, cap_s=60)

    finding = driver.run(load("happy_path"), quiet_s=4).findings[-1]

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app called the API without a pause for 5 s, so the scenario did not begin",
    )
