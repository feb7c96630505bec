"""Paths with spaces, quotation marks and shell syntax: a value in the app's command stays one argument."""

import sys
from pathlib import Path

import pytest

from fiskil_harness.app.process import Process

NAMES = ("a space", "an 'apostrophe", 'a "quotation" mark', "$(touch TAKEN)", "back\\slash", "a;b&c|d", "ünïcödé", "#x", "*")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("template", ["{workdir}", '"{workdir}"', "'{workdir}'"])
def test_a_path_is_one_argument(name: str, template: str, tmp_path: Path) -> None:
    """The interpreter and the folder may have any name."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    (tmp_path / "show.py").write_text("import sys, time; print(ascii(sys.argv[1:]), flush=True); time.sleep(600)")
    output = tmp_path / "out"
    process = Process(
        command=f"{{python}} show.py {template} --data={template}/x", folder=tmp_path, environment={}, output=output
    )

    process.start(
        {"workdir": str(folder), "python": str(folder / "python")},
        is_ready=lambda: output.exists() and output.read_text().endswith("\n"),
        cap_s=60,
    )
    process.kill()

    assert output.read_text() == ascii([str(folder), f"--data={folder}/x"]) + "\n"
