"""A second local Fiskil under TLS that stands in for the hosted one, and apps of the gallery before it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from standing import StandIn

from harness.driver import Outcome
from harness.hosted import run, suitable
from harness.local import LocalFiskil


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
        chosen, _ = suitable.select(scenarios)
        done = run.rehearse(chosen, settings=stand_in.settings(name, **more), seed=0)
        assert done.rehearsal.faults == ()
        return {one.scenario: one for one in done.rehearsal.outcomes}

    return playing
