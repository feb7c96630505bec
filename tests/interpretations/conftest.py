"""Fixtures of the tests of interpretations: one local Fiskil, one receiver, and for each test a world without end users."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core.clock import Clock, real_now
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.interpretations.world import World


@pytest.fixture(scope="module")
def local_fiskil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFiskil]:
    """A local Fiskil for all tests of the module. Its time passes only when a test advances it."""
    fixed_time = real_now()
    clock = Clock(real=lambda: fixed_time)
    with LocalFiskil(workdir=tmp_path_factory.mktemp("interpretations"), seed=7, clock=clock) as local:
        yield local


@pytest.fixture(scope="module")
def receiver() -> Iterator[HTTPServer]:
    """A receiver whose responses the test decides."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        yield server


@pytest.fixture
def world(local_fiskil: LocalFiskil, receiver: HTTPServer) -> Iterator[World]:
    """A world without end users, under the default interpretations; the sandbox must not crash during the test."""
    local_fiskil.reset()
    new_world = World(local_fiskil, receiver)
    yield new_world
    new_world.close()
    assert [crash.trace for crash in local_fiskil.sandbox.crashes] == []
