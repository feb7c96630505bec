"""Fixtures of the tests of faults: a plain client of a LocalFiskil."""

from collections.abc import Iterator

import pytest

from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import Caller


@pytest.fixture
def caller(fiskil: LocalFiskil) -> Iterator[Caller]:
    """Yield a plain client that has a token and reads Rosa's data."""
    with Caller(fiskil) as caller:
        yield caller
