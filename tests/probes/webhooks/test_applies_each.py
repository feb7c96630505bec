"""applies_each: messages that look alike are messages of their own."""

from fiskil_harness.probes import AppliesEach, Finding, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = AppliesEach().examine(courier.journal)
    return finding


def alike(courier: Courier, *names: str, status: int = 204) -> None:
    """Lookalikes were delivered one after another."""
    for number, name in enumerate(names):
        courier.event(f"e{number}", "banking.accounts.sync.completed", message_id=f"id-{number}")
        courier.deliver(f"e{number}", name=name, status=status)


def test_each_applied_passes() -> None:
    """Two ids, two effects."""
    courier = Courier()
    alike(courier, "the first", "the same facts")
    courier.effects({"id-0": 1, "id-1": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_one_taken_for_the_other_fails() -> None:
    """The one that was swallowed is named."""
    courier = Courier()
    alike(courier, "the first", "the same facts")
    courier.effects({"id-0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e1 the same facts attempt 1: 204",)


def test_a_refused_one_is_not_judged() -> None:
    """What was not acknowledged was not taken for another."""
    courier = Courier()
    alike(courier, "the first", "the same facts")
    courier.event("e2", "banking.accounts.sync.completed")
    courier.deliver("e2", name="leading zero", status=400)
    courier.effects({"id-0": 1, "id-1": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_none_applied_proves_nothing() -> None:
    """An app that ignores the kind cannot mix ids up."""
    courier = Courier()
    alike(courier, "the first", "the same facts")
    courier.effects({})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


def test_nothing_acknowledged_proves_nothing() -> None:
    """There must be two to be told apart."""
    courier = Courier()
    alike(courier, "the first", "the same facts", status=400)
    courier.effects({})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_proves_nothing_yet() -> None:
    """The second effect may still come."""
    courier = Courier()
    alike(courier, "the first", "the same facts")
    courier.effects({"id-0": 1}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_counts_readings_tell() -> None:
    """Each event was followed by a reading of its dataset."""
    courier = Courier()
    for number, name in enumerate(("the first", "the same facts")):
        courier.event(f"e{number}", "banking.accounts.sync.completed")
        courier.deliver(f"e{number}", name=name)
        courier.call("banking.accounts")
    courier.effects(state={})

    assert examined(courier).verdict is Verdict.PASS


def test_without_counts_a_missing_reading_proves_nothing() -> None:
    """An app may have read so lately that it need not again."""
    courier = Courier()
    courier.deliver("e1", name="the first")
    courier.call("banking.accounts")
    courier.event("e5", "banking.accounts.sync.completed")
    courier.deliver("e5", name="the same facts")
    courier.effects(state={})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_each_lookalike_is_a_case() -> None:
    """The report says which ones are taken for one another."""
    courier = Courier()
    alike(courier, "first", "leading zero")
    courier.effects({"id-0": 1})

    cases = examined(courier).cases

    assert [(case.name, case.verdict, case.events) for case in cases] == [
        ("first", Verdict.PASS, ("e0",)),
        ("leading_zero", Verdict.FAIL, ("e1",)),
    ]


def test_a_kind_that_was_never_applied_accuses_nobody() -> None:
    """The app may have no use for it; it was taken for no other message."""
    courier = Courier()
    alike(courier, "first", "same facts")
    courier.event("e2", "consent.updated", message_id="id-2")
    courier.deliver("e2", name="another event")
    courier.effects({"id-0": 1, "id-1": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_reading_about_somebody_else_is_none() -> None:
    """It follows from another message."""
    courier = Courier()
    for number, name in enumerate(("the first", "the same facts")):
        courier.event(f"e{number}", "banking.accounts.sync.completed")
        courier.deliver(f"e{number}", name=name)
        courier.call("banking.accounts", participant="somebody")
    courier.effects(state={})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_what_was_swallowed_is_counted() -> None:
    """Of how many that looked alike."""
    courier = Courier()
    alike(courier, "the first", "the same facts", "a zero before the first id")
    courier.effects({"id-0": 1})

    finding = examined(courier)

    assert finding.examined == 3
    assert finding.observed == "2 of 3 acknowledged messages were taken for another one and not applied"
