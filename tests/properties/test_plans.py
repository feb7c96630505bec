"""Plans as they are drawn, without an app: whatever Hypothesis draws can be run, saved and read again."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import Form, plans
from fiskil_harness.scenario.scenario import SavedPlan, Scenario, dump_plan

KINDS = st.sampled_from(("deliveries", "forgeries", "order", "everything"))
FORMS = st.builds(Form, kind=KINDS, can_restart=st.booleans(), can_fail=st.booleans(), has_counts=st.booleans())
DRAWN = FORMS.flatmap(plans)
"""Plans of every kind, with and without restarts, for apps with and without counts."""

BRIEF = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
"""Drawing costs a millisecond a plan; sixty of each are many hundred steps."""

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
    """A plan is allowed where its practices are concerned, and its JSON reads back as itself."""
    text = dump_plan(plan.check(), seed=3)

    assert msgspec.json.decode(text, type=SavedPlan).scenario == plan


@BRIEF
@given(DRAWN)
def test_a_plan_ends_with_everything_handed_over(plan: Scenario) -> None:
    """The last step hands over what is left, as often as Fiskil would."""
    assert plan.steps[-1] == steps.Deliver(attempts=5)


@BRIEF
@given(DRAWN)
def test_what_comes_again_came_before(plan: Scenario) -> None:
    """Only an event that was delivered is replayed or retried."""
    delivered: set[str] = set()

    for step in plan.steps:
        if isinstance(step, steps.Replay | steps.Retry):
            assert step.event in delivered
        delivered.add(getattr(step, "event", ""))


@BRIEF
@given(DRAWN)
def test_every_event_is_made_before_it_is_delivered(plan: Scenario) -> None:
    """No delivery names an event that the steps before it do not tell."""
    told: dict[str, int] = {}

    for step in plan.steps:
        if isinstance(step, MAKES_EVENTS):
            is_whole = isinstance(step, steps.Sync) and not step.dataset
            told[step.twin] = told.get(step.twin, 0) + (3 if is_whole else 1)
        if hasattr(step, "event"):
            twin, _, number = step.event.rpartition("e")
            assert int(number) < told[twin.rstrip(".")]


@BRIEF
@given(DRAWN)
def test_the_last_attempt_is_kept_for_the_end(plan: Scenario) -> None:
    """Whoever refuses everything on the way is still handed every event once more."""
    attempts: dict[str, int] = {}

    for step in plan.steps:
        if isinstance(step, ATTEMPTS):
            made = step.copies if isinstance(step, steps.Burst) and step.of == "retry" else 1
            attempts[step.event] = attempts.get(step.event, 0) + made

    assert max(attempts.values(), default=0) < 5


@BRIEF
@given(DRAWN)
def test_more_happens_only_after_every_first_sync(plan: Scenario) -> None:
    """Time that passes while a first sync is due would tell an event that the plan does not count."""
    synced = {step.twin for step in plan.steps if isinstance(step, steps.Sync) and not step.dataset}

    assert {step.twin for step in plan.steps if isinstance(step, steps.TouchConsent)} <= synced


@BRIEF
@given(st.builds(Form, kind=st.just("order"), can_restart=st.booleans()).flatmap(plans))
def test_twins_live_through_the_same(plan: Scenario) -> None:
    """Three twins have the same events; two of them get them once and in order."""
    lives = {
        twin: [msgspec.structs.replace(step, twin="") for step in plan.steps if getattr(step, "twin", None) == twin]
        for twin in ("a", "b", "c")
    }
    named = {step.event.partition(".")[0] for step in plan.steps if hasattr(step, "event")}

    assert lives["a"] == lives["b"] == lives["c"]
    assert named <= {"b"}


@BRIEF
@given(DRAWN)
def test_nobody_looks_for_a_move_after_a_kill(plan: Scenario) -> None:
    """What was under way may show at any time, so no forgery, stranger or order to fail comes near it."""
    kinds = [type(step) for step in plan.steps]
    after = kinds[kinds.index(steps.KillDuringDelivery) :] if steps.KillDuringDelivery in kinds else []

    assert not {steps.Forge, steps.DeliverForeign, steps.DeliverMixed} & set(after)
    assert not (after and steps.FailNext in kinds[: -len(after)])
