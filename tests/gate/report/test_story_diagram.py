"""Diagrams and timelines of a story, and what stands beside a practice as evidence."""

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
    """What can be read in a drawing; it is well-formed."""
    root = ET.fromstring(svg)  # noqa: S314 - our own words
    return ["".join(element.itertext()) for element in root.iter("text")]


def many(count: int) -> Story:
    """A story in which one call is made so many times."""
    one = msgspec.structs.replace(story("some").happenings[2], repeats=0)
    calls = tuple(msgspec.structs.replace(one, number=number, at_s=float(number)) for number in range(1, count + 1))
    return msgspec.structs.replace(story("some"), happenings=calls, left_out=0)


def test_a_sequence_tells_steps_calls_faults_and_repetitions() -> None:
    """In rows of their own; what was left out is counted."""
    told = texts(diagram(story("some"), most=60))

    assert told[:4] == ["end user", "app", "Fiskil API", "webhooks"]
    assert "step 3: sync transactions" in told
    assert "2 GET /v1/banking/transactions no answer" in told
    assert "bitten by ResetPeer(after_bytes=20)" in told
    assert "again, after 2" in told
    assert "7 more are not drawn" in told


def test_equal_calls_that_follow_each_other_are_drawn_once() -> None:
    """A walk through fifty pages is one arrow."""
    assert "50 x GET /v1/banking/transactions 200 OK" in texts(diagram(many(50), most=60))


def test_a_timeline_has_a_row_for_each_route() -> None:
    """With how many attempts it had, how many went wrong, and how many made one again; an axis says how long."""
    svg = timeline(story("some"), most=60)

    assert "GET banking.transactions 2, 1 wrong, 1 again" in texts(svg)
    assert "webhook 1, 1 wrong" in texts(svg)
    assert texts(svg)[-1] == "2.3 s"
    assert svg.count('class="wrong"') == 2
    assert svg.count('class="tie"') == 1


def test_many_routes_share_the_last_row() -> None:
    """However many there are, the plot keeps its height."""
    calls = tuple(
        msgspec.structs.replace(happening, route=f"GET route{happening.number}") for happening in many(40).happenings
    )

    svg = timeline(msgspec.structs.replace(many(40), happenings=calls), most=60)

    assert any("more routes" in text for text in texts(svg))
    assert float(re.findall(r'viewBox="0 0 \d+ (\d+)"', svg)[0]) < 400


def test_where_nothing_took_time_there_is_no_plot() -> None:
    """An empty frame would say something."""
    assert timeline(msgspec.structs.replace(story("some"), happenings=()), most=60) == ""
    assert distribution((0,) * 13) == ""


def test_a_receiver_that_refuses_may_be_right() -> None:
    """A refused call is a call that went wrong; a refused forgery is none."""
    call, delivery = story("some").happenings[2:]

    assert is_wrong(msgspec.structs.replace(call, outcome="refused"))
    assert not is_wrong(msgspec.structs.replace(delivery, outcome="refused"))


def test_a_failed_practice_shows_its_failures_and_a_proven_one_who_proved_it(result: GateResult) -> None:
    """Each row of the 49 has what it needs to be believed."""
    rows = {row.status.practice: row for row in evidence.rows(result)}

    violated = rows["webhooks.idempotent"]
    assert len(rows) == 49
    assert [(scenario, finding.probe) for scenario, finding in violated.findings] == [("webhook_repeated", "applies_once")]
    assert [hook for hook, _ in rows["errors.graceful"].helps] == ["app.drive.start_session"]


def test_pictures_stand_beside_practices_that_look_at_pages(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """One of each page, of the scenarios that bear on the practice; other practices have none."""
    paged = next(
        all_practice
        for all_practice in all_practices().values()
        if "app.observe.pages" in all_practice.hooks and all_practice.probes
    )
    outcomes = (outcome_of(paged.id, scenario="looked"), outcome_of("webhooks.idempotent", scenario="sent"))
    some = (picture("looked", "connections"), picture("sent", "connections"), picture("looked", "home"))
    whole = msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, scenarios=outcomes), pictures=some)

    rows = {row.status.practice: row for row in evidence.rows(whole)}

    assert [shot.look.page for shot in rows[paged.id].shots] == ["connections", "home"]
    assert rows["webhooks.idempotent"].shots == ()
