"""Fixtures of the tests of the relay."""

from collections.abc import Callable, Iterator

import pytest

from fiskil_harness.core.net.server import Loop
from tests.faults.proxy.reverse.scripted import Rig


@pytest.fixture
def rig() -> Iterator[Callable[..., Rig]]:
    """Return a function that makes a rig from the responses of the hosted API."""
    rigs: list[Rig] = []
    with Loop() as loop:
        yield lambda *scripts, **options: rigs.append(Rig(loop, *scripts, **options)) or rigs[-1]
        for rig in rigs:
            rig.relay.close()
            rig.api.close()
