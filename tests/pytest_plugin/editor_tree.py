"""The tree of tests in an editor: built from pytest's items as the pytest adapter of VS Code builds it.

The adapter takes the ``path`` of the nearest collector that is no class as the file of a test, and climbs from there to the
root folder. If it never arrives, the whole tree is lost, with the team's own tests.
"""

from pathlib import Path

import pytest

MOST_FOLDERS = 100
"""The adapter climbs no higher."""


class EditorTree:
    """A plugin that builds the tree when pytest ends."""

    def __init__(self) -> None:
        self.root = Path()
        self.files: dict[str, list[str]] = {}
        """The names of the tests by file, which is a path below ``root`` with slashes."""
        self.ids: list[str] = []
        """The id by which the editor runs each test: ``path::name`` with an absolute path."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Build the tree."""
        self.root = session.path
        for item in session.items:
            file = file_of(item)
            folders = folders_between(file, self.root)
            self.files.setdefault("/".join([*folders, file.name]), []).append(item.name)
            self.ids.append("::".join([str(item.path), *item.nodeid.split("::")[1:]]))


def file_of(item: pytest.Item) -> Path:
    """Return the path of the nearest collector of *item* that is no class."""
    collector = item.parent
    while isinstance(collector, pytest.Class):
        collector = collector.parent
    assert collector is not None
    return collector.path


def folders_between(file: Path, root: Path) -> list[str]:
    """Return the names of the folders from *root* down to *file*.

    Raises:
        LookupError: The file is not below the root folder.
    """
    folders: list[str] = []
    folder = file.parent
    while folder != root:
        if len(folders) == MOST_FOLDERS or folder == folder.parent:
            raise LookupError(f"{file} is not below {root}")
        folders.insert(0, folder.name)
        folder = folder.parent
    return folders
