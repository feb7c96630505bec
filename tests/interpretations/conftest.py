"""Shared by the tests of interpretations: one local Fiskil and one receiver, and for each test a world that knows nobody."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core.clock import Clock, real_now
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.interpretations.world import World


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFiskil]:
    """A local Fiskil for every test of the module; no time passes but what a test lets pass."""
    begun_at = real_now()
    clock = Clock(real=lambda: begun_at)
    with LocalFiskil(workdir=tmp_path_factory.mktemp("interpretations"), seed=7, clock=clock) as local:
        yield local


@pytest.fixture(scope="module")
def receiver() -> Iterator[HTTPServer]:
    """A receiver that answers as it is told."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        yield server


@pytest.fixture
def world(served: LocalFiskil, receiver: HTTPServer) -> Iterator[World]:
    """A world that knows nobody, under the best supported interpretations; nothing of the sandbox's own may break in it."""
    served.reset()
    made = World(served, receiver)
    yield made
    made.close()
    assert [crash.trace for crash in served.sandbox.crashes] == []
