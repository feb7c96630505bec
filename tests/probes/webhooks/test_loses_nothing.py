"""loses_nothing: every acknowledged message is applied."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import ApiServedOverTls, Effects, FaultSet, StartKind
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, LosesNothing, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = LosesNothing().examine(courier.journal)
    return finding


def test_everything_applied_passes() -> None:
    """Each acknowledged event has its effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects(applied={"e0": 1, "e1": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_acknowledged_event_without_an_effect_fails() -> None:
    """Fiskil does not send it again."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("lost e1 banking.accounts.sync.completed",)


def test_an_app_that_trusts_no_certificate_is_inconclusive() -> None:
    """Its config lacks {ca_file}, so after a restart with an https URL the app can read nothing."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.write(ApiServedOverTls(is_reached=False))
    courier.deliver("e1")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app trusts no certificate of the local Fiskil, so it could read nothing"


def test_an_app_that_loses_every_message_has_one_general_case() -> None:
    """No special property of a message was the reason."""
    losing, careless = receiver_journal(), receiver_journal()
    losing.deliver("e0")
    losing.deliver("e1")
    losing.effects(applied={"e0": 0, "e1": 0})
    careless.deliver("e0")
    careless.deliver("e1")
    careless.effects(applied={"e0": 1, "e1": 0})

    assert "every_message" in {case.name for case in examined(losing).cases}
    assert "every_message" not in {case.name for case in examined(careless).cases}


def test_a_refused_event_is_not_lost_yet() -> None:
    """Fiskil makes up to five attempts."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=503)
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_a_message_acknowledged_on_retry_must_be_applied() -> None:
    """One effect is required after the retry (I4)."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=503)
    courier.deliver("e1", attempt=2)
    courier.effects(applied={"e0": 1, "e1": 0})

    assert examined(courier).verdict is Verdict.FAIL


def test_a_message_refused_at_the_last_attempt_is_lost() -> None:
    """Fiskil discards it after the fifth refusal (I9)."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=400, attempt=5)
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("refused e1 banking.accounts.sync.completed at attempt 5: 400",)


def test_a_receiver_that_acknowledges_nothing_is_inconclusive() -> None:
    """Another probe judges a receiver that refuses every genuine message."""
    courier = receiver_journal()
    courier.deliver("e1", status=401, attempt=5)
    courier.effects(applied={})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_the_last_attempt_may_fail_with_a_broken_api() -> None:
    """An app that works before it responds is excused while the API is broken."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.call("banking.accounts", bites=("Status(503)",), took_s=0.2, after_s=0.0)
    courier.deliver("e1", status=500, attempt=5, took_s=0.2)
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_a_busy_app_is_inconclusive() -> None:
    """The effect may still come."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_event_that_is_not_used_may_be_ignored() -> None:
    """If the config does not list the used events, the finding names that fact."""
    courier = receiver_journal(uses=None)
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


def test_a_kind_that_was_applied_before_is_used() -> None:
    """An app that applied one event must apply the next event of its kind."""
    courier = receiver_journal(uses=None)
    courier.deliver("e0")
    courier.event("x.e1", "consent.received")
    courier.deliver("x.e1")
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.FAIL


def test_an_app_that_applies_nothing_is_inconclusive() -> None:
    """An app that uses no events loses none."""
    courier = receiver_journal(uses=None)
    courier.deliver("e0")
    courier.effects(applied={})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_a_rejected_failure_request_is_inconclusive() -> None:
    """Recovery was not tested, because no failure occurred."""
    courier = receiver_journal()
    courier.request_failure(status=404)
    courier.deliver("e0")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.drive.fail")


def killed(*, before: Any, after: Any, counts: dict[str, int], b: Any = None) -> JournalBuilder:
    """Twins a and c get a message; b gets one and the app is killed at once. The states are those of a."""
    courier = receiver_journal()
    courier.start("found")
    for name in ("a", "c"):
        courier.effects(applied={}, state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
    for name in ("a", "c"):
        courier.effects(applied={"a.e0": 1, "c.e0": 1}, state=before, participant=name, moment="settled")
    courier.deliver("b.e0")
    courier.kill()
    for name, state in (("a", after), ("c", after), ("b", after if b is None else b)):
        courier.effects(applied=counts, state=state, participant=name)
    return courier


def test_a_message_applied_after_the_kill_is_not_lost() -> None:
    """A durable inbox survives the process."""
    courier = killed(before={"v": 1}, after={"v": 1}, counts={"a.e0": 1, "c.e0": 1, "b.e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_a_message_lost_in_the_kill_fails() -> None:
    """A queue in memory is lost with the process."""
    courier = killed(before={"v": 1}, after={"v": 1}, counts={"a.e0": 1, "c.e0": 1}, b={"v": 0})

    assert examined(courier).evidence == ("lost b.e0 consent.received",)


def test_a_message_counted_without_its_effect_fails() -> None:
    """The app reports the message as applied, but its effect is missing."""
    finding = examined(killed(before={"v": 1}, after={"v": 1}, counts={"a.e0": 1, "c.e0": 1, "b.e0": 1}, b={"v": 0}))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("the app reports every message as applied, but the state differs")


def test_an_app_that_stays_down_after_a_kill_fails() -> None:
    """It exits at its start, and it started before."""
    finding = examined(stopped("kill", "refusal"))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app does not start again after a kill: it exits, although it started before"


@pytest.mark.parametrize("changes", [("kill",), ("refusal",), ("kill", "refusal", "restart")], ids="-".join)
def test_an_app_that_is_slow_or_started_later_is_not_down(changes: tuple[StartKind, ...]) -> None:
    """Only an app that exited at its last start, and was killed before, cannot start again."""
    assert examined(stopped(*changes)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "excuse",
    [
        lambda courier: courier.key("revoked"),
        lambda courier: courier.call("token", status=503),
        lambda courier: courier.write(FaultSet(route="token", fault="Stall()", times=1)),
        lambda courier: courier.write(ApiServedOverTls(is_reached=False)),
    ],
    ids=["key", "failed call", "fault", "TLS"],
)
def test_an_app_may_exit_while_something_else_fails(excuse: Callable[[JournalBuilder], None]) -> None:
    """The kill may not be the reason."""
    assert examined(stopped("kill", "refusal", excuse=excuse)).verdict is Verdict.PASS


def stopped(*changes: StartKind, excuse: Callable[[JournalBuilder], None] = lambda _: None) -> JournalBuilder:
    """A message is applied, the process changes, and the *excuse* is recorded before the last change."""
    courier = receiver_journal()
    courier.start("found")
    courier.deliver("e0")
    courier.effects(applied={"e0": 1})
    for change in changes[:-1]:
        courier.start(change)
    excuse(courier)
    courier.start(changes[-1])
    return courier


def test_a_state_lost_in_the_kill_fails() -> None:
    """An app that keeps everything in memory loses it."""
    finding = examined(killed(before={"v": 1}, after={}, counts={}))

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "effects that were applied before the app was killed are lost",
    )


def test_lost_counts_with_an_unchanged_state_do_not_fail() -> None:
    """A counter in memory is no loss while the state is unchanged; the twins decide."""
    assert examined(killed(before={"v": 1}, after={"v": 1}, counts={})).verdict is Verdict.PASS
    assert examined(killed(before={"v": 1}, after={"v": 1}, counts={}, b={"v": 0})).verdict is Verdict.FAIL


@pytest.mark.parametrize(("b", "verdict"), [({"v": 1}, Verdict.PASS), ({"v": 0}, Verdict.FAIL)])
def test_without_counts_the_twins_decide(b: Any, verdict: Verdict) -> None:
    """The disturbed twin must end in the same state as the others."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
    for name, state in (("a", {"v": 1}), ("b", b), ("c", {"v": 1})):
        courier.effects(state=state, participant=name)

    assert examined(courier).verdict is verdict


def locked_out(*, is_renewed: bool) -> JournalBuilder:
    """A message was lost whose dataset could not be read with an expired token, or could be read after its renewal."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.call("banking.accounts", status=401)
    if is_renewed:
        courier.call("banking.accounts")
    courier.effects(applied={"e0": 1})
    return courier


def test_a_message_lost_because_of_an_expired_token_is_inconclusive() -> None:
    """A flaw of the API client counts for the practices about API clients."""
    finding = examined(locked_out(is_renewed=False))

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "which another practice covers" in finding.observed


def test_a_renewed_token_is_no_excuse() -> None:
    """The dataset could be read, but the message was lost."""
    assert examined(locked_out(is_renewed=True)).verdict is Verdict.FAIL


def test_a_refusal_because_of_an_expired_token_is_inconclusive() -> None:
    """An app that works before it responds refuses up to the last attempt."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.call("banking.accounts", status=401)
    courier.deliver("e1", status=500, attempt=5)
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("order", "verdict"),
    [(("e0", "e1"), Verdict.FAIL), (("e1", "e0"), Verdict.INCONCLUSIVE), (("e0",), Verdict.INCONCLUSIVE)],
)
def test_a_message_that_a_later_one_overtook_is_lost(order: tuple[str, ...], verdict: Verdict) -> None:
    """No queue is that late; without a later message it may still be in the queue."""
    courier = receiver_journal()
    for event in order:
        courier.deliver(event)
    courier.effects(applied={"e1": 1} if "e1" in order else {}, is_idle=False, unchanged_s=9.0)
    last = courier.journal.all(Effects)[-1]
    courier.journal.write(msgspec.structs.replace(last, pending=None))

    assert examined(courier).verdict is verdict


def test_an_app_with_a_requested_failure_may_be_late() -> None:
    """A disturbed message may be postponed, although a later one was acknowledged."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.request_failure()
    courier.deliver("e1")
    courier.effects(applied={"e1": 1}, is_idle=False, unchanged_s=9.0)
    courier.journal.write(msgspec.structs.replace(courier.journal.all(Effects)[-1], pending=None))

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("unchanged_s", "pending", "is_disturbed", "verdict"),
    [
        (5.5, None, False, Verdict.FAIL),
        (4.5, None, False, Verdict.INCONCLUSIVE),
        (5.5, 1, False, Verdict.INCONCLUSIVE),
        (5.5, None, True, Verdict.INCONCLUSIVE),
        (15.5, None, True, Verdict.FAIL),
    ],
)
def test_without_pending_the_promised_time_proves_a_loss(
    unchanged_s: float, pending: int | None, is_disturbed: bool, verdict: Verdict
) -> None:
    """After a failure the app gets three times the promised time, because it may wait before it retries."""
    courier = receiver_journal()
    courier.deliver("e0")
    if is_disturbed:
        courier.request_failure()
    courier.effects(applied={}, is_idle=False, unchanged_s=unchanged_s)
    last = courier.journal.all(Effects)[-1]
    courier.journal.write(msgspec.structs.replace(last, pending=pending, at_s=last.at_s + 30.0))

    assert examined(courier).verdict is verdict


def test_applied_messages_count_without_a_list_of_used_events() -> None:
    """Only a message without an effect must be known as used."""
    courier = receiver_journal(uses=None)
    courier.deliver("e0")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "1 acknowledged messages were applied")


def test_an_end_user_whose_effects_could_not_be_read_is_not_judged() -> None:
    """The hook of a busy app may fail for one end user after it succeeded for others."""
    courier = receiver_journal()
    for text in ("a.e0", "b.e0", "c.e0"):
        courier.event(text, "consent.received")
        courier.deliver(text)
    courier.effects(applied={"a.e0": 1}, participant="a")
    courier.effects(applied={"c.e0": 1}, participant="c")

    assert examined(courier).verdict is Verdict.INCONCLUSIVE

    courier.effects(applied={}, participant="b")

    assert examined(courier).evidence == ("lost b.e0 consent.received",)


def test_an_app_that_stopped_before_its_last_effects_is_inconclusive() -> None:
    """Effects read before the last acknowledgement prove nothing about that message."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 1})
    courier.deliver("e1")
    courier.deliver("e2", status=None, problem="connection refused")

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app acknowledged a message, and its effects could not be read afterwards",
    )


@pytest.mark.parametrize(("had_time", "verdict"), [(True, Verdict.FAIL), (False, Verdict.INCONCLUSIVE)])
def test_a_message_whose_work_never_resumes_after_a_kill_is_lost(*, had_time: bool, verdict: Verdict) -> None:
    """The app reports it as pending, and does nothing more for a long time."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.kill()
    courier.effects(applied={"e0": 1}, pending=1, is_idle=False, had_recovery_time=had_time, unchanged_s=30.0)

    assert examined(courier).verdict is verdict


def with_rows(
    held: int, *, pending: int | None = 0, applied: int = 1, recovers: bool = True, is_active: bool = True
) -> JournalBuilder:
    """Three twins have two rows each; a call for those of twin b failed, and the app shows *held* of them."""
    courier = receiver_journal()
    counts = {f"{name}.e{number}": 1 for name in "acb" for number in (0, 1)} | {"b.e1": applied}
    for name in "acb":
        courier.consent(f"consent-{name}", participant=name, is_active=is_active)
        courier.rows(f"{name}-1", f"{name}-2", dataset="accounts", participant=name)
        courier.event(f"{name}.e0")
        courier.deliver(f"{name}.e1")
        courier.deliver(f"{name}.e0")
        courier.call("banking.accounts", participant=name, status=503 if name == "b" else 200)
    if recovers:
        courier.call("banking.accounts", participant="b")
    for name, number in (("a", 2), ("c", 2), ("b", held)):
        rows = [f"{name}-{index + 1}" for index in range(number)]
        own = {event: count for event, count in counts.items() if event.startswith(name)}
        courier.effects({"rows": rows}, applied=own, pending=pending, participant=name)
    return courier


@pytest.mark.parametrize("held", [0, 1])
def test_a_message_that_counts_as_applied_without_its_rows_is_lost(held: int) -> None:
    """The state is believed more than the counts, although the events came in another order."""
    finding = examined(with_rows(held))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == (
        f"the app reports every message as applied, but has {held} accounts of twin b, and 2 of each other twin"
    )
    assert finding.evidence == ("lost b.e1 banking.accounts.sync.completed",)


@pytest.mark.parametrize(
    "more",
    [{"held": 2}, {"pending": None}, {"recovers": False}, {"is_active": False}],
    ids=["no row is missing", "perhaps not idle", "no read since the failure", "consent ended"],
)
def test_rows_may_be_missing_for_a_reason(more: dict[str, Any]) -> None:
    assert examined(with_rows(**{"held": 0} | more)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "headers", "verdict"),
    [
        (429, (), Verdict.INCONCLUSIVE),
        (503, (("Retry-After", "1"),), Verdict.INCONCLUSIVE),
        (503, (), Verdict.FAIL),
        (400, (("Retry-After", "1"),), Verdict.FAIL),
    ],
)
def test_a_message_postponed_to_the_end_is_not_judged(
    status: int, headers: tuple[tuple[str, str], ...], verdict: Verdict
) -> None:
    """The harness may send faster than Fiskil, so the receiver's limit may be lawful."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=status, attempt=5, response_headers=headers)
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is verdict


def test_the_number_of_postponed_messages_is_reported() -> None:
    """Everything that was acknowledged was applied."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=429, attempt=5)
    courier.effects(applied={"e0": 1})

    assert examined(courier).observed == "1 messages were postponed at their last attempt, so they were never applied"
