"""Steps that an app must recover from: messages that come again together, by hand, and around a crash of the app."""

from collections.abc import Callable, Iterator

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import DURING_KILL, Delivery, Journal, Started
from fiskil_harness.journal.queries.deliveries import uncut
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]

ONE_EVENT = (steps.Authorise(), steps.Sync(), steps.Drop("e1"), steps.Drop("e2"), steps.Drop("e3"))


@pytest.fixture(scope="module")
def preforked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """A driver in front of the receiver with two processes."""
    settings = gallery.settings(gallery.app("preforked_receiver"))
    driver = Driver(settings, workdir=tmp_path_factory.mktemp("preforked"), seed=7)
    yield driver
    driver.close()


def run(driver: Driver, *given: steps.AnyStep) -> Journal:
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    assert not crashed
    return journal


def test_everything_comes_again_together(perform: Perform, mailbox: Mailbox) -> None:
    """Round after round, each message once in each, with the bytes of its latest attempt."""
    journal, _ = perform(*ONE_EVENT, steps.TouchConsent(), steps.Deliver(), steps.RepeatTogether(rounds=2))

    again = [delivery for delivery in journal.all(Delivery) if delivery.kind == "replay"]
    assert [delivery.event for delivery in again] == ["e0", "e4", "e0", "e4"]
    assert len({delivery.group for delivery in again} - {0}) == 2
    assert sorted(mailbox.bodies[2:4]) == sorted(mailbox.bodies[:2]) == sorted(mailbox.bodies[4:])


def test_what_was_discarded_can_be_delivered_by_hand(perform: Perform, mailbox: Mailbox) -> None:
    """Once more, under the same id and with the last number; what was acknowledged is left alone."""
    mailbox.status = 503
    given = (*ONE_EVENT, steps.Deliver(attempts=9), steps.Redeliver())

    journal, crashed = perform(*given)

    assert not crashed
    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2, 3, 4, 5, 5]
    assert len({message["message_id"] for message in mailbox.messages}) == 1
    assert {delivery.kind for delivery in journal.all(Delivery)} == {"genuine"}


def test_an_event_can_be_named(perform: Perform, mailbox: Mailbox) -> None:
    """Then it need not be discarded, and the number is the next."""
    perform(*ONE_EVENT, steps.Deliver(), steps.Redeliver("e0"))

    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2]


def test_nothing_discarded_is_nothing_to_deliver(perform: Perform) -> None:
    """The step says so."""
    _, crashed = perform(*ONE_EVENT, steps.Deliver(), steps.Redeliver())

    assert crashed.startswith("step 7 (redeliver) could not be done: No event was discarded, so there is nothing to deliver")


def test_a_kill_amidst_leaves_deliveries_without_an_answer(preforked: Driver) -> None:
    """At the very beginning nobody has answered; the app is started again, and takes the retry."""
    journal = run(
        preforked,
        *ONE_EVENT,
        steps.TouchConsent(times=3),
        steps.KillDuringDelivery(at=0),
        steps.Deliver(attempts=5),
        steps.WaitUntilIdle(),
    )

    made = journal.all(Delivery)
    amidst = [delivery for delivery in made if delivery.name == DURING_KILL]
    assert [delivery.event for delivery in amidst] == ["e0", "e4", "e5", "e6"]
    assert {delivery.event for delivery in made if delivery.outcome == "ack"} == {"e0", "e4", "e5", "e6"}
    assert [started.how for started in journal.all(Started)] == ["found", "kill", "restart"]


def test_a_kill_amidst_one_delivery_leaves_the_others_alone(preforked: Driver) -> None:
    """Only the event that is named leaves before the app dies, and no verdict hangs on whether it was answered."""
    journal = run(
        preforked, *ONE_EVENT, steps.TouchConsent(), steps.KillDuringDelivery("e4", at=1.5), steps.Deliver(attempts=5)
    )

    amidst = [delivery for delivery in journal.all(Delivery) if delivery.name == DURING_KILL]
    assert [(delivery.event, delivery.attempt, delivery.group) for delivery in amidst] == [("e4", 1, 0)]
    assert uncut(journal) == ""
    assert {delivery.event for delivery in journal.all(Delivery) if delivery.outcome == "ack"} == {"e0", "e4"}


def test_a_worker_dies_alone(preforked: Driver) -> None:
    """The others go on, and nothing is started by us."""
    journal = run(preforked, *ONE_EVENT, steps.KillWorker(), steps.Deliver(attempts=5))

    assert [started.how for started in journal.all(Started)] == ["found", "kill_worker"]
    assert journal.all(Delivery)[-1].outcome == "ack"


@pytest.mark.parametrize("at", [-0.1, 21])
def test_a_kill_comes_near_its_deliveries(at: float) -> None:
    """Neither before them nor long after."""
    with pytest.raises(ConfigError, match=r"KillAmidst: at must be from 0 to 20, got"):
        steps.KillDuringDelivery(at=at).check()


@pytest.mark.parametrize("rounds", [0, 101])
def test_rounds_are_counted(rounds: int) -> None:
    """Some, and not more than anybody waits for."""
    with pytest.raises(ConfigError, match=r"RepeatTogether: rounds must be from 1 to 100, got"):
        steps.RepeatTogether(rounds=rounds).check()
