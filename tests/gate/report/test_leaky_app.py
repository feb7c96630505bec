"""Reports about apps that leak secrets: no format of the report contains a secret of the run."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.redaction import Index
from fiskil_harness.gate.judgement import GateResult, Run, report_only
from fiskil_harness.gate.report import html, json, junit, markdown
from fiskil_harness.gate.report.sealing import completed
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import load_all
from tests.gate.report.pages import stories_in

pytestmark = pytest.mark.slow

SCENARIOS = ("happy_path", "token_expires_early")


@pytest.fixture(params=["logs_requests", "token_in_query"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[GateResult, set[tuple[str, str]]]]:
    """Yield the result of a leaky app in two scenarios, and every secret that existed before any step."""
    settings = gallery.settings(gallery.app(request.param))
    worker = Worker(settings, seed=7, folder=tmp_path / "worker")
    worker.includes_har = True
    secrets: set[tuple[str, str]] = set()
    worker.on_progress = lambda *_arguments: secrets.update(worker.driver.fiskil.secrets())
    results = [worker.play(scenario) for scenario in load_all() if scenario.name in SCENARIOS]
    whole = GateResult(
        result=report_only(
            [played.outcome for played in results], settings=settings, seed=7, today=datetime.date(2026, 6, 1)
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
        measured=tuple(played.measure for played in results),
        excerpts=tuple(excerpt for played in results for excerpt in played.excerpts),
        stories=tuple(played.story for played in results if played.story is not None),
        pictures=tuple(picture for played in results for picture in played.pictures),
    )
    yield completed(whole), secrets
    worker.close()


def test_no_report_format_contains_a_secret(run: tuple[GateResult, set[tuple[str, str]]]) -> None:
    """Tokens, secrets and account numbers are searched for in every encoding and in parts."""
    whole, secrets = run
    index = Index()
    for kind, value in secrets:
        index.add(kind, value, has_parts=kind != "account_number")

    texts = {form.__name__: form.render(whole) for form in (html, json, junit, markdown)}
    texts["stories"] = msgspec.json.encode(stories_in(html.render(whole))).decode()

    assert {"access_token", "client_secret", "webhook_secret", "account_number"} <= {kind for kind, _ in secrets}
    assert sum(len(story.entries) for story in whole.stories) > 20
    assert [(name, hit.text) for name, text in texts.items() for hit in index.hits(text.encode())] == []
