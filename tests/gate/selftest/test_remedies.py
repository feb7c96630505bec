"""Remedies of known bugs, applied to flawed apps: each bug is found before, and is gone afterwards.

``remedies.toml`` has the edits of each app. They contain lines of the lesson that `explain` shows for the bug. A bug
without a remedy there has a ``reason`` in ``fixtures/receiver_bugs.toml``: no experiment can detect it.
"""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings
from fiskil_harness.gate.diagnosis import diagnose
from fiskil_harness.gate.lessons import lessons_about
from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.session import Session
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import load

REMEDIES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "remedies.toml").read_text())["remedy"]
SHORTEST_LINE = 20
"""A shorter line of a lesson, such as a bracket, shows nothing, unless it is a decorator."""


def edited(source: str, remedy: dict[str, Any]) -> str:
    """Return the *source* of an app after the edits of *remedy*."""
    for edit in remedy["edit"]:
        assert source.count(edit["wrong"]) == 1, edit["wrong"]
        source = source.replace(edit["wrong"], edit["right"])
    return source


def lines_of(code: str) -> set[str]:
    """Return the lines of *code* without indentation and comments."""
    bare = {line.split("  #")[0].split("  //")[0].strip() for line in code.splitlines()}
    return {line for line in bare if len(line) >= SHORTEST_LINE or line.startswith("@")}


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """Return a folder with copies of the flawed apps, and links to the correct apps and the examples that they import."""
    folder = tmp_path / "workshop"
    shutil.copytree(catalog.folder("gallery") / "flawed", folder / "gallery" / "flawed")
    (folder / "gallery" / "correct").symlink_to(catalog.folder("gallery") / "correct")
    (folder / "examples").symlink_to(catalog.folder("examples"))
    return folder


def played(settings: Settings, scenarios: list[str], folder: Path) -> tuple[Outcome, ...]:
    """Return the outcomes of *scenarios*."""
    session = Session([load(name) for name in scenarios], seed=0)
    session.play(Worker(settings, seed=0, folder=folder))
    return session.result().outcomes


def verdicts_of(outcomes: tuple[Outcome, ...]) -> dict[str, Verdict]:
    """Return the verdict about each known bug."""
    return {diagnosis.bug: diagnosis.verdict for diagnosis in diagnose(outcomes)}


def failures(outcomes: tuple[Outcome, ...]) -> set[tuple[str, ...]]:
    """Return the failed probes by scenario, and the bugs that were found."""
    probes = {
        (outcome.scenario, finding.probe)
        for outcome in outcomes
        for finding in outcome.findings
        if finding.verdict is Verdict.FAIL
    }
    return probes | {(bug,) for bug, verdict in verdicts_of(outcomes).items() if verdict is Verdict.FAIL}


def test_every_bug_is_tried_or_has_a_reason() -> None:
    """A remedy is applied for each bug that an experiment can detect; the table of bugs gives the reason for the others."""
    tried = {bug for remedy in REMEDIES for bug in remedy["bugs"]}
    unreachable = {bug.id for bug in bugs().values() if bug.reason}

    assert tried | unreachable == set(bugs())
    assert not tried & unreachable


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy["app"])
def test_the_edits_are_the_remedy_of_the_lesson(remedy: dict[str, Any]) -> None:
    """They contain a line that `explain` shows for each bug, and the app has these bugs."""
    entry = gallery.app(remedy["app"])
    right = lines_of("\n".join(edit["right"] for edit in remedy["edit"]))

    assert set(remedy["bugs"]) <= set(entry.bugs)
    for bug in remedy["bugs"]:
        (lesson,) = lessons_about([bug])
        code = lesson.javascript if entry.framework == "node" else lesson.python
        assert right & lines_of(code.right), bug


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy["app"])
def test_the_bug_is_gone(remedy: dict[str, Any], workshop: Path, tmp_path: Path) -> None:
    """The same scenarios find it in the flawed app, and show that the repaired app does not have it."""
    entry = gallery.app(remedy["app"])
    place = workshop / "gallery" / entry.place
    (source,) = place.glob(f"{entry.name}.*")
    settings = replace(gallery.settings(entry), folder=place)
    scenarios = remedy.get("scenarios", list(entry.scenarios))

    before = played(settings, scenarios, tmp_path / "before")
    source.write_text(edited(source.read_text(), remedy))
    after = played(settings, scenarios, tmp_path / "after")

    bugs_before, bugs_after = verdicts_of(before), verdicts_of(after)
    assert [bugs_before[bug] for bug in remedy["bugs"]] == [Verdict.FAIL] * len(remedy["bugs"])
    assert [bugs_after[bug] for bug in remedy["bugs"]] == [Verdict.PASS] * len(remedy["bugs"])
    assert failures(after) <= failures(before)
