"""Steps that inject and lift faults, limit pages, expire tokens, and revoke and accept keys."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.core import plugins
from fiskil_harness.core.config import parse
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.journal import (
    Canaries,
    Exchange,
    FaultSet,
    HookCall,
    Journal,
    Key,
    ProcessChanged,
    StepFailed,
    StepIncomplete,
)
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.scenario.steps import faults_and_tokens
from tests.apps.feed import Feed, feed_settings

Drive = Callable[..., Driver]
Perform = Callable[..., Journal]

STRICT_APP = """
import http.server, os, sys
if os.environ["SECRET"].startswith("fsk_wrong"):
    sys.exit(3)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.parametrize("is_called", [False, True])
def test_the_api_disturbs_only_an_app_that_knows_it(is_called: bool, driver: Driver) -> None:
    """Waits are longer for a disturbed app, so a receiver that cannot call the API is none."""
    if is_called:
        httpx.get(f"{driver.fiskil.api_url}/v1/institutions", timeout=30)
    seen: list[bool] = []

    class Look(steps.Step, frozen=True, tag="look"):
        def perform(self, stage: Stage) -> None:
            """Note whether the app counts as disturbed."""
            seen.append(stage.was_disturbed)

    _, crashed = driver.perform(
        Scenario(
            name="x",
            practices=(),
            steps=(steps.InjectFault("*", faults.Status(status=503)), steps.LiftFaults(), Look()),
            probes=(),
        )
    )

    assert (crashed, seen) == ("", [is_called])


@pytest.fixture
def perform(drive: Drive) -> Perform:
    """Perform steps between a local Fiskil and the feed, and return the journal."""
    driver = drive(feed_settings(request_deadline_s=30), given=Feed())

    def run(*sequence: steps.AnyStep) -> Journal:
        scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.Sync(), *sequence), probes=()).check()
        journal, crashed = driver.perform(scenario)
        assert not crashed
        return journal

    return run


@pytest.mark.parametrize("is_awaited", [False, True])
def test_a_call_is_awaited_only_from_an_app_that_knows_the_api(
    is_awaited: bool, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that already runs and has sent no request to the API does not know where it is."""
    monkeypatch.setattr(faults_and_tokens, "LONGEST_WAIT_S", 0.2 if is_awaited else 60.0)
    if is_awaited:
        httpx.get(f"{driver.fiskil.api_url}/v1/institutions", timeout=30)

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(steps.WaitForCall("banking.*"),), probes=()))

    assert (crashed, len(journal.all(StepIncomplete))) == ("", 1)
    assert journal.elapsed_s() >= 0.2 if is_awaited else journal.elapsed_s() < 60.0


def refreshes(journal: Journal) -> list[int | None]:
    return [hook_call.status for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"]


def test_an_outage_lasts_until_it_is_lifted(perform: Perform) -> None:
    """0 times means every time; lifting the fault records that it bit."""
    outage = steps.InjectFault("banking.*", faults.Status(status=503), times=0)

    journal = perform(outage, steps.Refresh(), steps.Refresh(), steps.LiftFaults(), steps.Refresh())

    assert refreshes(journal) == [500, 500, 200]
    assert [(fault_set.times, fault_set.missing_bites) for fault_set in journal.all(FaultSet)] == [(1, 0)]


def test_a_lifted_fault_that_never_bit_is_recorded(perform: Perform) -> None:
    """Lifting a fault does not hide that no call met it."""
    journal = perform(steps.InjectFault("consents.list", faults.Stall(), times=2), steps.LiftFaults())

    assert [(fault_set.times, fault_set.missing_bites) for fault_set in journal.all(FaultSet)] == [(2, 2)]


def test_a_fault_that_only_met_short_bodies_never_bit(perform: Perform) -> None:
    """Responses that were too short to change are recorded."""
    journal = perform(
        steps.InjectFault("banking.*", faults.ResetPeer(after_bytes=10**9)), steps.Refresh(), steps.LiftFaults()
    )

    (fault,) = journal.all(FaultSet)
    assert (refreshes(journal), fault.missing_bites, fault.unchanged_exchanges > 0) == ([200], 1, True)


@pytest.mark.parametrize("end", [(), (steps.LiftFaults(),)], ids=["waiting", "lifted"])
def test_a_fault_that_changed_nothing_is_inconclusive(drive: Drive, end: tuple[steps.AnyStep, ...]) -> None:
    """The finding describes the calls that met the fault, whether it was lifted or not."""
    disturbed = (steps.InjectFault("banking.transactions", faults.LimitBytes(after_bytes=10**9)), steps.Refresh(), *end)
    scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.Sync(), *disturbed), probes=())

    outcome = drive(feed_settings(request_deadline_s=30), given=Feed()).run(scenario)

    assert [(finding.probe, finding.verdict) for finding in outcome.findings] == [("every_fault_bit", Verdict.INCONCLUSIVE)]
    assert re.search(r"\d responses? gave it nothing to spoil$", outcome.findings[0].observed)


def test_pages_are_limited_whatever_size_is_requested(perform: Perform) -> None:
    """Pages of 25 rows become pages of 10."""
    usual = perform(steps.Refresh())
    limited = perform(steps.LimitPages(rows=10), steps.Refresh())

    counts = [sum(call.route == "banking.transactions" for call in journal.all(Exchange)) for journal in (usual, limited)]
    assert counts[1] > 2 * counts[0]


def test_the_next_scenario_has_whole_pages_again(perform: Perform) -> None:
    """A limit applies only to its own scenario."""
    perform(steps.LimitPages(rows=1))
    journal = perform(steps.Refresh())

    assert len([call for call in journal.all(Exchange) if call.route == "banking.transactions"]) < 10


def test_a_revoked_key_is_valid_again_once_accepted(perform: Perform) -> None:
    """The app fails in between, and the journal contains both changes."""
    journal = perform(steps.RevokeKey(), steps.Refresh(), steps.AcceptKey(), steps.Refresh())

    assert refreshes(journal) == [500, 200]
    assert [key.state for key in journal.all(Key)] == ["revoked", "accepted"]


def test_the_driver_accepts_the_key_again(perform: Perform) -> None:
    """A scenario that ends with a revoked key does not affect the next one."""
    perform(steps.RevokeKey())

    assert refreshes(perform(steps.Refresh())) == [200]


def test_expired_tokens_are_refused(perform: Perform) -> None:
    """Every token expires between its request and the call that uses it."""
    journal = perform(steps.InjectFault("banking.transactions", faults.ExpireTokens()), steps.Refresh())

    assert [call.status for call in journal.all(Exchange) if call.route == "banking.transactions"] == [401]


def test_secrets_of_the_scenario_are_canaries(perform: Perform) -> None:
    """Every kind has values, and no value is visible when an entry is printed."""
    journal = perform(steps.Refresh())

    (canaries,) = journal.all(Canaries)
    assert set(canaries.values) == {"access token", "account number", "client secret", "webhook secret"}
    assert all(canaries.values.values())
    assert not any(value in repr(canaries) for values in canaries.values.values() for value in values)


def test_an_app_may_refuse_to_start_with_a_wrong_secret(drive: Drive, tmp_path: Path) -> None:
    """The app is down then, which is acceptable; the next restart has the right secret."""
    (tmp_path / "strict.py").write_text(STRICT_APP)
    app = {"command": "{python} strict.py {port}", "env": {"SECRET": "{client_secret}"}}
    driver = drive(parse({"app": app}, folder=tmp_path))
    sequence = (steps.RestartWithWrongSecret(), steps.Restart())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert not crashed
    assert [trouble.reason for trouble in journal.all(StepFailed)] == ["the app does not start with a wrong client secret"]
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "kill", "restart"]
    assert [key.state for key in journal.all(Key)] == ["wrong"]
    assert any("client secret" in canaries.values for canaries in journal.all(Canaries))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (steps.InjectFault("banking.transaction", faults.Stall()), "Did you mean 'banking.transactions'"),
        (steps.InjectFault("token", faults.Stall(), times=-1), "times and skip count from 0"),
        (steps.LimitPages(rows=0), "rows must be 1 or greater, got 0"),
        (steps.LimitPages(usual=-1), "usual must be 0 or greater, got -1"),
        (steps.StayIdle(seconds=-1), "seconds must be from 0 to 86400"),
        (steps.StayIdle(seconds=math.inf), "got inf"),
        (steps.Advance(seconds=-5), "sandbox time moves forward"),
        (steps.Advance(days=99999999), "at most 3660 days at once"),
        (steps.Advance(days=math.nan), "at most 3660 days at once"),
        (steps.TouchConsent(times=0), "times must be from 1 to 1000, got 0"),
        (steps.Change(kind="post", nth=-1), "nth must be 0 or greater, got -1"),
        (steps.Deliver(attempts=0), "attempts must be 1 or greater, got 0"),
        (steps.Burst("e0", copies=-1), "copies must be from 1 to 500, got -1"),
    ],
    ids=repr,
)
def test_invalid_arguments_are_refused(step: steps.AnyStep, words: str) -> None:
    """They are refused before a socket opens, and the message states what is allowed."""
    with pytest.raises(UsageError, match=words):
        step.check()


NARROWED = [
    steps.InjectFault("banking.transactions", faults.Status(status=503), page=2, times=2),
    steps.InjectFault("banking.*", faults.Status(status=503), nth=(1, 4), method="GET", version="v3"),
    steps.InjectFault("banking.accounts", faults.Stall(), every=3, times=0, from_event="banking.accounts.sync.completed"),
]


@pytest.mark.parametrize("step", NARROWED, ids=repr)
def test_a_fault_with_conditions_survives_a_plan_file(step: steps.InjectFault) -> None:
    """All conditions are written and read again."""
    step.check()

    assert plugins.decode(msgspec.json.encode(step), steps.InjectFault) == step


def test_a_fault_names_an_existing_event() -> None:
    """A kind that Fiskil never sends would never occur."""
    step = steps.InjectFault("banking.accounts", faults.Stall(), from_event="banking.account.sync.completed")

    with pytest.raises(UnknownName, match=r"Did you mean 'banking\.accounts\.sync\.completed'"):
        step.check()
