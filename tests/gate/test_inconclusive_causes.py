"""INCONCLUSIVE findings are grouped by cause, each group with its count and its remedy."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import Probe
from fiskil_harness.core.config import parse
from fiskil_harness.gate.inconclusive_causes import Cause, cause_groups, causes
from fiskil_harness.gate.judgement import PURPOSES
from fiskil_harness.probes import PROBES, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from tests.paths import ROOT

PACKAGE = ROOT / "harness" / "fiskil_harness"
TEMPLATE = (PACKAGE / "cli" / "template" / "fiskil-harness.toml").read_text(encoding="utf-8")
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
WITH_LINE = [cause for cause in causes().values() if cause.line]
COMPLETIONS = {
    "app.observe.reducer": '''reducer.becomes = { "consent.received" = "active" }\neffects = "GET /effects"''',
}
"""Other lines of the config that a cause's line needs, by cause."""


def unclear(observed: str, *, probe: str = "holds_every_row", hook: str = "") -> Finding:
    """Return an INCONCLUSIVE finding."""
    return Finding(probe=probe, verdict=Verdict.INCONCLUSIVE, observed=observed, hook=hook)


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Return the number of questions by cause."""
    return {group.cause: len(group.questions) for group in cause_groups(outcomes)}


def test_a_missing_hook_is_one_group_with_the_line_that_cures_it(outcome_of: Callable[..., Outcome]) -> None:
    """Two scenarios lack the effects hook: one block with the count, the line, and what was observed once."""
    hook = unclear("the effects hook reports no state", hook="app.observe.effects")
    outcomes = [outcome_of("data.upsert", hook, scenario=name) for name in ("first", "second")]

    (group,) = cause_groups(outcomes)

    assert [(question.scenario, question.probe) for question in group.questions] == [
        ("first", "holds_every_row"),
        ("second", "holds_every_row"),
    ]
    assert (group.table, group.line) == (
        "[app.observe]",
        'effects = "GET /_harness/effects?end_user_id={end_user_id}"',
    )
    assert (group.reasons, group.practices) == (("the effects hook reports no state",), ("data.upsert",))


def test_a_step_that_was_not_done_explains_its_scenario(outcome_of: Callable[..., Outcome]) -> None:
    """The other findings of the scenario belong to the same cause, those of other scenarios do not."""
    obstacle = unclear("app.drive.refresh responded 500", probe="every_step_done")
    rows = unclear("the app's state shows none of 93 transactions")
    outcomes = [
        outcome_of("data.upsert", obstacle, rows, scenario="first"),
        outcome_of("data.upsert", rows, scenario="second"),
    ]

    assert counts(outcomes) == {"step-not-done": 2, "no-rows": 1}
    assert cause_groups(outcomes)[0].reasons[0] == "app.drive.refresh responded 500"


def test_a_fault_without_api_calls_names_the_missing_address(outcome_of: Callable[..., Outcome]) -> None:
    """A scenario whose fault could not act for want of {api_url} counts for that line of the config."""
    fault = unclear("ResetPeer() bit 0 of 1 times", probe="every_fault_bit", hook="{api_url} in [app.env]")

    groups = cause_groups([outcome_of("data.upsert", fault, unclear("no fault affected a call"))])

    assert [(group.cause, len(group.questions), group.line) for group in groups] == [
        ("{api_url} in [app.env]", 2, 'FISKIL_BASE_URL = "{api_url}"')
    ]


@pytest.mark.parametrize(
    ("observed", "probe", "cause"),
    [
        ("the app was still busy when the scenario ended", "bounds_its_walks", "busy"),
        ("balances was read after the limit, but the machine was paused meanwhile", "reads_after_event", "paused"),
        ("no genuine message was acknowledged, and no response shows why", "acknowledges_genuine", "refused"),
        ("no genuine delivery had a visible effect, so a forged one cannot show one", "refuses_forgeries", "no-effect"),
        ("the probe itself failed with KeyError", "applies_once", "internal-error"),
        ("the page may show more", "shows_syncing", "pages-unclear"),
        (
            "the page 'connect' could not be read: no button or link on the page 'connect' opens an auth session",
            "explains_access",
            "consent-page-not-reached",
        ),
        ("the scenario did not run to its end", "every_scenario_run", "not-run"),
        ("something new", "a_probe_of_another_version", "other"),
    ],
)
def test_the_text_or_the_probe_gives_the_cause(
    observed: str, probe: str, cause: str, outcome_of: Callable[..., Outcome]
) -> None:
    """A finding without a missing hook has the cause of its text, else that of its kind of probe."""
    assert counts([outcome_of("data.upsert", unclear(observed, probe=probe))]) == {cause: 1}


def test_a_receiver_that_refuses_everything_needs_no_effects_hook(outcome_of: Callable[..., Outcome]) -> None:
    """The cause is the secret or the scheme; if a message was acknowledged, the hook is missing."""
    refusal = "every genuine message was refused: 401; check secret and scheme"
    refused = Finding(probe="acknowledges_genuine", verdict=Verdict.FAIL, observed=refusal)
    hook = unclear("the config gives no app.observe.effects", hook="app.observe.effects")
    outcomes = [outcome_of("data.upsert", refused), outcome_of("data.upsert", hook, unclear("x", hook="app.command"))]
    acknowledged = msgspec.structs.replace(outcome_of("data.upsert"), coverage=("event consent.received",))

    assert counts(outcomes) == {"app.command": 1, "refused": 1}
    assert [group.reasons for group in cause_groups(outcomes) if group.cause == "refused"] == [(refusal,)]
    assert counts([*outcomes, acknowledged]) == {"app.command": 1, "app.observe.effects": 1}


def test_other_verdicts_and_empty_runs_have_no_groups(outcome_of: Callable[..., Outcome]) -> None:
    """A PASS or FAIL has no cause."""
    assert cause_groups([]) == ()
    assert cause_groups([outcome_of("data.upsert", ("holds_every_row", Verdict.FAIL))]) == ()


def test_the_largest_group_comes_first(outcome_of: Callable[..., Outcome]) -> None:
    """Groups are ordered by their count, then by their name."""
    several = [
        unclear("one", hook="app.drive.revoke"),
        unclear("two", hook="app.drive.revoke"),
        unclear("x", hook="app.tls"),
    ]

    assert list(counts([outcome_of("data.upsert", *several)])) == ["app.drive.revoke", "app.tls"]


def test_every_hook_has_a_cause() -> None:
    """Whatever a report can name as missing is in the table."""
    assert set(PURPOSES) - set(causes()) == set()


def test_a_probe_of_a_plugin_has_the_cause_other(
    outcome_of: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plugin may be a module at the top, without a package."""
    kind = type("OfTeam", (Probe,), {"__module__": "my_probes"}, frozen=True, tag="of_team")
    monkeypatch.setitem(PROBES, "of_team", kind)

    assert counts([outcome_of("data.upsert", unclear("something new", probe="of_team"))]) == {"other": 1}


def test_every_probe_has_a_cause(outcome_of: Callable[..., Outcome]) -> None:
    """A finding of any probe has a remedy, also if no text of the table is in it."""
    findings = [unclear("something new", probe=name) for name in PROBES]

    assert "other" not in counts([outcome_of("data.upsert", *findings)])


def test_every_text_of_the_table_is_used() -> None:
    """A text that no source contains would never match."""
    assert [text for cause in causes().values() for text in (*cause.texts, *cause.probes) if text not in SOURCES] == []


@pytest.mark.parametrize("cause", WITH_LINE, ids=[cause.id for cause in WITH_LINE])
def test_every_line_is_valid_in_its_table(cause: Cause) -> None:
    """The line can be pasted below its table, and the template of `init` shows the same line, or its key."""
    app = {"[app]": ""}.get(cause.table, 'command = "serve --port {port}"\n')
    text = f"[app]\n{app}{'' if cause.table == '[app]' else cause.table}\n{cause.line}\n{COMPLETIONS.get(cause.id, '')}"

    assert parse(tomllib.loads(text), folder=Path())
    assert cause.line in TEMPLATE or f"{cause.line.partition('=')[0]}=" in TEMPLATE
