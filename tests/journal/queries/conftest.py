"""Fixture with a handwritten journal for queries."""

import pytest

from tests.probes.tape import Tape


@pytest.fixture
def tape() -> Tape:
    """Return an empty tape whose clock is at one second."""
    return Tape()
