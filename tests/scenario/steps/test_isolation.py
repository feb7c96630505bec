"""The step in which messages about one end user arrive while the API fails for others."""

import json
import threading
from collections.abc import Callable

import httpx
from msgspec.structs import replace

from fiskil_harness.core.config.schema import Facts
from fiskil_harness.journal import Exchange, IsolationRound, Journal
from fiskil_harness.journal.queries.isolation import blocked_s
from fiskil_harness.probes import DelaysNoOtherEndUser, Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, Values, feed_settings

Drive = Callable[..., Driver]
STEPS = (
    steps.AuthoriseEach(3),
    steps.DropAll(),
    steps.Sync("transactions", twin="p2"),
    steps.DeliverBesideFailingReads(failing=("p2",), bystander="p3"),
)


class Reading(Feed):
    """A feed that reads in its own thread when a message arrives, and repeats a failing read every 50 ms."""

    has_one_queue = False
    """True if messages about the first customer wait for ever behind the others."""

    def start(self, values: Values) -> str:
        """Begin to serve."""
        self.has_stopped = threading.Event()
        self.threads: list[threading.Thread] = []
        return super().start(values)

    def stop(self) -> None:
        """End the threads."""
        self.has_stopped.set()
        for thread in self.threads:
            thread.join()
        super().stop()

    def receive(self, body: bytes) -> None:
        """Read because of a sync event."""
        event = json.loads(body)["data"]
        end_user_id = event["end_user_id"]
        ref = next(ref for ref, known_id in self.end_users.items() if known_id == end_user_id)
        is_stuck = self.has_one_queue and not ref.endswith("-p2")
        if "transactions" in event["event"] and not is_stuck:
            self.threads.append(threading.Thread(target=self._read, args=({"end_user_ref": ref},)))
            self.threads[-1].start()

    def _read(self, values: Values) -> None:
        while not self.has_stopped.wait(0.05):
            try:
                self.refresh(values)
            except httpx.HTTPError:
                continue
            return


def run(drive: Drive, feed: Reading, **limits: float) -> Journal:
    """Perform the steps in front of *feed*, and return the journal."""
    settings = feed_settings(request_deadline_s=30, **limits)
    app = replace(settings.app, facts=Facts(uses_events=("banking.transactions.sync.completed",)))
    driver = drive(replace(settings, app=app), given=feed)

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=STEPS, probes=()))

    assert crashed == ""
    return journal


def test_the_round_ends_when_the_app_reads_for_the_other_end_user(drive: Drive) -> None:
    """Only reads for the chosen end user fail."""
    journal = run(drive, Reading())

    (watched,) = journal.all(IsolationRound)
    reads = [call for call in journal.all(Exchange) if call.route == "banking.transactions" and call.at_s <= watched.at_s]
    assert {call.status for call in reads if call.end_user_id in watched.failing_ids} == {503}
    assert {call.status for call in reads if call.end_user_id not in watched.failing_ids} == {200}
    assert watched.end_user_id in {call.end_user_id for call in reads}
    assert DelaysNoOtherEndUser().examine(journal).verdict is Verdict.PASS


def test_the_round_ends_once_a_wait_is_certainly_too_long(drive: Drive) -> None:
    """The app repeats its failing reads meanwhile, and reads nothing for the other end user."""
    feed = Reading()
    feed.has_one_queue = True

    journal = run(drive, feed, fresh_s=0.3)

    (watched,) = journal.all(IsolationRound)
    assert 0.9 < watched.at_s - watched.began_s < 2.9
    assert blocked_s(journal, watched, since_s=watched.began_s) > 0.9
