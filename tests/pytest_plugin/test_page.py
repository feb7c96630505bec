"""The page about pytest in the documentation: its examples pass, and its table lists every fixture."""

import re

import pytest

from tests.paths import DOCS
from tests.pytest_plugin.projects import Project, run

PAGE = (DOCS / "pytest.md").read_text()


@pytest.mark.slow
def test_the_examples_pass(project: Project) -> None:
    """Each block of Python is a file of tests."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    pytester = project(**{f"test_block_{number}": block for number, block in enumerate(blocks)})

    result = run(pytester, "-p", "_hypothesis_pytestplugin", "--strict-markers")

    result.assert_outcomes(passed=9)


def test_the_table_lists_every_fixture(project: Project) -> None:
    """The table has the scopes that ``pytest --fixtures`` prints."""
    output = run(project(), "--fixtures", "-q").stdout.str()

    listed = re.findall(r"^(fiskil\w*)(?: \[(\w+) scope\])? -- ", output, re.MULTILINE)
    table = re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE, re.MULTILINE)
    assert sorted(table) == sorted((name, scope or "function") for name, scope in listed)
