"""Unused events: what an app did with an event that the config leaves out, if the event arrived alone."""

import datetime
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Facts, Settings
from fiskil_harness.gate.practice_status import Status, status_of
from fiskil_harness.journal import Effects, EventCreated, Journal
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.unused_events import unused_event_marks
from fiskil_harness.probes.coverage import ENDINGS
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import practice
from tests.probes.receivers import receiver_journal

UPDATED, SYNCED = "consent.updated", "banking.balances.sync.completed"


class Letters(JournalBuilder):
    """A builder whose events need no effect; by default the config declares that the app uses no event."""

    def __init__(self, *, uses: tuple[str, ...] = ()) -> None:
        super().__init__(uses=uses)

    def event(self, event: str, kind: str = "", *, message_id: str = "") -> str:
        """Record an event that the config leaves out."""
        created_id = super().event(event, kind, message_id=message_id)
        entries = list(self.journal)
        self.journal.discard(EventCreated)
        for entry in entries:
            if isinstance(entry, EventCreated):
                self.journal.write(msgspec.structs.replace(entry, is_subscribed=False))
        return created_id


def alone(kind: str, *, before: dict[str, Any], after: dict[str, Any], reads: str = "", is_idle: bool = True) -> Journal:
    """Return the journal of an event that was delivered alone, with the app's states before and after it."""
    courier = Letters()
    courier.event("e0", kind)
    courier.effects(state=before)
    courier.deliver("e0")
    if reads:
        courier.call(f"banking.{reads}")
    courier.effects(state=after, is_idle=is_idle)
    return courier.journal


@pytest.mark.parametrize(
    ("kind", "after", "reads", "marks"),
    [
        (UPDATED, {"consent": "active"}, "", ("ignored consent.updated",)),
        (UPDATED, {"consent": "changed"}, "", ("processed consent.updated",)),
        (UPDATED, {"consent": "active", "received": 1}, "", ("processed consent.updated",)),
        (UPDATED, {"consent": "active"}, "balances", ("ignored consent.updated",)),
        (SYNCED, {"consent": "active"}, "balances", (f"processed {SYNCED}",)),
        (SYNCED, {"consent": "changed"}, "accounts", (f"ignored {SYNCED}",)),
    ],
)
def test_a_change_or_a_read_shows_that_an_event_was_processed(
    kind: str, after: dict[str, Any], reads: str, marks: tuple[str, ...]
) -> None:
    """A consent event changes the state; a sync event leads to a read of its dataset."""
    assert unused_event_marks(alone(kind, before={"consent": "active"}, after=after, reads=reads)) == marks


def test_a_counter_of_deliveries_shows_nothing() -> None:
    """An app may count what it receives, whether it uses it or not."""
    assert unused_event_marks(alone(UPDATED, before={"received": 1}, after={"received": 2})) == ("ignored consent.updated",)


def test_an_event_beside_others_shows_nothing() -> None:
    """The app may have worked for the other event, or was still busy."""
    journal = alone(UPDATED, before={}, after={"consent": "changed"}, is_idle=False)
    assert unused_event_marks(journal) == ()

    courier = Letters()
    courier.event("e0", UPDATED)
    courier.event("e1", "consent.revoked")
    courier.effects(state={})
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects(state={"consent": "changed"})
    assert unused_event_marks(courier.journal) == ()


def test_only_events_that_the_config_leaves_out_are_examined() -> None:
    """Without app.facts.uses_events, or for an event that it names, there is nothing to contradict."""
    courier = receiver_journal()
    courier.effects(state={})
    courier.deliver("e0")
    courier.effects(state={"consent": "changed"})

    assert unused_event_marks(courier.journal) == ()


def test_an_event_that_a_pattern_covers_contradicts_nothing() -> None:
    """An app that states banking.* may process basic transactions, and may ignore them."""
    courier = Letters(uses=("banking.*",))
    courier.event("extra0", "banking.transactions.basic.sync.completed")
    courier.effects(state={})
    courier.deliver("extra0")
    courier.call("banking.transactions")
    courier.effects(state={"consent": "changed"})

    assert unused_event_marks(courier.journal) == ()


ALL_ENDINGS = tuple(f"ending {ending}" for ending in ENDINGS)


@pytest.mark.parametrize(
    ("marks", "status", "words"),
    [
        ((), Status.PROVEN, "; the config alone says that the app does not use consent.updated"),
        (("ignored consent.updated",), Status.PROVEN, "every ending of a journey"),
        (
            ("processed consent.updated",),
            Status.NOT_PROVEN,
            "the app processes consent.updated, which app.facts.uses_events leaves out",
        ),
        (("ignored consent.updated", "processed consent.updated"), Status.PROVEN, "every ending of a journey"),
    ],
)
def test_a_processed_event_contradicts_the_config(marks: tuple[str, ...], status: Status, words: str) -> None:
    """All flows are tested only if the config names all events that the app uses."""
    settings = Settings()
    facts = Facts(uses_events=("consent.received",), datasets=())
    settings = msgspec.structs.replace(settings, app=msgspec.structs.replace(settings.app, facts=facts))
    flows = (*ALL_ENDINGS, "event consent.received", "event consent.updated", "event telco.account.updated")
    outcome = Outcome(scenario="x", title="", practices=(), seed=1, findings=(), coverage=flows)

    found = status_of(
        practice("sandbox.all-flows"),
        [outcome],
        settings,
        datetime.date(2026, 6, 1),
        is_required=True,
        coverage_marks=marks,
    )

    assert found.status is status
    assert found.reason.endswith(words)


def test_the_snapshots_must_be_of_the_same_end_user() -> None:
    """Another end user's state shows nothing."""
    courier = Letters()
    courier.event("e0", UPDATED)
    courier.effects(state={}, participant="b")
    courier.deliver("e0")
    courier.effects(state={"consent": "changed"}, participant="b")

    assert len(courier.journal.all(Effects)) == 2
    assert unused_event_marks(courier.journal) == ()


def test_a_read_at_the_time_of_the_snapshot_before_processes_the_event() -> None:
    """The clock may not distinguish the two."""
    courier = Letters()
    courier.event("e0", SYNCED)
    courier.effects(state={"consent": "active"})
    [before] = courier.journal.all(Effects)
    courier.deliver("e0")
    courier.call("banking.balances", at_s=before.at_s)
    courier.effects(state={"consent": "active"})

    assert unused_event_marks(courier.journal) == (f"processed {SYNCED}",)
