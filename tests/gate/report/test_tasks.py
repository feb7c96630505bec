"""Failures as tasks: what shows each, the rule, the remedy, the command that runs it again, and when it is done."""

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from fiskil_harness.core.printable import printable
from fiskil_harness.gate.judgement import AppIdentity, GateResult
from fiskil_harness.gate.report.tasks import render, tasks
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome


def in_language(whole: GateResult, language: str) -> GateResult:
    """Return the report of an app in *language*."""
    return replace(whole, run=replace(whole.run, app=AppIdentity(language=language)))


def test_a_failure_is_one_task(with_bug: GateResult) -> None:
    """The task has the deliveries of the excerpt, the rule with its page, and the command."""
    (task,) = json.loads(render(in_language(with_bug, "Python")))

    assert (task["id"], task["scenario"], task["bugs"]) == ("applies_once", "webhook_repeated", ["bug-26"])
    assert task["shown_by"] == ["e1 attempt 1 (consent.received): 204", "the app is killed", "e1 applied 2 times"]
    assert task["requests"][0] == {"text": "e1 attempt 1", "command": "curl '<1>'"}
    assert task["rule"]["expected"] == "exactly one effect per message_id"
    assert task["rule"]["practices"] == ["webhooks.idempotent"]
    assert task["rule"]["sources"][0].startswith("webhooks.message-id: https://")
    assert task["again"] == "fiskil-harness run webhook_repeated --seed 42"
    assert task["done_when"] == (
        "`fiskil-harness run webhook_repeated --seed 42` no longer reports applies_once as FAIL, and its exit code is not 1."
    )


@pytest.mark.parametrize(
    ("language", "languages"),
    [("Python", ["Python"]), ("JavaScript", ["JavaScript"]), ("", ["Python", "JavaScript"])],
)
def test_the_remedy_is_in_the_language_of_the_app(result: GateResult, language: str, languages: list[str]) -> None:
    """Both languages are shown if the app's is unknown."""
    (task,) = tasks(in_language(result, language))

    assert task.remedy.fix == "claim message_id and apply its effect in one database transaction"
    assert list(task.remedy.code) == languages
    assert "message_id" in task.remedy.code[languages[0]]


def test_a_failure_without_deliveries_has_its_evidence(result: GateResult) -> None:
    """A failure of the API client has no deliveries to repeat."""
    (task,) = tasks(result)

    assert task.shown_by == ("e1 attempt 1 genuine: 204", "e1 attempt 2 genuine: 204")
    assert task.requests == ()


def test_failures_with_one_cause_are_one_task(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """The other scenarios are listed."""
    finding = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="twice", fix="claim it once")
    outcomes = tuple(outcome_of("webhooks.idempotent", finding, scenario=name) for name in ("first", "second"))

    (task,) = tasks(replace(result, result=replace(result.result, scenarios=outcomes)))

    assert (task.scenario, task.also_in) == ("first", ("second",))


def test_the_array_is_valid_on_a_screen(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """The screen escapes invisible characters, but its escape of a tag is no escape in JSON."""
    observed = "a name with \U000e0041, \u202e and \x9b"
    outcome = outcome_of("webhooks.idempotent", Finding(probe="applies_once", verdict=Verdict.FAIL, observed=observed))
    whole = replace(result, result=replace(result.result, scenarios=(outcome,)))

    (task,) = json.loads(printable(render(whole)))

    assert task["observed"] == observed


def test_a_report_without_failures_has_no_task(result: GateResult) -> None:
    """The array is empty."""
    assert render(replace(result, result=replace(result.result, scenarios=()))) == "[]\n"
