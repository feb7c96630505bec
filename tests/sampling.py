"""Which of many alike parameters the quick suite tries: the first few; ``make test-all`` tries all."""

from collections.abc import Iterable

import pytest


def first(count: int, values: Iterable[object]) -> list[object]:
    """The *values* as parameters, those after the first *count* for ``make test-all``; a tuple is several arguments."""
    return [value if number < count else _later(value) for number, value in enumerate(values)]


def _later(value: object) -> object:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.full)
