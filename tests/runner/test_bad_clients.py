"""Apps that hang, die, err or never rest when they are asked: doubt with its reason, and the next scenario unaffected."""

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
"""The short one is waited out by whoever hangs; it is longer than a busy machine may let the next scenario wait."""
MakeWorker = Callable[[str], Worker]


@pytest.fixture
def moody(tmp_path: Path) -> Iterator[MakeWorker]:
    """A worker in front of the reference app in a mood."""
    made: list[Worker] = []

    def make(mood: str) -> Worker:
        made.append(Worker(settings_for(mood, tmp_path), seed=1, folder=tmp_path / "worker"))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def settings_for(mood: str, folder: Path) -> Settings:
    """The reference app's own config, with another command and less patience."""
    usual = gallery.settings(gallery.app("reference_app"))
    command = (usual.app.command or "").replace("reference_app.app:build", "moody:build")
    app = msgspec.structs.replace(
        usual.app,
        command=f"{command} --app-dir {APPS}",
        env=usual.app.env | {"MOOD": mood, "MOOD_OVER": str(folder / "over"), "PYTHONPATH": str(usual.folder.parent)},
        limits=msgspec.structs.replace(usual.app.limits, request_deadline_s=SHORT_S if mood == "hangs" else DEADLINE_S),
    )
    return msgspec.structs.replace(usual, app=app)


def last(worker: Worker, name: str) -> Finding:
    """The last thing that was said of a scenario that did not pass: why; of one that passed, anything."""
    return worker.play(load(name)).outcome.findings[-1]


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
def test_a_mood_is_told_and_passes(moody: MakeWorker, mood: str, scenario: str, words: str) -> None:
    """No verdict is a pass, the reason stands last, and the scenario after it is judged as if nothing had been."""
    worker = moody(mood)

    found, after = last(worker, scenario), last(worker, "minimal_data_requested")

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.observed.startswith(words)
    assert after.verdict is Verdict.PASS, after


def test_an_app_that_never_rests_is_told_so(moody: MakeWorker) -> None:
    """Each scenario waits for a quiet moment, and says what kept it from beginning.

    Here one of four seconds is waited for: a busy machine lets the app have short ones.
    """
    driver = moody("never_rests").start()
    assert wait_until(lambda: driver.fiskil.link.idle_s() < 0.5, cap_s=60)

    found = driver.run(load("happy_path"), quiet_s=4).findings[-1]

    assert (found.verdict, found.observed) == (
        Verdict.INCONCLUSIVE,
        "the app called the API without a pause for 5 s before the scenario could begin",
    )
