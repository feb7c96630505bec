"""Lives laid out: what cannot happen is left out, everything is well at the end, and only clear questions are asked."""

import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core.config.hooks import COMMAND, HOOKS
from fiskil_harness.journal import Bite, Exchange, Journal, TokensExpired
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.client_invariants import invariants_of
from fiskil_harness.scenario.generation.life_actions import START, VERBS
from fiskil_harness.scenario.generation.life_plans import Action, LifePlan, possible
from fiskil_harness.scenario.generation.life_strategies import decisive_findings, happened, is_unwell, shorter

ALL = frozenset(HOOKS)


def life(*verbs: str, hooks: frozenset[str] = ALL, number: int = 0) -> LifePlan:
    """A life of some verbs."""
    return LifePlan(actions=tuple(Action(verb, number) for verb in verbs), hooks=hooks)


def asked(*verbs: str) -> set[str]:
    """The names of the probes that a life is asked by."""
    return {name_of(probe) for probe in life(*verbs).plan().probes}


def finding(probe: str, verdict: Verdict) -> Finding:
    """An answer."""
    return Finding(probe=probe, verdict=verdict, observed="")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("number", range(8))
def test_every_verb_can_be_all_there_is(verb: str, number: int) -> None:
    """Each variant makes a plan that a driver takes."""
    assert life(verb, number=number).plan().check().steps


def test_what_cannot_happen_is_left_out() -> None:
    """Nobody renews what is over, and nothing more becomes of somebody who was deleted."""
    assert life("revoke", "renew", "row_amended").verbs() == ("revoke",)
    assert life("delete", "consent_again", "cancel").verbs() == ("delete",)


def test_without_a_hook_there_are_fewer_verbs() -> None:
    """A config without drive hooks still has lives."""
    assert life("cancel", "refresh", "confirm", hooks=frozenset()).verbs() == ("confirm",)
    assert {verb.name for verb in possible([START])} < {verb.name for verb in possible(HOOKS)}
    assert "restart" not in {verb.name for verb in possible(ALL - {COMMAND})}


def test_everything_is_mended_before_the_last_sync() -> None:
    """The last sync has news, and nothing waits for whoever reads them."""
    made = life("status_503", "outage").plan().steps

    kinds = [type(step) for step in made]
    assert kinds[-5:] == [steps.Change, steps.Sync, steps.Deliver, steps.WaitUntilIdle, steps.Refresh]
    assert kinds.index(steps.InjectFault) < kinds.index(steps.LiftFaults) < len(kinds) - 5
    assert kinds.index(steps.BeginOutage) < kinds.index(steps.EndOutage) < len(kinds) - 5


def test_what_waits_is_lifted_before_a_person_comes_to_the_door() -> None:
    """A journey is not to fail for a fault: an app may say so politely, and the plan would end there."""
    kinds = [type(step) for step in life("reset_peer", "cancel").plan().steps]

    assert kinds.index(steps.InjectFault) < kinds.index(steps.LiftFaults) < kinds.index(steps.Cancel)


def test_only_clear_questions_are_asked() -> None:
    """Rows are asked for while there is a consent, and nothing about loss where an app may have given up."""
    assert "holds_every_row" in asked("row_added")
    assert "drops_revoked_rows" in asked("revoke")
    assert "holds_every_row" not in asked("revoke")
    assert "drops_revoked_rows" not in asked("renew", "revoke")
    assert "loses_nothing" in asked("reset_peer")
    assert "loses_nothing" not in asked("cursor_expired")
    assert "loses_nothing" not in asked("delete")
    assert "renews_token_once" in asked("expire_tokens")
    assert "renews_token_once" not in asked("expire_tokens", "revoke")
    assert "shows_no_server_error" not in asked("cancel", "status_503")


def test_shorter_lives_have_less_in_them() -> None:
    """Halves first, then one deed less, then the plainest variant of one."""
    found = [
        tuple((deed.verb, deed.number) for deed in life_plan.actions) for life_plan in shorter(life("day", "late", number=3))
    ]

    assert found == [(("day", 3),), (("late", 3),), (("day", 0), ("late", 3)), (("day", 3), ("late", 0))]


def test_a_fault_happened_where_it_bit() -> None:
    """And nothing happened in a plan that came to no end."""
    one = life("status_503", "status_429", "retry")
    journal = Journal()
    journal.write(Bite(fault=repr(faults.Status(status=503)), route="banking.transactions", request_number=1))

    assert happened(one, journal, []) == ("status_503", "retry")
    assert happened(one, journal, [finding("every_step_done", Verdict.INCONCLUSIVE)]) == ()


def test_what_saw_nothing_has_no_say() -> None:
    """A fault that found nothing to bite, or a probe with nothing to see, decides about no plan."""
    found = [
        finding("retries_in_bounds", Verdict.INCONCLUSIVE),
        finding("applies_once", Verdict.PASS),
        finding("every_fault_bit", Verdict.INCONCLUSIVE),
    ]

    assert [decisive_finding.probe for decisive_finding in decisive_findings(found)] == ["applies_once", "retries_in_bounds"]


def call(at_s: float, status: int, route: str = "banking.accounts") -> Exchange:
    """A call of the app's, with a token."""
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


def test_an_app_is_unwell_until_it_has_gone_on() -> None:
    """After a token died, a call that comes through shows it."""
    journal = Journal()
    assert not is_unwell(journal)

    journal.write(TokensExpired(at_s=1))
    journal.write(call(2, 401))
    assert is_unwell(journal)

    journal.write(call(3, 200))
    assert not is_unwell(journal)


def test_whoever_is_locked_out_has_broken_the_promise_about_tokens() -> None:
    """Whatever is missing for it; of others, what is in the plan tells."""
    locked_out, well = Journal(), Journal()
    locked_out.write(call(1, 401))

    assert "holds_every_row" in invariants_of(locked_out)[0].probes
    assert "holds_every_row" not in invariants_of(well)[0].probes


def test_plans_are_asked_by_probes_that_exist() -> None:
    """Each of them, whatever happens."""
    assert asked("row_amended", "row_removed") >= {name_of(probes.HoldsNewestValues()), name_of(probes.DropsRemovedRows())}
