"""Credentials of the team's hosted account in the environment: a local run withholds them, and no output shows them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fiskil_harness.core.redaction.redactor import Redactor
from tests.paths import SOURCE

CREDENTIALS = {
    "FISKIL_CLIENT_ID": "cid_0123456789abcdefghij",
    "FISKIL_CLIENT_SECRET": "secret_9876543210zyxwvutsrq",
    "FISKIL_WEBHOOK_SECRET": "YSBrZXkgdGhhdCBub2JvZHkgZWxzZSBoYXM=",
}
CONFIG = """
[app]
command = "{python} show.py"
[app.env]
P = "{port}{workdir}"
SHOWN = "%s"
"""
SHOW = """
import os, sys
print(os.environ if os.environ["SHOWN"] else sorted(os.environ), os.environ["SHOWN"])
sys.exit(3)
"""
COMMANDS = (
    ("-m", "fiskil_harness", "run", "happy_path"),
    ("-m", "fiskil_harness", "doctor"),
    ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"),
)


def run(tmp_path: Path, *arguments: str, shown: str = "") -> str:
    """Run a command whose app prints its environment and exits; return everything that the command prints."""
    (tmp_path / "fiskil-harness.toml").write_text(CONFIG % shown)
    (tmp_path / "show.py").write_text(SHOW)
    (tmp_path / "test_it.py").write_text("def test_it(fiskil_app):\n    pass\n")
    environment = os.environ | CREDENTIALS | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[1])
def test_a_local_run_withholds_the_credentials(command: tuple[str, ...], tmp_path: Path) -> None:
    """The app's environment has none of the variables."""
    text = run(tmp_path, *command)

    assert "The app exited with 3" in text
    assert "'PATH'" in text
    assert [name for name in CREDENTIALS if name in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[1])
def test_no_output_shows_the_credentials(command: tuple[str, ...], tmp_path: Path) -> None:
    """An app may know them from elsewhere and print them."""
    text = run(tmp_path, *command, shown=" ".join(CREDENTIALS.values()))

    assert "<client_id> <client_secret> <webhook_secret>" in text
    assert [value for value in CREDENTIALS.values() if value in text] == []


def test_every_redactor_knows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redactor without any source, as for an internal error, removes them."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)

    assert Redactor().redact(" ".join(CREDENTIALS.values())) == "<client_id> <client_secret> <webhook_secret>"
