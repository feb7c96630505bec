"""Generated plans without an app: every drawn plan can be run, saved and read again."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiskil_harness.core import plugins as class_tables
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import Form, plans
from fiskil_harness.scenario.scenario import SavedPlan, Scenario, dump_plan

KINDS = st.sampled_from(("deliveries", "forgeries", "order", "everything"))
FORMS = st.builds(Form, kind=KINDS, can_restart=st.booleans(), can_fail=st.booleans(), has_counts=st.booleans())
DRAWN = FORMS.flatmap(plans)
"""Plans of every kind, with and without restarts, for apps with and without counts."""

BRIEF = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
"""Drawing a plan takes a millisecond; sixty plans contain many hundred steps."""

ATTEMPTS = (
    steps.Burst,
    steps.DeliverOne,
    steps.KillDuringDelivery,
    steps.LoseAcknowledgement,
    steps.TruncateRequest,
    steps.Retry,
)
MAKES_EVENTS = (steps.Authorise, steps.Sync, steps.TouchConsent, steps.Revoke)


@BRIEF
@given(DRAWN)
def test_a_plan_survives_its_file(plan: Scenario) -> None:
    """A plan is valid for its practices, and its JSON is read as the same plan."""
    text = dump_plan(plan.check(), seed=3)

    assert class_tables.decode(text, SavedPlan).scenario == plan


@BRIEF
@given(DRAWN)
def test_a_plan_ends_with_the_delivery_of_everything(plan: Scenario) -> None:
    """The last step delivers what is left, with as many attempts as Fiskil makes."""
    assert plan.steps[-1] == steps.Deliver(attempts=5)


@BRIEF
@given(DRAWN)
def test_only_delivered_events_are_repeated(plan: Scenario) -> None:
    """A replay or a retry comes after a delivery of the event."""
    delivered: set[str] = set()

    for step in plan.steps:
        if isinstance(step, steps.Replay | steps.Retry):
            assert step.event in delivered
        delivered.add(getattr(step, "event", ""))


@BRIEF
@given(DRAWN)
def test_every_event_exists_before_it_is_delivered(plan: Scenario) -> None:
    """No delivery names an event that the steps before it do not create."""
    counts: dict[str, int] = {}

    for step in plan.steps:
        if isinstance(step, MAKES_EVENTS):
            has_all_datasets = isinstance(step, steps.Sync) and not step.dataset
            counts[step.twin] = counts.get(step.twin, 0) + (3 if has_all_datasets else 1)
        if hasattr(step, "event"):
            twin, _, number = step.event.rpartition("e")
            assert int(number) < counts[twin.rstrip(".")]


@BRIEF
@given(DRAWN)
def test_the_last_attempt_is_kept_for_the_end(plan: Scenario) -> None:
    """A receiver that refuses everything before still gets every event once more."""
    attempts: dict[str, int] = {}

    for step in plan.steps:
        if isinstance(step, ATTEMPTS):
            new_attempts = step.copies if isinstance(step, steps.Burst) and step.of == "retry" else 1
            attempts[step.event] = attempts.get(step.event, 0) + new_attempts

    assert max(attempts.values(), default=0) < 5


@BRIEF
@given(DRAWN)
def test_later_events_come_after_every_first_sync(plan: Scenario) -> None:
    """Passing time during a first sync would create an event that the plan does not count."""
    synced = {step.twin for step in plan.steps if isinstance(step, steps.Sync) and not step.dataset}

    assert {step.twin for step in plan.steps if isinstance(step, steps.TouchConsent)} <= synced


@BRIEF
@given(st.builds(Form, kind=st.just("order"), can_restart=st.booleans()).flatmap(plans))
def test_twins_have_the_same_events(plan: Scenario) -> None:
    """Two of the three twins get them once and in order."""
    by_twin = {
        twin: [msgspec.structs.replace(step, twin="") for step in plan.steps if getattr(step, "twin", None) == twin]
        for twin in ("a", "b", "c")
    }
    delivered_twins = {step.event.partition(".")[0] for step in plan.steps if hasattr(step, "event")}

    assert by_twin["a"] == by_twin["b"] == by_twin["c"]
    assert delivered_twins <= {"b"}


@BRIEF
@given(DRAWN)
def test_no_state_is_compared_after_a_kill(plan: Scenario) -> None:
    """Unfinished work may change the state, so no forgery, foreign message or requested failure is near a kill."""
    kinds = [type(step) for step in plan.steps]
    after = kinds[kinds.index(steps.KillDuringDelivery) :] if steps.KillDuringDelivery in kinds else []

    assert not {steps.Forge, steps.DeliverForeign, steps.DeliverMixed} & set(after)
    assert not (after and steps.FailNext in kinds[: -len(after)])
