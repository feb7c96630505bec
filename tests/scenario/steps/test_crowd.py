"""Steps for several end users: the first is the scenario's own, and each has consents and events."""

from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import ConcurrentResponse, Delivery, EventCreated, HookCall
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox
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
def test_a_number_out_of_range_is_refused(step: steps.Step) -> None:
    """At least one end user, and at most a hundred."""
    with pytest.raises(ConfigError, match=r"end_users must be from 1 to 100, got"):
        step.check()


def test_end_users_use_the_app_at_the_same_moment(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]
) -> None:
    """Their refreshes and pages overlap with the deliveries, and each response is recorded with its end user."""
    server.expect_request("/refresh").respond_with_data("ok")
    server.expect_request("/page").respond_with_handler(lambda request: Response(request.args["customer"]))
    settings = mailbox.settings(
        drive={"refresh": {"request": "POST /refresh"}}, observe={"pages": {"home": "/page?customer={end_user_ref}"}}
    )
    sequence = (steps.AuthoriseEach(2), steps.UseAppTogether(2))

    journal, crashed = drive(settings).perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert not crashed
    responses = journal.all(ConcurrentResponse)
    pages = [response for response in responses if response.source == "page home"]
    assert {response.participant for response in responses} == {"", "p2"}
    assert pages
    assert all(response.body.decode() == response.marks[0] for response in pages)
    assert [delivery.group for delivery in journal.all(Delivery)] == [1, 1]
    assert len(journal.all(HookCall)) == 2
