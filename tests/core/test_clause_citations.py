"""Clauses of the contract: each is well formed, cited by somebody, and nobody cites what does not exist."""

import re
import tomllib

from tests.paths import ROOT

CITATION = re.compile(r'(?:Source: |source: ClassVar\[str\] = ")((?:[a-z0-9-]+\.[a-z0-9.-]+(?:,\s+)?)+)')
CLAUSES = tomllib.loads((ROOT / "fixtures" / "contract.toml").read_text(encoding="utf-8"))["clause"]


def citations() -> set[str]:
    """Every clause id that code or tests cite."""
    found: set[str] = set()
    for folder in ("harness", "tests", "scenarios"):
        for path in (ROOT / folder).rglob("*.py"):
            for cited in CITATION.findall(path.read_text(encoding="utf-8")):
                found.update(word.rstrip(".") for word in re.split(r",\s+", cited) if word)
    return found


def test_every_clause_is_cited() -> None:
    """A clause that no code and no test stands for is a claim about nothing."""
    uncited = {clause["id"] for clause in CLAUSES} - citations()

    assert uncited == set()


def test_every_citation_is_a_clause() -> None:
    """What code calls its source can be looked up."""
    unknown = citations() - {clause["id"] for clause in CLAUSES}

    assert unknown == set()


def test_ids_are_unique() -> None:
    """Two clauses never share an id."""
    ids = [clause["id"] for clause in CLAUSES]

    assert len(ids) == len(set(ids))


def test_doubtful_clauses_have_interpretations() -> None:
    """What is contradicted or assumed names its interpretations, the default among them, and why it is in doubt."""
    doubtful = [clause for clause in CLAUSES if clause["status"] in {"contradicted", "assumed"}]

    assert doubtful
    assert all(clause["default"] in clause["interpretations"] and clause["why"] for clause in doubtful)


def test_certain_clauses_have_none() -> None:
    """What is documented or observed has one reading."""
    certain = [clause for clause in CLAUSES if clause["status"] in {"documented", "observed"}]

    assert certain
    assert not any("interpretations" in clause for clause in certain)
