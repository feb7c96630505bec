"""Exhibits: of what failed, the deliveries that matter, how to send them again, and what they changed."""

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.journal import PlanRun
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.evidence import Excerpt, excerpts
from fiskil_harness.probes.evidence.excerpts import MOST_BYTES, MOST_DELIVERIES, MOST_OF_CASES, TOO_LONG
from tests.probes.courier import Courier

URL = "http://127.0.0.1:8000/hook"


def shown(courier: Courier, *findings: Finding) -> list[Excerpt]:
    """What there is to show of those findings."""
    return list(excerpts("some_scenario", findings, courier.journal, url=URL))


def failing(seen: str, *cases: Case, evidence: tuple[str, ...] = ()) -> Finding:
    """A finding that failed."""
    return Finding(probe="applies_once", verdict=Verdict.FAIL, observed=seen, evidence=evidence, cases=cases)


def beats(exhibit: Excerpt) -> list[tuple[str, str, str]]:
    """What stands in the picture: what, text, answer."""
    return [(beat.what, beat.text, beat.response) for beat in exhibit.beats]


def test_only_the_deliveries_that_the_finding_names_are_shown() -> None:
    """Of three messages the one that was applied twice, with what the app told of it."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", attempt=1)
    courier.deliver("e1", attempt=2, status=None, trouble="connection reset")
    courier.deliver("e2")
    courier.effects({"e0": 1, "e1": 2, "e2": 1})

    exhibit, *_of_cases = shown(courier, probes.AppliesOnce().examine(courier.journal))

    assert beats(exhibit) == [
        ("delivery", "e1 attempt 1", "204"),
        ("delivery", "e1 attempt 2", "connection reset"),
        ("effect", "e1 applied 2 times", ""),
    ]
    assert exhibit.changes == ("@@ -0,0 +1,5 @@", "+{", '+  "applied": {', '+    "e1": 2', "+  }", "+}")
    assert (exhibit.old, exhibit.new, exhibit.left_out) == ("", "after", 0)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE])
def test_what_did_not_fail_has_no_exhibit(verdict: Verdict) -> None:
    """Nothing is wrong there, so there is nothing to show."""
    courier = Courier()
    courier.deliver("e0")

    assert shown(courier, Finding(probe="applies_once", verdict=verdict, observed="e0")) == []


def test_lines_for_the_shell_send_the_same_bytes_with_the_same_signature() -> None:
    """What was sent several times is one line that says how often."""
    courier = Courier()
    headers = (("Content-Type", "application/json"), ("X-Fiskil-Signature", "c2ln"))
    for _ in range(3):
        courier.deliver("e0", headers=headers, body=b'{"message_id":"1"}', group=4)

    (exhibit,) = shown(courier, failing("e0"))

    (sending,) = exhibit.sendings
    assert sending.text == "e0 attempt 1, sent 3 times at once"
    assert sending.command.startswith("curl ")
    assert sending.command.endswith(f"""--data-binary '{{"message_id":"1"}}' {URL}""")
    assert "--header 'X-Fiskil-Signature: c2ln'" in sending.command
    assert [beat.group for beat in exhibit.beats] == [4, 4, 4]


def test_a_forgery_by_another_method_is_sent_by_it() -> None:
    """A forged GET is no POST."""
    courier = Courier()
    courier.forge("get_unsigned", status=204)
    case = Case(name="get_unsigned", verdict=Verdict.FAIL, events=("forged:get_unsigned",))

    assert "--request GET" in shown(courier, failing("a forgery", case))[1].sendings[0].command


def test_every_case_that_failed_has_an_exhibit_of_its_own() -> None:
    """With its delivery alone, and the state before and after that; the finding shows them together."""
    courier = Courier()
    courier.effects({}, {"access": "on"}, moment="before")
    for name in ("unsigned", "bit_flipped"):
        courier.forge(name, status=204)
    courier.effects({"forged-id-unsigned": 1}, {"access": "off"}, moment="after")
    courier.deliver("e0")
    courier.effects({"forged-id-unsigned": 1, "e0": 1}, {"access": "on"})
    cases = (
        Case(name="unsigned", verdict=Verdict.FAIL, events=("forged:unsigned",)),
        Case(name="bit_flipped", verdict=Verdict.PASS, events=("forged:bit_flipped",)),
    )

    whole, unsigned = shown(courier, failing("a forged message was applied", *cases))

    assert (whole.case, unsigned.case) == ("", "unsigned")
    assert beats(unsigned) == [
        ("delivery", "forged: unsigned", "204"),
        ("effect", "forged: unsigned applied once", ""),
    ]
    assert (unsigned.old, unsigned.new) == ("before", "after")
    assert '-    "access": "on"' in unsigned.changes
    assert '+    "access": "off"' in unsigned.changes
    assert '+    "forged:unsigned": 1' in unsigned.changes


def test_kills_and_ordered_failures_are_marks_between_deliveries() -> None:
    """And an acknowledged message without an effect is said to have none."""
    courier = Courier()
    courier.deliver("e1")
    courier.deliver("e0")
    courier.ordered_to_fail()
    courier.killed()
    courier.effects({"e1": 1})

    (exhibit,) = shown(courier, failing("lost e0"))

    assert beats(exhibit) == [
        ("delivery", "e0 attempt 1", "204"),
        ("mark", "the app is told to fail", ""),
        ("mark", "the app is killed", ""),
        ("mark", "the app is started again", ""),
        ("effect", "e0: no effect", ""),
    ]
    assert exhibit.beats[-1].outcome == "none"
    assert exhibit.changes == ()


def test_a_message_without_a_status_need_not_have_an_effect() -> None:
    """Only what was acknowledged is owed."""
    courier = Courier()
    courier.deliver("e0", status=503)
    courier.effects({})

    (exhibit,) = shown(courier, failing("e0"))

    assert [beat.what for beat in exhibit.beats] == ["delivery"]


def test_an_app_that_tells_no_counts_shows_that_its_state_moved() -> None:
    """The state is all there is to see."""
    courier = Courier()
    courier.effects(state={"n": 0}, moment="before")
    courier.deliver("e0")
    courier.effects(state={"n": 1})

    (exhibit,) = shown(courier, failing("e0"))

    assert beats(exhibit)[1:] == [("effect", "the state is another", "")]
    assert exhibit.changes[-4:] == ('-    "n": 0', '+    "n": 1', "   }", " }")


def test_of_twins_the_one_that_was_told_otherwise_is_shown_beside_the_other_s_state() -> None:
    """Ids are symbols, so that only what differs in truth differs in the text."""
    courier = Courier()
    for twin, end in (("a", "revoked"), ("c", "revoked"), ("b", "active")):
        courier.deliver(f"{twin}.e0")
        courier.effects(state={f"consent-{twin}": "pending"}, participant=twin, moment="before")
        courier.deliver(f"{twin}.e3")
        courier.effects(state={f"consent-{twin}": end}, participant=twin)

    (exhibit,) = shown(courier, probes.IgnoresDeliveryOrder().examine(courier.journal))

    assert [beat.text for beat in exhibit.beats if beat.what == "delivery"] == ["b.e0 attempt 1", "b.e3 attempt 1"]
    assert (exhibit.old, exhibit.new) == ("the twin that was told in order", "the twin that was told otherwise")
    assert [line for line in exhibit.changes if line[0] in "+-"] == [
        '-    "consent": "revoked"',
        '+    "consent": "active"',
    ]


def test_a_plan_is_shown_by_its_steps() -> None:
    """Copies of a burst are arrows side by side; what delivers nothing is a mark."""
    courier = Courier()
    summary = ("authorise", "burst e0 (copies 3)", "retry e0")
    courier.journal.write(
        PlanRun(number=2, verdict="FAIL", summary=summary, plan="{}", observed="message e0 was applied 2 times")
    )

    (exhibit,) = shown(courier, failing("plan 2 failed, in its shortest form: applies_once: message e0 was applied 2 times"))

    assert [(beat.what, beat.text, beat.group) for beat in exhibit.beats] == [
        ("mark", "authorise", 0),
        *[("delivery", "burst e0 (copies 3)", 2)] * 3,
        ("delivery", "retry e0", 0),
    ]


def test_nothing_is_shown_where_nothing_was_delivered() -> None:
    """An empty picture helps nobody."""
    assert shown(Courier(), failing("nothing was delivered")) == []


def test_an_exhibit_is_bounded() -> None:
    """So many deliveries, so many bytes; what is missing is said."""
    courier = Courier()
    for number in range(MOST_DELIVERIES + 5):
        courier.deliver("e0", attempt=number, body=b"x" * 4000 + b"%d" % number)

    (exhibit,) = shown(courier, failing("e0"))

    assert exhibit.left_out == 5
    assert len(exhibit.sendings) == MOST_DELIVERIES
    assert exhibit.sendings[0].command != TOO_LONG
    assert exhibit.sendings[-1].command == TOO_LONG
    assert len(msgspec.json.encode(exhibit)) <= MOST_BYTES


def test_a_finding_with_many_cases_shows_the_first_ones_together() -> None:
    """Each of them has an exhibit of its own."""
    courier = Courier()
    names = [f"forgery_{number}" for number in range(MOST_OF_CASES + 2)]
    for name in names:
        courier.forge(name, status=204)
    cases = [Case(name=name, verdict=Verdict.FAIL, events=(f"forged:{name}",)) for name in names]

    whole, *each = shown(courier, failing("forged", *cases))

    assert (len(whole.beats), whole.left_out, len(each)) == (MOST_OF_CASES, 2, len(names))
