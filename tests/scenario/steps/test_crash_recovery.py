"""Steps that test recovery: repeated messages, manual redelivery, and kills of the app during deliveries."""

from collections.abc import Callable, Iterator

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import DURING_KILL, Delivery, Journal, ProcessChanged
from fiskil_harness.journal.queries.deliveries import why_no_crash_observed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]

ONE_EVENT = (steps.Authorise(), steps.Sync(), steps.Drop("e1"), steps.Drop("e2"), steps.Drop("e3"))
NO_EXTRA_EVENTS = (steps.Drop("extra0"), steps.Drop("extra1"))


@pytest.fixture(scope="module")
def preforked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """A driver in front of the receiver with two processes."""
    settings = gallery.settings(gallery.app("preforked_receiver"))
    driver = Driver(settings, workdir=tmp_path_factory.mktemp("preforked"), seed=7)
    yield driver
    driver.close()


def run(driver: Driver, *sequence: steps.AnyStep) -> Journal:
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    assert not crashed
    return journal


def test_messages_are_repeated_together(perform: Perform, mailbox: Mailbox) -> None:
    """Each round contains each message once, with the bytes of its latest attempt."""
    journal, _ = perform(*ONE_EVENT, steps.TouchConsent(), steps.Deliver(), steps.RepeatTogether(rounds=2))

    replays = [delivery for delivery in journal.all(Delivery) if delivery.kind == "replay"]
    assert [delivery.event for delivery in replays] == ["e0", "e4", "e0", "e4"]
    assert len({delivery.group for delivery in replays} - {0}) == 2
    assert sorted(mailbox.bodies[2:4]) == sorted(mailbox.bodies[:2]) == sorted(mailbox.bodies[4:])


def test_a_discarded_event_can_be_redelivered(perform: Perform, mailbox: Mailbox) -> None:
    """It has the same id and the last attempt number; acknowledged events are not delivered again."""
    mailbox.status = 503
    journal, crashed = perform(*ONE_EVENT, steps.Deliver(attempts=9), steps.Redeliver())

    assert not crashed
    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2, 3, 4, 5, 5]
    assert len({message["message_id"] for message in mailbox.messages}) == 1
    assert {delivery.kind for delivery in journal.all(Delivery)} == {"genuine"}


def test_an_event_can_be_named(perform: Perform, mailbox: Mailbox) -> None:
    """Then it need not be discarded, and it has the next attempt number."""
    perform(*ONE_EVENT, steps.Deliver(), steps.Redeliver("e0"))

    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2]


def test_redelivery_needs_a_discarded_event(perform: Perform) -> None:
    """The message states that there is none."""
    _, crashed = perform(*ONE_EVENT, steps.Deliver(), steps.Redeliver())

    assert crashed.startswith("step 7 (redeliver) could not be done: No event was discarded, so there is nothing to deliver")


def test_a_kill_leaves_deliveries_without_a_response(preforked: Driver) -> None:
    """At the very beginning the app has not responded; it is restarted, and acknowledges the retries."""
    journal = run(
        preforked,
        *ONE_EVENT,
        *NO_EXTRA_EVENTS,
        steps.TouchConsent(times=3),
        steps.KillDuringDelivery(at=0),
        steps.Deliver(attempts=5),
        steps.WaitUntilIdle(),
    )

    deliveries = journal.all(Delivery)
    during_kill = [delivery for delivery in deliveries if delivery.name == DURING_KILL]
    assert [delivery.event for delivery in during_kill] == ["e0", "e4", "e5", "e6"]
    assert {delivery.event for delivery in deliveries if delivery.outcome == "ack"} == {"e0", "e4", "e5", "e6"}
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "restart"]


def test_a_kill_during_one_delivery_affects_no_other(preforked: Driver) -> None:
    """Only the named event is sent before the kill, and no verdict depends on its response."""
    journal = run(
        preforked,
        *ONE_EVENT,
        *NO_EXTRA_EVENTS,
        steps.TouchConsent(),
        steps.KillDuringDelivery("e4", at=1.5),
        steps.Deliver(attempts=5),
    )

    during_kill = [delivery for delivery in journal.all(Delivery) if delivery.name == DURING_KILL]
    assert [(delivery.event, delivery.attempt, delivery.group) for delivery in during_kill] == [("e4", 1, 0)]
    assert why_no_crash_observed(journal) == ""
    assert {delivery.event for delivery in journal.all(Delivery) if delivery.outcome == "ack"} == {"e0", "e4"}


def test_only_one_worker_is_killed(preforked: Driver) -> None:
    """The other processes continue, and the harness does not restart the app."""
    journal = run(preforked, *ONE_EVENT, steps.KillWorker(), steps.Deliver(attempts=5))

    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill_worker"]
    assert journal.all(Delivery)[-1].outcome == "ack"


@pytest.mark.parametrize("at", [-0.1, 21])
def test_a_kill_is_close_to_its_deliveries(at: float) -> None:
    """It is neither before them nor long after."""
    with pytest.raises(ConfigError, match=r"KillDuringDelivery: at must be from 0 to 20, got"):
        steps.KillDuringDelivery(at=at).check()


@pytest.mark.parametrize("rounds", [0, 101])
def test_the_number_of_rounds_is_limited(rounds: int) -> None:
    """It is from 1 to 100."""
    with pytest.raises(ConfigError, match=r"RepeatTogether: rounds must be from 1 to 100, got"):
        steps.RepeatTogether(rounds=rounds).check()
