"""Steps of the webhook sender: what arrives, how often, in which order and with which bytes."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import CutShort, Delivery, Journal
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.scenario.steps.deliveries import until_it_hangs
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import sign
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


# Time that passes tells of syncs, unless each first one is over and its event lost.
ONE_EVENT = (steps.Authorise(), steps.Sync(), steps.Drop("e1"), steps.Drop("e2"), steps.Drop("e3"))


def attempts(journal: Journal) -> list[tuple[str, int, str]]:
    return [(delivery.event, delivery.attempt, delivery.kind) for delivery in journal.all(Delivery)]


def test_everything_due_comes_by_publish_time(perform: Perform, mailbox: Mailbox) -> None:
    """Nothing is handed over before the step, and then the oldest fact comes first."""
    journal, crashed = perform(steps.Authorise(), steps.Sync("transactions"), steps.Deliver())

    assert not crashed
    assert mailbox.kinds == [
        "consent.received",
        "banking.accounts.sync.completed",
        "banking.balances.sync.completed",
        "banking.transactions.sync.completed",
    ]
    assert [delivery.event for delivery in journal.all(Delivery)] == ["e0", "e1", "e2", "e3"]


def test_the_newest_can_come_first(perform: Perform, mailbox: Mailbox) -> None:
    """Order is not promised."""
    perform(steps.Authorise(), steps.Sync("accounts"), steps.Deliver(order="newest_first"))

    assert mailbox.kinds == ["banking.accounts.sync.completed", "consent.received"]


def test_an_acknowledged_event_comes_once(perform: Perform, mailbox: Mailbox) -> None:
    """More attempts are for what was refused."""
    perform(*ONE_EVENT, steps.Deliver(attempts=5), steps.Deliver())

    assert len(mailbox.requests) == 1


def test_a_refused_event_comes_five_times(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """Each attempt has its number in the body and a signature of its own; the id stays."""
    mailbox.status = 503

    journal, _ = perform(*ONE_EVENT, steps.Deliver(attempts=9))

    secret = driver.fiskil.credentials.webhook_secret
    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2, 3, 4, 5]
    assert len({message["message_id"] for message in mailbox.messages}) == 1
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]
    assert {delivery.outcome for delivery in journal.all(Delivery)} == {"refuse"}


def test_a_retry_has_other_bytes_and_a_replay_the_same(perform: Perform, mailbox: Mailbox) -> None:
    """That is the difference between the two."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.Replay("e0"), steps.Retry("e0"), steps.Replay("e0"))

    first, replayed, retried, replayed_again = mailbox.bodies
    assert first == replayed != retried == replayed_again
    assert attempts(journal) == [("e0", 1, "genuine"), ("e0", 1, "replay"), ("e0", 2, "genuine"), ("e0", 2, "replay")]


def test_what_was_never_delivered_cannot_be_replayed(perform: Perform) -> None:
    """The step says so, and the scenario is no pass."""
    _, crashed = perform(steps.Authorise(), steps.Replay("e0"))

    assert crashed == "step 2 (replay e0) could not be done: e0 was never delivered, so it cannot be replayed."


@pytest.mark.parametrize(("of", "numbers"), [("replay", [1, 1, 1]), ("retry", [1, 2, 3])])
def test_a_burst_is_of_equal_bytes_or_of_attempts(perform: Perform, mailbox: Mailbox, of: str, numbers: list[int]) -> None:
    """All copies leave together."""
    journal, _ = perform(steps.Authorise(), steps.Burst("e0", copies=3, of=of))  # type: ignore[arg-type]

    assert sorted(message["delivery_attempt"] for message in mailbox.messages) == numbers
    assert len({delivery.group for delivery in journal.all(Delivery)}) == 1


def test_different_events_can_leave_together(perform: Perform) -> None:
    """One group, every event once."""
    journal, _ = perform(*ONE_EVENT, steps.TouchConsent(times=4), steps.DeliverTogether())

    made = journal.all(Delivery)
    assert [delivery.event for delivery in made] == ["e0", "e4", "e5", "e6", "e7"]
    assert {delivery.group for delivery in made} == {made[0].group} != {0}


def test_a_lost_acknowledgement_is_followed_by_a_retry(perform: Perform, mailbox: Mailbox) -> None:
    """We never learn that the receiver took it."""
    journal, _ = perform(*ONE_EVENT, steps.LoseAcknowledgement("e0"), steps.Deliver(attempts=2))

    assert [delivery.outcome for delivery in journal.all(Delivery)] == ["indeterminate", "ack"]
    assert [message["delivery_attempt"] for message in mailbox.messages] == [1, 2]


def test_a_dropped_event_never_comes(perform: Perform, mailbox: Mailbox) -> None:
    """It got lost on its way."""
    perform(*ONE_EVENT, steps.Drop("e0"), steps.Deliver(attempts=5))

    assert mailbox.requests == []


def test_a_late_retry_is_the_last_and_back_dated(perform: Perform, mailbox: Mailbox) -> None:
    """The fifth attempt says that it happened 55 minutes ago, in real time."""
    perform(steps.Authorise(), steps.LateRetry("e0"))

    (message,) = mailbox.messages
    age_s = (real_now() - datetime.fromisoformat(message["publish_time"]).astimezone(UTC)).total_seconds()
    assert message["delivery_attempt"] == 5
    assert 54 * 60 < age_s < 56 * 60


@pytest.mark.parametrize("minutes", [-1, 56])
def test_a_retry_later_than_fiskils_schedule_is_refused(minutes: float) -> None:
    """Nobody may be judged by what never happens."""
    with pytest.raises(ConfigError, match=r"LateRetry: a retry is at most 55 minutes old, got"):
        steps.LateRetry("e0", minutes=minutes).check()


def test_a_slow_client_is_not_in_the_journal(perform: Perform, mailbox: Mailbox) -> None:
    """The ordinary delivery beside it is."""
    journal, _ = perform(steps.Authorise(), steps.DeliverBesideSlowClient("e0"))

    (delivery,) = journal.all(Delivery)
    assert (delivery.event, delivery.name, delivery.outcome) == ("e0", "beside a slow client", "ack")
    assert mailbox.kinds == ["consent.received"]


def test_twins_have_symbols_of_their_own(perform: Perform) -> None:
    """An event is found under its twin's name."""
    journal, _ = perform(steps.Authorise(twin="a"), steps.Authorise(twin="b"), steps.DeliverOne("b.e0"))

    (delivery,) = journal.all(Delivery)
    assert (delivery.event, delivery.participant) == ("b.e0", "b")


class Listed(PlainStep, frozen=True, tag="listed"):
    """A list of deliveries, of which some got no answer within the limit; ``made`` counts them."""

    made: list[str]
    troubles: tuple[str, ...]

    def perform(self, stage: Stage) -> None:
        """Make them."""
        until_it_hangs(stage, (partial(self._deliver, trouble) for trouble in self.troubles))

    def _deliver(self, trouble: str) -> Delivery:
        self.made.append(trouble)
        return Delivery(event="e", participant="", message_id="", attempt=1, trouble=trouble)


HANGS = "no answer within the limit"


@pytest.mark.parametrize(
    ("troubles", "made", "is_cut"),
    [(("", HANGS, "connection reset", HANGS, ""), 4, True), (("", HANGS, ""), 3, False), (("", HANGS, HANGS), 3, False)],
    ids=["cut short", "one hang", "hangs at the end"],
)
def test_a_receiver_that_hangs_is_asked_twice(
    perform: Perform, troubles: tuple[str, ...], made: int, *, is_cut: bool
) -> None:
    """A list ends after two requests without an answer, because each costs the whole limit; that is written down."""
    step = Listed(made=[], troubles=troubles)

    journal, _ = perform(step)

    assert (len(step.made), bool(list(journal.all(CutShort)))) == (made, is_cut)


def test_what_was_cut_short_passes_nothing(driver: Driver) -> None:
    """Probes see only what was sent, so the scenario is in doubt whatever they say."""
    step = Listed(made=[], troubles=(HANGS, HANGS, ""))

    outcome = driver.run(Scenario(name="x", practices=(), steps=(step,), probes=()))

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert [finding.observed for finding in outcome.findings if finding.probe == "every_step_done"] == [
        "2 requests got no answer within the limit, so the rest was not sent"
    ]
