"""finishes_work: an undisturbed app finishes each acknowledged message."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import ConsentState, Effects, Journal, Key, Limits, MachinePaused
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, FinishesWork, Verdict
from tests.probes.receivers import receiver_journal

TIME_EVIDENCE = "; less for later messages of the same kinds in a run"


def examined(journal: Journal) -> Finding:
    finding: Finding = FinishesWork().examine(journal)
    return finding


def busy(courier: JournalBuilder, applied: dict[str, int] | None = None, **more: Any) -> Journal:
    """End the scenario with a busy app that had the full time, and return the journal."""
    courier.effects(applied=applied, **{"is_idle": False, "had_full_time": True, "unchanged_s": 30.0} | more)
    return courier.journal


def delivered() -> JournalBuilder:
    """Return a courier that delivered two messages, which were acknowledged."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1")
    return courier


def test_a_message_that_is_not_finished_in_time_fails() -> None:
    """The finding names the message, its event and the time given."""
    finding = examined(busy(delivered(), {"e0": 1}))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app did not finish e1 banking.accounts.sync.completed, although nothing disturbed it"
    assert finding.evidence == (
        "e1 banking.accounts.sync.completed: acknowledged, and never finished",
        "time given: 5 s without any progress, as app.limits.fresh_s promises" + TIME_EVIDENCE,
    )


def test_without_a_promise_the_app_had_thirty_seconds() -> None:
    courier = delivered()
    limits = courier.journal.all(Limits)[0]
    courier.journal.discard(Limits)
    courier.journal.write(msgspec.structs.replace(limits, assumed=("fresh_s",)))

    evidence = "time given: 30 s without any progress, because the config has no app.limits.fresh_s" + TIME_EVIDENCE
    assert examined(busy(courier, {"e0": 1})).evidence[-1] == evidence


def test_without_counts_each_message_may_be_the_unfinished_one() -> None:
    finding = examined(busy(delivered()))

    assert finding.verdict is Verdict.FAIL
    assert len(finding.evidence) == 3


def test_an_idle_app_passes() -> None:
    courier = delivered()
    courier.effects(applied={"e0": 1, "e1": 1})

    finding = examined(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_an_app_that_had_not_the_full_time_is_inconclusive() -> None:
    assert examined(busy(delivered(), {"e0": 1}, had_full_time=False)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "disturb",
    [
        lambda courier: courier.call("banking.accounts", bites=("Status(503)",)),
        lambda courier: courier.call("banking.accounts", status=503),
        lambda courier: courier.call("banking.accounts", status=429),
        lambda courier: courier.kill(),
        lambda courier: courier.request_failure(),
        lambda courier: courier.journal.write(Key(state="revoked")),
        lambda courier: courier.journal.write(MachinePaused(at_s=1.0, lasted_s=3.0)),
    ],
    ids=["fault", "503", "429", "kill", "failure", "key", "pause"],
)
def test_a_disturbed_app_is_inconclusive(disturb: Callable[[JournalBuilder], None]) -> None:
    courier = delivered()
    disturb(courier)

    assert examined(busy(courier, {"e0": 1})).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("is_active", "verdict"), [(True, Verdict.FAIL), (False, Verdict.INCONCLUSIVE)])
def test_a_refusal_is_a_disturbance_only_if_a_consent_has_ended(*, is_active: bool, verdict: Verdict) -> None:
    """Otherwise the app's own request was wrong."""
    courier = delivered()
    courier.journal.write(
        ConsentState(
            participant="", consent_id="c", institution_id="1", permissions=(), accounts=(), is_active=is_active, at_s=1.0
        )
    )
    courier.call("banking.accounts", status=404)

    assert examined(busy(courier, {"e0": 1})).verdict is verdict


def test_events_that_the_app_does_not_use_may_stay_unfinished() -> None:
    courier = receiver_journal(uses=None)
    courier.deliver("e1")

    assert examined(busy(courier, {})).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("pending", "pending_of_others", "verdict"),
    [(1, 0, Verdict.FAIL), (3, 2, Verdict.FAIL), (2, 0, Verdict.INCONCLUSIVE), (1, 1, Verdict.INCONCLUSIVE)],
)
def test_an_app_uses_the_messages_that_it_counts_as_pending(pending: int, pending_of_others: int, verdict: Verdict) -> None:
    """Without ``uses_events``, the app itself shows that it has not finished a message of a kind that it never applied."""
    courier = receiver_journal(uses=None)
    courier.deliver("e0")
    courier.deliver("e1")

    journal = busy(courier, {"e0": 1}, pending=pending, pending_of_others=pending_of_others)

    assert examined(journal).verdict is verdict


def test_unfinished_work_without_a_missing_message_is_inconclusive() -> None:
    """Each message was applied, so the work may have another reason."""
    finding = examined(busy(delivered(), {"e0": 1, "e1": 1}, pending=1))

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app reports unfinished work, and has applied every message"


@pytest.mark.parametrize(("count", "more", "lines"), [(3, "", 3), (4, " and 1 more", 4), (6, " and 3 more", 5)])
def test_the_first_unfinished_messages_are_named(count: int, more: str, lines: int) -> None:
    """The finding names three of them, and the evidence five."""
    courier = receiver_journal()
    for number in range(count):
        courier.event(f"e{number}", "consent.updated")
        courier.deliver(f"e{number}")

    finding = examined(busy(courier))

    names = ", ".join(f"e{number} consent.updated" for number in range(3))
    assert finding.observed == f"the app did not finish {names}{more}, although nothing disturbed it"
    assert finding.evidence[:-1] == tuple(
        f"e{number} consent.updated: acknowledged, and never finished" for number in range(lines)
    )


def test_nothing_acknowledged_is_inconclusive() -> None:
    courier = receiver_journal()
    courier.deliver("e0", status=401)
    courier.journal.write(Effects(participant="", moment="end"))

    assert examined(courier.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("applied", "named"),
    [({"e0": 1}, "e1 banking.accounts.sync.completed"), ({"e0": 1, "e1": 1}, "its work")],
    ids=["one message is missing", "every message is applied"],
)
def test_an_app_that_never_resumes_its_work_after_a_kill_fails(applied: dict[str, int], named: str) -> None:
    """Unfinished work stays pending although nothing disturbs the app any more, whatever counts it reports."""
    courier = delivered()
    courier.kill()

    finding = examined(busy(courier, applied, pending=1, had_full_time=False, had_recovery_time=True))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == (
        f"the app never finished {named}: after a disturbance that had ended, it reported the work as pending, called no "
        "API and changed nothing"
    )
