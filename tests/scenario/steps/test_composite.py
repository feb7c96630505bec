"""Composite steps stand for a sequence, and a scenario holds that sequence."""

import pytest

from fiskil_harness import Scenario, faults, steps
from fiskil_harness.core import plugins
from fiskil_harness.errors import UsageError

CONNECTED = (steps.Authorise(), steps.Deliver(), steps.Sync(), steps.Deliver())


def scenario(*sequence: steps.AnyStep) -> Scenario:
    """Return a scenario of these steps."""
    return Scenario(name="any", practices=(), steps=sequence, probes=())


def test_connect_is_consent_delivery_sync_delivery() -> None:
    """The most usual beginning has one name."""
    assert scenario(steps.Connect()).steps == CONNECTED


def test_connect_takes_the_participant() -> None:
    """A twin connects by itself."""
    assert scenario(steps.Connect(twin="a")).steps == (
        steps.Authorise(twin="a"),
        steps.Deliver(),
        steps.Sync(twin="a"),
        steps.Deliver(),
    )


def test_sync_through_meets_the_fault_at_the_route_of_the_dataset() -> None:
    """The fault waits before the sync, and the event is delivered after it."""
    assert scenario(steps.SyncThrough(faults.ResetPeer(), "balances", times=2)).steps == (
        steps.InjectFault("banking.balances", faults.ResetPeer(), times=2),
        steps.Sync("balances"),
        steps.Deliver(),
    )


def test_a_plan_file_may_hold_composite_steps() -> None:
    """They are written out when the plan is read, too."""
    plan = {"practices": [], "steps": [{"type": "connect"}], "probes": []}

    assert plugins.convert(plan, Scenario).steps == CONNECTED


def test_a_dataset_that_does_not_exist_is_refused() -> None:
    """Its name is refused as a route of the fault."""
    with pytest.raises(UsageError, match="No route 'balance'"):
        scenario(steps.SyncThrough(faults.ResetPeer(), "balance")).check()
