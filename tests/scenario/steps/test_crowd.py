"""Steps for several end users: the first is the scenario's own, and each has consents and events."""

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import EventCreated
from fiskil_harness.scenario import steps
from tests.scenario.steps.conftest import Perform


def test_each_end_user_consents_and_syncs(perform: Perform) -> None:
    """Their events carry their names."""
    journal, crashed = perform(steps.AuthoriseEach(3), steps.SyncEach(3, dataset="accounts"))

    assert not crashed
    received = [event.participant for event in journal.all(EventCreated) if event.kind == "consent.received"]
    synced = {event.participant for event in journal.all(EventCreated) if event.kind == "banking.accounts.sync.completed"}
    assert received == ["", "p2", "p3"]
    assert synced == {"", "p2", "p3"}


@pytest.mark.parametrize("step", [steps.AuthoriseEach(0), steps.SyncEach(101)])
def test_a_number_out_of_range_is_refused(step: steps.PlainStep) -> None:
    """At least one end user, and at most a hundred."""
    with pytest.raises(ConfigError, match=r"end_users must be from 1 to 100, got"):
        step.check()
