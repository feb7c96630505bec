"""A second local Fiskil under TLS that stands in for the hosted one, and apps of the gallery before it."""

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
    """The API, and its key pair in the environment."""
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
    """Play scenarios with an app of the gallery; what came of each."""

    def playing(name: str, *scenarios: str, **more: object) -> dict[str, Outcome]:
        chosen, _ = eligibility.select(scenarios)
        done = hosted_run.rehearse(chosen, settings=stand_in.settings(name, **more), seed=0)
        assert done.rehearsal.faults == ()
        return {outcome.scenario: outcome for outcome in done.rehearsal.outcomes}

    return playing
