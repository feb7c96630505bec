"""uv and pipx install the command from the wheel, each in an environment of its own."""

import sys
from pathlib import Path

import pytest

from tests.packaging.programs import run
from tests.paths import ROOT

CONSTRAINTS = str(ROOT / "constraints.txt")


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("installer", [["uv", "tool", "install"], ["pipx", "install"]], ids=["uv", "pipx"])
def test_the_command_is_installed(installer: list[str], wheel: Path, tmp_path: Path) -> None:
    """The installed command finds its scenarios from another folder."""
    program, *words = installer
    places = {
        "UV_TOOL_DIR": str(tmp_path / "environments"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_HOME": str(tmp_path / "environments"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "UV_CONSTRAINT": CONSTRAINTS,
        "PIP_CONSTRAINT": CONSTRAINTS,
    }

    run([str(Path(sys.executable).parent / program), *words, str(wheel)], cwd=tmp_path, **places)

    assert "happy_path" in run([str(tmp_path / "bin" / "fiskil-harness"), "list", "scenarios"], cwd=tmp_path)
