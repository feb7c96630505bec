"""`make mutants`: its config names files that exist, and it separates mutants of verdicts from mutants of texts."""

import ast
import tomllib
from pathlib import Path

import pytest
from mutmut.utils.format_utils import get_mutant_name

from benchmarks.mutants import NEEDED, PLACES, SMALLEST, differences, is_text, module_of
from tests.paths import ROOT

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
ORIGIN = {place: folder for folder, place in PLACES.items()}
"""The folders of the repository, by their place in the copy that is mutated."""


def in_repository(pattern: str) -> str:
    """Return the path in the repository of a path or pattern in the copy."""
    folder, _, rest = pattern.partition("/")
    return f"{ORIGIN.get(folder, folder)}/{rest}"


@pytest.mark.parametrize("pattern", [*CONFIG["only_mutate"], *CONFIG["do_not_mutate"]])
def test_every_pattern_matches_a_file(pattern: str) -> None:
    """A moved package would leave nothing to mutate."""
    assert list(ROOT.glob(in_repository(pattern)))


@pytest.mark.parametrize("path", [*NEEDED, *CONFIG["also_copy"], *CONFIG["pytest_add_cli_args_test_selection"]])
def test_every_path_exists(path: str) -> None:
    """The copy contains the tests and what they need."""
    assert (ROOT / path).exists()


def test_a_mutant_is_named_by_the_module_that_tests_import() -> None:
    """Under another name, no mutant would ever run."""
    path = next(Path(pattern) for pattern in CONFIG["only_mutate"] if "*" not in pattern)
    name = get_mutant_name(path, "x_sign__mutmut_1")

    assert module_of(name) == SMALLEST.removesuffix(".*")
    __import__(module_of(name))


@pytest.mark.parametrize(
    ("original", "mutant", "is_of_text"),
    [
        ("return self.fails(observed, cases=cases)", "return self.fails(None, cases=cases)", True),
        ("return self.fails(observed, cases=cases)", "return self.fails(observed, cases=None)", False),
        ("return self.fails(observed, evidence=lines)", "return self.fails(observed)", True),
        ("return self.passes(observed, examined=2)", "return self.passes(observed, examined=0)", False),
        ("observed = f'{count} messages'", "observed = None", True),
        ("observed = 'no message'", "observed = 'XXno messageXX'", True),
        ("kind == 'consent.revoked'", "kind == 'XXconsent.revokedXX'", False),
        ("if count > 1: observed = 'many'", "if count >= 1: observed = 'many'", False),
        ("if count > 1: observed = 'no message'", "if count >= 1: observed = None", False),
        ("return Verdict.FAIL", "return None", False),
        ("' '.join(words)", "'XX XX'.join(words)", False),
        ("letter not in ' \\t'", "letter not in 'XX \\tXX'", False),
        ("{f'{name}={query[name]}'}", "{f'{name}={query[None]}'}", False),
        ("return self.inconclusive(*why_busy(end))", "return self.inconclusive(*why_busy(None))", False),
    ],
)
def test_a_mutant_of_texts_changes_no_verdict(original: str, mutant: str, *, is_of_text: bool) -> None:
    """Only formatted strings, sentences, and the texts of findings count as text."""
    assert all(map(is_text, differences(ast.parse(original), ast.parse(mutant)))) is is_of_text
