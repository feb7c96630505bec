"""Export of a plan as a pytest file: ids, times and signatures become placeholders, and no secret is written."""

import base64
import os
import re
import subprocess

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import PlanError
from fiskil_harness.journal import Delivery, HookCall, Journal, ProcessChanged
from fiskil_harness.probes import AppliesOnce, Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.pytest_export import SIGN, Export, export
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.fiskil_signature import HEADER, digest, sign

SECRET = base64.b64encode(b"a key that nobody else has, and that is long enough").decode()
BODY = msgspec.json.encode(
    {
        "message_id": "4711471147114711",
        "publish_time": "2026-11-24T00:00:00.000Z",
        "data": {"end_user_id": "eu_12345", "consent_id": "c-67890"},
    }
)
RIGHT_SIGNATURE = base64.b64encode(digest(BODY, base64.b64decode(SECRET))).decode()
TWICE = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="message e0 was applied 2 times")
PLAN = Scenario(practices=(), name="mine", steps=(steps.Restart(), steps.FailNext(at="midway")), probes=(AppliesOnce(),))


def delivery(signature: str = RIGHT_SIGNATURE, **more: object) -> Delivery:
    plain = Delivery(
        event="e0", participant="", message_id="4711471147114711", attempt=1, body=BODY, headers=((HEADER, signature),)
    )
    return msgspec.structs.replace(plain, **more)


def exported_plan(*entries: object, finding: Finding = TWICE, plan: Scenario = PLAN) -> Export:
    journal = Journal()
    for entry in entries:
        journal.write(entry)  # type: ignore[arg-type]
    return export(plan, journal, [finding], settings=Settings(), secret=SECRET, plan="plan.json", seed=3)


def test_ids_times_and_signatures_become_placeholders() -> None:
    """No id, time or signature of the run is in the sent bytes."""
    exported = exported_plan(delivery())

    sent = exported.test.partition("STEPS = ")[2]
    placeholders = {"@message_0@", "@user_main_0@", "@consent_main_0@", "@t0@", "@right@"}
    assert {placeholder for placeholder in placeholders if placeholder in sent} == placeholders
    assert RIGHT_SIGNATURE not in exported.test + exported.shell
    assert '$(sign "$body")' in exported.shell


def test_the_beginning_of_the_right_signature_is_a_placeholder_too() -> None:
    """A forgery that shortens the signature is computed again as well."""
    exported = exported_plan(delivery(RIGHT_SIGNATURE[:8], kind="forged"))

    assert "@right:8@" in exported.test
    assert '$(sign "$body" | cut -c1-8)' in exported.shell
    assert "FORGED_WITH = ''" in exported.test


def test_a_forgery_of_another_signature_needs_this_secret() -> None:
    """A forgery whose signature was computed otherwise proves nothing under another secret, so its test is skipped then."""
    assert "FORGED_WITH = ''" not in exported_plan(delivery("AAAA" + RIGHT_SIGNATURE[:40], kind="forged")).test


def test_restarts_failures_and_bursts_keep_their_order() -> None:
    """Deliveries of one group are one burst."""
    exported = exported_plan(
        delivery(),
        ProcessChanged(change="kill"),
        HookCall(hook="fail", participant="", status=204),
        delivery(group=2),
        delivery(group=2, kind="replay"),
    )

    actions = re.findall(r"'do': '(\w+)'", exported.test)
    assert actions == ["send", "restart", "fail", "burst", "send", "send"]
    assert "'at': 'midway'" in exported.test


@pytest.mark.parametrize(
    ("entries", "finding", "words"),
    [
        ((), TWICE, "delivers nothing that a test without the harness can check"),
        (
            (delivery(),),
            msgspec.structs.replace(TWICE, probe="keeps_secrets_out_of_logs"),
            "has no test without the harness",
        ),
    ],
)
def test_a_plan_without_a_test_is_refused(entries: tuple[Delivery, ...], finding: Finding, words: str) -> None:
    """A test without an assertion would always pass."""
    with pytest.raises(PlanError, match=words):
        exported_plan(*entries, finding=finding)


def test_a_truncated_message_is_exported_as_truncated() -> None:
    """The test sends half of it; the shell script only mentions it."""
    exported = exported_plan(delivery(kind="broken", name="cut_in_order"), delivery(attempt=2))

    assert re.findall(r"'do': '(\w+)'", exported.test) == ["half", "send"]
    assert "# here: send half of e0 attempt 1, then close the connection" in exported.shell
    assert exported.shell.count("curl ") == 1


@pytest.mark.parametrize("secret", ["a2V5IG9mIDE2IGJ5dGU", "a2V5IG9mIDE2IGJ5dGU="])
def test_the_shell_script_signs_with_a_secret_without_padding(secret: str) -> None:
    """It decodes the secret as the harness does."""
    command = ["bash", "-euc", f"{SIGN}\nsign hello"]
    environment = {**os.environ, "FISKIL_WEBHOOK_SECRET": secret}

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == sign(b"hello", secret)
