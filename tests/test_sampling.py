"""The table that assigns tests to suites has no entry without a test."""

import ast

import pytest

from tests.paths import ROOT
from tests.sampling import QUICK


@pytest.mark.parametrize("place", QUICK)
def test_an_entry_names_a_test(place: str) -> None:
    """A renamed test would silently run in the quick suite again."""
    path, _, name = place.partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text())

    assert name in {"", *(node.name for node in tree.body if isinstance(node, ast.FunctionDef))}
