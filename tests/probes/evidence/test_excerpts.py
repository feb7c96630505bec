"""Excerpts of failed findings: the relevant deliveries, commands to send them again, and the changes they caused."""

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.journal import PlanRun
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.evidence import Excerpt, excerpts
from fiskil_harness.probes.evidence.excerpts import MOST_BYTES, MOST_DELIVERIES, MOST_OF_CASES, TOO_LONG
from tests.probes.receivers import receiver_journal

URL = "http://127.0.0.1:8000/hook"


def excerpts_of(courier: JournalBuilder, *findings: Finding) -> list[Excerpt]:
    """Return the excerpts of *findings*."""
    return list(excerpts("some_scenario", findings, courier.journal, url=URL))


def failing(observed: str, *cases: Case, evidence: tuple[str, ...] = ()) -> Finding:
    """Return a finding that failed."""
    return Finding(probe="applies_once", verdict=Verdict.FAIL, observed=observed, evidence=evidence, cases=cases)


def beats(excerpt: Excerpt) -> list[tuple[str, str, str]]:
    """Return kind, text and response of each line."""
    return [(beat.kind, beat.text, beat.response) for beat in excerpt.beats]


def test_an_excerpt_has_the_deliveries_that_the_finding_names() -> None:
    """Of three messages, only the one that was applied twice is shown, with its effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", attempt=1)
    courier.deliver("e1", attempt=2, status=None, problem="connection reset")
    courier.deliver("e2")
    courier.effects(applied={"e0": 1, "e1": 2, "e2": 1})

    excerpt, *_of_cases = excerpts_of(courier, probes.AppliesOnce().examine(courier.journal))

    assert beats(excerpt) == [
        ("delivery", "e1 attempt 1", "204"),
        ("delivery", "e1 attempt 2", "connection reset"),
        ("effect", "e1 applied 2 times", ""),
    ]
    assert excerpt.changes == ("@@ -0,0 +1,5 @@", "+{", '+  "applied": {', '+    "e1": 2', "+  }", "+}")
    assert (excerpt.old, excerpt.new, excerpt.left_out) == ("", "after", 0)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE])
def test_a_finding_that_did_not_fail_has_no_excerpt(verdict: Verdict) -> None:
    """A finding that did not fail has no excerpt."""
    courier = receiver_journal()
    courier.deliver("e0")

    assert excerpts_of(courier, Finding(probe="applies_once", verdict=verdict, observed="e0")) == []


def test_shell_commands_send_the_same_bytes_and_signature() -> None:
    """A request that was sent several times is one command with a count."""
    courier = receiver_journal()
    headers = (("Content-Type", "application/json"), ("X-Fiskil-Signature", "c2ln"))
    for _ in range(3):
        courier.deliver("e0", headers=headers, body=b'{"message_id":"1"}', group=4)

    (excerpt,) = excerpts_of(courier, failing("e0"))

    (sending,) = excerpt.commands
    assert sending.text == "e0 attempt 1, sent 3 times concurrently"
    assert sending.command.startswith("curl ")
    assert sending.command.endswith(f"""--data-binary '{{"message_id":"1"}}' {URL}""")
    assert "--header 'X-Fiskil-Signature: c2ln'" in sending.command
    assert [beat.group for beat in excerpt.beats] == [4, 4, 4]


def test_a_forgery_with_another_method_is_sent_with_it() -> None:
    """The command for a forged GET is a GET."""
    courier = receiver_journal()
    courier.forge("get_unsigned", status=204)
    case = Case(name="get_unsigned", verdict=Verdict.FAIL, events=("forged:get_unsigned",))

    assert "--request GET" in excerpts_of(courier, failing("a forgery", case))[1].commands[0].command


def test_every_case_that_failed_has_an_excerpt_of_its_own() -> None:
    """It shows the case's delivery and the states around it; the finding shows all deliveries."""
    courier = receiver_journal()
    courier.effects(applied={}, state={"access": "on"}, moment="before")
    for name in ("unsigned", "bit_flipped"):
        courier.forge(name, status=204)
    courier.effects(applied={"forged-id-unsigned": 1}, state={"access": "off"}, moment="after")
    courier.deliver("e0")
    courier.effects(applied={"forged-id-unsigned": 1, "e0": 1}, state={"access": "on"})
    cases = (
        Case(name="unsigned", verdict=Verdict.FAIL, events=("forged:unsigned",)),
        Case(name="bit_flipped", verdict=Verdict.PASS, events=("forged:bit_flipped",)),
    )

    whole, unsigned = excerpts_of(courier, failing("a forged message was applied", *cases))

    assert (whole.case, unsigned.case) == ("", "unsigned")
    assert beats(unsigned) == [
        ("delivery", "forged: unsigned", "204"),
        ("effect", "forged: unsigned applied once", ""),
    ]
    assert (unsigned.old, unsigned.new) == ("before", "after")
    assert '-    "access": "on"' in unsigned.changes
    assert '+    "access": "off"' in unsigned.changes
    assert '+    "forged:unsigned": 1' in unsigned.changes


def test_kills_and_requested_failures_are_marks() -> None:
    """An acknowledged message without an effect has a line that states so."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.deliver("e0")
    courier.request_failure()
    courier.kill()
    courier.effects(applied={"e1": 1})

    (excerpt,) = excerpts_of(courier, failing("lost e0"))

    assert beats(excerpt) == [
        ("delivery", "e0 attempt 1", "204"),
        ("mark", "the app is requested to fail", ""),
        ("mark", "the app is killed", ""),
        ("mark", "the app is started again", ""),
        ("effect", "e0: no effect", ""),
    ]
    assert excerpt.beats[-1].outcome == "none"
    assert excerpt.changes == ()


def test_a_refused_message_needs_no_effect() -> None:
    """Only an acknowledged message must have an effect."""
    courier = receiver_journal()
    courier.deliver("e0", status=503)
    courier.effects(applied={})

    (excerpt,) = excerpts_of(courier, failing("e0"))

    assert [beat.kind for beat in excerpt.beats] == ["delivery"]


def test_without_counts_a_changed_state_is_the_effect() -> None:
    """If the app reports no counts, the state shows the effect."""
    courier = receiver_journal()
    courier.effects(state={"n": 0}, moment="before")
    courier.deliver("e0")
    courier.effects(state={"n": 1})

    (excerpt,) = excerpts_of(courier, failing("e0"))

    assert beats(excerpt)[1:] == [("effect", "the state has changed", "")]
    assert excerpt.changes[-4:] == ('-    "n": 0', '+    "n": 1', "   }", " }")


def test_twins_are_compared_with_symbols_for_ids() -> None:
    """The excerpt shows the deliveries of twin b and only real differences of the states."""
    courier = receiver_journal()
    for twin, end in (("a", "revoked"), ("c", "revoked"), ("b", "active")):
        courier.deliver(f"{twin}.e0")
        courier.effects(state={f"consent-{twin}": "pending"}, participant=twin, moment="before")
        courier.deliver(f"{twin}.e3")
        courier.effects(state={f"consent-{twin}": end}, participant=twin)

    (excerpt,) = excerpts_of(courier, probes.IgnoresDeliveryOrder().examine(courier.journal))

    assert [beat.text for beat in excerpt.beats if beat.kind == "delivery"] == ["b.e0 attempt 1", "b.e3 attempt 1"]
    assert (excerpt.old, excerpt.new) == ("twin with deliveries in order", "twin with other deliveries")
    assert [line for line in excerpt.changes if line[0] in "+-"] == [
        '-    "consent": "revoked"',
        '+    "consent": "active"',
    ]


def test_a_plan_is_shown_by_its_steps() -> None:
    """Copies of a burst are concurrent deliveries; a step without a delivery is a mark."""
    courier = receiver_journal()
    summary = ("authorise", "burst e0 (copies 3)", "retry e0")
    courier.journal.write(
        PlanRun(number=2, verdict=Verdict.FAIL, summary=summary, plan="{}", observed="message e0 was applied 2 times")
    )

    (excerpt,) = excerpts_of(
        courier, failing("plan 2 failed, in its shortest form: applies_once: message e0 was applied 2 times")
    )

    assert [(beat.kind, beat.text, beat.group) for beat in excerpt.beats] == [
        ("mark", "authorise", 0),
        *[("delivery", "burst e0 (copies 3)", 2)] * 3,
        ("delivery", "retry e0", 0),
    ]


def test_without_deliveries_there_is_no_excerpt() -> None:
    """An empty excerpt is omitted."""
    assert excerpts_of(receiver_journal(), failing("nothing was delivered")) == []


def test_an_excerpt_is_limited_in_size() -> None:
    """Deliveries and bytes have limits, and omitted deliveries are counted."""
    courier = receiver_journal()
    for number in range(MOST_DELIVERIES + 5):
        courier.deliver("e0", attempt=number, body=b"x" * 4000 + b"%d" % number)

    (excerpt,) = excerpts_of(courier, failing("e0"))

    assert excerpt.left_out == 5
    assert len(excerpt.commands) == MOST_DELIVERIES
    assert excerpt.commands[0].command != TOO_LONG
    assert excerpt.commands[-1].command == TOO_LONG
    assert len(msgspec.json.encode(excerpt)) <= MOST_BYTES


def test_a_finding_with_many_cases_shows_the_first_deliveries() -> None:
    """Each failed case has its own excerpt in addition."""
    courier = receiver_journal()
    names = [f"forgery_{number}" for number in range(MOST_OF_CASES + 2)]
    for name in names:
        courier.forge(name, status=204)
    cases = [Case(name=name, verdict=Verdict.FAIL, events=(f"forged:{name}",)) for name in names]

    whole, *cases_excerpts = excerpts_of(courier, failing("forged", *cases))

    assert (len(whole.beats), whole.left_out, len(cases_excerpts)) == (MOST_OF_CASES, 2, len(names))
