"""A run of pytest inside a test unloads the libraries that it imported, and leaves others half loaded.

A library of which one part is loaded twice fails in later tests without a reason. So such a run loads no other plugins, or
it is one of ``tests/pytest_plugin/projects.py``, which loads the libraries again.
"""

import ast

import pytest

from tests.paths import ROOT

IN_PROCESS = {"inline_run", "inline_runsource", "runpytest", "runpytest_inprocess", "runpytest_inline"}
KEEPS_MODULES = ROOT / "tests" / "pytest_plugin" / "projects.py"


def _with_other_plugins(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in IN_PROCESS
        and "--disable-plugin-autoload" not in ast.unparse(call)
    ]


def test_no_run_in_this_process_loads_other_plugins() -> None:
    """A run in a process of its own may."""
    files = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "node_modules" not in path.parts]
    sources = {path: source for path in files if "pytester" in (source := path.read_text())}

    found = [f"{path.name}: {call}" for path, source in sources.items() for call in _with_other_plugins(source)]

    assert KEEPS_MODULES in sources
    assert [line for line in found if not line.startswith(KEEPS_MODULES.name)] == []


@pytest.mark.parametrize("call", ["pytester.inline_run('-q')", "pytester.runpytest()"])
def test_a_run_with_other_plugins_is_found(call: str) -> None:
    """The check above can fail."""
    assert _with_other_plugins(call) == [call]
