"""The worker turns every error inside a scenario into an outcome, and leaves nothing behind."""

import gzip
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.errors import AppError, ConfigError, HookError, StepError
from fiskil_harness.journal import Delivery, Output
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.webhooks import finishes_work
from fiskil_harness.runner.worker import AGAIN_AFTER, PENDING_OF_OTHERS, Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from tests.runner.notes import busy_note

MakeSettings = Callable[..., Settings]
MakeWorker = Callable[..., Worker]


class Explodes(steps.Step, frozen=True, tag="explodes"):
    """A step that raises an internal error."""

    def perform(self, stage: Stage) -> None:
        """Raise an error whose text contains a secret."""
        secret = stage.fiskil.credentials.client_secret
        raise ZeroDivisionError(f"no good with {secret}")


class Corrupts(steps.Step, frozen=True, tag="corrupts"):
    """A step that records a delivery from which no excerpt can be made."""

    def perform(self, stage: Stage) -> None:
        """Record a body that is text instead of bytes."""
        last = stage.journal.all(Delivery)[-1]
        stage.journal.write(msgspec.structs.replace(last, body="words"))


class Leaks(steps.Step, frozen=True, tag="leaks"):
    """A step that fails with a secret in the reason."""

    def perform(self, stage: Stage) -> None:
        """Raise StepError."""
        raise StepError(f"the app wrote {stage.fiskil.credentials.client_secret}")


class LeaksEnvironment(steps.Step, frozen=True, tag="leaks_environment"):
    """A step that fails with a secret of this process's environment in the reason."""

    def perform(self, stage: Stage) -> None:
        """Raise StepError."""
        raise StepError(f"the app wrote {os.environ[stage.settings.hosted.client_secret_env]}")


class LeaksConfig(steps.Step, frozen=True, tag="leaks_config"):
    """A step that fails with a secret of the config in the reason, after the app has printed it."""

    def perform(self, stage: Stage) -> None:
        """Raise StepError."""
        secret = stage.settings.app.env["API_KEY"]
        stage.journal.write(Output(place="output", text=f"my key is {secret}".encode()))
        raise StepError(f"the app wrote {secret}")


class Vanishes(steps.Step, frozen=True, tag="vanishes"):
    """A step after which the app has exited."""

    def perform(self, stage: Stage) -> None:
        """Kill the app and raise AppError."""
        stage.app.kill()
        raise AppError("The app exited with 1. Its last lines:\n  at 12:00:00 on port 51234")


class VanishesWhenUsed(steps.Step, frozen=True, tag="vanishes_when_used"):
    """A step after which an app has exited that still stores messages of an earlier scenario."""

    def perform(self, stage: Stage) -> None:
        """Kill the app and raise AppError if it has more than the consent of this scenario."""
        stored = msgspec.json.decode((stage.app.workdir / "store.json").read_bytes())
        if len(stored["consents"]) > 1:
            stage.app.kill()
            raise AppError("The app exited with 1.")


def scenario(*more: Any, name: str = "repeated") -> Scenario:
    """Return a scenario with one message, delivered twice, and then the steps *more*."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), *more),
        probes=(probes.AppliesOnce(),),
    )


@pytest.fixture
def work(tmp_path: Path) -> Iterator[MakeWorker]:
    """Make workers that are closed at the end of the test."""
    workers: list[Worker] = []

    def make(settings: Settings, *, seed: int = 7) -> Worker:
        workers.append(Worker(settings, seed=seed, folder=tmp_path / f"worker-{len(workers)}"))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


def test_a_scenario_that_concerns_only_apps_with_a_hook_counts_for_no_other(
    work: MakeWorker, receiver_settings: MakeSettings
) -> None:
    """Nothing runs, and the report states why."""
    scenario = Scenario(name="x", practices=(), steps=(), probes=(), only_with=("app.drive.refresh",))

    outcome = work(receiver_settings()).play(scenario).outcome

    assert outcome.outside == "the config gives no app.drive.refresh"
    assert [finding.probe for finding in outcome.findings] == ["concerns_app"]


def test_a_scenario_is_played_and_measured(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The result contains the outcome and the costs of the scenario."""
    played = work(receiver_settings()).play(scenario())

    assert played.outcome.verdict is Verdict.PASS
    assert (played.measure.deliveries, played.traceback) == (2, "")
    assert played.measure.slowest_acknowledgement_ms is not None


def test_an_internal_error_is_not_blamed_on_the_app(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The scenario is INCONCLUSIVE with a redacted traceback, and the next scenario runs."""
    worker = work(receiver_settings())

    played = worker.play(scenario(Explodes()))

    assert played.outcome.verdict is Verdict.INCONCLUSIVE
    assert played.outcome.findings[-1].observed == "an internal error of the harness: ZeroDivisionError"
    assert "ZeroDivisionError: no good with <client_secret>" in played.traceback
    assert worker.play(scenario()).outcome.verdict is Verdict.PASS


def test_findings_and_notes_contain_no_secret(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """Secrets in findings and notes are replaced by their kind."""
    played = work(receiver_settings()).play(scenario(Leaks()))

    assert played.outcome.findings[-1].observed == "step 4 (leaks) could not be done: the app wrote <client_secret>"
    assert played.measure.notes == ("the app wrote <client_secret>",)


def test_a_secret_in_the_environment_is_redacted(
    work: MakeWorker, receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app inherits the environment, and so may show the key of a hosted account that the run does not use."""
    monkeypatch.setenv("FISKIL_CLIENT_SECRET", "the-key-of-7-hosted-accounts")

    played = work(receiver_settings()).play(scenario(LeaksEnvironment()))

    assert played.measure.notes == ("the app wrote <client_secret>",)


def test_a_secret_in_the_config_is_redacted(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """A team may write a key for the app into the config; neither a report nor a journal file contains it."""
    worker = work(receiver_settings(API_KEY="hunter2hunter2"))
    worker.includes_recording = True

    played = worker.play(scenario(LeaksConfig()))

    assert played.measure.notes == ("the app wrote <config_secret>",)
    assert played.recording is not None
    line = gzip.decompress(played.recording.line)
    assert b"hunter2" not in line
    assert b"my key is [harness: config_secret" in line


def test_excerpts_of_a_failure_contain_no_secret(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The excerpt shows the deliveries with their signatures and the effects, but no secret."""
    worker = work(receiver_settings(FLAW="no_dedupe"))

    played = worker.play(scenario())

    excerpt, *_of_cases = played.excerpts
    credentials = worker.driver.fiskil.credentials
    assert (excerpt.scenario, excerpt.probe) == ("repeated", "applies_once")
    assert [beat.text for beat in excerpt.beats] == ["e0 attempt 1", "e0 attempt 2", "e0 applied 2 times"]
    assert "X-Fiskil-Signature: " in excerpt.commands[0].command
    assert worker.driver.app.url in excerpt.commands[0].command
    assert credentials.webhook_secret not in str(excerpt)
    assert credentials.client_secret not in str(excerpt)


def test_an_error_in_an_excerpt_keeps_the_verdict(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """If an excerpt cannot be made, the verdict stays and the traceback is returned."""
    played = work(receiver_settings(FLAW="no_dedupe")).play(scenario(Corrupts()))

    assert played.outcome.verdict is Verdict.FAIL
    assert played.excerpts == ()
    assert "Traceback" in played.traceback


def test_an_app_that_dies_during_a_scenario_runs_in_the_next_one(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The app is restarted; its last output lines are a note, because they differ from run to run."""
    worker = work(receiver_settings())

    played = worker.play(scenario(Vanishes()))

    assert (
        played.outcome.findings[-1].observed == "step 4 (vanishes) could not be done: The app exited with 1. Its last lines:"
    )
    assert played.measure.notes == ("The app exited with 1. Its last lines:\n  at 12:00:00 on port 51234",)
    assert worker.play(scenario()).outcome.verdict is Verdict.PASS


def test_a_scenario_that_an_earlier_one_may_have_affected_runs_again(
    work: MakeWorker, receiver_settings: MakeSettings
) -> None:
    """The app of the second run is empty. A scenario that began with a new app does not run again."""
    worker = work(receiver_settings())
    first = worker.play(scenario())
    affected = worker.play(scenario(VanishesWhenUsed()))
    alone = work(receiver_settings()).play(scenario(Vanishes()))

    assert (first.outcome.verdict, affected.outcome.verdict) == (Verdict.PASS, Verdict.PASS)
    assert [note.startswith(AGAIN_AFTER) for note in affected.measure.notes] == [True]
    assert not any(note.startswith(AGAIN_AFTER) for note in alone.measure.notes)


def test_an_app_that_does_not_start_is_started_only_once(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """The error is remembered, so that each further scenario fails at once."""
    worker = work(receiver_settings(EXITS="1"))
    with pytest.raises(AppError) as first:
        worker.start()

    with pytest.raises(AppError) as second:
        worker.play(scenario())

    assert first.value is second.value


def test_an_effects_hook_with_invalid_responses_is_rejected_at_the_start(
    work: MakeWorker, receiver_settings: MakeSettings
) -> None:
    """A 2xx response of another form than documented raises HookError before a scenario runs."""
    with pytest.raises(HookError, match=r"Invalid response of app\.observe\.effects"):
        work(receiver_settings(FLAW="wrong_shape")).start()


def test_an_effects_hook_at_a_missing_path_is_reported_once(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """If the hook responds like a path that does not exist, later scenarios send nothing; the app is not blamed."""
    worker = work(receiver_settings(app={"observe": {"effects": "GET /elsewhere?of={end_user_id}"}}))

    first, second = worker.play(scenario()).outcome, worker.play(scenario()).outcome

    request = "app.observe.effects, GET /elsewhere, returned 404 (application/json)"
    observed = f"{request} about an end user whose message was acknowledged; check the path of the effects hook"
    assert [(finding.probe, finding.observed) for finding in first.findings if not finding.hook] == [
        ("applies_once", "the effects hook reports no counts (applied), and the scenario has no twins a, b and c"),
        ("effects_reported", observed),
    ]
    assert [finding.observed for finding in second.findings] == [
        f"{observed} A path that does not exist gets the same response, so nothing more was sent."
    ]
    assert (first.verdict, second.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


@pytest.mark.slow
def test_only_one_scenario_waits_for_work_that_never_ends(
    work: MakeWorker, receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later scenarios have the same outcome sooner, and a note states that `pending` counts more than their own work."""
    # A pause of a busy machine gives a doubt in place of the FAIL; another test examines that.
    monkeypatch.setattr(finishes_work, "MOST_PAUSED_S", inf)
    worker = work(receiver_settings(FLAW="stuck"))
    lost = msgspec.structs.replace(scenario(), probes=(probes.LosesNothing(),))
    first = worker.play(lost)

    second = worker.play(lost)

    assert first.measure.took_s > max(10, second.measure.took_s)
    assert [finding.observed for finding in first.outcome.findings] == [
        "the app was still busy when the scenario ended: e0 consent.received was not processed",
        "the app did not finish e0 consent.received, although nothing disturbed it",
    ]
    assert second.outcome == first.outcome
    assert first.measure.notes == (busy_note(lost.name, pending=1),)
    assert second.measure.notes == (PENDING_OF_OTHERS, busy_note(lost.name, pending=1))


@pytest.mark.slow
@pytest.mark.full
def test_waits_for_a_growing_backlog_get_shorter(work: MakeWorker, receiver_settings: MakeSettings) -> None:
    """Work that the app never finishes costs seconds, and each scenario begins without that of the earlier ones."""
    worker = work(receiver_settings(FLAW="piles_up"))
    lost = msgspec.structs.replace(scenario(), probes=(probes.LosesNothing(),))

    played = [worker.play(lost) for _ in range(4)]

    assert played[0].measure.took_s > max(10, played[3].measure.took_s)
    assert played[3].outcome == played[0].outcome
    assert [result.measure.notes for result in played] == [(busy_note(lost.name, pending=2),)] * 4


def test_a_config_without_an_app_is_an_error(work: MakeWorker) -> None:
    """Starting without an app raises ConfigError, but the sandbox can be used."""
    worker = work(Settings())

    with pytest.raises(ConfigError, match="names no app"):
        worker.start()

    assert worker.driver.fiskil.api_url.startswith("http://127.0.0.1:")


def test_closing_removes_everything(work: MakeWorker, receiver_settings: MakeSettings, tmp_path: Path) -> None:
    """The folder is removed with the app's files, and a second close does nothing."""
    worker = work(receiver_settings())
    worker.play(scenario())

    worker.close()
    worker.close()

    assert list(tmp_path.iterdir()) == []


class HangsUp(socketserver.BaseRequestHandler):
    """Reads a request and closes the connection without a response."""

    def handle(self) -> None:
        """Read the request."""
        self.request.recv(65_536)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that never responds."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_app_that_never_responds_gets_no_more_deliveries(work: MakeWorker, silent: str) -> None:
    """After three scenarios without a response, an app that cannot be restarted gets no more deliveries."""
    raw = {"app": {"url": silent, "webhook": {"path": "/hook"}}}
    worker = work(parse(raw, folder=Path(), source="a test"))

    unanswered = Scenario(
        name="unanswered",
        practices=("webhooks.prompt-2xx",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0")),
        probes=(probes.AcknowledgesGenuine(),),
    )
    results = [worker.play(unanswered) for _ in range(5)]

    observed = [result.outcome.findings[-1].observed for result in results]
    assert [result.measure.deliveries for result in results] == [2, 2, 2, 0, 0]
    assert observed[3] == observed[4]
    assert observed[3] == "the receiver did not respond to any delivery in 3 scenarios in a row, so nothing more was sent"
    assert {result.outcome.verdict for result in results[3:]} == {Verdict.INCONCLUSIVE}
