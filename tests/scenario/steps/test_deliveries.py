"""Steps that deliver events: which messages arrive, how often, in which order and with which bytes."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, EventCreated, Journal, StepIncomplete
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.scenario.steps.deliveries import until_it_hangs
from fiskil_harness.scenario.steps.step import Step
from fiskil_harness.webhooks import sign
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


# Passing time would create sync events, unless every first sync has completed and its event was dropped.
ONE_EVENT = (steps.Authorise(), steps.Sync(), steps.Drop("e1"), steps.Drop("e2"), steps.Drop("e3"))


def attempts(journal: Journal) -> list[tuple[str, int, str]]:
    return [(delivery.event, delivery.attempt, delivery.kind) for delivery in journal.all(Delivery)]


def test_due_events_are_delivered_by_publish_time(perform: Perform, mailbox: Mailbox) -> None:
    """Nothing is delivered before the step, and then the oldest event comes first."""
    journal, crashed = perform(steps.Authorise(), steps.Sync("transactions"), steps.Deliver())

    assert not crashed
    assert mailbox.kinds == [
        "consent.received",
        "banking.accounts.sync.completed",
        "banking.balances.sync.completed",
        "banking.transactions.sync.completed",
    ]
    assert [delivery.event for delivery in journal.all(Delivery)] == ["e0", "e1", "e2", "e3"]


def test_events_that_may_be_left_out_have_symbols_of_their_own(driver: Driver, mailbox: Mailbox) -> None:
    """So the numbers of the other events are the same in every interpretation. Source: sync.public-data"""
    sequence = (steps.Authorise(), steps.Sync("transactions"), steps.Deliver())

    journal, _ = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert [delivery.event for delivery in journal.all(Delivery)] == ["e0", "extra0", "e1", "e2", "extra1", "e3"]
    assert [mailbox.kinds[1], mailbox.kinds[4]] == [
        "banking.products.sync.completed",
        "banking.transactions.basic.sync.completed",
    ]


@pytest.mark.parametrize(
    ("patterns", "symbols"),
    [
        (["banking.*"], ["e1", "e2", "e3"]),
        (["banking.*", "banking.transactions.basic.sync.completed"], ["e1", "e2", "extra1", "e3"]),
    ],
)
def test_an_event_that_may_be_left_out_is_used_only_if_it_is_named(
    mailbox: Mailbox, drive: Callable[..., Driver], patterns: list[str], symbols: list[str]
) -> None:
    """An app that states banking.* may ignore public data and early stages. Source: webhooks.unknown-events"""
    driver = drive(mailbox.settings(facts={"uses_events": patterns}))
    sequence = (steps.Authorise(), steps.Sync("transactions"), steps.Deliver())

    journal, _ = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert [event.event for event in journal.all(EventCreated) if event.is_subscribed] == symbols


def test_the_newest_event_can_come_first(perform: Perform, mailbox: Mailbox) -> None:
    """Fiskil does not promise an order."""
    perform(steps.Authorise(), steps.Sync("accounts"), steps.Deliver(order="newest_first"))

    assert mailbox.kinds == ["banking.accounts.sync.completed", "consent.received"]


def test_each_event_can_arrive_twice_in_a_row(perform: Perform) -> None:
    """Fiskil delivers at least once. The second delivery is the next attempt, with the same message id."""
    journal, _ = perform(steps.Authorise(), steps.Sync("accounts"), steps.Deliver(order="twice"))

    assert attempts(journal) == [("e0", 1, "genuine"), ("e0", 2, "genuine"), ("e1", 1, "genuine"), ("e1", 2, "genuine")]


def test_all_events_can_arrive_together(perform: Perform, mailbox: Mailbox) -> None:
    """They are one group, which is sent at the same moment."""
    journal, _ = perform(steps.Authorise(), steps.Sync("accounts"), steps.Deliver(order="together"))

    assert sorted(mailbox.kinds) == ["banking.accounts.sync.completed", "consent.received"]
    assert {delivery.group for delivery in journal.all(Delivery)} == {1}


def test_an_acknowledged_event_is_delivered_once(perform: Perform, mailbox: Mailbox) -> None:
    """Further attempts are made only for refused events."""
    perform(*ONE_EVENT, steps.Deliver(attempts=5), steps.Deliver())

    assert len(mailbox.requests) == 1


def test_a_refused_event_is_delivered_five_times(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """Each attempt has its number in the body and a new signature; the message id does not change."""
    mailbox.status = 503

    journal, _ = perform(*ONE_EVENT, steps.Deliver(attempts=9))

    secret = driver.fiskil.credentials.webhook_secret
    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2, 3, 4, 5]
    assert len({message["message_id"] for message in mailbox.messages}) == 1
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]
    assert {delivery.outcome for delivery in journal.all(Delivery)} == {"refuse"}


def test_a_retry_has_other_bytes_and_a_replay_the_same(perform: Perform, mailbox: Mailbox) -> None:
    """A retry has a new attempt number, a replay is identical."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.Replay("e0"), steps.Retry("e0"), steps.Replay("e0"))

    first, replayed, retried, replayed_again = mailbox.bodies
    assert first == replayed != retried == replayed_again
    assert attempts(journal) == [("e0", 1, "genuine"), ("e0", 1, "replay"), ("e0", 2, "genuine"), ("e0", 2, "replay")]


def test_an_undelivered_event_cannot_be_replayed(perform: Perform) -> None:
    """The step fails, and the message states the reason."""
    _, crashed = perform(steps.Authorise(), steps.Replay("e0"))

    assert crashed == "step 2 (replay e0) could not be done: e0 was never delivered, so it cannot be replayed."


@pytest.mark.parametrize(("of", "numbers"), [("replay", [1, 1, 1]), ("retry", [1, 2, 3])])
def test_a_burst_is_of_equal_bytes_or_of_attempts(perform: Perform, mailbox: Mailbox, of: str, numbers: list[int]) -> None:
    """All copies are sent at the same moment."""
    journal, _ = perform(steps.Authorise(), steps.Burst("e0", copies=3, of=of))  # type: ignore[arg-type]

    assert sorted(message["delivery_attempt"] for message in mailbox.messages) == numbers
    assert len({delivery.group for delivery in journal.all(Delivery)}) == 1


def test_different_events_can_be_delivered_together(perform: Perform) -> None:
    """They form one group, with each event once."""
    journal, _ = perform(*ONE_EVENT, steps.TouchConsent(times=4), steps.DeliverTogether())

    deliveries = journal.all(Delivery)
    assert [delivery.event for delivery in deliveries] == ["e0", "e4", "e5", "e6", "e7"]
    assert {delivery.group for delivery in deliveries} == {deliveries[0].group} != {0}


def test_a_lost_acknowledgement_is_followed_by_a_retry(perform: Perform, mailbox: Mailbox) -> None:
    """The harness does not learn that the receiver accepted the message."""
    journal, _ = perform(*ONE_EVENT, steps.LoseAcknowledgement("e0"), steps.Deliver(attempts=2))

    assert [delivery.outcome for delivery in journal.all(Delivery)] == ["indeterminate", "ack"]
    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2]


def test_a_dropped_event_is_never_delivered(perform: Perform, mailbox: Mailbox) -> None:
    """No attempt is made for it."""
    perform(*ONE_EVENT, steps.Drop("e0"), steps.Deliver(attempts=5))

    assert mailbox.requests == []


def test_a_late_retry_is_the_last_and_back_dated(perform: Perform, mailbox: Mailbox) -> None:
    """The publish time of the fifth attempt is 55 minutes ago, in real time."""
    perform(steps.Authorise(), steps.LateRetry("e0"))

    (message,) = mailbox.messages
    age_s = (real_now() - datetime.fromisoformat(message["publish_time"]).astimezone(UTC)).total_seconds()
    assert message["delivery_attempt"] == 5
    assert 54 * 60 < age_s < 56 * 60


@pytest.mark.parametrize("minutes", [-1, 56])
def test_a_retry_later_than_fiskils_schedule_is_refused(minutes: float) -> None:
    """No app may be judged by a case that never happens."""
    with pytest.raises(ConfigError, match=r"LateRetry: minutes must be from 0 to 55, got"):
        steps.LateRetry("e0", minutes=minutes).check()


def test_a_slow_client_is_not_in_the_journal(perform: Perform, mailbox: Mailbox) -> None:
    """Only the usual delivery at the same time is recorded."""
    journal, _ = perform(steps.Authorise(), steps.DeliverBesideSlowClient("e0"))

    (delivery,) = journal.all(Delivery)
    assert (delivery.event, delivery.name, delivery.outcome) == ("e0", "beside a slow client", "ack")
    assert mailbox.kinds == ["consent.received"]


def test_symbols_contain_the_twins_name(perform: Perform) -> None:
    """An event is found under the name of its twin."""
    journal, _ = perform(steps.Authorise(twin="a"), steps.Authorise(twin="b"), steps.DeliverOne("b.e0"))

    (delivery,) = journal.all(Delivery)
    assert (delivery.event, delivery.participant) == ("b.e0", "b")


class DeliverList(Step, frozen=True, tag="deliver_list"):
    """A list of deliveries with the given troubles; ``performed`` collects the troubles of those that were made."""

    performed: list[str]
    troubles: tuple[str, ...]

    def perform(self, stage: Stage) -> None:
        """Make the deliveries."""
        until_it_hangs(stage, (partial(self._deliver, trouble) for trouble in self.troubles))

    def _deliver(self, trouble: str) -> Delivery:
        self.performed.append(trouble)
        return Delivery(event="e", participant="", message_id="", attempt=1, problem=trouble)


HANGS = "no response within the limit"


@pytest.mark.parametrize(
    ("troubles", "count", "is_incomplete"),
    [(("", HANGS, "connection reset", HANGS, ""), 4, True), (("", HANGS, ""), 3, False), (("", HANGS, HANGS), 3, False)],
    ids=["cut short", "one hang", "hangs at the end"],
)
def test_a_list_ends_after_two_requests_without_a_response(
    perform: Perform, troubles: tuple[str, ...], count: int, *, is_incomplete: bool
) -> None:
    """Each such request takes the whole limit, so the rest is left out and that is recorded."""
    step = DeliverList(performed=[], troubles=troubles)

    journal, _ = perform(step)

    assert (len(step.performed), bool(list(journal.all(StepIncomplete)))) == (count, is_incomplete)


def test_an_incomplete_step_is_inconclusive(driver: Driver) -> None:
    """Probes judge only the requests that were sent, so their findings cannot decide."""
    step = DeliverList(performed=[], troubles=(HANGS, HANGS, ""))

    outcome = driver.run(Scenario(name="x", practices=(), steps=(step,), probes=()))

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert [finding.observed for finding in outcome.findings if finding.probe == "every_step_done"] == [
        "2 requests got no response within the limit, so the rest was not sent"
    ]
