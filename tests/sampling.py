"""Selects the parameters that the quick suite runs; ``make test-all`` runs all of them."""

from collections.abc import Iterable

import pytest


def first(count: int, values: Iterable[object]) -> list[object]:
    """Return *values* as parameters; those after the first *count* run only in ``make test-all``.

    A tuple is the arguments of one test.
    """
    return [value if number < count else _only_in_full_run(value) for number, value in enumerate(values)]


def _only_in_full_run(value: object) -> object:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.full)
