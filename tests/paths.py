"""Paths of the repository and of the small apps that tests run."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "harness"
DOCS = ROOT / "docs"
FIXTURES = ROOT / "fixtures"
APPS = ROOT / "tests" / "apps"
TEST_DATA = ROOT / "tests" / "data"
