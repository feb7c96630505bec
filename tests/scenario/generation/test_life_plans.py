"""Life plans: impossible actions are left out, everything works at the end, and only suitable probes judge them."""

import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core.config.hooks import COMMAND, HOOKS, START_SESSION
from fiskil_harness.journal import Bite, Exchange, Journal
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.invariants import client_invariants
from fiskil_harness.scenario.generation.life_actions import VERBS
from fiskil_harness.scenario.generation.life_plans import Action, LifePlan, possible
from fiskil_harness.scenario.generation.life_strategies import decisive_findings, happened, shorter

ALL = frozenset(HOOKS)


def life(*verbs: str, hooks: frozenset[str] = ALL, number: int = 0) -> LifePlan:
    """Return a life plan of some verbs."""
    return LifePlan(actions=tuple(Action(verb, number) for verb in verbs), hooks=hooks)


def probe_names(*verbs: str) -> set[str]:
    """Return the names of the probes of a life plan."""
    return {name_of(probe) for probe in life(*verbs).plan().probes}


def finding(probe: str, verdict: Verdict) -> Finding:
    """Return a finding."""
    return Finding(probe=probe, verdict=verdict, observed="")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("number", range(8))
def test_every_verb_makes_a_valid_plan_alone(verb: str, number: int) -> None:
    """Each of its eight variants is valid."""
    assert life(verb, number=number).plan().check().steps


def test_impossible_actions_are_left_out() -> None:
    """An ended consent cannot be renewed, and a deleted end user takes no further actions."""
    assert life("revoke", "renew", "row_amended").verbs() == ("revoke",)
    assert life("delete", "consent_again", "cancel").verbs() == ("delete",)


def test_without_a_hook_there_are_fewer_verbs() -> None:
    """A config without drive hooks still has life plans."""
    assert life("cancel", "refresh", "confirm", hooks=frozenset()).verbs() == ("confirm",)
    assert {verb.name for verb in possible([START_SESSION])} < {verb.name for verb in possible(HOOKS)}
    assert "restart" not in {verb.name for verb in possible(ALL - {COMMAND})}


def test_every_fault_is_lifted_before_the_last_sync() -> None:
    """The last sync brings a new row, and no fault is set while the app reads it."""
    kinds = [type(step) for step in life("status_503", "outage").plan().steps]

    assert kinds[-5:] == [steps.Change, steps.Sync, steps.Deliver, steps.WaitUntilIdle, steps.Refresh]
    assert kinds.index(steps.InjectFault) < kinds.index(steps.LiftFaults) < len(kinds) - 5
    assert kinds.index(steps.BeginOutage) < kinds.index(steps.EndOutage) < len(kinds) - 5


def test_faults_are_lifted_before_a_consent_journey() -> None:
    """A journey must not fail because of a fault: the app may report an error, and the plan would end there."""
    kinds = [type(step) for step in life("reset_peer", "cancel").plan().steps]

    assert kinds.index(steps.InjectFault) < kinds.index(steps.LiftFaults) < kinds.index(steps.Cancel)


def test_a_life_plan_has_only_suitable_probes() -> None:
    """Rows are judged while there is a consent, and lost messages only if the app had no reason to give up."""
    assert "holds_every_row" in probe_names("row_added")
    assert "drops_revoked_rows" in probe_names("revoke")
    assert "holds_every_row" not in probe_names("revoke")
    assert "drops_revoked_rows" not in probe_names("renew", "revoke")
    assert "loses_nothing" in probe_names("reset_peer")
    assert "loses_nothing" not in probe_names("cursor_expired")
    assert "loses_nothing" not in probe_names("delete")
    assert "renews_token_once" in probe_names("expire_tokens")
    assert "renews_token_once" not in probe_names("expire_tokens", "revoke")
    assert "shows_no_server_error" not in probe_names("cancel", "status_503")


def test_shorter_life_plans_have_fewer_or_simpler_actions() -> None:
    """The halves come first, then plans with one action less, then plans with the simplest variant of one."""
    plans = [
        tuple((action.verb, action.number) for action in plan.actions) for plan in shorter(life("day", "late", number=3))
    ]

    assert plans == [(("day", 3),), (("late", 3),), (("day", 0), ("late", 3)), (("day", 3), ("late", 0))]


def test_a_fault_happened_if_it_bit() -> None:
    """In an incomplete plan nothing happened."""
    plan = life("status_503", "status_429", "retry")
    journal = Journal()
    journal.write(Bite(fault=repr(faults.Status(status=503)), route="banking.transactions", request_number=1))

    assert happened(plan, journal, []) == ("status_503", "retry")
    assert happened(plan, journal, [finding("every_step_done", Verdict.INCONCLUSIVE)]) == ()


def test_findings_without_evidence_do_not_decide() -> None:
    """An unused fault and a probe with nothing to judge decide about no plan."""
    findings = [
        finding("retries_in_bounds", Verdict.INCONCLUSIVE),
        finding("applies_once", Verdict.PASS),
        finding("every_fault_bit", Verdict.INCONCLUSIVE),
    ]

    assert [finding.probe for finding in decisive_findings(findings)] == ["applies_once", "retries_in_bounds"]


def call(at_s: float, status: int, route: str = "banking.accounts") -> Exchange:
    """Return an API call with a token."""
    return Exchange(
        at_s=at_s,
        number=int(at_s),
        route=route,
        method="GET",
        path="/",
        end_user_id="eu_1",
        status=status,
        request_headers=(("authorization", "Bearer t"),),
    )


def test_a_locked_out_app_violates_the_token_invariant() -> None:
    """Missing rows count against that invariant; otherwise the plan's steps decide."""
    locked_out, well = Journal(), Journal()
    locked_out.write(call(1, 401))

    assert "holds_every_row" in client_invariants(locked_out)[0].probes
    assert "holds_every_row" not in client_invariants(well)[0].probes


def test_probes_follow_from_the_verbs() -> None:
    """Amended and removed rows have their own probes."""
    assert probe_names("row_amended", "row_removed") >= {
        name_of(probes.HoldsNewestValues()),
        name_of(probes.DropsRemovedRows()),
    }
