"""Conditions under which a plugin may register a class of probes: it judges from the journal, and from nothing else.

The check of the code finds honest mistakes: a call to the app or a file in ``examine``, which would fail in ``judge``.
"""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.core.tags import name_of
from fiskil_harness.journal import Journal
from fiskil_harness.journal.secret_search import search_secrets
from fiskil_harness.probes.probe import Probe

LIVE = (
    "aiohttp",
    "fiskil_harness.app",
    "fiskil_harness.runner",
    "fiskil_harness.sandbox",
    "fiskil_harness.server",
    "http.client",
    "httpx",
    "multiprocessing",
    "playwright",
    "requests",
    "socket",
    "subprocess",
    "urllib.request",
    "urllib3",
)
"""Modules with which a probe would reach something besides the journal."""
ONLY_JOURNAL = "A probe judges from the journal only, so that `judge` can run it again. Record what it needs in a step."


def problem_of(kind: type[Any]) -> str:
    """Return why a plugin cannot register the class of probes *kind*, as the rest of a sentence; "" if it can."""
    if kind.examine is Probe.examine:
        return "has no method examine(self, journal)."
    return _needed_besides_journal(kind) or _practices_problem(kind) or _problem_on_empty_journal(kind)


def result_problem(probe: Any, result: object) -> str:
    """Return why *result* is no finding of *probe*, as a clause; "" if it is one."""
    if not isinstance(result, Finding):
        return f"returned {type(result).__name__}, not a Finding"
    return "" if result.probe == name_of(probe) else f"returned a Finding of the probe {result.probe!r}"


def _needed_besides_journal(kind: type[Any]) -> str:
    _, *parameters = inspect.signature(kind.examine).parameters.values()
    required = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    if len(required) != 1:
        return f"has examine({', '.join(['self', *required])}), but it gets the journal alone. {ONLY_JOURNAL}"
    access = next((name for function in _functions(kind) for name in _live_names(function, {function})), None)
    return f"uses {access}. {ONLY_JOURNAL}" if access else ""


def _practices_problem(kind: type[Any]) -> str:
    from fiskil_harness.errors import UnknownName
    from fiskil_harness.probes.practices import practice

    if not kind.practices:
        return "names no practices, so its findings would count for nothing. Set practices; `list practices` shows the ids."
    for practice_id in kind.practices:
        try:
            practice(practice_id)
        except UnknownName as error:
            return f"names an unknown practice. {error}"
    return ""


def _problem_on_empty_journal(kind: type[Any]) -> str:
    """Return why the probe judges an empty journal wrongly; "" also if it needs arguments, so that it cannot be tried."""
    try:
        probe = kind()
    except TypeError:
        return ""
    try:
        result = probe.examine(search_secrets(Journal()))
    except Exception as error:  # noqa: BLE001 - the code of a plugin may raise anything
        return f"fails on an empty journal with {type(error).__name__}: {error}. It must return self.inconclusive(...)."
    problem = result_problem(probe, result)
    if problem:
        return f"{problem}. End examine with return self.passes(...), self.fails(...) or self.inconclusive(...)."
    if result.verdict is not Verdict.INCONCLUSIVE:
        return f"returns {result.verdict} for an empty journal, in which it observed nothing. Return self.inconclusive(...)."
    return ""


def _functions(kind: type[Any]) -> Iterator[FunctionType]:
    """Yield the functions of *kind* and of its parents outside the harness."""
    for parent in kind.__mro__:
        if not parent.__module__.startswith("fiskil_harness."):
            for member in vars(parent).values():
                function = getattr(member, "fget", None) or getattr(member, "__func__", member)
                if isinstance(function, FunctionType):
                    yield function


def _live_names(function: FunctionType, visited: set[FunctionType]) -> Iterator[str]:
    """Yield the live modules that *function* uses, also through other functions of its module."""
    for name in _names_in(function.__code__):
        value = function.__globals__.get(name)
        if name == "open" and value is None:
            yield "open()"
        module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        origin = name if value is None else str(module)
        yield from (live for live in LIVE if f"{origin}.".startswith(f"{live}."))
        if isinstance(value, FunctionType) and value.__module__ == function.__module__ and value not in visited:
            visited.add(value)
            yield from _live_names(value, visited)


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
