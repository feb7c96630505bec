"""The JUnit report: what a dashboard counts is what the gate decided."""

from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec.structs import replace

from fiskil_harness.gate.judgement import NOT_THE_WHOLE, Comparison, Decision, Difference, GateResult
from fiskil_harness.gate.report import junit
from fiskil_harness.probes import Verdict


@pytest.fixture
def root(result: GateResult) -> ET.Element:
    """The parsed document."""
    return ET.fromstring(junit.render(result))  # noqa: S314 - our own words


def case(root: ET.Element, name: str) -> ET.Element:
    """The test case called *name*."""
    return next(element for element in root.iter("testcase") if element.get("name") == name)


def test_every_scenario_and_every_practice_is_a_case(root: ET.Element) -> None:
    """Two suites: scenarios by name, practices by section; and the gate as one case."""
    suites = {suite.get("name"): int(suite.get("tests", "")) for suite in root.iter("testsuite")}

    assert suites == {"fiskil-harness.scenarios": 4, "fiskil-harness.practices": 49, "fiskil-harness.gate": 1}


def test_a_failed_scenario_is_a_failure_with_its_finding(root: ET.Element) -> None:
    """The message is what was seen, the text the whole finding; properties name practices and probes."""
    found = case(root, "webhook_repeated")

    failure = found.find("failure")
    assert failure is not None
    assert found.get("classname") == "fiskil-harness.scenarios"
    assert (failure.get("message") or "").startswith("message e1 was applied 2 times")
    assert "again     fiskil-harness run webhook_repeated --seed 42" in (failure.text or "")
    assert [(element.get("name"), element.get("value")) for element in found.iter("property")] == [
        ("practice", "webhooks.idempotent"),
        ("probe.applies_once", "FAIL"),
    ]


def test_doubt_is_an_error_and_a_missing_hook_is_skipped(result: GateResult, root: ET.Element) -> None:
    """No dashboard shows either as passed."""
    (cancelled,) = (scenario for scenario in result.result.scenarios if scenario.scenario == "cancelled")
    lacking = msgspec.structs.replace(cancelled.findings[0], hook="app.drive.start_session")
    changed = (msgspec.structs.replace(cancelled, findings=(lacking,)),)
    skipped = ET.fromstring(  # noqa: S314 - our own words
        junit.render(msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, scenarios=changed)))
    )

    assert case(root, "reset_mid_body").find("error") is not None
    assert "lacks app.drive.start_session" in str(case(skipped, "cancelled").find("skipped").attrib)  # type: ignore[union-attr]


def test_a_case_has_at_most_one_outcome(root: ET.Element) -> None:
    """Jenkins and GitLab read the first and are at odds about others."""
    outcomes = [
        [each.tag for each in element if each.tag in {"failure", "error", "skipped"}] for element in root.iter("testcase")
    ]

    assert max(map(len, outcomes)) == 1


def test_the_run_is_named_by_seed_and_seal(shown: GateResult) -> None:
    """Properties of the suite lead from a dashboard to the report."""
    root = ET.fromstring(junit.render(shown))  # noqa: S314 - our own words

    named = {element.get("name"): element.get("value") for element in root.findall("./testsuite/properties/property")}
    assert named["seed"] == "42"
    assert named["seal"] == shown.digests.seal != ""


def test_a_required_practice_that_is_not_proven_is_an_error(root: ET.Element) -> None:
    """Required and not proven keeps the gate shut, so it cannot be green; not required is skipped."""
    assert case(root, "edge.network-errors").find("error") is not None
    assert case(root, "webhooks.https").find("skipped") is not None
    assert case(root, "webhooks.idempotent").find("failure") is not None


def test_the_totals_are_those_of_the_cases(root: ET.Element) -> None:
    """Dashboards read the attributes of the root."""
    counted = {tag: len(root.findall(f".//{tag}")) for tag in ("failure", "error", "skipped")}

    assert (root.get("tests"), root.get("failures")) == ("54", str(counted["failure"]))
    assert (root.get("errors"), root.get("skipped")) == (str(counted["error"]), str(counted["skipped"]))
    assert root.get("time") == "1.250"


def test_what_xml_cannot_hold_is_replaced(result: GateResult) -> None:
    """Control characters from an app's answer leave the document readable."""
    outcome = result.result.scenarios[-1]
    finding = msgspec.structs.replace(outcome.findings[0], observed="a\x00b\x1b[31mc\ud800 <&> d")
    judgement = msgspec.structs.replace(result.result, scenarios=(msgspec.structs.replace(outcome, findings=(finding,)),))

    text = junit.render(msgspec.structs.replace(result, result=judgement))

    assert "a\ufffdb\ufffd[31mc\ufffd" in text
    assert ET.fromstring(text).get("tests") == "51"  # noqa: S314 - our own words


def gate_of(whole: GateResult) -> tuple[str, str]:
    """How the case of the gate ends, and in which words."""
    (found,) = ET.fromstring(junit.render(whole)).findall("./testsuite[@name='fiskil-harness.gate']/testcase")  # noqa: S314 - our own words
    return next(((each.tag, each.get("message") or "") for each in found), ("", ""))


def green(result: GateResult, **changes: Any) -> GateResult:
    """A gate that is open, but for *changes* of its judgement."""
    told = {"decision": Decision.OPEN, "standings": (), "scenarios": (), "required": 3, "required_met": 3, **changes}
    return replace(result, result=replace(result.result, **told))


def test_an_open_gate_is_green(result: GateResult) -> None:
    """Nothing else shows in its case."""
    assert gate_of(green(result)) == ("", "")


def test_a_shut_gate_is_red_whatever_shuts_it(result: GateResult) -> None:
    """A missing part, a waiver for nothing and an interruption are in no scenario and no practice."""
    problem = f"Part 2 of 3 is missing, {NOT_THE_WHOLE}"
    parts = green(result, decision=Decision.SHUT, remarks=(problem,))
    waiver = green(result, decision=Decision.SHUT, complaints=("a waiver for nothing",))
    cut = green(result, decision=Decision.SHUT)

    assert gate_of(result) == ("failure", "1 of 3 required practices are met")
    assert gate_of(parts) == ("error", f"{problem}; 3 of 3 required practices are met")
    assert gate_of(waiver) == ("error", "a waiver for nothing; 3 of 3 required practices are met")
    assert gate_of(replace(cut, run=replace(cut.run, was_interrupted=True)))[1].startswith("the run was interrupted; ")
    assert gate_of(replace(cut, run=replace(cut.run, faults=2)))[1].startswith("faults of fiskil-harness: 2; ")


def test_with_a_baseline_the_gate_is_red_only_where_something_is_worse(result: GateResult) -> None:
    """What the baseline had already is told by the practices; a missing part is never as good."""
    worse = Difference(what="x", before="PASS", now="FAIL", weight=Verdict.FAIL)
    problem = f"Part 2 of 3 is missing, {NOT_THE_WHOLE}"
    missing = replace(result, result=replace(result.result, remarks=(problem,)))

    assert gate_of(replace(result, comparison=Comparison(baseline="old.json"))) == ("", "")
    assert gate_of(replace(result, comparison=Comparison(baseline="old.json", worse=(worse,)))) == (
        "failure",
        "worse than in old.json: 1",
    )
    assert gate_of(replace(missing, comparison=Comparison(baseline="old.json")))[0] == "error"


def test_where_no_gate_was_asked_no_case_tells_of_one(result: GateResult) -> None:
    """Some scenarios are judged one by one."""
    some = replace(result, result=replace(result.result, decision=Decision.NOT_REQUESTED))

    assert "fiskil-harness.gate" not in junit.render(some)
