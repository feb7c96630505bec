"""Diagrams and timelines of a story, and the evidence for each practice."""

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import msgspec

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import evidence
from fiskil_harness.gate.report.story_diagram import diagram, is_wrong
from fiskil_harness.gate.report.timeline import distribution, timeline
from fiskil_harness.probes.evidence import Story
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices
from tests.gate.report.sample_story import picture, story


def texts(svg: str) -> list[str]:
    """Return the texts of an SVG drawing, which must be well-formed."""
    root = ET.fromstring(svg)  # noqa: S314 - trusted input
    return ["".join(element.itertext()) for element in root.iter("text")]


def many(count: int) -> Story:
    """Return a story with *count* equal calls."""
    call = msgspec.structs.replace(story("some").entries[2], repeats=0)
    calls = tuple(msgspec.structs.replace(call, number=number, at_s=float(number)) for number in range(1, count + 1))
    return msgspec.structs.replace(story("some"), entries=calls, left_out=0)


def test_a_sequence_shows_steps_calls_faults_and_retries() -> None:
    """Each has its own row; entries that are left out are counted."""
    rows = texts(diagram(story("some"), most=60))

    assert rows[:4] == ["end user", "app", "Fiskil API", "webhooks"]
    assert "step 3: sync transactions" in rows
    assert "2 GET /v1/banking/transactions no response" in rows
    assert "fault: ResetPeer(after_bytes=20)" in rows
    assert "retry of 2" in rows
    assert "7 more are not drawn" in rows


def test_consecutive_equal_calls_are_drawn_once() -> None:
    """Fifty equal calls are one arrow with their number."""
    assert "50 x GET /v1/banking/transactions 200 OK" in texts(diagram(many(50), most=60))


def test_a_timeline_has_a_row_for_each_route() -> None:
    """The row shows the number of attempts, failures and retries; an axis shows the time."""
    svg = timeline(story("some"), most=60)

    assert "GET banking.transactions 2, 1 failed, 1 retried" in texts(svg)
    assert "webhook 1, 1 failed" in texts(svg)
    assert texts(svg)[-1] == "2.3 s"
    assert svg.count('class="wrong"') == 2
    assert svg.count('class="tie"') == 1


def test_many_routes_share_the_last_row() -> None:
    """The chart has a limited height, however many routes there are."""
    calls = tuple(msgspec.structs.replace(call, route=f"GET route{call.number}") for call in many(40).entries)

    svg = timeline(msgspec.structs.replace(many(40), entries=calls), most=60)

    assert any("more routes" in text for text in texts(svg))
    assert float(re.findall(r'viewBox="0 0 \d+ (\d+)"', svg)[0]) < 400


def test_without_timed_entries_there_is_no_chart() -> None:
    """An empty chart would be misleading."""
    assert timeline(msgspec.structs.replace(story("some"), entries=()), most=60) == ""
    assert distribution((0,) * 13) == ""


def test_a_refused_delivery_is_not_a_failure() -> None:
    """A refused call counts as failed; a receiver may be right to refuse a delivery."""
    call, delivery = story("some").entries[2:]

    assert is_wrong(msgspec.structs.replace(call, outcome="refused"))
    assert not is_wrong(msgspec.structs.replace(delivery, outcome="refused"))


def test_each_practice_has_its_decisive_findings(result: GateResult) -> None:
    """A violated practice shows its failures, and one that is not proven the missing hooks."""
    rows = {row.status.practice: row for row in evidence.rows(result)}

    violated = rows["webhooks.idempotent"]
    assert len(rows) == 49
    assert [(scenario, finding.probe) for scenario, finding in violated.findings] == [("webhook_repeated", "applies_once")]
    assert [hook for hook, _ in rows["errors.graceful"].helps] == ["app.drive.start_session"]


def test_practices_about_pages_have_pictures(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """There is one picture of each page from the scenarios of the practice; other practices have none."""
    paged = next(
        practice for practice in all_practices().values() if "app.observe.pages" in practice.hooks and practice.probes
    )
    outcomes = (outcome_of(paged.id, scenario="looked"), outcome_of("webhooks.idempotent", scenario="sent"))
    pictures = (picture("looked", "connections"), picture("sent", "connections"), picture("looked", "home"))
    judgement = msgspec.structs.replace(result.result, scenarios=outcomes)
    whole = msgspec.structs.replace(result, result=judgement, pictures=pictures)

    rows = {row.status.practice: row for row in evidence.rows(whole)}

    assert [shot.look.page for shot in rows[paged.id].shots] == ["connections", "home"]
    assert rows["webhooks.idempotent"].shots == ()
