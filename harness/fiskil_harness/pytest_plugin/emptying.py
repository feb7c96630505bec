"""Empties what a fixture holds before each test that uses it, and before each example of a property test.

The fixtures themselves have session scope, so that Hypothesis allows them and no test waits for a server. It reuses a
function-scoped fixture for all examples of a test, and therefore refuses it.

Every pytest in the environment imports this module at its start, so it imports nothing but pytest.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fiskil_harness.server.local_fiskil import LocalFiskil

RESETS = pytest.StashKey[dict[str, Callable[[], object]]]()
"""For each fixture that was set up: the function that empties it."""


def empty_before_each_test(config: pytest.Config, fixture: str, reset: Callable[[], object]) -> None:
    """Call *reset* from now on before and after each test that uses *fixture*."""
    config.stash.setdefault(RESETS, {})[fixture] = reset


def empty(item: pytest.Item) -> None:
    """Empty every fixture that *item* uses."""
    resets = item.config.stash.get(RESETS, {})
    if resets:
        names = getattr(item, "fixturenames", ())
        for name, reset in resets.items():
            if name in names:
                reset()


@contextmanager
def empty_for_each_example(item: pytest.Item) -> Iterator[None]:
    """Empty what *item* uses before each example inside the block, if it is a property test of Hypothesis."""
    hypothesis: Any = getattr(getattr(item, "obj", None), "hypothesis", None)
    inner = getattr(hypothesis, "inner_test", None)
    if inner is None or not item.config.stash.get(RESETS, {}):
        yield
        return
    hypothesis.inner_test = _emptying_async(item, inner) if inspect.iscoroutinefunction(inner) else _emptying(item, inner)
    try:
        yield
    finally:
        hypothesis.inner_test = inner


def _emptying(item: pytest.Item, test: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(test)
    def run_example(*args: Any, **kwargs: Any) -> Any:
        empty(item)
        return test(*args, **kwargs)

    return run_example


def _emptying_async(item: pytest.Item, test: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(test)
    async def run_example(*args: Any, **kwargs: Any) -> Any:
        empty(item)
        return await test(*args, **kwargs)

    return run_example


@contextmanager
def refuse_lost_end_users(fixturedef: pytest.FixtureDef[Any], fiskil: Callable[[], LocalFiskil]) -> Iterator[None]:
    """Fail the setup of a fixture with a wide scope if it enrols end users in ``fiskil``, where they would not last.

    Args:
        fiskil: Returns the local Fiskil.
    """
    if fixturedef.scope == "function" or "fiskil" not in fixturedef.argnames:
        yield
        return
    before = len(fiskil().sandbox.store.end_users)
    yield
    if len(fiskil().sandbox.store.end_users) > before:
        error = pytest.fail.Exception(
            f"The fixture {fixturedef.argname!r} has {fixturedef.scope} scope and enrols end users in `fiskil`, which is "
            "emptied before each test. Give it function scope, or use `fiskil_server` in it and in its tests.",
            pytrace=False,
        )
        if fixturedef.cached_result is not None:
            # Otherwise, pytest would give the value of the fixture to the next test.
            fixturedef.cached_result = (None, fixturedef.cached_result[1], (error, None))
        raise error
