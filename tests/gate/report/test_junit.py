"""The JUnit report: the counts of a dashboard match the decision of the gate."""

from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec.structs import replace

from fiskil_harness.gate.judgement import INCOMPLETE, Comparison, Decision, Difference, GateResult
from fiskil_harness.gate.report import junit
from fiskil_harness.probes import Verdict


@pytest.fixture
def root(result: GateResult) -> ET.Element:
    """Return the parsed document."""
    return ET.fromstring(junit.render(result))  # noqa: S314 - trusted input


def case(root: ET.Element, name: str) -> ET.Element:
    """Return the test case called *name*."""
    return next(element for element in root.iter("testcase") if element.get("name") == name)


def test_every_scenario_and_every_practice_is_a_case(root: ET.Element) -> None:
    """There are suites for scenarios and practices, and one case for the gate."""
    suites = {suite.get("name"): int(suite.get("tests", "")) for suite in root.iter("testsuite")}

    assert suites == {"fiskil-harness.scenarios": 4, "fiskil-harness.practices": 49, "fiskil-harness.gate": 1}


def test_a_failed_scenario_is_a_failure_with_its_finding(root: ET.Element) -> None:
    """The message is the observation, the text is the whole finding; properties list practices and probes."""
    repeated = case(root, "webhook_repeated")

    failure = repeated.find("failure")
    assert failure is not None
    assert repeated.get("classname") == "fiskil-harness.scenarios"
    assert (failure.get("message") or "").startswith("message e1 was applied 2 times")
    assert "again     fiskil-harness run webhook_repeated --seed 42" in (failure.text or "")
    assert [(element.get("name"), element.get("value")) for element in repeated.iter("property")] == [
        ("practice", "webhooks.idempotent"),
        ("probe.applies_once", "FAIL"),
    ]


def test_inconclusive_is_an_error_and_a_missing_hook_is_skipped(result: GateResult, root: ET.Element) -> None:
    """A dashboard shows neither as passed."""
    (cancelled,) = (scenario for scenario in result.result.scenarios if scenario.scenario == "cancelled")
    without_hook = msgspec.structs.replace(cancelled.findings[0], hook="app.drive.start_session")
    changed = (msgspec.structs.replace(cancelled, findings=(without_hook,)),)
    skipped = ET.fromstring(  # noqa: S314 - trusted input
        junit.render(msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, scenarios=changed)))
    )

    assert case(root, "reset_mid_body").find("error") is not None
    assert "missing: app.drive.start_session" in str(case(skipped, "cancelled").find("skipped").attrib)  # type: ignore[union-attr]


def test_a_case_has_at_most_one_outcome(root: ET.Element) -> None:
    """Jenkins and GitLab read the first outcome and differ about others."""
    outcomes = [
        [child.tag for child in element if child.tag in {"failure", "error", "skipped"}] for element in root.iter("testcase")
    ]

    assert max(map(len, outcomes)) == 1


def test_the_suite_has_seed_and_seal(complete: GateResult) -> None:
    """Properties of the suite identify the report."""
    root = ET.fromstring(junit.render(complete))  # noqa: S314 - trusted input

    properties = {element.get("name"): element.get("value") for element in root.findall("./testsuite/properties/property")}
    assert properties["seed"] == "42"
    assert properties["sha256"] == complete.sha256 != ""


def test_a_required_practice_that_is_not_proven_is_an_error(root: ET.Element) -> None:
    """It keeps the gate shut, so it is not green; a practice that is not required is skipped."""
    assert case(root, "edge.network-errors").find("error") is not None
    assert case(root, "webhooks.https").find("skipped") is not None
    skipped = case(root, "webhooks.idempotent").find("skipped")
    assert skipped is not None
    assert str(skipped.get("message")).startswith("violated, see the scenarios: ")


def test_a_violation_is_counted_once(root: ET.Element) -> None:
    """The scenario is the failure; the practice and the gate refer to it."""
    failed = [element.get("name") for element in root.iter("testcase") if element.find("failure") is not None]

    assert failed == ["webhook_repeated"]
    assert root.get("failures") == "1"


def test_every_case_has_a_file(result: GateResult) -> None:
    """It is the file of an own scenario, otherwise the config."""
    run = replace(result.run, paths={"webhook_repeated": "scenarios/ours.py"})
    root = ET.fromstring(junit.render(replace(result, run=run)))  # noqa: S314 - trusted input

    files = {str(element.get("name")): element.get("file") for element in root.iter("testcase")}
    assert files.pop("webhook_repeated") == "scenarios/ours.py"
    assert set(files.values()) == {run.config}


def test_the_totals_are_those_of_the_cases(root: ET.Element) -> None:
    """The attributes of the root match the test cases."""
    counted = {tag: len(root.findall(f".//{tag}")) for tag in ("failure", "error", "skipped")}

    assert (root.get("tests"), root.get("failures")) == ("54", str(counted["failure"]))
    assert (root.get("errors"), root.get("skipped")) == (str(counted["error"]), str(counted["skipped"]))
    assert root.get("time") == "1.250"


def test_characters_that_xml_does_not_allow_are_replaced(result: GateResult) -> None:
    """Control characters in text of the app become escapes, so the document is valid."""
    outcome = result.result.scenarios[-1]
    finding = msgspec.structs.replace(outcome.findings[0], observed="a\x00b\x1b[31mc\ud800 <&> d")
    judgement = msgspec.structs.replace(result.result, scenarios=(msgspec.structs.replace(outcome, findings=(finding,)),))

    text = junit.render(msgspec.structs.replace(result, result=judgement))

    assert r"a\u0000b\u001b[31mc\ud800" in text
    assert ET.fromstring(text).get("tests") == "51"  # noqa: S314 - trusted input


def gate_of(whole: GateResult) -> tuple[str, str]:
    """Return the tag and message of the gate's case; two empty texts if it is green."""
    root = ET.fromstring(junit.render(whole))  # noqa: S314 - trusted input
    (gate,) = root.findall("./testsuite[@name='fiskil-harness.gate']/testcase")
    return next(((child.tag, child.get("message") or "") for child in gate), ("", ""))


def green(result: GateResult, **changes: Any) -> GateResult:
    """Return an open gate with *changes* of its judgement."""
    fields = {"decision": Decision.OPEN, "statuses": (), "scenarios": (), "required": 3, "required_met": 3, **changes}
    return replace(result, result=replace(result.result, **fields))


def test_an_open_gate_is_green(result: GateResult) -> None:
    """The case of the gate has neither a failure nor an error."""
    assert gate_of(green(result)) == ("", "")


def test_a_shut_gate_is_red_for_any_reason(result: GateResult) -> None:
    """No scenario and no practice shows a missing shard, an unnecessary waiver or an interruption."""
    remark = f"Shard 2 of 3 is missing, {INCOMPLETE}"
    shards = green(result, decision=Decision.SHUT, remarks=(remark,))
    waiver = green(result, decision=Decision.SHUT, config_errors=("an unnecessary waiver",))
    shut = green(result, decision=Decision.SHUT)

    assert gate_of(result) == (
        "skipped",
        "shut, because of failures in other suites: 1 of 3 required practices are met",
    )
    assert gate_of(shards) == ("error", f"{remark}; 3 of 3 required practices are met")
    assert gate_of(waiver) == ("error", "an unnecessary waiver; 3 of 3 required practices are met")
    interrupted = replace(shut, run=replace(shut.run, was_interrupted=True))
    broken = replace(shut, run=replace(shut.run, internal_errors=2))
    assert gate_of(interrupted)[1].startswith("the run was interrupted; ")
    assert gate_of(broken)[1].startswith("internal errors of fiskil-harness: 2; ")


def test_with_a_baseline_the_gate_is_red_only_if_something_is_worse(result: GateResult) -> None:
    """A missing shard makes it red as well."""
    worse = Difference(subject="x", before="PASS", now="FAIL", weight=Verdict.FAIL)
    remark = f"Shard 2 of 3 is missing, {INCOMPLETE}"
    missing = replace(result, result=replace(result.result, remarks=(remark,)))

    assert gate_of(replace(result, comparison=Comparison(baseline="old.json"))) == ("", "")
    assert gate_of(replace(result, comparison=Comparison(baseline="old.json", worse=(worse,)))) == (
        "skipped",
        "shut, because of failures in other suites: worse than in old.json: 1",
    )
    assert gate_of(replace(missing, comparison=Comparison(baseline="old.json")))[0] == "error"


def counted(whole: GateResult) -> dict[str, tuple[int, int]]:
    """Return the number of failures and errors of each suite, which must equal the number of elements."""
    root = ET.fromstring(junit.render(whole))  # noqa: S314 - trusted input
    numbers = {}
    for suite in (root, *root):
        elements = tuple(len(suite.findall(f".//{tag}")) for tag in ("failure", "error"))
        assert (suite.get("failures"), suite.get("errors")) == tuple(map(str, elements))
        numbers[suite.get("name", "").removeprefix("fiskil-harness.")] = elements
    return numbers


def test_what_the_baseline_knows_is_no_failure(result: GateResult) -> None:
    """If nothing is worse, the exit code is 0, and no case is a failure or an error."""
    known = replace(result, comparison=Comparison(baseline="old.json"))

    assert set(counted(known).values()) == {(0, 0)}
    assert "FAIL, not worse than in old.json: message e1 was applied 2 times" in junit.render(known)
    assert counted(result)["scenarios"] == (1, 1)


def test_a_new_violation_is_counted_once(result: GateResult) -> None:
    """The practice, and its probe in the scenario, are worse; the scenario is the failure."""
    worse = (
        Difference(subject="webhooks.idempotent", before="proven", now="violated: x", weight=Verdict.FAIL),
        Difference(subject="applies_once in webhook_repeated", before="PASS", now="FAIL", weight=Verdict.FAIL),
    )

    numbers = counted(replace(result, comparison=Comparison(baseline="old.json", worse=worse)))

    assert numbers == {
        "fiskil-harness": (1, 0),
        "scenarios": (1, 0),
        "practices": (0, 0),
        "gate": (0, 0),
        "baseline": (0, 0),
    }


def test_a_violation_that_no_scenario_shows_is_a_failure_of_the_baseline(result: GateResult) -> None:
    """For example if a waiver has expired, or a practice is no longer proven."""
    worse = (
        Difference(subject="webhooks.idempotent", before="violated, waived", now="violated: x", weight=Verdict.FAIL),
        Difference(subject="webhooks.retries", before="proven", now="not proven: x", weight=Verdict.INCONCLUSIVE),
    )

    numbers = counted(replace(result, comparison=Comparison(baseline="old.json", worse=worse)))

    assert (numbers["fiskil-harness"], numbers["baseline"]) == ((1, 1), (1, 1))


def test_without_a_decision_there_is_no_case_for_the_gate(result: GateResult) -> None:
    """A run of some scenarios makes no decision."""
    undecided = replace(result, result=replace(result.result, decision=Decision.NOT_REQUESTED))

    assert "fiskil-harness.gate" not in junit.render(undecided)
