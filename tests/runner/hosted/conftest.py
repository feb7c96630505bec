"""Fixtures of hosted runs: a second local Fiskil with TLS replaces the hosted API, and gallery apps call it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.gate import hosted_run
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.hosted import eligibility
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.runner.hosted.stand_in import StandIn


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The replacement of the hosted API, with its key pair in the environment."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    with LocalFiskil(workdir=folder, seed=3, is_tls=True) as fiskil:
        rosa = fiskil.enrol("rosa")
        fiskil.authorise(rosa)
        fiskil.sandbox.limit_pages(40)
        monkeypatch.setenv("FISKIL_CLIENT_ID", fiskil.credentials.client_id)
        monkeypatch.setenv("FISKIL_CLIENT_SECRET", fiskil.credentials.client_secret)
        yield StandIn(fiskil, rosa)


@pytest.fixture
def play(stand_in: StandIn) -> Callable[..., dict[str, Outcome]]:
    """Run scenarios with a gallery app, and return the outcomes by scenario."""

    def run(name: str, *scenarios: str, **more: object) -> dict[str, Outcome]:
        selected, _ = eligibility.select(scenarios)
        hosted = hosted_run.run_hosted(selected, settings=stand_in.settings(name, **more), seed=0)
        assert hosted.session.internal_errors == ()
        return {outcome.scenario: outcome for outcome in hosted.session.outcomes}

    return run
