"""Everything that a person reads is in plain English: words that the project does not use are found, with the word to use.

``banned_words.toml`` lists the words, and the few texts in which one of them is right. The test reads documentation,
docstrings, comments, messages, and the names of tests and files. Strings in tests and apps are data: an app may say what it
likes to its users. A person still has to read the sentences.
"""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.paths import ROOT

FOLDERS = ("harness", "scenarios", "tests", "gallery", "examples", "tools", "benchmarks", "fixtures")
SUFFIXES = {".py", ".md", ".toml", ".yml"}
APPS_AND_TESTS = ("tests", "gallery", "examples")
SKIPPED = {"node_modules", "__pycache__", ".venv"}
DATA = {"renamed.toml", "page_words.toml"}
HERE = Path(__file__).parent
RIDDLES = re.compile(r"(What|Whether|Who|Whom|Whose|Which|How|Where|When|Why)\b")
"""A docstring begins with a verb or a noun phrase, and not with one of these."""


class Passage(NamedTuple):
    """A text that a person reads, and where it is."""

    place: str
    text: str


class Ban(NamedTuple):
    """Words that are not used, what to say instead, and the texts in which a word is right."""

    words: re.Pattern[str]
    say: str
    lawful: list[re.Pattern[str]]

    def found(self, text: str) -> list[str]:
        """The banned words in *text*, outside the lawful uses."""
        if not self.words.search(text):
            return []
        for pattern in self.lawful:
            text = pattern.sub(" ", text)
        return self.words.findall(text)


def bans() -> list[Ban]:
    """The bans of ``banned_words.toml``."""
    entries = tomllib.loads((HERE / "banned_words.toml").read_text())["banned"]
    return [
        Ban(
            re.compile(rf"(?<![\w/.-])(?:{'|'.join(entry['words'])})(?![\w-])", re.IGNORECASE),
            entry["say"],
            [re.compile(pattern, re.IGNORECASE) for pattern in entry.get("lawful", [])],
        )
        for entry in entries
    ]


def files() -> list[Path]:
    """The files with texts for people."""
    found = [path for path in ROOT.iterdir() if path.suffix in SUFFIXES]
    for folder in (*FOLDERS, "docs"):
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES and not SKIPPED & set(path.parts)]
    return sorted(path for path in found if path.parent != HERE and path.name not in DATA)


@cache
def passages(path: Path) -> tuple[Passage, ...]:
    """The texts of a file."""
    return tuple(_passages(path))


def _passages(path: Path) -> Iterator[Passage]:
    where = path.relative_to(ROOT).as_posix()
    source = path.read_text()
    if path.suffix == ".py":
        yield from _of_python(where, source)
    elif path.suffix == ".toml":
        yield from _of_toml(where, tomllib.loads(source))
    else:
        yield from (Passage(f"{where}:{number}", line) for number, line in enumerate(source.splitlines(), 1))


def _of_python(where: str, source: str) -> Iterator[Passage]:
    tree = ast.parse(source)
    strings_are_data = where.split("/", maxsplit=1)[0] in APPS_AND_TESTS
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test_"):
                yield Passage(f"{where}:{node.lineno}", name.replace("_", " "))
            case ast.Constant(value=str(text)) if " " in text and not strings_are_data:
                yield Passage(f"{where}:{node.lineno}", text)
            case _:
                pass
        if strings_are_data and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield Passage(f"{where}:{getattr(node, 'lineno', 1)}", ast.get_docstring(node) or "")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Passage(f"{where}:{token.start[0]}", token.string)
    yield Passage(where, Path(where).stem.replace("_", " "))


def _of_toml(where: str, node: Any) -> Iterator[Passage]:
    if isinstance(node, str) and " " in node:
        yield Passage(where, node)
    elif isinstance(node, dict):
        for value in node.values():
            yield from _of_toml(where, value)
    elif isinstance(node, list):
        for value in node:
            yield from _of_toml(where, value)


def docstrings() -> Iterator[Passage]:
    """The docstrings of all modules, classes and functions."""
    for path in (path for path in files() if path.suffix == ".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text:
                    yield Passage(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", text)


def test_no_banned_word_is_used() -> None:
    """Each use is named with its place and the word to use instead."""
    banned = bans()
    uses = [
        f"{passage.place}: {word!r} in {' '.join(passage.text.split())[:100]!r}; say: {ban.say}"
        for path in files()
        for passage in passages(path)
        for ban in banned
        for word in ban.found(passage.text)
    ]
    assert not uses, "\n".join([f"{len(uses)} uses", *uses])


def test_no_docstring_begins_with_a_riddle() -> None:
    """A docstring names its thing first: a function's begins with a verb, a class's or module's with a noun phrase."""
    riddles = [f"{passage.place}: {passage.text.splitlines()[0]}" for passage in docstrings() if RIDDLES.match(passage.text)]
    assert not riddles, "\n".join([f"{len(riddles)} docstrings", *riddles])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Whoever is told of it waits in vain.", ["Whoever", "told", "in vain"]),
        ("The app answered at once.", ["answered"]),
        ("test somebody asks", ["somebody", "asks"]),
        ("The app retries after the response.", []),
        ("a mask, a basket, foretold, answer_at_once, --told", []),
    ],
)
def test_words_are_found_in_any_case_and_whole_only(text: str, words: list[str]) -> None:
    """Names of code and parts of longer words are not found."""
    assert sorted(word for ban in bans() for word in ban.found(text)) == sorted(words)


def test_every_lawful_use_is_used() -> None:
    """A lawful use that no text has any more is removed from the list."""
    texts = [passage.text for path in files() for passage in passages(path)]
    unused = [
        pattern.pattern
        for ban in bans()
        for pattern in ban.lawful
        if not any(ban.words.search(found.group()) for text in texts for found in pattern.finditer(text))
    ]
    assert not unused
