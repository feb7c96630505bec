"""The ``Containerfile``: its base has a version, its user is not root, and every file that it copies exists."""

import tomllib
from typing import NamedTuple

import pytest

from tests.paths import ROOT

TARGETS = ("browser", "slim")


class Stage(NamedTuple):
    """A stage: the image or stage that it begins with, its name, and its instructions with their arguments."""

    base: str
    name: str
    instructions: list[tuple[str, str]]

    def arguments(self, instruction: str) -> list[str]:
        """Return the arguments of each *instruction* of this name."""
        return [arguments for name, arguments in self.instructions if name == instruction]


def read_stages() -> list[Stage]:
    """Return the stages of the ``Containerfile``, in order."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if line[0] == "FROM"]
    stages = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        base, _, name = lines[start][2].partition(" AS ")
        stages.append(Stage(base, name, [(word, arguments) for word, _, arguments in lines[start + 1 : end]]))
    return stages


STAGES = read_stages()
COPIED = [
    source.removeprefix("./")
    for stage in STAGES
    for arguments in stage.arguments("COPY")
    if not arguments.startswith("--from=")
    for source in arguments.split()[:-1]
]


def test_the_base_has_a_version() -> None:
    """Every base is a stage, or an image with a tag other than ``latest``."""
    names = {stage.name for stage in STAGES}
    images = [stage.base for stage in STAGES if stage.base not in names]

    assert images == ["docker.io/library/debian:trixie-slim"]


def test_the_default_has_no_browser() -> None:
    """A build without a target makes the last stage."""
    assert [stage.name for stage in STAGES[-2:]] == list(TARGETS)
    assert ["chromium" in str(stage.instructions) for stage in STAGES[-2:]] == [True, False]


@pytest.mark.parametrize("stage", STAGES[-2:], ids=TARGETS)
def test_the_command_runs_as_an_ordinary_user(stage: Stage) -> None:
    """The user is a number, by which a cluster sees that it is not root, and no later instruction needs root."""
    names = [name for name, _ in stage.instructions]

    assert stage.arguments("USER") == ["10001"]
    assert names[names.index("USER") :] == ["USER", "WORKDIR", "ENTRYPOINT"]


def test_every_copied_file_exists() -> None:
    """Each one is in the checkout, and reaches the build because ``.containerignore`` names it."""
    ignore = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()

    assert [source for source in COPIED if not (ROOT / source).exists()] == []
    assert sorted(line.removeprefix("!") for line in ignore if line.startswith("!")) == sorted(COPIED)


def test_everything_that_the_wheel_needs_is_copied() -> None:
    """The image installs the same package as the wheel, with the versions of ``constraints.txt``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["force-include"], *(path.partition("/")[0] for path in wheel["packages"])}
    needed |= {"pyproject.toml", "constraints.txt", project["project"]["readme"], *project["project"]["license-files"]}

    assert set(COPIED) == needed


def test_nothing_is_installed_by_name() -> None:
    """The package manager installs the checkout alone; its extras exist."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    scripts = [script for stage in STAGES for script in stage.arguments("RUN")]
    installed = [script.partition("pip install ")[2].strip("'") for script in scripts if "pip install " in script]

    assert installed == [".[monitoring,speed]", ".[browser]"]
    assert {"monitoring", "speed", "browser"} <= set(extras)
