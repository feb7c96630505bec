"""Shared by the tests of the relay."""

from collections.abc import Callable, Iterator

import pytest

from fiskil_harness.core.net.server import Loop
from tests.faults.proxy.reverse.scripted import Rig


@pytest.fixture
def rig() -> Iterator[Callable[..., Rig]]:
    """Makes a rig of the answers that the hosted API will give."""
    rigs: list[Rig] = []
    with Loop() as loop:
        yield lambda *scripts: rigs.append(Rig(loop, *scripts)) or rigs[-1]
        for rig in rigs:
            rig.relay.close()
            rig.api.close()
