"""The public names: sorted, importable, documented, and imported only when they are used."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import fiskil_harness
from tests.paths import DOCS, ROOT, SOURCE

PAGE = (DOCS / "api.md").read_text(encoding="utf-8")
PYRIGHT = ROOT / "tests" / "browser" / "node_modules" / "pyright" / "index.js"
USER_FILES = [
    text
    for page in ("api.md", "extending.md")
    for text in re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
]


def test_the_names_are_sorted_and_documented() -> None:
    """docs/api.md has one row for each name, and no other."""
    assert fiskil_harness.__all__ == sorted(set(fiskil_harness.__all__))
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == fiskil_harness.__all__


@pytest.mark.parametrize("name", fiskil_harness.__all__)
def test_each_name_has_a_docstring(name: str) -> None:
    """A name is a class, a function or a module, and says what it is for."""
    value = getattr(fiskil_harness, name)

    assert isinstance(value, ModuleType) or callable(value)
    assert value.__doc__


def test_type_checkers_see_the_same_names() -> None:
    """The names for type checkers, in the block ``if TYPE_CHECKING``, are those of the list."""
    tree = ast.parse((SOURCE / "fiskil_harness" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    names = [alias.asname or alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]

    assert sorted(names) == fiskil_harness.__all__


def test_another_name_is_refused() -> None:
    """The error is that of any module."""
    with pytest.raises(AttributeError, match="module 'fiskil_harness' has no attribute 'Nothing'"):
        _ = fiskil_harness.Nothing


def test_nothing_is_imported_before_its_use() -> None:
    """``import fiskil_harness`` imports none of its modules, and no library."""
    code = "import sys, fiskil_harness; print([name for name in sys.modules if 'fiskil' in name or 'msgspec' in name])"

    completed = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True
    )

    assert completed.stdout.strip() == "['fiskil_harness']"


def test_the_example_tests_pass(tmp_path: Path) -> None:
    """The test file on the page passes."""
    [example] = [text for text in USER_FILES if "def test_" in text]
    (tmp_path / "test_handler.py").write_text(example)

    completed = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "test_handler.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(SOURCE), "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "3 passed" in completed.stdout, completed.stdout


@pytest.fixture
def user_files(tmp_path: Path) -> Path:
    """Return a folder with every Python file of docs/api.md and docs/extending.md, and with one that has a wrong type."""
    (tmp_path / "fiskil_plugins").mkdir()
    (tmp_path / "fiskil_plugins" / "__init__.py").touch()
    extending = (DOCS / "extending.md").read_text(encoding="utf-8")
    for path, text in re.findall(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", extending, re.DOTALL | re.MULTILINE):
        (tmp_path / path).write_text(text)
    [example] = [text for text in USER_FILES if "def test_" in text]
    (tmp_path / "test_handler.py").write_text(example)
    wrong = "from fiskil_harness import JournalBuilder\n\nbuilder: int = JournalBuilder()\n"
    (tmp_path / "wrong.py").write_text(wrong)
    return tmp_path


@pytest.mark.long
@pytest.mark.slow
def test_mypy_accepts_the_examples(user_files: Path) -> None:
    """Its strict mode reports only the wrong type."""
    completed = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache" / "users"), "."],
        cwd=user_files,
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )

    [complaint, summary] = completed.stdout.splitlines()
    assert complaint.startswith('wrong.py:3: error: Incompatible types in assignment (expression has type "JournalBuilder"')
    assert summary.startswith("Found 1 error in 1 file")


@pytest.mark.long
@pytest.mark.slow
def test_pyright_accepts_the_examples(user_files: Path) -> None:
    """Its strict mode reports only the wrong type."""
    strict = {"typeCheckingMode": "strict", "extraPaths": [str(SOURCE)]}
    (user_files / "pyrightconfig.json").write_text(json.dumps(strict))

    completed = subprocess.run(
        ["node", PYRIGHT, "--pythonpath", sys.executable, "--outputjson"],
        cwd=user_files,
        capture_output=True,
        text=True,
        check=False,
    )

    problems = json.loads(completed.stdout)["generalDiagnostics"]
    assert [(Path(problem["file"]).name, problem["rule"]) for problem in problems] == [("wrong.py", "reportAssignmentType")]


def test_the_package_shows_its_types() -> None:
    """Type checkers ignore the annotations of an installed package without this file."""
    assert (SOURCE / "fiskil_harness" / "py.typed").is_file()
