"""Hypothesis generates values from the seed alone."""

import importlib
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from fiskil_harness.core.hypothesis_home import isolated

RARE = range(10**17 + 7, 10**17 + 1007)
"""Constants in the source of a loaded module, of which Hypothesis draws some."""


def drawn() -> set[int]:
    """Return the integers of 200 lists."""
    seen: set[int] = set()

    @hypothesis.seed(1)
    # Outside the block, the first example takes seconds, because Hypothesis then parses every loaded module.
    @hypothesis.settings(
        max_examples=200,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    @hypothesis.given(st.lists(st.integers(), min_size=20, max_size=20))
    def draw(numbers: list[int]) -> None:
        seen.update(numbers)

    draw()
    return seen


def test_constants_of_loaded_modules_are_not_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Constants in a module of the user are drawn outside the block, and never inside it."""
    module = tmp_path / "constants_of_user.py"
    module.write_text(f"NUMBERS = ({', '.join(map(str, RARE))})\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(module.stem)

    assert not drawn().isdisjoint(RARE)
    with isolated():
        assert drawn().isdisjoint(RARE)
