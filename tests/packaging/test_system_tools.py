"""The script that installs system packages says what it does, and a demo needs none of them."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLER = """#!/bin/sh
echo "$(basename "$0") $*" >>"$CALLS"
case "$*" in *$FAILS*) echo "E: no network" >&2; exit 100 ;; esac
"""


class Machine:
    """A machine with few programs, on which only root installs packages."""

    def __init__(self, folder: Path) -> None:
        self.programs, self.calls = folder / "bin", folder / "calls"
        self.programs.mkdir()
        self.calls.touch()
        for name in ("basename", "ls", "python3", "sed", "sh"):
            (self.programs / name).symlink_to(shutil.which(name) or name)
        for name in ("apt-get", "apt-cache"):
            self.add(name, INSTALLER)
        self.add("id", "#!/bin/sh\necho 0\n")

    def add(self, name: str, text: str) -> None:
        """Add a program."""
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def install(self, goal: str, *, fails: str = "nothing", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script; commands of apt that contain *fails* fail."""
        environment = {"PATH": str(self.programs), "CALLS": str(self.calls), "FAILS": fails, **variables}
        command = [str(self.programs / "sh"), str(ROOT / ".ci" / "system-tools"), goal]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine without Chromium."""
    return Machine(tmp_path)


def test_an_installation_is_announced(machine: Machine) -> None:
    """The line names the package, and how to prevent the installation."""
    completed = machine.install("pages")

    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.startswith("Installing chromium-headless-shell with apt-get")
    assert "SYSTEM_TOOLS=skip" in completed.stdout
    assert "apt-get install -y -qq --no-install-recommends chromium-headless-shell\n" in machine.calls.read_text()


@pytest.mark.parametrize("fails", ["update", "install"])
def test_a_demo_goes_on_without_chromium(machine: Machine, fails: str) -> None:
    """Offline, for example: practices about pages are left out, and a line says so."""
    completed = machine.install("pages", fails=fails)

    assert completed.returncode == 0
    assert f"apt-get {fails} failed. Practices about pages will not be tested." in completed.stderr


@pytest.mark.parametrize("fails", ["update", "install"])
def test_tests_do_not_run_without_their_programs(machine: Machine, fails: str) -> None:
    """A test that is skipped would look like one that passed."""
    completed = machine.install("test", fails=fails)

    assert completed.returncode == 1
    assert "chromium" in completed.stderr
    assert "redis-server. Install them and run make again" in completed.stderr


@pytest.mark.parametrize(("goal", "code"), [("pages", 0), ("test", 1)])
def test_a_variable_prevents_any_installation(machine: Machine, goal: str, code: int) -> None:
    """Another program may manage the machine's packages."""
    completed = machine.install(goal, SYSTEM_TOOLS="skip")

    assert completed.returncode == code
    assert "SYSTEM_TOOLS is skip" in completed.stderr
    assert machine.calls.read_text() == ""


def test_nothing_is_installed_twice(machine: Machine) -> None:
    """With the headless shell, nothing is missing for pages."""
    machine.add("chromium-headless-shell", "#!/bin/sh\n")

    completed = machine.install("pages")

    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "", "")
    assert machine.calls.read_text() == ""
