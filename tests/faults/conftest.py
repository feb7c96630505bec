"""Fixtures of the tests of faults: a plain client of a LocalFiskil."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import Caller
from tests.faults.observed import ANY_CLIENT


@pytest.fixture
def fiskil(tmp_path: Path) -> Iterator[LocalFiskil]:
    """Yield a local Fiskil that accepts connections, and any ``client_id``."""
    with LocalFiskil(workdir=tmp_path, seed=7, interpretations=ANY_CLIENT) as local:
        yield local


@pytest.fixture
def caller(fiskil: LocalFiskil) -> Iterator[Caller]:
    """Yield a plain client that has a token and reads Rosa's data."""
    with Caller(fiskil) as caller:
        yield caller
