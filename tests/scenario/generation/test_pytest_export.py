"""A plan retold: ids and moments become places, and of a signature nothing stands there but where the right one goes."""

import base64
import re

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import PlanError
from fiskil_harness.journal import Delivery, HookCall, Journal, Started
from fiskil_harness.probes import AppliesOnce, Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.pytest_export import Export, retell
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.fiskil_signature import HEADER, digest

SECRET = base64.b64encode(b"a key that nobody else has, and that is long enough").decode()
BODY = msgspec.json.encode(
    {
        "message_id": "4711471147114711",
        "publish_time": "2026-11-24T00:00:00.000Z",
        "data": {"end_user_id": "eu_12345", "consent_id": "c-67890"},
    }
)
RIGHT = base64.b64encode(digest(BODY, base64.b64decode(SECRET))).decode()
TWICE = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="message e0 was applied 2 times")
PLAN = Scenario(practices=(), name="mine", steps=(steps.Restart(), steps.FailNext(at="midway")), probes=(AppliesOnce(),))


def delivery(signature: str = RIGHT, **more: object) -> Delivery:
    plain = Delivery(
        event="e0", participant="", message_id="4711471147114711", attempt=1, body=BODY, headers=((HEADER, signature),)
    )
    return msgspec.structs.replace(plain, **more)


def told(*entries: object, finding: Finding = TWICE, plan: Scenario = PLAN) -> Export:
    journal = Journal()
    for entry in entries:
        journal.write(entry)  # type: ignore[arg-type]
    return retell(plan, journal, [finding], settings=Settings(), secret=SECRET, plan="plan.json", seed=3)


def test_ids_moments_and_signatures_become_places() -> None:
    """None of those that the run used stands in what is sent."""
    retold = told(delivery())

    sent = retold.test.partition("STEPS = ")[2]
    places = {"@message_0@", "@user_main_0@", "@consent_main_0@", "@t0@", "@right@"}
    assert {place for place in places if place in sent} == places
    assert RIGHT not in retold.test + retold.shell
    assert '$(sign "$body")' in retold.shell


def test_a_piece_of_the_right_signature_is_a_place_as_well() -> None:
    """A forgery that shortens the signature is made afresh too."""
    retold = told(delivery(RIGHT[:8], kind="forged"))

    assert "@right:8@" in retold.test
    assert '$(sign "$body" | cut -c1-8)' in retold.shell
    assert "FORGED_WITH = ''" in retold.test


def test_what_only_this_secret_makes_is_said() -> None:
    """A forgery whose signature was made otherwise proves nothing under another secret, so the test is skipped then."""
    assert "FORGED_WITH = ''" not in told(delivery("AAAA" + RIGHT[:40], kind="forged")).test


def test_restarts_orders_and_bursts_are_retold_in_their_order() -> None:
    """Deliveries of one group are one burst."""
    retold = told(
        delivery(),
        Started(how="kill"),
        HookCall(hook="fail", participant="", status=204),
        delivery(group=2),
        delivery(group=2, kind="replay"),
    )

    done = re.findall(r"'do': '(\w+)'", retold.test)
    assert done == ["send", "restart", "fail", "burst", "send", "send"]
    assert "'at': 'midway'" in retold.test


@pytest.mark.parametrize(
    ("entries", "finding", "words"),
    [
        ((), TWICE, "delivers nothing that a plain test could ask about"),
        ((delivery(),), msgspec.structs.replace(TWICE, probe="keeps_secrets_out_of_logs"), "no plain test can ask"),
    ],
)
def test_what_cannot_be_retold_is_refused(entries: tuple[Delivery, ...], finding: Finding, words: str) -> None:
    """A test that asks nothing would always be green."""
    with pytest.raises(PlanError, match=words):
        told(*entries, finding=finding)


def test_half_of_a_message_is_retold_as_half() -> None:
    """It is sent and broken off in the test, and has no line for a shell."""
    retold = told(delivery(kind="broken", name="cut_in_order"), delivery(attempt=2))

    assert re.findall(r"'do': '(\w+)'", retold.test) == ["half", "send"]
    assert "# here: send half of e0 attempt 1, and break off" in retold.shell
    assert retold.shell.count("curl ") == 1
