"""The demo: a gate that opens for a correct app, and a flawed copy that is caught by the practice it violates."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.cli import main
from fiskil_harness.core import catalog
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
title = "Applies a message as often as it comes, which is a flaw whose title is longer than a terminal is wide"
command = "env {flaw} {{python}} {apps}/receiver.py {{port}}"
violates = ["webhooks.idempotent"]
may = []
scenarios = ["thrice"]
demo = true
"""

Show = Callable[..., int]


@pytest.fixture
def show(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Run the demo on a catalogue with one scenario, a small reference app, and a gallery of one."""
    fixtures = catalog.folder("fixtures")
    root = tmp_path / "root"
    (root / "scenarios").mkdir(parents=True)
    (root / "fixtures").symlink_to(fixtures)
    (root / "scenarios" / "thrice.py").write_text((project / "thrice.py").read_text())
    monkeypatch.setattr(catalog, "_ROOT", root)
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


def test_the_gate_opens_and_stays_shut_for_a_flaw(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """Both reports are shown, and what to do next; exit 0 because both are as they should be."""
    assert show() == 0

    shown = capsys.readouterr().out
    assert "The gate is open for 1 required of 49." in shown
    assert "FAIL  webhooks.idempotent   thrice" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert shown.endswith("Caught: webhooks.idempotent.\nTo ask the same of your own app: fiskil-harness init\n")


def test_without_a_gallery_the_reference_app_is_enough(show: Show) -> None:
    """The demo works where no flawed app is at hand."""
    assert show(flaw=None) == 0


def test_a_flaw_that_is_not_caught_is_a_fault_of_our_own(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """The judge is on trial as well: exit 4."""
    assert show(flaw="FLAW=none") == 4

    assert "The flaw was not caught: webhooks.idempotent should be violated." in capsys.readouterr().err


def test_a_reference_app_that_does_not_pass_ends_the_demo(show: Show) -> None:
    """Its exit code is the gate's."""
    assert show(required="webhooks.retries") == 3


def test_without_examples_there_is_nothing_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and words."""
    monkeypatch.setattr(catalog, "_ROOT", tmp_path)

    with pytest.raises(SystemExit) as ending:
        main(["demo"])

    assert ending.value.code == 2
    assert "so there is nothing to show" in capsys.readouterr().err
