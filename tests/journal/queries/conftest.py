"""Fixture with a handwritten journal for queries."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder


@pytest.fixture
def tape() -> JournalBuilder:
    """Return an empty builder of a journal whose clock is at one second."""
    return JournalBuilder()
