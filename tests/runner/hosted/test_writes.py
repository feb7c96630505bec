"""Requests that write at the hosted API are refused, or passed with ``--allow-writes``."""

import msgspec
import pytest

from fiskil_harness.core.config import Settings, parse
from fiskil_harness.gate import hosted_run
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.probes import Finding, PollsSparingly, Verdict
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import Refresh, StayIdle
from tests.paths import APPS
from tests.runner.hosted.stand_in import StandIn

ONCE = Scenario(
    name="once",
    practices=("cache.no-excess-polling",),
    steps=(Refresh(), StayIdle(seconds=0.1)),
    probes=(PollsSparingly(),),
)


def settings_of(stand_in: StandIn, **more: str) -> Settings:
    """Return the config of an app that writes at the hosted API, with *more* in its environment."""
    environment = {
        "FISKIL_BASE_URL": "{api_url}",
        "FISKIL_CLIENT_ID": "{client_id}",
        "FISKIL_CLIENT_SECRET": "{client_secret}",
        "END_USER_ID": stand_in.rosa.end_user_id,
        **more,
    }
    app = {
        "command": "{python} writer.py {port}",
        "env": environment,
        "ready": "GET /",
        "drive": {"refresh": "POST /refresh"},
    }
    hosted = msgspec.structs.replace(stand_in.settings().hosted, introduce=None)
    return msgspec.structs.replace(parse({"app": app}, folder=APPS), hosted=hosted)


@pytest.fixture
def journal(stand_in: StandIn) -> Journal:
    """Every request that reaches the hosted API."""
    journal = Journal()
    stand_in.fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
    return journal


def findings(stand_in: StandIn, *, allows_writes: bool, **more: str) -> tuple[Finding, ...]:
    hosted = hosted_run.run_hosted([ONCE], settings=settings_of(stand_in, **more), seed=0, allows_writes=allows_writes)
    return hosted.session.outcomes[0].findings


def test_a_write_is_refused(stand_in: StandIn, journal: Journal) -> None:
    """The scenario is INCONCLUSIVE and names the request, and no end user is created at the hosted API."""
    scenario_findings = findings(stand_in, allows_writes=False)

    assert [(finding.probe, finding.verdict) for finding in scenario_findings] == [
        ("polls_sparingly", Verdict.PASS),
        ("every_step_done", Verdict.INCONCLUSIVE),
    ]
    assert scenario_findings[1].observed.startswith("the relay refused a request that writes: POST end_users.create")
    assert {call.method for call in journal.all(Exchange) if call.route != "token"} == {"GET"}
    assert len(stand_in.fiskil.sandbox.store.end_users) == 1


def test_an_allowed_write_passes(stand_in: StandIn, journal: Journal) -> None:
    """With ``--allow-writes`` the request is sent and the scenario passes."""
    scenario_findings = findings(stand_in, allows_writes=True)

    assert [(finding.probe, finding.verdict) for finding in scenario_findings] == [("polls_sparingly", Verdict.PASS)]
    assert "end_users.create" in {call.route for call in journal.all(Exchange)}
    assert len(stand_in.fiskil.sandbox.store.end_users) == 2


def test_another_key_pair_of_the_app_is_refused(stand_in: StandIn, journal: Journal) -> None:
    """Only the checked key pair is sent to the hosted API, because another one may be a production pair."""
    scenario_findings = findings(
        stand_in, allows_writes=True, FISKIL_CLIENT_ID="mine", FISKIL_CLIENT_SECRET="of-production-0123456789"
    )

    assert {finding.verdict for finding in scenario_findings if finding.probe == "every_step_done"} == {Verdict.INCONCLUSIVE}
    observed = next(finding.observed for finding in scenario_findings if finding.probe == "every_step_done")
    assert "the relay refused a request with other credentials: POST token" in observed
    assert not [call for call in journal.all(Exchange) if b"mine" in call.request_body]
    assert len(stand_in.fiskil.sandbox.store.end_users) == 1
