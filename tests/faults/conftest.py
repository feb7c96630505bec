"""What tests of faults share: a plain client of a local Fiskil."""

from collections.abc import Iterator

import pytest

from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import Caller


@pytest.fixture
def caller(fiskil: LocalFiskil) -> Iterator[Caller]:
    """A plain client that holds a token and reads Rosa's data."""
    with Caller(fiskil) as caller:
        yield caller
