"""The JUnit report: what a dashboard counts is what the gate decided."""

from xml.etree import ElementTree as ET

import msgspec
import pytest

from harness.gate import GateResult
from harness.report import junit


@pytest.fixture
def root(result: GateResult) -> ET.Element:
    """The parsed document."""
    return ET.fromstring(junit.render(result))  # noqa: S314 - our own words


def case(root: ET.Element, name: str) -> ET.Element:
    """The test case called *name*."""
    return next(one for one in root.iter("testcase") if one.get("name") == name)


def test_every_finding_and_every_practice_is_a_case(root: ET.Element) -> None:
    """Two suites: findings by scenario, practices by section."""
    suites = {suite.get("name"): int(suite.get("tests", "")) for suite in root.iter("testsuite")}

    assert suites == {"fiskil-harness.scenarios": 4, "fiskil-harness.practices": 49}


def test_a_failed_probe_is_a_failure_with_its_finding(root: ET.Element) -> None:
    """Class name is the scenario, the message what was seen, the text the whole finding."""
    found = case(root, "applies_once")

    failure = found.find("failure")
    assert failure is not None
    assert found.get("classname") == "webhook_repeated"
    assert (failure.get("message") or "").startswith("message e1 was applied 2 times")
    assert "again     fiskil-harness run webhook_repeated --seed 42" in (failure.text or "")
    assert [one.get("value") for one in found.iter("property")] == ["webhooks.idempotent"]


def test_doubt_is_an_error_and_a_missing_hook_is_skipped(root: ET.Element) -> None:
    """No dashboard shows either as passed."""
    assert case(root, "every_fault_bit").find("error") is not None
    assert "lacks app.drive.start_session" in str(case(root, "shows_no_server_error").find("skipped").attrib)  # type: ignore[union-attr]


def test_a_required_practice_that_is_not_proven_is_an_error(root: ET.Element) -> None:
    """Required and not proven keeps the gate shut, so it cannot be green; not required is skipped."""
    assert case(root, "edge.network-errors").find("error") is not None
    assert case(root, "webhooks.https").find("skipped") is not None
    assert case(root, "webhooks.idempotent").find("failure") is not None


def test_the_totals_are_those_of_the_cases(root: ET.Element) -> None:
    """Dashboards read the attributes of the root."""
    counted = {tag: len(root.findall(f".//{tag}")) for tag in ("failure", "error", "skipped")}

    assert (root.get("tests"), root.get("failures")) == ("53", str(counted["failure"]))
    assert (root.get("errors"), root.get("skipped")) == (str(counted["error"]), str(counted["skipped"]))
    assert root.get("time") == "1.250"


def test_what_xml_cannot_hold_is_replaced(result: GateResult) -> None:
    """Control characters from an app's answer leave the document readable."""
    outcome = result.result.scenarios[-1]
    finding = msgspec.structs.replace(outcome.findings[0], seen="a\x00b\x1b[31mc\ud800 <&> d")
    judgement = msgspec.structs.replace(result.result, scenarios=(msgspec.structs.replace(outcome, findings=(finding,)),))

    text = junit.render(msgspec.structs.replace(result, result=judgement))

    assert "a\ufffdb\ufffd[31mc\ufffd" in text
    assert ET.fromstring(text).get("tests") == "50"  # noqa: S314 - our own words
