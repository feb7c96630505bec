"""Shared by all tests: a local Fiskil, and small apps to put in front of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.driver import Driver
from harness.local import LocalFiskil
from harness.settings import Settings, parse

APPS = Path(__file__).parent / "apps"


@pytest.fixture
def fiskil(tmp_path: Path) -> Iterator[LocalFiskil]:
    """A local Fiskil that listens."""
    with LocalFiskil(workdir=tmp_path, seed=7) as local:
        yield local


@pytest.fixture
def receiver_settings() -> Callable[..., Settings]:
    """Settings for ``tests/apps/receiver.py``; keyword arguments become its environment."""

    def make(*, app: dict[str, Any] | None = None, **environment: str) -> Settings:
        raw: dict[str, Any] = {
            "command": "{python} receiver.py {port}",
            "ready": "GET /healthz",
            "env": {"FISKIL_WEBHOOK_SECRET": "{webhook_secret}", "STORE": "{workdir}/store.json", **environment},
            "observe": {"effects": "GET /effects?end_user_id={end_user_id}"},
            "facts": {"uses_events": ["*"]},
            "limits": {"ack_s": 3, "request_deadline_s": 5},
        }
        return parse({"app": {**raw, **(app or {})}}, folder=APPS)

    return make


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    """Make drivers that are closed at the end of the test."""
    made: list[Driver] = []

    def make(settings: Settings, *, seed: int = 7, given: Any = None) -> Driver:
        workdir = tmp_path / f"driver-{len(made)}"
        workdir.mkdir()
        made.append(Driver(settings, workdir=workdir, seed=seed, given=given))
        return made[-1]

    yield make
    for driver in made:
        driver.close()
