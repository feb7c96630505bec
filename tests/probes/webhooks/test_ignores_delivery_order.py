"""ignores_delivery_order: the way in which the app was told leaves no trace in its state."""

from typing import Any

import pytest

from fiskil_harness.probes import Finding, IgnoresDeliveryOrder, Verdict
from tests.probes.courier import Courier

CONNECTED = {"connection": "connected", "rows": [{"v": 1}, {"v": 2}]}


def ended(*, a: Any = CONNECTED, b: Any = CONNECTED, c: Any = CONNECTED, first: Any = None, **more: Any) -> Finding:
    """The twins were told the same and ended in these states, having begun in *first*."""
    courier = Courier()
    for name in ("a", "c", "b"):
        courier.effects(state={} if first is None else first, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    for name, state in (("a", a), ("b", b), ("c", c)):
        courier.effects(state=state, participant=name, **more)
    finding: Finding = IgnoresDeliveryOrder().examine(courier.journal)
    return finding


def test_equal_twins_pass() -> None:
    """Places that were compared are counted."""
    finding = ended(b={"connection": "connected", "rows": [{"v": 2}, {"v": 1}]})

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_unequal_twins_fail_with_the_places() -> None:
    """What stands there in order, and what otherwise."""
    finding = ended(b={"connection": "revoked", "rows": [{"v": 1}]})

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == (
        "$.connection: connected in order, revoked otherwise",
        "$.rows[*].v: 2 in order, nothing more otherwise",
    )


def test_what_differs_between_two_runs_in_order_is_left_out() -> None:
    """A counter of the app's own says nothing, and the report says that it was left out."""
    finding = ended(a={**CONNECTED, "serial": 1}, c={**CONNECTED, "serial": 2}, b={**CONNECTED, "serial": 3})

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("ignored, because two identical runs differ there: $.serial",)


def test_a_volatile_place_does_not_hide_another() -> None:
    """Only what differs in order is left out."""
    finding = ended(
        a={"connection": "connected", "serial": 1},
        c={"connection": "connected", "serial": 2},
        b={"connection": "revoked", "serial": 1},
    )

    assert finding.verdict is Verdict.FAIL


def test_nothing_left_proves_nothing() -> None:
    """Where everything is volatile nothing was compared."""
    assert ended(a={"v": 1}, c={"v": 2}, b={"v": 1}).verdict is Verdict.INCONCLUSIVE


def test_a_view_of_what_is_active_may_end_empty() -> None:
    """What the twin in order showed meanwhile, and what is gone from each of them, was compared; a relic is a difference."""
    active, gone = {"active": ["consent-"]}, {"active": []}
    finding = ended(a=gone, b=gone, c=gone, first=active)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert ended(a=gone, b=active, c=gone, first=active).verdict is Verdict.FAIL


@pytest.mark.parametrize("state", [{}, {"active": []}, {"status": "ok"}])
def test_a_state_that_no_delivery_moves_proves_nothing(state: Any) -> None:
    """An app that tells the same whatever happens is not judged by it."""
    finding = ended(a=state, b=state, c=state, first=state)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_no_state_proves_nothing() -> None:
    """The hook is named."""
    finding = ended(a=None, b=None, c=None)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_an_app_at_work_proves_nothing_yet() -> None:
    """A twin that is behind is not different."""
    assert ended(b={}, is_idle=False).verdict is Verdict.INCONCLUSIVE


def test_no_twins_prove_nothing() -> None:
    """One end user cannot be compared."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects(state=CONNECTED)

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_twins_that_were_told_differently_prove_nothing() -> None:
    """What one of them refused, the other cannot be blamed for having."""
    courier = Courier()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
        courier.deliver(f"{name}.e1", status=503 if name == "b" else 204)
    for name in ("a", "b", "c"):
        courier.effects(state=CONNECTED if name != "b" else {}, participant=name)

    finding = IgnoresDeliveryOrder().examine(courier.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the twins did not acknowledge the same events")


def test_what_could_not_be_read_with_a_dead_token_is_another_practice() -> None:
    """The twin lacks rows because the client did not renew its token."""
    courier = Courier()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e1")
        courier.call("banking.accounts", participant=name, status=401 if name == "b" else 200)
    for name in ("a", "c", "b"):
        courier.effects(state=CONNECTED if name != "b" else {"connection": "connected"}, participant=name)

    assert IgnoresDeliveryOrder().examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def told_in_orders(*, b1: Any, b2: Any) -> Finding:
    """Three events in order for two twins, and in two other orders for two more."""
    courier = Courier()
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
    """Called by what was told about the consent, as it came."""
    finding = told_in_orders(b1={"consent": "active"}, b2={"consent": "revoked"})

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the twins end differently at 1 of 1 places in 1 of 2 orders"
    assert [(case.name, case.verdict) for case in finding.cases] == [
        ("revoked_received_updated", Verdict.FAIL),
        ("updated_revoked_received", Verdict.PASS),
    ]


def test_every_order_must_hold() -> None:
    """One after another."""
    finding = told_in_orders(b1={"consent": "revoked"}, b2={"consent": "revoked"})

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "the twins end alike at 1 places in 2 orders")


def test_an_order_that_cannot_be_compared_leaves_all_open() -> None:
    """Unless another one convicts."""
    unclear = told_in_orders(b1=None, b2={"consent": "revoked"})
    convicted = told_in_orders(b1=None, b2={"consent": "active"})

    assert (unclear.verdict, unclear.cases[0].verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert convicted.verdict is Verdict.FAIL
