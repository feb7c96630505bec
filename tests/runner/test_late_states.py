"""Late states: a state that changes after the app's work is read again, and only such an app gets a second run."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.probes import DropsRevokedRows, HoldsEveryRow, Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.late_states import SAMPLE
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, Values, feed_settings

SYNCED = Scenario(
    name="synced",
    practices=("data.upsert",),
    steps=(steps.Authorise(), steps.Sync("transactions"), steps.Deliver()),
    probes=(HoldsEveryRow("transactions"),),
)
LATE_S = 0.3


class EventFeed(Feed):
    """A feed that reads the transactions when they have synced."""

    def receive(self, body: bytes) -> None:
        """Read every page of the end user's transactions."""
        super().receive(body)
        event = json.loads(body)["data"]
        if event["event"] == "banking.transactions.sync.completed":
            self.refresh({"end_user_ref": self.ref_of(event["end_user_id"])})

    def ref_of(self, end_user_id: str) -> str:
        """Return the name that the app uses for the end user."""
        return next(ref for ref, known in self.end_users.items() if known == end_user_id)


class LateFeed(EventFeed):
    """A feed whose state shows what it read after *late_s* seconds, although no work is pending."""

    def __init__(self, late_s: float = LATE_S) -> None:
        super().__init__()
        self.late_s = late_s
        self.age_s: dict[str, Callable[[], float]] = {}

    def refresh(self, values: Values) -> dict[str, int]:
        """Read every page, and note when."""
        read = super().refresh(values)
        self.age_s[self.end_users[values["end_user_ref"]]] = stopwatch()
        return read

    def effects(self, values: Values) -> dict[str, Any]:
        """Return the transactions that were read long enough ago."""
        age_s = self.age_s.get(values["end_user_id"])
        return super().effects(values) if age_s and age_s() >= self.late_s else {"state": {}, "pending": 0}


class LateCleaner(EventFeed):
    """A feed whose state shows the rows of an ended consent for *late_s* after it is first queried, with no work pending.

    A busy machine may query it late, and still finds the rows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.late_s = LATE_S
        self.ended: set[str] = set()
        self.queried_s: dict[str, Callable[[], float]] = {}

    def receive(self, body: bytes) -> None:
        """Note that a consent ends."""
        super().receive(body)
        event = json.loads(body)["data"]
        if event["event"] == "consent.revoked":
            self.ended.add(event["end_user_id"])

    def effects(self, values: Values) -> dict[str, Any]:
        """Return the transactions until they are cleaned up."""
        end_user_id = values["end_user_id"]
        if end_user_id not in self.ended:
            return super().effects(values)
        queried_s = self.queried_s.setdefault(end_user_id, stopwatch())
        return {"state": {}, "pending": 0} if queried_s() >= self.late_s else super().effects(values)


class ShortFeed(EventFeed):
    """A feed that loses a row."""

    def refresh(self, values: Values) -> dict[str, int]:
        """Read every page, and drop the second row."""
        read = super().refresh(values)
        self.rows[self.end_users[values["end_user_ref"]]].pop(1)
        return read


Drive = Callable[..., Driver]


def test_a_late_state_is_awaited(drive: Drive) -> None:
    """A state that is complete within ``fresh_s``, after the last work, passes."""
    outcome = drive(feed_settings(fresh_s=LATE_S), given=LateFeed()).run(SYNCED)

    assert outcome.verdict is Verdict.PASS


def test_a_late_end_is_awaited(drive: Drive) -> None:
    """Rows that leave the state within ``fresh_s`` after the end of their consent are gone."""
    ended = msgspec.structs.replace(
        SYNCED,
        steps=(*SYNCED.steps, steps.WaitUntilIdle(), steps.Advance(seconds=1), steps.Revoke(), steps.Deliver()),
        probes=(DropsRevokedRows(),),
    )

    assert drive(feed_settings(fresh_s=LATE_S), given=LateCleaner()).run(ended).verdict is Verdict.PASS


def test_a_late_app_is_recognised_by_a_later_sample(drive: Drive) -> None:
    """The first sample shows nothing, because the state is complete by chance; the same doubt leads to another one."""
    feed = LateCleaner()
    ended = msgspec.structs.replace(
        SYNCED,
        steps=(*SYNCED.steps, steps.WaitUntilIdle(), steps.Advance(seconds=1), steps.Revoke(), steps.Deliver()),
        probes=(DropsRevokedRows(),),
    )
    driver = drive(feed_settings(fresh_s=LATE_S), given=feed)
    perform = driver.perform
    played: list[str] = []

    def perform_with_luck(scenario: Scenario, *args: Any, **kwargs: Any) -> Any:
        played.append(scenario.name)
        feed.late_s = 0.0 if scenario.name == SAMPLE.name and played.count(SAMPLE.name) == 1 else LATE_S
        return perform(scenario, *args, **kwargs)

    driver.perform = perform_with_luck  # type: ignore[method-assign]

    assert driver.run(ended).verdict is Verdict.PASS
    assert played.count(SAMPLE.name) == 2


def test_every_state_of_a_late_app_is_awaited(drive: Drive) -> None:
    """Once an app is known to be late, its scenarios need no further examination."""
    feed = LateFeed()
    driver = drive(feed_settings(fresh_s=LATE_S), given=feed)
    driver.run(SYNCED)
    known = len(feed.end_users)

    assert driver.run(SYNCED).verdict is Verdict.PASS
    assert len(feed.end_users) - known == 2  # the first run, and the run with longer waits


def test_a_state_later_than_promised_does_not_pass(drive: Drive) -> None:
    """A state that is not complete after ``fresh_s`` is not awaited any longer."""
    outcome = drive(feed_settings(fresh_s=0.1), given=LateFeed(late_s=60)).run(SYNCED)

    assert outcome.verdict is not Verdict.PASS


def test_a_prompt_app_has_no_second_run(drive: Drive) -> None:
    """An app whose state is wrong at once, and stays wrong, fails after one run and one examination."""
    feed = ShortFeed()
    driver = drive(feed_settings(fresh_s=0.1), given=feed)

    first, second = driver.run(SYNCED), driver.run(SYNCED)

    assert (first.verdict, second.verdict) == (Verdict.FAIL, Verdict.FAIL)
    assert len(feed.end_users) == 3


def test_a_pass_needs_no_examination(drive: Drive) -> None:
    """A state that is complete at the first look is not read again."""
    feed = EventFeed()

    outcome = drive(feed_settings(fresh_s=60), given=feed).run(SYNCED)

    assert outcome.verdict is Verdict.PASS
    assert len(feed.end_users) == 1


def test_an_examination_without_a_consent_is_no_error(drive: Drive) -> None:
    """An app that opens no auth session any more has one state at most, so nothing shows that it is late."""
    feed = EventFeed()
    opened = feed.start_session
    feed.start_session = lambda values: "" if feed.end_users else opened(values)  # type: ignore[method-assign]
    driver = drive(feed_settings(fresh_s=0.1), given=feed)
    driver.run(SYNCED)

    assert driver.run(SYNCED).verdict is Verdict.INCONCLUSIVE
