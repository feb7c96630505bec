"""Every code block of README, CONTRIBUTING and docs/ is run or parsed: a block in an unknown language fails.

CHECKS has a parser for each language, and RUN the test that runs the Python of a page. The pages of the practices show
sketches without imports; ``tests/gate/selftest/test_remedies.py`` applies their lines to flawed apps.
"""

import ast
import importlib
import importlib.util
import json
import re
import shlex
import subprocess
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest
import yaml

from fiskil_harness.errors import UsageError
from fiskil_harness.faults.expression import rules_of
from tests.docs.blocks import Block, blocks, commands
from tests.docs.pages import PAGES
from tests.paths import ROOT

WITH_CODE = [name for name, text in PAGES.items() if "```" in text]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"\$\((?:or \$\()?([A-Z_]+)\)", MAKEFILE))
INSTRUCTIONS = {"COPY", "ENV", "FROM", "RUN", "USER", "WORKDIR"}
RUN = {
    "CONTRIBUTING.md": "tests/docs/test_contributing.py",
    "docs/api.md": "tests/test_public_api.py",
    "docs/ci.md": "tests/docs/test_examples.py",
    "docs/connect.md": "tests/docs/test_examples.py",
    "docs/extending.md": "tests/docs/test_extending.py",
    "docs/frameworks.md": "tests/docs/test_frameworks_page.py",
    "docs/journals.md": "tests/journal/test_builder.py",
    "docs/own-scenarios.md": "tests/docs/test_examples.py",
    "docs/pytest.md": "tests/pytest_plugin/test_page.py",
    "docs/tutorial.md": "tests/docs/test_tutorial.py",
}
MODULES = {"asyncio", "base64", "hashlib", "hmac", "httpx", "json", "os", "subprocess", "threading"}
"""Modules that a sketch uses without an import."""


def tree_of(text: str) -> ast.Module:
    """Return the syntax tree of a block in Python; an excerpt may be the body of a function."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.parse(f"async def excerpt():\n{textwrap.indent(text, '    ')}")


def check_python(text: str) -> None:
    """Every import, and every attribute of a module that a sketch uses without an import, exists."""
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == [], node.module
        elif isinstance(node, ast.Import):
            assert [alias.name for alias in node.names if importlib.util.find_spec(alias.name) is None] == []
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in MODULES:
            assert hasattr(importlib.import_module(node.value.id), node.attr), f"{node.value.id}.{node.attr}"


def check_shell(text: str) -> None:
    """A shell reads the lines."""
    completed = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert (completed.returncode, completed.stderr) == (0, "")


def check_console(text: str) -> None:
    """There is a command, a shell reads each one, and what a command names in this project exists."""
    lines = [command.line for command in commands(Block("console", "", text))]
    assert lines
    check_shell("\n".join(lines))
    for line in lines:
        program, *arguments = shlex.split(line, comments=True)
        if program == "make":
            assert {word.partition("=")[0] for word in arguments} <= TARGETS | VARIABLES, line
        for extras in re.findall(r"\.\[([a-z,]+)\]", line):
            assert set(extras.split(",")) <= set(EXTRAS), line
        if program == "python":
            is_module = arguments[0] == "-m"
            path = arguments[1].replace(".", "/") + ".py" if is_module else arguments[0]
            assert (ROOT / path).is_file(), line


def check_dockerfile(text: str) -> None:
    """Every line is an instruction, and the first one names the base."""
    words = [line.partition(" ")[0] for line in text.splitlines()]
    assert words[0] == "FROM"
    assert set(words) <= INSTRUCTIONS


def check_fault(text: str) -> None:
    """Each line is a fault expression."""
    for line in text.splitlines():
        rules_of(line)


def check_http(text: str) -> None:
    """A request has a method and a path."""
    assert re.fullmatch(r"(GET|POST|PUT|PATCH|DELETE) /v1/[^ \n]*\n", text)


def check_later(text: str) -> None:
    """Accept the block: a test of all blocks in this language is in test_pages.py; texts are diagrams and outputs."""


CHECKS: dict[str, Callable[[str], object]] = {
    "console": check_console,
    "dockerfile": check_dockerfile,
    "fault": check_fault,
    "http": check_http,
    "js": check_later,
    "json": json.loads,
    "jsx": check_later,
    "python": check_python,
    "sh": check_shell,
    "text": check_later,
    "toml": tomllib.loads,
    "xml": ElementTree.fromstring,
    "yaml": yaml.safe_load,
}


def problems(name: str, text: str) -> Iterator[str]:
    """Return what is wrong with the code blocks of a page."""
    found = blocks(text)
    fences = len(re.findall(r"^ *(?:```|~~~)", text, re.MULTILINE))
    if fences != 2 * len(found):
        yield f"{name}: {fences} lines begin or end a block, but {len(found)} blocks were read"
    for block in found:
        if block.language not in CHECKS:
            yield f"{name}: a block in {block.language or 'no language'!r} is neither run nor parsed: {block.text[:60]!r}"
            continue
        is_run = name in RUN and block.language == "python"
        try:
            (tree_of if is_run else CHECKS[block.language])(block.text)
        except (AssertionError, ImportError, SyntaxError, UsageError, ValueError, yaml.YAMLError) as error:
            yield f"{name}: {type(error).__name__}: {error} in {block.text[:60]!r}"


@pytest.mark.parametrize("name", WITH_CODE)
def test_every_block_is_run_or_parsed(name: str) -> None:
    """Each block of the page is in a language that is checked, and is valid."""
    is_own_fault = name == "docs/extending.md"  # its fault is a plugin of the page, which its own test loads
    text = re.sub(r"^```fault\n.*?^```\n", "", PAGES[name], flags=re.DOTALL | re.MULTILINE) if is_own_fault else PAGES[name]

    assert list(problems(name, text)) == []


def test_a_test_runs_the_python_of_each_page() -> None:
    """A new page with Python needs a test that runs it, and a line in RUN."""
    pages = {name for name, text in PAGES.items() if blocks(text, "python") and not name.startswith("docs/practices/")}
    unread = {
        name: test
        for name, test in RUN.items()
        if name.removeprefix("docs/") not in (ROOT / test).read_text(encoding="utf-8")
    }

    assert pages == set(RUN)
    assert unread == {}


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("```rust\nfn main() {}\n```\n", "a block in 'rust' is neither run nor parsed"),
        ("```\nx\n```\n", "a block in 'no language' is neither run nor parsed"),
        ("~~~python\nx\n~~~\n", "2 lines begin or end a block, but 0 blocks were read"),
        ('```python linenums="1"\nx\n```\n', "2 lines begin or end a block, but 0 blocks were read"),
        ("```python\nfrom fiskil_harness import Scenari\n```\n", "AssertionError: fiskil_harness"),
        ("```python\nimport fiskil_harnes\n```\n", "AssertionError"),
        ("```python\nhmac.compare(a, b)\n```\n", "AssertionError: hmac.compare"),
        ("```python\ndef (:\n```\n", "SyntaxError"),
        ("```console\n$ make no-such-target\n```\n", "make no-such-target"),
        ("```console\n$ pip install '.[brwser]'\n```\n", "brwser"),
        ("```console\n$ python examples/missing.py\n```\n", "examples/missing.py"),
        ("```console\nno command\n```\n", "AssertionError"),
        ("```sh\nif true\n```\n", "AssertionError"),
        ("```fault\nbanking.transactions: reset_pear after 20 bytes\n```\n", "UnknownName"),
        ("```console\n$ make image BILDER=docker\n```\n", "BILDER"),
        ("```dockerfile\nFROM x\nRUM y\n```\n", "RUM"),
        ("```toml\n= 1\n```\n", "TOMLDecodeError"),
        ("```yaml\na: [\n```\n", "ParserError"),
        ("```json\n{,}\n```\n", "JSONDecodeError"),
        ("```http\nFETCH /v1/token\n```\n", "AssertionError"),
    ],
)
def test_a_wrong_block_is_found(page: str, problem: str) -> None:
    """The message has the page and the reason."""
    [found] = problems("page.md", page)

    assert found.startswith("page.md: ")
    assert problem in found
