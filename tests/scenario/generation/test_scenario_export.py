"""A life written down as a test: Python that makes the same plan again, and asks what was found broken."""

from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.scenario.generation.life_plans import Action, LifePlan
from fiskil_harness.scenario.generation.scenario_export import as_python, is_life, rewrite
from fiskil_harness.scenario.scenario import Scenario, load

LIFE = LifePlan(actions=(Action("reset_peer", 1), Action("revoke", 1), Action("retry")), hooks=frozenset(HOOKS)).plan()


def written(text: str) -> Scenario:
    """The scenario of a written test."""
    room: dict[str, object] = {}
    exec(compile(text, "test_plan.py", "exec"), room)  # noqa: S102 - what was written is Python
    made = room["SCENARIO"]
    assert isinstance(made, Scenario)
    return made


def test_what_is_written_makes_the_same_plan() -> None:
    """Step by step, with every probe where nothing was found broken."""
    made = written(rewrite(LIFE, [], plan="plan.json", seed=1, file="test_plan.py"))

    assert (made.steps, made.probes) == (LIFE.steps, LIFE.probes)


def test_it_says_what_was_found_broken() -> None:
    """In its first line, and how to run it."""
    failed = Finding(probe="drops_revoked_rows", verdict=Verdict.FAIL, observed="rows stand")

    text = rewrite(LIFE, [failed], plan="plan.json", seed=1, file="test_plan.py")

    assert text.startswith('"""A life of an end user: rows stand.')
    assert "drops_revoked_rows" in {name_of(probe) for probe in written(text).probes}
    assert "pytest test_plan.py" in text


def test_texts_are_quoted_as_python_has_them() -> None:
    """Quotes and backslashes included."""
    assert as_python('a"b\\') == '"a\\"b\\\\"'
    assert as_python(("a",)) == '("a",)'


def test_only_drawn_lives_are_written_so() -> None:
    """Other plans need no harness."""
    assert is_life(LIFE)
    assert not is_life(load("happy_path"))
