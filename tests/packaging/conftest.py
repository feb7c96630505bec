"""The wheel that packaging tests install."""

import sys
from pathlib import Path

import pytest

from tests.packaging.programs import run
from tests.paths import ROOT


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], cwd=folder)
    return next(folder.glob("*.whl"))
