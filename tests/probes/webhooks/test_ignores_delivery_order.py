"""ignores_delivery_order: the order of deliveries leaves no trace in the app's state."""

from typing import Any

import pytest

from fiskil_harness.journal import ConsentState
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.rows import PENDING
from fiskil_harness.probes import Finding, IgnoresDeliveryOrder, Verdict
from tests.probes.receivers import receiver_journal

CONNECTED = {"connection": "connected", "rows": [{"v": 1}, {"v": 2}]}


def examined(*, a: Any = CONNECTED, b: Any = CONNECTED, c: Any = CONNECTED, first: Any = None, **more: Any) -> Finding:
    """Return the finding for twins that got the same events and ended in these states, beginning in *first*."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={} if first is None else first, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    for name, state in (("a", a), ("b", b), ("c", c)):
        courier.effects(state=state, participant=name, **more)
    finding: Finding = IgnoresDeliveryOrder().examine(courier.journal)
    return finding


def test_equal_twins_pass() -> None:
    """The finding counts the compared places."""
    finding = examined(b={"connection": "connected", "rows": [{"v": 2}, {"v": 1}]})

    assert (finding.verdict, finding.examined, finding.cases) == (Verdict.PASS, 2, ())
    assert finding.observed == "the twins' final states are equal at 2 places"


def test_unequal_twins_fail_with_the_places() -> None:
    """The evidence shows the value in order and the value otherwise."""
    finding = examined(b={"connection": "revoked", "rows": [{"v": 1}]})

    assert finding.verdict is Verdict.FAIL
    assert (finding.observed, finding.cases) == ("the twins' final states differ at 2 of 2 places", ())
    assert finding.evidence == (
        "$.connection: connected in order, revoked otherwise",
        "$.rows[*].v: 2 in order, nothing more otherwise",
    )


@pytest.mark.parametrize("sources", ["accounts", "energy_accounts", "energy_balances, energy_accounts"])
def test_names_of_datasets_show_no_effect_of_a_delivery(sources: str) -> None:
    """The app knows them from its own source code."""
    state = {"sources": [sources]}

    finding = examined(a=state, b=state, c=state, first=state)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app's state shows no effect of any delivery",
    )


@pytest.mark.parametrize("row", ["bank_tx_everyday:1", "energy_account_home", "energy_usage_home:2026-10-01"])
def test_ids_of_rows_show_an_effect_of_a_delivery(row: str) -> None:
    """The app can have received them from the API only."""
    state = {"rows": [row]}

    assert examined(a=state, b=state, c=state, first=state).verdict is Verdict.PASS


def test_places_that_differ_between_two_ordered_runs_are_left_out() -> None:
    """Such a value proves nothing, and the advice names it."""
    finding = examined(a={**CONNECTED, "serial": 1}, c={**CONNECTED, "serial": 2}, b={**CONNECTED, "serial": 3})

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("ignored, because two identical runs differ there: $.serial",)


def test_a_volatile_place_does_not_hide_another() -> None:
    """Only places that differ in order are left out."""
    finding = examined(
        a={"connection": "connected", "serial": 1},
        c={"connection": "connected", "serial": 2},
        b={"connection": "revoked", "serial": 1},
    )

    assert finding.verdict is Verdict.FAIL


def test_without_a_stable_place_the_result_is_inconclusive() -> None:
    """If everything is volatile, nothing was compared."""
    assert examined(a={"v": 1}, c={"v": 2}, b={"v": 1}).verdict is Verdict.INCONCLUSIVE


def test_a_view_of_active_consents_may_end_empty() -> None:
    """Values that appeared meanwhile are compared too; a value that remains is a difference."""
    active, gone = {"active": ["consent-"]}, {"active": []}
    finding = examined(a=gone, b=gone, c=gone, first=active)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert examined(a=gone, b=active, c=gone, first=active).verdict is Verdict.FAIL


@pytest.mark.parametrize("state", [{}, {"active": []}, {"status": "ok"}])
def test_a_state_that_no_delivery_changes_is_inconclusive(state: Any) -> None:
    """A constant state does not show any effect."""
    finding = examined(a=state, b=state, c=state, first=state)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_without_a_state_the_result_is_inconclusive() -> None:
    """The finding names the hook."""
    finding = examined(a=None, b=None, c=None)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_a_busy_app_is_inconclusive() -> None:
    """A twin that is not finished may still change."""
    assert examined(b={}, is_idle=False).verdict is Verdict.INCONCLUSIVE


def test_without_twins_the_result_is_inconclusive() -> None:
    """A single end user cannot be compared."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(state=CONNECTED)

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_twins_with_different_acknowledged_events_are_inconclusive() -> None:
    """A message that one twin refused cannot be in its state."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
        courier.deliver(f"{name}.e1", status=503 if name == "b" else 204)
    for name in ("a", "b", "c"):
        courier.effects(state=CONNECTED if name != "b" else {}, participant=name)

    finding = IgnoresDeliveryOrder().examine(courier.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the twins did not acknowledge the same events")


def test_an_event_that_was_never_acknowledged_does_not_count() -> None:
    """One twin has one more event than the others, which did not reach the app."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    courier.event("a.e2")
    for name in ("a", "b", "c"):
        courier.effects(state=CONNECTED, participant=name)

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("pending", "hook"), [(1, ""), (None, PENDING)])
def test_a_busy_app_that_does_not_report_pending_gets_a_hint(pending: int | None, hook: str) -> None:
    """The harness cannot know when its work ends."""
    finding = examined(is_idle=False, pending=pending)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)


def test_rows_missing_because_of_an_expired_token_are_another_practice() -> None:
    """The rows are missing because the client did not renew its token."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e1")
        courier.call("banking.accounts", participant=name, status=401 if name == "b" else 200)
    for name in ("a", "c", "b"):
        courier.effects(state=CONNECTED if name != "b" else {"connection": "connected"}, participant=name)

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def examined_in_two_orders(*, b1: Any, b2: Any) -> Finding:
    """Return the finding for two twins with three events in order, and two twins with two other orders."""
    courier = receiver_journal()
    orders = {"a": "023", "c": "023", "b1": "302", "b2": "230"}
    for name, order in orders.items():
        courier.effects(state={}, participant=name, moment="before")
        for number in order:
            courier.deliver(f"{name}.e{number}")
    for name, state in (("a", {"consent": "revoked"}), ("c", {"consent": "revoked"}), ("b1", b1), ("b2", b2)):
        courier.effects(state=state, participant=name)
    finding: Finding = IgnoresDeliveryOrder().examine(courier.journal)
    return finding


def test_each_order_is_a_case() -> None:
    """The case is named after the consent events in the order of delivery."""
    finding = examined_in_two_orders(b1={"consent": "active"}, b2={"consent": "revoked"})

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the twins' final states differ at 1 of 1 places in 1 of 2 orders"
    assert [(case.name, case.verdict) for case in finding.cases] == [
        ("revoked_received_updated", Verdict.FAIL),
        ("updated_revoked_received", Verdict.PASS),
    ]


def test_all_orders_must_be_equal_to_pass() -> None:
    """Each order is compared with the twin in order."""
    finding = examined_in_two_orders(b1={"consent": "revoked"}, b2={"consent": "revoked"})

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "the twins' final states are equal at 1 places in 2 orders")


def test_an_order_that_cannot_be_compared_is_inconclusive() -> None:
    """Another order can still fail."""
    unclear = examined_in_two_orders(b1=None, b2={"consent": "revoked"})
    failed = examined_in_two_orders(b1=None, b2={"consent": "active"})

    assert (unclear.verdict, unclear.cases[0].verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert failed.verdict is Verdict.FAIL


def ended_in_another_order(a: dict[str, Any], b: dict[str, Any], *, is_active: bool = False, **first: int) -> JournalBuilder:
    """Return a journal in which the revocation reached twin b first; *a* and *b* are final states after an active one."""
    courier = receiver_journal()
    for name in ("a", "c"):
        courier.deliver(f"{name}.e0")
        courier.effects(state={"status": "active", "bank": "Bank", **first}, participant=name, moment="after")
        courier.deliver(f"{name}.e3")
    courier.event("b.e0")
    courier.deliver("b.e3")
    courier.deliver("b.e0")
    for name, state in (("a", a), ("b", b), ("c", a)):
        courier.effects(state=state, participant=name)
        courier.journal.write(ConsentState(participant=name, consent_id=f"consent-{name}", is_active=is_active))
    return courier


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"status": "revoked", "bank": "Bank"}, {"status": "revoked"}),
        ({"status": "revoked", "past": [{"rows": 94}]}, {"status": "revoked", "past": [{"rows": 0}]}),
        ({"status": "revoked"}, {"status": "revoked", "warning": "revoked before received"}),
    ],
)
def test_traces_of_an_ended_consent_may_differ(a: dict[str, Any], b: dict[str, Any]) -> None:
    """The rest of it depends on what the app knew before the end."""
    finding = IgnoresDeliveryOrder().examine(ended_in_another_order(a, b).journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice[0].startswith("ignored, because these values record what happened to one twin only: $.")


def test_traces_differ_only_if_the_consents_of_both_twins_ended() -> None:
    """The consent of the twin in order is still active, so the other one lost a value."""
    courier = ended_in_another_order({"status": "revoked", "bank": "Bank"}, {"status": "revoked"})
    courier.consent("consent-a", participant="a")

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("first", "end", "otherwise", "verdict"),
    [(1, 2, 1, Verdict.PASS), (1, 2, 3, Verdict.FAIL), (94, 0, 94, Verdict.FAIL), (2, 2, 1, Verdict.FAIL)],
    ids=["fewer changes", "more changes", "rows kept", "lost row"],
)
def test_a_twin_may_have_counted_fewer_changes(first: int, end: int, otherwise: int, verdict: Verdict) -> None:
    """An outdated event changes nothing. Only a number that grew at the end counts changes; rows are gone then."""
    courier = ended_in_another_order(
        {"status": "revoked", "revision": end}, {"status": "revoked", "revision": otherwise}, revision=first
    )

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is verdict


@pytest.mark.parametrize("b", [{"status": "active"}, {"status": "revoked", "bank": "Bank"}])
def test_a_twin_must_not_look_as_before_the_end(b: dict[str, Any]) -> None:
    """The twin shows a value that the other had only while its consent was active."""
    assert IgnoresDeliveryOrder().examine(ended_in_another_order({"status": "revoked"}, b).journal).verdict is Verdict.FAIL


def test_while_a_consent_is_active_no_value_may_be_missing() -> None:
    """A missing value may be a lost effect."""
    a, b = {"status": "updated", "bank": "Bank"}, {"status": "updated"}

    assert IgnoresDeliveryOrder().examine(ended_in_another_order(a, b, is_active=True).journal).verdict is Verdict.FAIL
