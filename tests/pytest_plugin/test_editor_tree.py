"""Editors: their tree of tests contains the scenarios as tests of the config file, and they run each test by its id."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.pytest_plugin.editor_tree import EditorTree, folders_between
from tests.pytest_plugin.projects import Project, run

OWN_TEST = "class TestOwn:\n    def test_a(self): pass\n"
OWN = {"tests/test_own.py": ["test_a"]}


def write_own_test(folder: Path) -> None:
    """Write a test of the team into the folder ``tests`` in *folder*."""
    (folder / "tests").mkdir()
    (folder / "tests" / "test_own.py").write_text(OWN_TEST)


def discover(pytester: pytest.Pytester, *arguments: str) -> EditorTree:
    """Return the tree that an editor shows, after it collected the tests with *arguments*."""
    tree = EditorTree()
    result = run(pytester, "--collect-only", "-q", *arguments, plugins=[tree])
    assert result.ret == pytest.ExitCode.OK, result.stderr.str()
    return tree


@pytest.mark.parametrize(
    ("arguments", "scenarios"),
    [
        ([], []),
        (["--fiskil-scenarios=thrice.py"], ["thrice"]),
        (["--fiskil-scenarios=thrice.py,happy_path", "tests"], ["happy_path", "thrice"]),
        (["--fiskil-scenarios=happy_path", "."], ["happy_path"]),
        (["fiskil-harness.toml::happy_path", "tests"], ["happy_path"]),
    ],
    ids=["no option", "file", "arguments", "folder of both", "node id"],
)
def test_the_tree_has_the_scenarios_in_the_config_file(
    project: Project, arguments: Sequence[str], scenarios: list[str]
) -> None:
    """Whichever way they are selected, the team's own tests are in the tree, too, and run first."""
    pytester = project()
    write_own_test(pytester.path)

    tree = discover(pytester, *arguments)

    assert list(tree.files.items()) == [*OWN.items(), *([("fiskil-harness.toml", scenarios)] if scenarios else [])]


def test_the_tree_has_every_scenario(project: Project) -> None:
    """With ``--fiskil``; each id that the editor has is accepted as an argument and selects that test alone."""
    pytester = project()
    write_own_test(pytester.path)

    tree = discover(pytester, "--fiskil")
    again = discover(pytester, "--fiskil", *tree.ids[:3], *tree.ids[-2:])

    assert len(tree.files["fiskil-harness.toml"]) > 100
    assert tree.files["tests/test_own.py"] == ["test_a"]
    assert again.ids == [*tree.ids[:3], *tree.ids[-2:]]


def test_the_config_can_be_in_a_subfolder(project: Project) -> None:
    """The scenarios are then in the subfolder, and fixtures of its conftest apply to them."""
    pytester = project()
    write_own_test(pytester.path)
    (pytester.path / "service").mkdir()
    (pytester.path / "fiskil-harness.toml").rename(pytester.path / "service" / "fiskil-harness.toml")

    tree = discover(pytester, "--fiskil-config=service/fiskil-harness.toml", "--fiskil-scenarios=happy_path")
    by_id = discover(pytester, *tree.ids)

    assert tree.files == OWN | {"service/fiskil-harness.toml": ["happy_path"]}
    assert by_id.files == tree.files


def test_the_config_can_be_a_table_of_pyproject(project: Project) -> None:
    """The scenarios are then tests of ``pyproject.toml``."""
    pytester = project()
    write_own_test(pytester.path)
    (pytester.path / "fiskil-harness.toml").unlink()
    (pytester.path / "pyproject.toml").write_text('[tool.fiskil-harness.app]\nurl = "http://127.0.0.1:9"\n')

    tree = discover(pytester, "--fiskil-scenarios=happy_path")

    assert tree.files == OWN | {"pyproject.toml": ["happy_path"]}


def test_an_app_of_a_fixture_needs_no_config(project: Project) -> None:
    """The scenarios are then tests of the root folder's ``conftest.py``, and run by their ids there."""
    fixture = "import pytest\n@pytest.fixture(scope='session')\ndef fiskil_app_object(): return object()"
    pytester = project(conftest=fixture)
    write_own_test(pytester.path)
    (pytester.path / "fiskil-harness.toml").unlink()

    tree = discover(pytester, "--fiskil-scenarios=happy_path")
    by_id = discover(pytester, "--fiskil-scenarios=happy_path", f"{pytester.path}/conftest.py::happy_path")

    assert tree.files == OWN | {"conftest.py": ["happy_path"]}
    assert by_id.files == {"conftest.py": ["happy_path"]}


def test_two_root_folders_have_two_trees(project: Project) -> None:
    """A workspace of two projects: pytest runs once in each root folder; together they have one config."""
    pytester = project()
    config = (pytester.path / "fiskil-harness.toml").read_text()
    (pytester.path / "fiskil-harness.toml").unlink()
    for name in ("bank", "shop"):
        (pytester.path / name).mkdir()
        write_own_test(pytester.path / name)
        (pytester.path / name / "fiskil-harness.toml").write_text(config)

    trees = [discover(pytester, f"--rootdir={name}", name, "--fiskil-scenarios=happy_path") for name in ("bank", "shop")]
    together = discover(
        pytester,
        "--import-mode=importlib",
        "bank/tests",
        "shop",
        "--fiskil-config=shop/fiskil-harness.toml",
        "--fiskil-scenarios=tab_*",
    )
    refused = run(pytester, "bank/fiskil-harness.toml", "shop/fiskil-harness.toml")

    assert [tree.root.name for tree in trees] == ["bank", "shop"]
    assert [tree.files for tree in trees] == [OWN | {"fiskil-harness.toml": ["happy_path"]}] * 2
    assert sorted(together.files) == ["bank/tests/test_own.py", "shop/fiskil-harness.toml", "shop/tests/test_own.py"]
    refused.stderr.fnmatch_lines(["ERROR: One run of pytest has one config, but the arguments name *bank* and *shop*"])


def test_the_config_of_the_ini_file_may_be_a_roundabout_path(project: Project) -> None:
    """The path is shortened, so that an argument can name a scenario of the config."""
    pytester = project()
    write_own_test(pytester.path)
    (pytester.path / "fiskil-harness.toml").rename(pytester.path / "other.toml")
    in_ini = "--override-ini=fiskil_config=tests/../other.toml"

    tree = discover(pytester, in_ini, "other.toml::happy_path")

    assert tree.files == {"other.toml": ["happy_path"]}


def test_a_config_outside_the_root_folder_does_not_leave_the_tree(project: Project) -> None:
    """The scenarios are then tests of the file that configures pytest."""
    pytester = project()
    write_own_test(pytester.path)
    (pytester.path / "tests" / "pytest.ini").write_text("[pytest]\n")

    tree = discover(
        pytester, "--rootdir=tests", "tests", "--fiskil-config=fiskil-harness.toml", "--fiskil-scenarios=happy_path"
    )

    assert tree.files == {"test_own.py": ["test_a"], "pytest.ini": ["happy_path"]}


def test_an_ignored_config_is_an_error(project: Project) -> None:
    """Scenarios that were requested never vanish silently."""
    pytester = project()
    write_own_test(pytester.path)

    result = run(pytester, ".", "--fiskil-scenarios=happy_path", "--ignore=fiskil-harness.toml")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: pytest ignores *fiskil-harness.toml', whose items are the scenarios.*"])


def test_a_wrong_node_id_names_the_nearest_scenario(project: Project) -> None:
    """The message is that of a wrong name in an option."""
    result = run(project(), "fiskil-harness.toml::happy_pat")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: No scenario 'happy_pat'. Did you mean 'happy_path'?*"])


def test_a_collector_at_the_root_folder_would_break_the_tree(tmp_path: Path) -> None:
    """Scenarios that are children of the root folder itself are never reached by climbing."""
    with pytest.raises(LookupError, match="is not below"):
        folders_between(tmp_path, tmp_path)
