"""Clauses of the contract: each is well formed and cited, and every cited clause exists."""

import re
import tomllib

from tests.paths import ROOT

CITATION = re.compile(r'(?:Source: |\bsource(?:: ClassVar\[str\])? = ")((?:[a-z0-9-]+\.[a-z0-9.-]+(?:,\s+)?)+)')
CLAUSES = tomllib.loads((ROOT / "fixtures" / "contract.toml").read_text(encoding="utf-8"))["clause"]


def citations() -> set[str]:
    """Return every clause id that code, tests or scenarios cite."""
    cited_ids: set[str] = set()
    for folder in ("harness", "tests", "scenarios"):
        for path in (ROOT / folder).rglob("*.py"):
            for citation in CITATION.findall(path.read_text(encoding="utf-8")):
                cited_ids.update(clause_id.rstrip(".") for clause_id in re.split(r",\s+", citation) if clause_id)
    return cited_ids


def test_every_clause_is_cited() -> None:
    """Some code, test or scenario names each clause as its source."""
    uncited = {clause["id"] for clause in CLAUSES} - citations()

    assert uncited == set()


def test_every_citation_is_a_clause() -> None:
    """Each cited source exists in fixtures/contract.toml."""
    unknown = citations() - {clause["id"] for clause in CLAUSES}

    assert unknown == set()


def test_ids_are_unique() -> None:
    """No two clauses have the same id."""
    ids = [clause["id"] for clause in CLAUSES]

    assert len(ids) == len(set(ids))


def test_doubtful_clauses_have_interpretations() -> None:
    """A contradicted or assumed clause has interpretations, a default among them, and the reason for the doubt."""
    doubtful = [clause for clause in CLAUSES if clause["status"] in {"contradicted", "assumed"}]

    assert doubtful
    assert all(clause["default"] in clause["interpretations"] and clause["why"] for clause in doubtful)


def test_certain_clauses_have_no_interpretations() -> None:
    """A documented or observed clause has one meaning only."""
    certain = [clause for clause in CLAUSES if clause["status"] in {"documented", "observed"}]

    assert certain
    assert not any("interpretations" in clause for clause in certain)
