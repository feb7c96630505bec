"""Each bug is shown once, however many scenarios show it; no other bug is hidden by that."""

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import junit, markdown, terminal
from fiskil_harness.gate.report.distinct_failures import blocks_to_show, distinct_failures
from fiskil_harness.gate.report.html import render
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import Printed
from fiskil_harness.probes.outcome import Outcome
from tests.gate.report.conftest import failed
from tests.gate.report.test_html import Outline

PRACTICE = "webhooks.idempotent"
NAMES = ("webhook_repeated", "webhook_repeated_after_restart", "webhook_repeated_concurrently")


@pytest.fixture
def repeated(result: GateResult, outcome_of: Callable[..., Outcome]) -> GateResult:
    """Return a result in which three scenarios show one bug, each with its own values."""
    return with_outcomes(result, *(outcome_of(PRACTICE, worded(name), scenario=name) for name in NAMES))


def worded(name: str, **changes: str) -> Finding:
    """Return the failed finding as the scenario *name* words it."""
    return msgspec.structs.replace(failed(), observed=f"{failed().observed} in {name}", **changes)


def with_outcomes(whole: GateResult, *outcomes: Outcome) -> GateResult:
    """Return *whole* with other outcomes of scenarios."""
    return msgspec.structs.replace(whole, result=msgspec.structs.replace(whole.result, scenarios=outcomes))


def on_terminal(whole: GateResult) -> str:
    """Return what `-v` shows."""
    file = io.StringIO()
    terminal.show(whole, Console(file=file, width=80))
    return file.getvalue()


def on_receiver(whole: GateResult) -> str:
    """Return what `webhooks URL` shows."""
    file = io.StringIO()
    terminal.show_receiver(whole, Console(file=file, width=80))
    return file.getvalue()


@pytest.mark.parametrize("render_text", [on_terminal, on_receiver, markdown.render])
def test_a_bug_that_many_scenarios_show_is_shown_once(repeated: GateResult, render_text: Callable[..., str]) -> None:
    """The other scenarios are named in one line under the first."""
    text = render_text(repeated)

    assert text.count("expected  exactly one effect") == 1
    assert text.count("      again     ") == 1
    assert f"also in   {NAMES[1]}, {NAMES[2]}" in " ".join(text.split()).replace("also in ", "also in   ")


def test_junit_has_every_scenario(repeated: GateResult) -> None:
    """A dashboard counts test cases, so none may be missing."""
    assert junit.render(repeated).count("<failure") == len(NAMES)


def test_two_causes_that_one_probe_finds_are_two_bugs(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """Findings with different fixes are both shown, in every report."""
    outcomes = [
        outcome_of(PRACTICE, worded(NAMES[0]), scenario=NAMES[0]),
        outcome_of(PRACTICE, worded(NAMES[1], fix="share one database"), scenario=NAMES[1]),
    ]
    whole = with_outcomes(result, *outcomes)

    assert [block.outcome.scenario for block in blocks_to_show(whole.result)] == list(NAMES[:2])
    assert on_terminal(whole).count("FAIL  ") == markdown.render(whole).count("FAIL  ") == 2
    assert [failure.anchor for failure in distinct_failures(whole.result)] == ["applies_once", "applies_once-2"]
    ids = Outline(render(whole)).values("id")
    assert {"failure-applies_once", "failure-applies_once-2"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_another_exception_is_named(repeated: GateResult) -> None:
    """If the app raised something else in another scenario, the line says so, because that may be a bug of its own."""
    printed = tuple(
        Printed(scenario=name, exception=exception, traceback=(exception,))
        for name, exception in zip(NAMES, ("KeyError: 'a'", "KeyError: 'a'", "ValueError: b"), strict=True)
    )

    text = on_terminal(msgspec.structs.replace(repeated, printed=printed))

    assert f"also in {NAMES[1]}, {NAMES[2]} (ValueError: b)" in " ".join(text.split())


def test_one_reason_of_inconclusive_findings_is_shown_once(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """The same observation of one probe in several scenarios is one block."""
    outcomes = [outcome_of(PRACTICE, ("applies_once", Verdict.INCONCLUSIVE), scenario=name) for name in NAMES]

    (block,) = blocks_to_show(with_outcomes(result, *outcomes).result)

    assert block.also == {"applies_once": NAMES[1:]}


def test_a_scenario_keeps_the_findings_that_only_it_has(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """A scenario that shows one known and one new bug still has a block, for the new one."""
    new = Finding(probe="loses_nothing", verdict=Verdict.FAIL, observed="message e2 was lost", fix="store it first")
    outcomes = [
        outcome_of(PRACTICE, worded(NAMES[0]), scenario=NAMES[0]),
        outcome_of(PRACTICE, worded(NAMES[1]), new, scenario=NAMES[1]),
    ]

    first, second = blocks_to_show(with_outcomes(result, *outcomes).result)

    assert [finding.probe for finding in first.findings] == ["applies_once"]
    assert [finding.probe for finding in second.findings] == ["loses_nothing"]


def test_a_failure_that_may_cause_the_others_comes_first(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """Work that never ends is read before the rows and log lines that are missing for that reason."""
    stuck = worded(NAMES[0], probe="finishes_work", fix="mend the error")
    whole = with_outcomes(result, outcome_of(PRACTICE, worded(NAMES[0]), stuck, scenario=NAMES[0]))

    text = on_terminal(whole)

    assert text.index("finishes_work: ") < text.index("applies_once: ")


@pytest.mark.parametrize(("fix", "count"), [(failed().fix, 1), ("another remedy", 2)])
def test_a_generated_plan_joins_the_failure_of_a_named_scenario_with_the_same_remedy(
    result: GateResult, outcome_of: Callable[..., Outcome], fix: str, count: int
) -> None:
    """The named scenario is shown, because it was made for the question; a plan with another remedy is a bug of its own."""
    observed = "plan 7 failed, in its shortest form: applies_once: message e0 was applied 2 times"
    plan = msgspec.structs.replace(failed(), probe="survives_every_plan", observed=observed, fix=fix)
    named = outcome_of(PRACTICE, worded(NAMES[0]), scenario=NAMES[0])
    whole = with_outcomes(result, outcome_of(PRACTICE, plan, scenario="everything_generated"), named)

    blocks = blocks_to_show(whole.result)

    assert len(blocks) == len(distinct_failures(whole.result)) == count
    assert blocks[-1].outcome.scenario == NAMES[0]
    assert blocks[-1].also["applies_once"] == ("everything_generated",)[: 2 - count]
