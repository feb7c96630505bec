"""A whole report about apps that leak: not one secret of the run is in any form of it."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiskil_harness.core.redaction import Index
from fiskil_harness.gate.digests import digest_of
from fiskil_harness.gate.judgement import GateResult, Run, report_only
from fiskil_harness.gate.report import html, json, junit, markdown
from fiskil_harness.gate.report.sealing import completed
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import load_all
from fiskil_harness.server.local_fiskil import secrets_of

pytestmark = pytest.mark.slow

SCENARIOS = ("happy_path", "token_expires_early")


@pytest.fixture(params=["logs_requests", "token_in_query"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[GateResult, set[tuple[str, str]]]]:
    """What came of a leaky app in two scenarios, and every secret that there was at any step."""
    settings = gallery.settings(gallery.app(request.param))
    worker = Worker(settings, seed=7, folder=tmp_path / "worker")
    worker.wants_har = True
    secrets: set[tuple[str, str]] = set()
    worker.on_progress = lambda *_told: secrets.update(secrets_of(worker.fiskil))
    played = [worker.play(scenario) for scenario in load_all() if scenario.name in SCENARIOS]
    whole = GateResult(
        result=report_only(
            [each_played.outcome for each_played in played], settings=settings, seed=7, today=datetime.date(2026, 6, 1)
        ),
        run=Run(
            command="run",
            began_at="2026-06-01T10:00:00Z",
            took_s=1.0,
            workers=1,
            config="fiskil-harness.toml",
            harness="0.1.0",
            python="3.11.7",
            platform="Linux",
            again="fiskil-harness run",
            again_for_scenario="fiskil-harness run {scenario}",
        ),
        measured=tuple(each_played.measure for each_played in played),
        excerpts=tuple(exhibit for each_played in played for exhibit in each_played.excerpts),
        stories=tuple(each_played.story for each_played in played if each_played.story is not None),
        pictures=tuple(picture for each_played in played for picture in each_played.pictures),
    )
    yield completed(whole, config=digest_of(settings)), secrets
    worker.close()


def test_no_secret_of_the_run_is_in_any_form_of_its_report(run: tuple[GateResult, set[tuple[str, str]]]) -> None:
    """Tokens, secrets and account numbers, in any spelling and in parts; and there was something to leak."""
    whole, secrets = run
    index = Index()
    for kind, value in secrets:
        index.add(kind, value, has_parts=kind != "account_number")

    told = {form.__name__: form.render(whole) for form in (html, json, junit, markdown)}

    assert {"access_token", "client_secret", "webhook_secret", "account_number"} <= {kind for kind, _ in secrets}
    assert sum(len(story.happenings) for story in whole.stories) > 20
    assert [(name, hit.text) for name, text in told.items() for hit in index.hits(text.encode())] == []
