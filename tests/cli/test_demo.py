"""The demo: a flawed app whose flaw is found, and a gate that opens for a correct app."""

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.app.browser import chromium
from fiskil_harness.cli import main
from fiskil_harness.cli.demo import next_command
from fiskil_harness.core import catalog
from fiskil_harness.core.config import FILE
from fiskil_harness.gate.selftest import gallery
from tests.paths import APPS

pytestmark = pytest.mark.slow


CONFIG = """
[app]
command = "{{python}} {apps}/receiver.py {{port}}"
ready = "GET /healthz"
[app.env]
FISKIL_WEBHOOK_SECRET = "{{webhook_secret}}"
STORE = "{{workdir}}/store.json"
[app.observe]
effects = "GET /effects"
[app.facts]
uses_events = ["*"]
[gate]
required = ["{required}"]
"""

GALLERY = """
[[family]]
base = "reference_app"
framework = "stdlib"
[[family.app]]
name = "{name}"
title = "Applies a message as often as it is delivered, which is a flaw whose title is longer than a terminal is wide"
command = "env {flaw} {{python}} {apps}/receiver.py {{port}}"
violates = ["webhooks.idempotent"]
may = []
scenarios = ["thrice"]
demo = true
"""

Show = Callable[..., int]


@pytest.fixture
def show(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Yield a function that runs the demo with one scenario, a small reference app, and a gallery with one app."""
    fixtures = catalog.folder("fixtures")
    root = tmp_path / "root"
    (root / "scenarios").mkdir(parents=True)
    (root / "fixtures").symlink_to(fixtures)
    (root / "scenarios" / "thrice.py").write_text((project / "thrice.py").read_text())
    monkeypatch.setattr(catalog, "_ROOT", root)
    monkeypatch.chdir(tmp_path)
    gallery.apps.cache_clear()

    def run(*, flaw: str | None = "FLAW=no_dedupe", required: str = "webhooks.idempotent") -> int:
        (root / "examples" / "reference_app").mkdir(parents=True)
        config = CONFIG.format(apps=APPS, required=required)
        (root / "examples" / "reference_app" / "fiskil-harness.toml").write_text(config)
        if flaw is not None:
            (root / "gallery" / "flawed").mkdir(parents=True)
            (root / "gallery" / "correct").mkdir()
            (root / "gallery" / "correct" / "gallery.toml").write_text("family = []")
            entry = GALLERY.format(name="counts_twice", flaw=flaw, apps=APPS)
            (root / "gallery" / "flawed" / "gallery.toml").write_text(entry)
        with pytest.raises(SystemExit) as ending:
            main(["demo"])
        return int(ending.value.code or 0)

    yield run
    gallery.apps.cache_clear()


def test_the_flaw_is_found_and_the_gate_opens(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo shows both reports, the path of the HTML report and the next command, and its exit code is 0."""
    assert show() == 0

    shown = capsys.readouterr().out
    assert shown.index("FAIL  webhooks.idempotent   thrice") < shown.index("The gate is open for 1 required of 49")
    path = Path(next(line for line in shown.splitlines() if line.startswith("HTML report: ")).partition(": ")[2])
    assert path.name == "fiskil-harness-demo.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    # Paths of this checkout may be long.
    lines = [line for line in shown.splitlines() if str(path) not in line and sys.executable not in line]
    assert max(map(len, lines)) <= 80


def test_the_last_line_is_a_command_that_works(
    show: Show, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell runs it as printed; where a config exists already, `init` would refuse, so it is `doctor`."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert show() == 0

    command = capsys.readouterr().out.splitlines()[-1].partition(": ")[2]
    assert subprocess.run(shlex.split(command), check=False, capture_output=True).returncode == 0
    assert (folder / FILE).exists()
    assert next_command().endswith(" doctor")


def test_without_chromium_practices_about_pages_are_left_out(
    show: Show, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo says so, and how to test them."""
    monkeypatch.setattr(chromium, "NAMES", ("no-such-browser",))

    assert show() == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Practices about pages are left out: required are 1 practice. Chromium is missing" in shown


def test_without_a_gallery_only_the_reference_app_runs(show: Show) -> None:
    """The demo works without a flawed app."""
    assert show(flaw=None) == 0


def test_a_flaw_that_is_not_found_is_an_internal_error(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 4, because the harness did not work."""
    assert show(flaw="FLAW=none") == 4

    assert "The flaw was not found: webhooks.idempotent should be violated." in capsys.readouterr().err


def test_a_shut_gate_of_the_reference_app_ends_the_demo(show: Show) -> None:
    """The exit code is that of the gate."""
    assert show(required="webhooks.retries") == 3


def test_without_examples_the_demo_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 2, with a message."""
    monkeypatch.setattr(catalog, "_ROOT", tmp_path)

    with pytest.raises(SystemExit) as ending:
        main(["demo"])

    assert ending.value.code == 2
    assert "so the demo cannot run" in capsys.readouterr().err
