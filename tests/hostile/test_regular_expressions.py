"""Regular expressions: none needs much time, whatever text an app or a page gives it.

Each pattern of the package gets 100 kB of each of its own characters, of its own words, and of line ends, in the way in
which the package uses it: searched for anywhere, or matched at the beginning. Quadratic cost would take minutes.
"""

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import pytest

import fiskil_harness

SIZE = 100_000
MOST_S = 1.0
FUNCTIONS = ("search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split")
SAMPLES = {
    constants.CATEGORY_DIGIT: "0",
    constants.CATEGORY_NOT_DIGIT: "x",
    constants.CATEGORY_SPACE: " \n",
    constants.CATEGORY_NOT_SPACE: "x0",
    constants.CATEGORY_WORD: "a0_",
    constants.CATEGORY_NOT_WORD: "- ",
}


class Use(NamedTuple):
    """A pattern, and the function with which the package uses it."""

    place: str
    pattern: "re.Pattern[Any]"
    function: str


def modules() -> Iterator[Any]:
    """Every module of the package, without those that run in Locust: their gevent would change this process."""
    for module in pkgutil.walk_packages(fiskil_harness.__path__, "fiskil_harness."):
        if not any(part in module.name for part in ("__main__", "_data", "soak.load.")):
            yield importlib.import_module(module.name)


@cache
def sources() -> dict[str, str]:
    """The source of every module, by its path."""
    folder = Path(fiskil_harness.__file__).parent
    return {
        str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.py")) if "_data" not in path.parts
    }


def uses() -> Iterator[Use]:
    """Every pattern in a global name, and every pattern that is written where it is used."""
    everything = "\n".join(sources().values())
    for module in modules():
        for name, value in vars(module).items():
            whole = Path(module.__file__).read_text() if name.startswith("_") else everything
            values = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
            for number, pattern in enumerate(value for value in values if isinstance(value, re.Pattern)):
                called = set(re.findall(rf"\b{name}\.({'|'.join(FUNCTIONS)})\(", whole)) or {"search"}
                for function in sorted(
                    {
                        "search" if function in {"sub", "subn", "findall", "finditer", "split"} else function
                        for function in called
                    }
                ):
                    yield Use(f"{module.__name__.removeprefix('fiskil_harness.')}.{name}.{number}", pattern, function)
    for path, text in sources().items():
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).removeprefix("re.") in FUNCTIONS
                and ast.unparse(node.func).startswith("re.")
            ):
                function = ast.unparse(node.func).removeprefix("re.")
                if isinstance(node.args[0], ast.Constant):
                    flags = [ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "flags"]
                    flags += [ast.unparse(argument) for argument in node.args[1:] if ast.unparse(argument).startswith("re.")]
                    compiled = re.compile(node.args[0].value, eval(flags[0]) if flags else 0)  # noqa: S307 - our own source
                    yield Use(
                        f"{path}:{node.lineno}", compiled, function if function in {"match", "fullmatch"} else "search"
                    )


def characters(tree: Any) -> Iterator[str]:  # noqa: C901, PLR0912 - a branch for each kind of node
    """Yield texts of which the pattern may match many: its words, and a sample of each class."""
    word = ""
    for operation, argument in tree:
        if operation is constants.LITERAL:
            word += chr(argument)
            yield chr(argument)
            continue
        if word:
            yield word
            word = ""
        if operation is constants.NOT_LITERAL:
            yield "x" if argument != ord("x") else "y"
        elif operation is constants.ANY:
            yield "x"
        elif operation is constants.IN:
            yield from of_class(argument)
        elif operation is constants.BRANCH:
            for branch in argument[1]:
                yield from characters(branch)
        elif operation in {constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT}:
            yield from characters(argument[2])
        elif operation is constants.SUBPATTERN:
            yield from characters(argument[3])
        elif operation is constants.ATOMIC_GROUP:
            yield from characters(argument)
        elif operation in {constants.ASSERT, constants.ASSERT_NOT}:
            yield from characters(argument[1])
    if word:
        yield word


def of_class(members: Any) -> Iterator[str]:
    """Yield samples of a class of characters; for a negated class, those that are not in it."""
    is_negated = members[0][0] is constants.NEGATE
    for operation, argument in members:
        if operation is constants.LITERAL and not is_negated:
            yield chr(argument)
        elif operation is constants.RANGE:
            yield chr(argument[0])
        elif operation is constants.CATEGORY:
            yield from SAMPLES[argument]
    if is_negated:
        yield from "x0 "


def texts(pattern: "re.Pattern[Any]") -> Iterator[Any]:
    """Yield texts of 100 kB that a bad pattern needs minutes for."""
    raw = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    units = dict.fromkeys(
        [*characters(parser.parse(raw, pattern.flags & ~re.UNICODE)), "a", "0", " ", "\n", "\r\n", "\t", "<", "/"]
    )
    words = [unit for unit in units if len(unit) > 1]
    every = "".join(units)
    for unit in [
        *units,
        every,
        *(f"{word}{unit}" for word in words[:2] for unit in units if len(unit) == 1),
        *(f"{unit} " for unit in units),
    ]:
        text = unit * (SIZE // len(unit))
        yield text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    # A beginning that matches, and then much that may or may not belong to it.
    for word in words[:2]:
        for unit in units:
            text = word + unit * (SIZE // len(unit))
            yield text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")


def slowest(use: Use) -> str:
    """Return the text that takes the pattern too long; empty if there is none."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, end)
    try:
        for text in texts(use.pattern):
            signal.setitimer(signal.ITIMER_VIRTUAL, MOST_S)
            try:
                if use.function == "search":
                    for _ in use.pattern.finditer(text):
                        pass
                else:
                    getattr(use.pattern, use.function)(text)
            except TimeoutError:
                return ascii(text[:30])
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return ""


@pytest.mark.long
@pytest.mark.slow
def test_no_pattern_is_slow() -> None:
    """Each is done with each text within a second of processor time."""
    all_uses = {(use.pattern, use.function): use for use in uses()}

    assert len(all_uses) > 100
    slow = [
        f"{use.place} {use.function} {use.pattern.pattern!r}: {text}" for use in all_uses.values() if (text := slowest(use))
    ]
    assert slow == []


def test_modules_in_locust_have_no_pattern() -> None:
    """They are not imported here, so a global pattern would not be tried."""
    assert [path for path, text in sources().items() if path.startswith("soak/load/") and "re.compile" in text] == []
