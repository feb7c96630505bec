"""Lines of a report fit a width, and commands in it can be pasted."""

import shlex
from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.core.model.findings import Kind
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report.text import (
    again,
    busy_lines,
    command_lines,
    finding_lines,
    findings_to_show,
    kind_text,
    observation,
    pairs_line,
    scenario_counts,
)
from fiskil_harness.journal.entries.plan_pairs import PairCoverage
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.runner.worker import STILL_BUSY_SINCE

COMMAND = (
    "fiskil-harness webhooks http://127.0.0.1:8123/webhooks/fiskil --secret-env FISKIL_WEBHOOK_SECRET "
    "--effects 'GET /_harness/effects?a --b={end_user_id}' --seed 0"
)


def test_a_long_command_can_be_pasted() -> None:
    """A backslash ends each line but the last, and a shell reads the same words."""
    lines = command_lines("Again:", COMMAND, 80)

    text = "\n".join(lines).removeprefix("Again: ")
    assert max(len(line) for line in lines) <= 80
    assert shlex.split(text.replace("\\\n", " ")) == shlex.split(COMMAND)


@pytest.mark.parametrize(
    "command",
    [
        "fiskil-harness run " + " ".join(f"webhook_repeated_{number}" for number in range(12)) + " --seed 3",
        "fiskil-harness webhooks https://receiver.example.test/a/long/path/to/the/webhooks --seed 0 -c 'a  b'",
        "fiskil-harness replay 'it'\"'\"'s a plan.json' --url http://127.0.0.1:8000/ --effects 'GET /' "
        "--uses-events 'consent.*' --uses-events 'banking.*'",
    ],
    ids=["many names", "a long name", "quotes"],
)
@pytest.mark.parametrize("width", [72, 80])
def test_a_command_is_broken_between_words(command: str, width: int) -> None:
    """No word is broken; a line is too long only if a single word is."""
    lines = command_lines("Again:", command, width, indent="  ")

    text = "\n".join(lines).removeprefix("  Again: ")
    assert [line for line in lines if len(line) > max(width, *map(len, shlex.split(command)))] == []
    assert shlex.split(text.replace("\\\n", " ")) == shlex.split(command)


def test_a_short_command_stays_on_its_line() -> None:
    """A command that fits the width is one line."""
    assert command_lines("Again:", "fiskil-harness gate --seed 1", 80) == ["Again: fiskil-harness gate --seed 1"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_finding_fits_its_width(outcome_of: Callable[..., Outcome], width: int) -> None:
    """No line is too long, and no name is broken."""
    finding = Finding(
        probe="applies_once", verdict=Verdict.FAIL, observed="a b " * 60, fix="c d " * 60, evidence=("e " * 70,)
    )
    outcome = outcome_of("webhooks.idempotent", finding)

    lines = finding_lines(outcome, outcome.findings, again="fiskil-harness run x --seed 42", width=width)

    assert max(len(line) for line in lines) <= width
    assert any("webhooks.idempotent" in line for line in lines)


def test_a_hook_is_named_once() -> None:
    """If the observation already names the hook, it is not added."""
    named = Finding(probe="p", verdict=Verdict.INCONCLUSIVE, observed="no app.observe.effects", hook="app.observe.effects")
    unnamed = Finding(probe="p", verdict=Verdict.INCONCLUSIVE, observed="no counts", hook="app.observe.effects")

    assert observation(named) == "p: no app.observe.effects"
    assert observation(unnamed) == "p: no counts (missing: app.observe.effects)"


def test_failures_come_first_and_missing_hooks_are_left_out(outcome_of: Callable[..., Outcome]) -> None:
    """Missing hooks have a separate list."""
    import datetime

    from fiskil_harness.core.config import Settings
    from fiskil_harness.gate.judgement import judge

    outcomes = [
        outcome_of("webhooks.idempotent", ("a_probe", Verdict.INCONCLUSIVE), scenario="a"),
        outcome_of("webhooks.idempotent", ("b_probe", Verdict.FAIL), scenario="b"),
        outcome_of("webhooks.idempotent", ("c_probe", Verdict.INCONCLUSIVE), scenario="c", missing=("app.drive.fail",)),
    ]
    judgement = judge(outcomes, settings=Settings(), seed=1, today=datetime.date(2026, 6, 1))

    assert [outcome.scenario for outcome, _ in findings_to_show(judgement)] == ["b", "a"]
    assert scenario_counts(judgement) == "3 scenarios: 1 fail, 2 inconclusive"


def test_an_app_that_stays_busy_is_one_line() -> None:
    """The line counts the scenarios that began in that state; other notes are not shown."""
    note = f"{STILL_BUSY_SINCE}happy_path, e0 consent.received"
    measured = [Measure(scenario=name, took_s=1, notes=("another note", note)) for name in "ab"]

    assert busy_lines(measured) == (f"T{note[1:]}; 2 later scenarios began in that state.",)
    assert busy_lines([Measure(scenario="happy_path", took_s=1)]) == ()


def test_covered_pairs_are_one_line() -> None:
    """Without generated life plans there is no line."""
    generated = Measure(
        scenario="life_plans_generated", took_s=1, pairs=PairCoverage(covered=2, total=3, missing=("revoke with retry",))
    )

    assert pairs_line(generated) == "life_plans_generated: covered 2 of 3 pairs; --json FILE lists the missing ones"
    assert pairs_line(Measure(scenario="happy_path", took_s=1)) == ""


def test_a_failure_names_its_kind_and_the_source() -> None:
    """A clause is named without its page, so that the line is short; a page is named without its scheme."""
    page = "https://docs.fiskil.com/guides"

    assert kind_text(Kind.POSSIBLE, f"errors.timeout: {page}") == "can happen (errors.timeout)"
    assert kind_text(Kind.PRODUCTION, page) == "happens in production (docs.fiskil.com/guides)"
    assert kind_text(Kind.DEFENCE, "") == "defence in depth"


def test_a_shrunk_plan_is_shown_in_full(outcome_of: Callable[..., Outcome]) -> None:
    """The decisive step may be the last one; the evidence of other probes is cut."""
    steps = tuple(f"step {number}" for number in range(1, 21))

    def shown(probe: str) -> str:
        finding = Finding(probe=probe, verdict=Verdict.FAIL, observed="lost", evidence=steps)
        return "\n".join(finding_lines(outcome_of(finding), (finding,), again="again"))

    assert "step 20" in shown("survives_every_plan")
    assert "step 20" not in shown("applies_once")


def test_a_failed_plan_is_replayed_alone(result: GateResult) -> None:
    """The other plans of the scenario are not run again."""
    plans = ("fiskil-plans/generated_order-0.json", "fiskil-plans/generated_everything-0.json")
    run = msgspec.structs.replace(result.run, plans=plans, replay_with=" --config app.toml")
    whole = msgspec.structs.replace(result, run=run)

    assert again(whole, "everything_generated") == f"fiskil-harness replay {plans[1]} --config app.toml"
    assert again(whole, "delivery_order_generated") == f"fiskil-harness replay {plans[0]} --config app.toml"
    assert "replay" not in again(whole, "happy_path")
    assert "replay" not in again(whole, "deliveries_generated")
