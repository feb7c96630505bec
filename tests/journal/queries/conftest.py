"""A tape for probes, which read journals and nothing else."""

import pytest

from tests.probes.tape import Tape


@pytest.fixture
def tape() -> Tape:
    """An empty tape, whose clock stands at one second."""
    return Tape()
