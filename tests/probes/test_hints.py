"""The hint of a finding names only what the config, or the response of its effects hook, does not have."""

import pytest

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Declared, Journal
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import PROBES, Finding, Verdict
from fiskil_harness.probes.evaluation import findings
from fiskil_harness.probes.hints import IDS_NEEDED, with_true_hint


def hint(hook: str, journal: Journal, *, given: tuple[str, ...]) -> str:
    """Return the hint of a finding that names *hook*, for a config that has the hooks *given*."""
    finding = Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="unknown", hook=hook)
    return with_true_hint(finding, journal, given.__contains__).hook


def reports(**parts: object) -> Journal:
    """Return a journal in which the effects hook responded twice with the same parts."""
    tape = JournalBuilder()
    for _ in range(2):
        tape.effects(**{"state": None, "pending": None, **parts})
    return tape.journal


def busy() -> Journal:
    """Return a journal in which the app applied a message and is busy."""
    return reports(applied={"m": 1}, state={}, is_idle=False)


@pytest.mark.parametrize("kind", PROBES.values(), ids=lambda kind: kind.__struct_config__.tag)
@pytest.mark.parametrize("journal", [Journal(), reports(applied={}, state={}), busy()])
def test_no_finding_names_a_hook_that_the_config_has(kind: type, journal: Journal) -> None:
    """Whatever a probe names, the evaluation removes it if the config has it, for every probe."""
    journal.write(Declared())

    reported = findings((kind(),), journal, practices=(), crashed="", missing="", is_given=lambda _: True)

    assert {finding.hook for finding in reported} <= {"", f"{EFFECTS}: pending", f"{EFFECTS}: applied", f"{EFFECTS}: state"}


@pytest.mark.parametrize("hook", ["app.observe.metrics", "app.facts.datasets", "app.limits.ack_s", EFFECTS])
def test_a_missing_hook_is_named(hook: str) -> None:
    """The hint stays if the config does not have the hook."""
    assert hint(hook, Journal(), given=()) == hook
    assert hint(hook, Journal(), given=(hook,)) == ""


def test_a_part_of_a_missing_effects_hook_is_the_hook() -> None:
    """Without the hook, naming one part of its response would not help."""
    assert hint(f"{EFFECTS}: pending", Journal(), given=()) == EFFECTS


def test_a_missing_part_of_the_response_is_named() -> None:
    """The hook responds, and the part that a probe needs is not in the response."""
    assert hint(f"{EFFECTS}: pending", reports(applied={}), given=(EFFECTS,)) == f"{EFFECTS}: pending"
    assert hint(EFFECTS, reports(state={}), given=(EFFECTS,)) == f"{EFFECTS}: applied"
    assert hint(EFFECTS, reports(applied={}), given=(EFFECTS,)) == f"{EFFECTS}: state"
    assert hint(EFFECTS, busy(), given=(EFFECTS,)) == f"{EFFECTS}: pending"


@pytest.mark.parametrize(("is_idle", "missing"), [((False, True), ""), ((True, False), f"{EFFECTS}: pending")])
def test_the_last_response_shows_if_the_app_is_busy(tape: JournalBuilder, is_idle: tuple[bool, ...], missing: str) -> None:
    """Only a busy app needs to report ``pending``."""
    for idle in is_idle:
        tape.effects({}, applied={}, pending=None, is_idle=idle)

    assert hint(EFFECTS, tape.journal, given=(EFFECTS,)) == missing


def test_a_part_that_the_response_has_is_not_named() -> None:
    """Nothing is missing, so the finding has no hint."""
    assert hint(f"{EFFECTS}: applied", reports(applied={}), given=(EFFECTS,)) == ""
    assert hint(EFFECTS, reports(applied={}, state={}), given=(EFFECTS,)) == ""


def test_a_state_without_ids_is_named() -> None:
    """The state is there, but its rows cannot be recognised, so the finding says what the state must contain."""
    finding = Finding(probe="holds_every_row", verdict=Verdict.INCONCLUSIVE, observed="the state shows no row", hook=STATE)

    reported = with_true_hint(finding, reports(applied={}, state={"rows": [{"id": 1}]}), (EFFECTS,).__contains__)

    assert reported.hook == ""
    assert reported.observed == f"the state shows no row; {IDS_NEEDED}"
    assert with_true_hint(finding, reports(applied={}), (EFFECTS,).__contains__).observed == "the state shows no row"
