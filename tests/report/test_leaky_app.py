"""A whole report about apps that leak: not one secret of the run is in any form of it."""

import base64
import datetime
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from harness import gallery
from harness.digests import digest_of
from harness.gate import GateResult, Run, report_only
from harness.local import secrets_of
from harness.report import html, json, junit, markdown
from harness.report.sealing import completed
from harness.scenario import load_all
from harness.worker import Worker

pytestmark = pytest.mark.slow

SCENARIOS = ("happy_path", "token_expires_early")


@pytest.fixture(params=["logs_requests", "token_in_query"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[GateResult, Worker]]:
    """What came of a leaky app in two scenarios, and the worker that knows the secrets."""
    settings = gallery.settings(gallery.app(request.param))
    worker = Worker(settings, seed=7, folder=tmp_path / "worker")
    worker.tells_har = True
    played = [worker.play(one) for one in load_all() if one.name in SCENARIOS]
    whole = GateResult(
        result=report_only([one.outcome for one in played], settings=settings, seed=7, today=datetime.date(2026, 6, 1)),
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
            again_one="fiskil-harness run {scenario}",
        ),
        measured=tuple(one.measure for one in played),
        exhibits=tuple(exhibit for one in played for exhibit in one.exhibits),
        stories=tuple(one.story for one in played if one.story is not None),
        pictures=tuple(picture for one in played for picture in one.pictures),
    )
    yield completed(whole, config=digest_of(settings)), worker
    worker.close()


def test_no_secret_of_the_run_is_in_any_form_of_its_report(run: tuple[GateResult, Worker]) -> None:
    """Tokens, secrets and account numbers, as they are, in base64 and percent-encoded; and there was something to leak."""
    whole, worker = run
    secrets = {form: kind for kind, value in secrets_of(worker.fiskil) for form in _spellings(value)}

    told = {form.__name__: form.render(whole) for form in (html, json, junit, markdown)}

    assert {"access_token", "client_secret", "webhook_secret", "account_number"} <= set(secrets.values())
    assert sum(len(story.happenings) for story in whole.stories) > 20
    assert [(name, secrets[one]) for name, text in told.items() for one in secrets if one in text] == []


def _spellings(value: str) -> set[str]:
    """As it is, percent-encoded, and in base64."""
    whole = base64.b64encode(value.encode()).decode().rstrip("=")
    return {value, quote(value, safe=""), whole[:-1]}
