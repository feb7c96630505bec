"""The option replay --as-test: the written test runs without the harness, and fails only for a flawed receiver."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import free_port
from fiskil_harness.scenario.generation import Form
from fiskil_harness.scenario.generation.actions import Act
from fiskil_harness.scenario.scenario import dump_plan
from tests.paths import APPS, SOURCE

SECRET = base64.b64encode(bytes(range(64))).decode()
Completed = subprocess.CompletedProcess[str]
HAND_OVER = Act("hand_over")
PLANS = {
    "twice": ("deliveries", "body_hash", [HAND_OVER, HAND_OVER]),
    "at_once": ("deliveries", "check_then_insert", [Act("burst_8")]),
    "forged": ("forgeries", "missing_is_fine", [Act("forge", names=("unsigned", "empty_header"))]),
    "order": ("order", "older_wins", [Act("hand_over", 3)]),
}
CONFIG = """
[app]
command = "{python} durable_receiver.py {port}"
ready = "GET /healthz"
env = { FISKIL_WEBHOOK_SECRET = "{webhook_secret}", STORE = "{workdir}/store.db", FLAW = "%s" }
drive.fail = "POST /fail?at={point}"
observe.effects = "GET /effects?end_user_id={end_user_id}"
facts.uses_events = ["*"]
[sandbox]
webhook_secret_env = "A_SECRET"
"""


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Yield a function that starts the durable receiver with a flaw and returns its webhook URL."""
    running: list[subprocess.Popen[bytes]] = []

    def start(flaw: str) -> str:
        port = free_port()
        environment = {**os.environ, "FISKIL_WEBHOOK_SECRET": SECRET, "STORE": str(tmp_path / f"{flaw}.db"), "FLAW": flaw}
        command = [sys.executable, str(APPS / "durable_receiver.py"), str(port)]
        running.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        health_check = ["curl", "-s", "-o", os.devnull, f"http://127.0.0.1:{port}/healthz"]
        assert wait_until(lambda: subprocess.run(health_check, check=False).returncode == 0, cap_s=30)
        return f"http://127.0.0.1:{port}/webhooks/fiskil"

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Completed]:
    """Return a function that writes the test of a plan."""
    shutil.copy(APPS / "durable_receiver.py", tmp_path)

    def write(name: str, *, test: str = "test_it.py") -> Completed:
        kind, flaw, acts = PLANS[name]
        form = Form(kind=kind)  # type: ignore[arg-type]
        (tmp_path / "plan.json").write_text(dump_plan(form.plan(form.least, acts), seed=3))
        (tmp_path / "fiskil-harness.toml").write_text(CONFIG % flaw)
        command = [sys.executable, "-m", "fiskil_harness", "replay", "plan.json", "--as-test", test]
        environment = {**os.environ, "A_SECRET": SECRET, "PYTHONPATH": str(SOURCE), "COLUMNS": "80"}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return write


def under_pytest(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """Run the written test in an environment that has only pytest."""
    environment = {
        "PATH": os.environ["PATH"],
        "RECEIVER_URL": url,
        "FISKIL_WEBHOOK_SECRET": SECRET,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PLANS))
def test_a_written_test_fails_only_for_the_flawed_receiver(
    name: str, written: Callable[..., Completed], receiver: Callable[[str], str], tmp_path: Path
) -> None:
    """It can run twice on one receiver, because its ids are new each time."""
    result = written(name)
    assert result.returncode == 0, result.stderr

    correct = receiver("")
    flawed, first, second = (under_pytest(tmp_path, url) for url in (receiver(PLANS[name][1]), correct, correct))

    assert (flawed.returncode, first.returncode, second.returncode) == (1, 0, 0), (
        flawed.stdout + first.stdout + second.stdout
    )
    assert "1 failed" in flawed.stdout
    assert "skipped" not in first.stdout


def test_the_written_test_needs_no_harness_and_contains_no_secret(written: Callable[..., Completed], tmp_path: Path) -> None:
    """It imports only pytest and the standard library, and its docstring states the finding."""
    written("twice")

    text = (tmp_path / "test_it.py").read_text()
    modules = {line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert modules - set(sys.stdlib_module_names) == {"pytest"}
    assert SECRET not in text + (tmp_path / "test_it.sh").read_text()
    assert text.startswith('"""generated_deliveries: message e0 was applied 2 times')


def test_the_curl_lines_are_accepted(
    written: Callable[..., Completed], receiver: Callable[[str], str], tmp_path: Path
) -> None:
    """Every delivery is signed when it is sent, and a correct receiver acknowledges it."""
    written("twice")
    environment = {"PATH": os.environ["PATH"], "RECEIVER_URL": receiver(""), "FISKIL_WEBHOOK_SECRET": SECRET}

    done = subprocess.run(["bash", "test_it.sh"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.count("HTTP/1.1 204") == 2


@pytest.mark.parametrize(
    ("test", "words"),
    [("test_it.txt", "--as-test writes a Python file"), ("nowhere/test_it.py", "there is no folder")],
)
def test_a_bad_path_is_refused_before_anything_runs(
    test: str, words: str, written: Callable[..., Completed], tmp_path: Path
) -> None:
    """No file is written."""
    result = written("twice", test=test)

    assert result.returncode == 2
    assert words in " ".join(result.stderr.split())
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".py", ".toml"]
