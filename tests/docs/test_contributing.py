"""The recipes of CONTRIBUTING.md work: each example is run."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import Reply
from fiskil_harness.journal import Journal
from fiskil_harness.probes import PROBES, Verdict
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.scenario import load
from tests.docs.blocks import blocks
from tests.docs.pages import PAGES
from tests.paths import ROOT, SOURCE

PAGE = PAGES["CONTRIBUTING.md"]
PROBE, STEP, FAULT, APP = (block.text for block in blocks(PAGE, "python"))


def classes(source: str) -> dict[str, Any]:
    """Return what the example *source* defines."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(source, names)  # noqa: S102 - the page's own text
    return names


def test_the_probe_examines_a_journal() -> None:
    """Without an acknowledgement the example is inconclusive."""
    finding = classes(PROBE)["AcknowledgesWithoutBody"]().examine(Journal())

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.expected == "an empty body in every 2xx response"


def test_the_step_validates_its_argument() -> None:
    """An argument out of range is refused with its name."""
    step = classes(STEP)["LetTimePass"]

    step(hours=24).check()
    with pytest.raises(ConfigError, match="LetTimePass: hours must be from 1 to 24, got 25"):
        step(hours=25).check()


def test_the_fault_changes_a_response() -> None:
    """The response has the header, and is otherwise the same."""
    reply = Reply(status=200, headers=(), body=b"{}")

    changed = classes(FAULT)["ServerHeader"](name="nginx").change_response(reply, None)

    assert (changed.status, changed.header(b"server"), changed.body) == (200, b"nginx", b"{}")


def test_the_entry_of_the_flawed_app_has_known_names() -> None:
    """Practices, scenarios and probes of the example exist."""
    [block] = blocks(PAGE, "toml")
    [app] = tomllib.loads(block.text.replace("family.app", "app"))["app"]

    assert set(app["violates"]) <= set(all_practices())
    assert set(app["probes"]) <= set(PROBES)
    assert [load(name).name for name in app["scenarios"]] == app["scenarios"]


@pytest.mark.gallery
def test_the_flawed_app_is_caught(tmp_path: Path) -> None:
    """The scenario of the example finds the flaw in the probe that the example names."""
    reference = (ROOT / "examples" / "reference_app" / "fiskil-harness.toml").read_text(encoding="utf-8")
    (tmp_path / "flawed.py").write_text(APP)
    (tmp_path / "fiskil-harness.toml").write_text(reference.replace("reference_app.app:build", "flawed:build"))
    path = os.pathsep.join([str(SOURCE), str(ROOT / "examples"), str(tmp_path)])

    completed = subprocess.run(
        [sys.executable, "-m", "fiskil_harness", "run", "webhook_forged"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert completed.returncode == 1, completed.stderr
    assert "refuses_forgeries: " in completed.stdout
