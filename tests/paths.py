"""Paths of the repository and of the small apps that tests run."""

from pathlib import Path

import fiskil_harness

ROOT = Path(__file__).parents[1]
SOURCE = Path(fiskil_harness.__file__).parents[1]
DOCS = ROOT / "docs"
FIXTURES = ROOT / "fixtures"
APPS = ROOT / "tests" / "apps"
TEST_DATA = ROOT / "tests" / "data"
