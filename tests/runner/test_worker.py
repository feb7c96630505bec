"""The worker: whatever happens inside a scenario is an outcome, and nothing of it is left at the end."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.errors import AppError, ConfigError, HookError, StepError
from fiskil_harness.journal import Delivery
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage

MakeSettings = Callable[..., Settings]
MakeWorker = Callable[..., Worker]


class Explodes(steps.PlainStep, frozen=True, tag="explodes"):
    """A step with a fault of our own in it."""

    def perform(self, stage: Stage) -> None:
        """Divide by zero, with a secret at hand."""
        secret = stage.fiskil.credentials.client_secret
        raise ZeroDivisionError(f"no good with {secret}")


class Muddles(steps.PlainStep, frozen=True, tag="muddles"):
    """A step that writes down a delivery of which nothing can be shown."""

    def perform(self, stage: Stage) -> None:
        """Take words for bytes."""
        last = stage.journal.all(Delivery)[-1]
        stage.journal.write(msgspec.structs.replace(last, body="words"))


class Tells(steps.PlainStep, frozen=True, tag="tells"):
    """A step that cannot be done and says why, with a secret in the reason."""

    def perform(self, stage: Stage) -> None:
        """Refuse."""
        raise StepError(f"the app said {stage.fiskil.credentials.client_secret}")


class Vanishes(steps.PlainStep, frozen=True, tag="vanishes"):
    """A step after which the app is gone for good."""

    def perform(self, stage: Stage) -> None:
        """Kill it, and let it not come back."""
        stage.app.kill()
        raise AppError("The app exited with 1. Its last lines:\n  at 12:00:00 on port 51234")


def scenario(*more: Any, name: str = "repeated") -> Scenario:
    """One message, delivered twice, and whatever is added."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), *more),
        probes=(probes.AppliesOnce(),),
    )


@pytest.fixture
def work(tmp_path: Path) -> Iterator[MakeWorker]:
    """Make workers that are closed at the end of the test."""
    made: list[Worker] = []

    def make(settings: Settings, *, seed: int = 7) -> Worker:
        made.append(Worker(settings, seed=seed, folder=tmp_path / f"worker-{len(made)}"))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def test_a_scenario_is_played_and_measured(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The outcome says what was judged, the measure what it cost."""
    played = work(receiver_settings()).play(scenario())

    assert played.outcome.verdict is Verdict.PASS
    assert (played.measure.deliveries, played.fault) == (2, "")
    assert played.measure.slowest_acknowledgement_ms is not None


def test_a_fault_of_our_own_is_told_apart_from_the_app(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The scenario is INCONCLUSIVE, the traceback goes with it, redacted, and the next scenario runs."""
    worker = work(receiver_settings())

    played = worker.play(scenario(Explodes()))

    assert played.outcome.verdict is Verdict.INCONCLUSIVE
    assert played.outcome.findings[-1].observed == "a fault of the harness itself: ZeroDivisionError"
    assert "ZeroDivisionError: no good with <client_secret>" in played.fault
    assert worker.play(scenario()).outcome.verdict is Verdict.PASS


def test_no_secret_is_in_what_is_told(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """Findings and notes have passed the redactor."""
    played = work(receiver_settings()).play(scenario(Tells()))

    assert played.outcome.findings[-1].observed == "step 4 (tells) could not be done: the app said <client_secret>"
    assert played.measure.notes == ("the app said <client_secret>",)


def test_what_failed_is_shown_without_a_secret(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The deliveries of the run with their signatures, and the state by the app's own words, redacted."""
    worker = work(receiver_settings(FLAW="no_dedupe"))

    played = worker.play(scenario())

    exhibit, *_of_cases = played.excerpts
    credentials = worker.fiskil.credentials
    assert (exhibit.scenario, exhibit.probe) == ("repeated", "applies_once")
    assert [beat.text for beat in exhibit.beats] == ["e0 attempt 1", "e0 attempt 2", "e0 applied 2 times"]
    assert "X-Fiskil-Signature: " in exhibit.sendings[0].command
    assert worker.driver.app.url in exhibit.sendings[0].command
    assert credentials.webhook_secret not in str(exhibit)
    assert credentials.client_secret not in str(exhibit)


def test_no_verdict_is_lost_with_a_picture(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """What cannot be shown is a fault of our own, beside the failure that was found."""
    played = work(receiver_settings(FLAW="no_dedupe")).play(scenario(Muddles()))

    assert played.outcome.verdict is Verdict.FAIL
    assert played.excerpts == ()
    assert "Traceback" in played.fault


def test_an_app_that_dies_in_a_scenario_is_started_again_for_the_next(
    work: MakeWorker, receiver_settings: MakeSettings
) -> None:
    """Its last lines are kept beside the outcome, because they differ from run to run."""
    worker = work(receiver_settings())

    played = worker.play(scenario(Vanishes()))

    assert (
        played.outcome.findings[-1].observed == "step 4 (vanishes) could not be done: The app exited with 1. Its last lines:"
    )
    assert played.measure.notes == ("The app exited with 1. Its last lines:\n  at 12:00:00 on port 51234",)
    assert worker.play(scenario()).outcome.verdict is Verdict.PASS


def test_an_app_that_does_not_start_is_tried_once(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The refusal is remembered: forty scenarios do not wait forty times."""
    worker = work(receiver_settings(EXITS="1"))
    with pytest.raises(AppError) as first:
        worker.start()

    with pytest.raises(AppError) as second:
        worker.play(scenario())

    assert first.value is second.value


def test_an_effects_hook_that_answers_nonsense_is_refused_at_the_start(
    work: MakeWorker, receiver_settings: MakeSettings
) -> None:
    """What the hook answers with 2xx must fit, before a scenario runs."""
    with pytest.raises(HookError, match="does not fit"):
        work(receiver_settings(FLAW="wrong_shape")).start()


def test_an_effects_hook_that_finds_nobody_is_told_and_asked_no_more(
    work: MakeWorker, receiver_settings: MakeSettings
) -> None:
    """The path is answered as any other that is not there: the run does not go on blindly, and nobody is accused."""
    worker = work(receiver_settings(app={"observe": {"effects": "GET /elsewhere?of={end_user_id}"}}))

    first, second = worker.play(scenario()).outcome, worker.play(scenario()).outcome

    quoted = "app.observe.effects, GET /elsewhere, answered 404 (application/json)"
    seen = f"{quoted} about an end user whose message was acknowledged; is that path the right one?"
    assert [(finding.probe, finding.observed) for finding in first.findings if not finding.hook] == [
        ("every_effect_told", seen)
    ]
    assert [finding.observed for finding in second.findings] == [
        f"{seen} A path that does not exist is answered the same, so no more was sent."
    ]
    assert (first.verdict, second.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


@pytest.mark.slow
def test_what_stays_pending_for_ever_is_waited_for_once(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """Later scenarios find the same, soon, and a note beside it says since when."""
    worker = work(receiver_settings(FLAW="stuck"))
    lost = msgspec.structs.replace(scenario(), probes=(probes.LosesNothing(),))
    first = worker.play(lost)

    second = worker.play(lost)

    assert first.measure.took_s > max(10, second.measure.took_s)
    assert [finding.observed for finding in first.outcome.findings] == [
        "the app was still busy when the scenario ended: e0 consent.received was not processed"
    ]
    assert second.outcome == first.outcome
    assert (first.measure.notes, second.measure.notes) == (
        (),
        ("the app has not come to rest since repeated, e0 consent.received",),
    )


@pytest.mark.slow
@pytest.mark.full
def test_a_pile_that_only_grows_is_waited_for_ever_shorter(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """What nobody works off any more costs a run seconds, and the scenario that it began in is named to the end."""
    worker = work(receiver_settings(FLAW="piles_up"))
    lost = msgspec.structs.replace(scenario(), probes=(probes.LosesNothing(),))

    played = [worker.play(lost) for _ in range(4)]

    assert played[0].measure.took_s > max(10, played[3].measure.took_s)
    assert played[3].outcome == played[0].outcome
    assert played[3].measure.notes == ("the app has not come to rest since repeated, e0 consent.received",)


def test_without_an_app_there_is_nothing_to_start(work: MakeWorker) -> None:
    """An empty config is a clear error; the sandbox alone can still be used."""
    worker = work(Settings())

    with pytest.raises(ConfigError, match="names no app"):
        worker.start()

    assert worker.fiskil.api_url.startswith("http://127.0.0.1:")


def test_closing_leaves_nothing(work: MakeWorker, receiver_settings: MakeSettings, tmp_path: Path) -> None:
    """The folder goes with the app and its files; closing twice is fine."""
    worker = work(receiver_settings())
    worker.play(scenario())

    worker.close()
    worker.close()

    assert list(tmp_path.iterdir()) == []


class HangsUp(socketserver.BaseRequestHandler):
    """Hears a request and says nothing."""

    def handle(self) -> None:
        """Read, and go."""
        self.request.recv(65_536)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of somebody who never answers."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_whoever_never_answers_is_asked_no_more(work: MakeWorker, silent: str) -> None:
    """Three scenarios without any answer are enough for an app that cannot be started again."""
    raw = {"app": {"url": silent, "webhook": {"path": "/hook"}}}
    worker = work(parse(raw, folder=Path(), source="a test"))

    asked = Scenario(
        name="asked",
        practices=("webhooks.prompt-2xx",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0")),
        probes=(probes.AcknowledgesGenuine(),),
    )
    played = [worker.play(asked) for _ in range(5)]

    seen = [each_played.outcome.findings[-1].observed for each_played in played]
    assert [each_played.measure.deliveries for each_played in played] == [2, 2, 2, 0, 0]
    assert seen[3] == seen[4] == "the receiver gave no answer at all in 3 scenarios in a row, so no more was sent"
    assert {each_played.outcome.verdict for each_played in played[3:]} == {Verdict.INCONCLUSIVE}
