"""applies_each: messages that look alike are applied as separate messages."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import AppliesEach, Finding, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = AppliesEach().examine(courier.journal)
    return finding


def deliver_similar(courier: JournalBuilder, *names: str, status: int = 204) -> None:
    """Deliver similar messages one after another, one for each name."""
    for number, name in enumerate(names):
        courier.event(f"e{number}", "banking.accounts.sync.completed", message_id=f"id-{number}")
        courier.deliver(f"e{number}", name=name, status=status)


def test_each_applied_passes() -> None:
    """Two ids have two effects."""
    courier = receiver_journal()
    deliver_similar(courier, "the first", "the same facts")
    courier.effects(applied={"id-0": 1, "id-1": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_message_treated_as_a_duplicate_fails() -> None:
    """The evidence names the message that was not applied."""
    courier = receiver_journal()
    deliver_similar(courier, "the first", "the same facts")
    courier.effects(applied={"id-0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e1 the same facts attempt 1: 204",)


def test_a_refused_message_is_not_judged() -> None:
    """A message that was not acknowledged was not treated as a duplicate."""
    courier = receiver_journal()
    deliver_similar(courier, "the first", "the same facts")
    courier.event("e2", "banking.accounts.sync.completed")
    courier.deliver("e2", name="leading zero", status=400)
    courier.effects(applied={"id-0": 1, "id-1": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_an_app_that_applies_none_is_inconclusive() -> None:
    """An app that ignores the kind cannot confuse ids."""
    courier = receiver_journal()
    deliver_similar(courier, "the first", "the same facts")
    courier.effects(applied={})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


@pytest.mark.parametrize("acknowledged", [0, 1])
def test_without_acknowledged_messages_the_result_is_inconclusive(acknowledged: int) -> None:
    """At least two acknowledged messages are needed."""
    courier = receiver_journal()
    for number, name in enumerate(("the first", "the same facts")):
        courier.event(f"e{number}", "banking.accounts.sync.completed", message_id=f"id-{number}")
        courier.deliver(f"e{number}", name=name, status=204 if number < acknowledged else 400)
    courier.effects(applied={"id-0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "no two messages that look alike were acknowledged"


def test_a_busy_app_is_inconclusive() -> None:
    """The second effect may still come."""
    courier = receiver_journal()
    deliver_similar(courier, "the first", "the same facts")
    courier.effects(applied={"id-0": 1}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_counts_api_calls_are_the_evidence() -> None:
    """Each event was followed by an API call for its dataset."""
    courier = receiver_journal()
    for number, name in enumerate(("the first", "the same facts")):
        courier.event(f"e{number}", "banking.accounts.sync.completed")
        courier.deliver(f"e{number}", name=name)
        courier.call("banking.accounts")
    courier.effects(state={})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_without_counts_a_call_before_the_event_shows_nothing() -> None:
    """The app read the dataset twice after the first event, and not after the second one."""
    courier = receiver_journal()
    for number, name in enumerate(("the first", "the same facts")):
        courier.event(f"e{number}", "banking.accounts.sync.completed")
        if number:
            courier.call("banking.accounts")
        courier.deliver(f"e{number}", name=name)
    courier.effects(state={})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_counts_a_missing_api_call_is_inconclusive() -> None:
    """An app that has just read the dataset need not read it again."""
    courier = receiver_journal()
    courier.deliver("e1", name="the first")
    courier.call("banking.accounts")
    courier.event("e5", "banking.accounts.sync.completed")
    courier.deliver("e5", name="the same facts")
    courier.effects(state={})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_each_similar_message_is_a_case() -> None:
    """The report names the messages that were treated as duplicates."""
    courier = receiver_journal()
    deliver_similar(courier, "first", "leading zero")
    courier.effects(applied={"id-0": 1})

    cases = examined(courier).cases

    assert [(case.name, case.verdict, case.events) for case in cases] == [
        ("first", Verdict.PASS, ("e0",)),
        ("leading_zero", Verdict.FAIL, ("e1",)),
    ]


def test_a_kind_that_was_never_applied_does_not_fail() -> None:
    """The app may not use the kind; the message was not treated as a duplicate."""
    courier = receiver_journal()
    deliver_similar(courier, "first", "same facts")
    courier.event("e2", "consent.updated", message_id="id-2")
    courier.deliver("e2", name="another event")
    courier.effects(applied={"id-0": 1, "id-1": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_api_call_about_another_end_user_does_not_count() -> None:
    """The call belongs to another message."""
    courier = receiver_journal()
    for number, name in enumerate(("the first", "the same facts")):
        courier.event(f"e{number}", "banking.accounts.sync.completed")
        courier.deliver(f"e{number}", name=name)
        courier.call("banking.accounts", participant="other")
    courier.effects(state={})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_messages_treated_as_duplicates_are_counted() -> None:
    """The finding states how many of the similar messages were not applied."""
    courier = receiver_journal()
    deliver_similar(courier, "the first", "the same facts", "a zero before the first id")
    courier.effects(applied={"id-0": 1})

    finding = examined(courier)

    assert finding.observed == "2 of 3 acknowledged messages were treated as duplicates and not applied"
