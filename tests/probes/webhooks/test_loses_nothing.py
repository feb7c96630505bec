"""loses_nothing: what was acknowledged is applied in the end."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import Effects
from fiskil_harness.probes import Finding, LosesNothing, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = LosesNothing().examine(courier.journal)
    return finding


def test_everything_applied_passes() -> None:
    """Each acknowledged event has its effect."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects({"e0": 1, "e1": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_acknowledged_event_without_effect_fails() -> None:
    """Fiskil will not send it again."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("lost e1 banking.accounts.sync.completed",)


def test_a_refused_event_is_not_lost_yet() -> None:
    """It will come again, up to the fifth time."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", status=503)
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_refused_and_taken_later_counts_as_acknowledged() -> None:
    """One effect is due after the retry (I4)."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", status=503)
    courier.deliver("e1", attempt=2)
    courier.effects({"e0": 1, "e1": 0})

    assert examined(courier).verdict is Verdict.FAIL


def test_refused_at_the_last_attempt_is_lost() -> None:
    """After the fifth refusal Fiskil discards it (I9)."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", status=400, attempt=5)
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("refused e1 banking.accounts.sync.completed at attempt 5: 400",)


def test_a_receiver_that_takes_nothing_is_somebody_elses_business() -> None:
    """Where no genuine message is taken at all, nothing was lost by handling it badly."""
    courier = Courier()
    courier.deliver("e1", status=401, attempt=5)
    courier.effects({})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_the_last_attempt_may_fail_with_a_broken_api() -> None:
    """An app that works while it answers is excused while the API is broken."""
    courier = Courier()
    courier.deliver("e0")
    courier.call("banking.accounts", bites=("Status(503)",), took_s=0.2)
    courier.deliver("e1", status=500, attempt=5, took_s=0.2)
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_an_app_at_work_has_lost_nothing_yet() -> None:
    """The effect may still come."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects({}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_event_that_is_not_used_may_be_ignored() -> None:
    """Where nobody says what is used, the fact that would help is named."""
    courier = Courier(uses=None)
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


def test_a_kind_that_was_applied_before_is_used() -> None:
    """What the app did with one event it must do with the next of the kind."""
    courier = Courier(uses=None)
    courier.deliver("e0")
    courier.event("x.e1", "consent.received")
    courier.deliver("x.e1")
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.FAIL


def test_nothing_used_proves_nothing() -> None:
    """An app that does nothing loses nothing."""
    courier = Courier(uses=None)
    courier.deliver("e0")
    courier.effects({})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_order_to_fail_that_was_not_taken_proves_nothing() -> None:
    """A failure that never happened was not recovered from."""
    courier = Courier()
    courier.ordered_to_fail(status=404)
    courier.deliver("e0")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.drive.fail")


def killed(*, before: Any, after: Any, counts: dict[str, int], b: Any = None) -> Courier:
    """Twins a and c are told; b is told and the app killed at once. Counts and the state of a before and after."""
    courier = Courier()
    courier.started("found")
    for name in ("a", "c"):
        courier.effects({}, state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
    for name in ("a", "c"):
        courier.effects({"a.e0": 1, "c.e0": 1}, state=before, participant=name, moment="settled")
    courier.deliver("b.e0")
    courier.killed()
    for name, state in (("a", after), ("c", after), ("b", after if b is None else b)):
        courier.effects(counts, state=state, participant=name)
    return courier


def test_what_is_applied_after_the_kill_is_not_lost() -> None:
    """A durable inbox survives the process."""
    courier = killed(before={"v": 1}, after={"v": 1}, counts={"a.e0": 1, "c.e0": 1, "b.e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_what_the_kill_took_along_is_lost() -> None:
    """A queue in memory dies with the process."""
    courier = killed(before={"v": 1}, after={"v": 1}, counts={"a.e0": 1, "c.e0": 1}, b={"v": 0})

    assert examined(courier).evidence == ("lost b.e0 consent.received",)


def test_a_state_that_is_gone_is_lost() -> None:
    """Everything in memory, everything forgotten."""
    finding = examined(killed(before={"v": 1}, after={}, counts={}))

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "what was applied before the app was killed is gone")


def test_counts_alone_that_are_gone_accuse_nobody() -> None:
    """A counter in memory is no loss where the state stands; twins decide."""
    assert examined(killed(before={"v": 1}, after={"v": 1}, counts={})).verdict is Verdict.PASS
    assert examined(killed(before={"v": 1}, after={"v": 1}, counts={}, b={"v": 0})).verdict is Verdict.FAIL


@pytest.mark.parametrize(("b", "verdict"), [({"v": 1}, Verdict.PASS), ({"v": 0}, Verdict.FAIL)])
def test_without_counts_twins_tell(b: Any, verdict: Verdict) -> None:
    """The disturbed twin must end as the others."""
    courier = Courier()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
    for name, state in (("a", {"v": 1}), ("b", b), ("c", {"v": 1})):
        courier.effects(state=state, participant=name)

    assert examined(courier).verdict is verdict


def locked_out(*, is_renewed: bool) -> Courier:
    """A message was lost whose dataset could not be read with a dead token, or could in the end."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.call("banking.accounts", status=401)
    if is_renewed:
        courier.call("banking.accounts")
    courier.effects({"e0": 1})
    return courier


def test_what_is_lost_with_the_token_is_no_matter_of_retries() -> None:
    """A flaw of the client is blamed on the practices that are about it."""
    finding = examined(locked_out(is_renewed=False))

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "which another practice covers" in finding.observed


def test_a_token_that_was_renewed_excuses_nothing() -> None:
    """The dataset could be read, and the message is lost all the same."""
    assert examined(locked_out(is_renewed=True)).verdict is Verdict.FAIL


def test_a_refused_delivery_with_a_dead_token_is_no_matter_of_retries() -> None:
    """Whoever works before the answer refuses up to the last attempt."""
    courier = Courier()
    courier.deliver("e0")
    courier.call("banking.accounts", status=401)
    courier.deliver("e1", status=500, attempt=5)
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("order", "verdict"),
    [(("e0", "e1"), Verdict.FAIL), (("e1", "e0"), Verdict.INCONCLUSIVE), (("e0",), Verdict.INCONCLUSIVE)],
)
def test_a_message_that_a_later_one_overtook_is_lost(order: tuple[str, ...], verdict: Verdict) -> None:
    """No queue is so late; but where nothing came after it, it may still be on its way."""
    courier = Courier()
    for event in order:
        courier.deliver(event)
    courier.effects({"e1": 1} if "e1" in order else {}, is_idle=False, still_s=9.0)
    last = courier.journal.all(Effects)[-1]
    courier.journal.write(msgspec.structs.replace(last, pending=None))

    assert examined(courier).verdict is verdict


def test_an_app_that_was_told_to_fail_may_be_late() -> None:
    """What was disturbed may have been put off, though a later message was taken."""
    courier = Courier()
    courier.deliver("e0")
    courier.ordered_to_fail()
    courier.deliver("e1")
    courier.effects({"e1": 1}, is_idle=False, still_s=9.0)
    courier.journal.write(msgspec.structs.replace(courier.journal.all(Effects)[-1], pending=None))

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_what_was_applied_is_judged_though_nobody_says_what_is_used() -> None:
    """Only a message that had no effect needs to be known as used."""
    courier = Courier(uses=None)
    courier.deliver("e0")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "1 acknowledged messages were applied")


def test_an_app_that_died_before_it_was_asked_is_accused_of_nothing_else() -> None:
    """What it told before it had acknowledged the last message says nothing about that."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects({"e0": 1})
    courier.deliver("e1")
    courier.deliver("e2", status=None, trouble="connection refused")

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app acknowledged a message, and its effects could not be read afterwards",
    )
