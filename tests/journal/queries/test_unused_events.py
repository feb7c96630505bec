"""Unused events: what an app did with an event that the config leaves out, if the event arrived alone."""

import datetime
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Facts, Settings
from fiskil_harness.gate.practice_status import Status, status_of
from fiskil_harness.journal import Effects, EventCreated, Journal
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.unused_events import unused_event_marks, unused_events
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


@pytest.mark.parametrize(
    ("before", "after", "mark"),
    [
        ({"inbox": []}, {"inbox": [{"id": "m-e0"}]}, "ignored"),
        ({"inbox": []}, {"inbox": [{"id": "m-e0"}, {"id": "m-e0"}]}, "processed"),
        ({"received": 1}, {"received": 3}, "processed"),
        ({"received": 1, "status": "new"}, {"received": 2, "status": "active"}, "processed"),
    ],
)
def test_one_more_entry_in_a_list_of_deliveries_shows_nothing(
    before: dict[str, Any], after: dict[str, Any], mark: str
) -> None:
    """One delivery adds one entry, or one to a counter; more is a change."""
    assert unused_event_marks(alone(UPDATED, before=before, after=after)) == (f"{mark} {UPDATED}",)


def test_only_the_size_of_the_delivery_itself_shows_nothing() -> None:
    """An entry with the size of an earlier delivery is a change."""
    sizes = {}
    for size_of in ("e0", "early", "other"):
        courier = Letters()
        courier.event("e0", UPDATED)
        courier.event("early", "consent.received")
        sizes["early"] = len(courier.deliver("early", body=b"x" * 77).body)
        courier.effects(state={"inbox": []})
        sizes["e0"] = len(courier.deliver("e0").body)
        courier.effects(state={"inbox": [{"bytes": sizes.get(size_of, 5)}]})

        is_ignored = size_of == "e0"
        assert unused_event_marks(courier.journal) == (f"{'ignored' if is_ignored else 'processed'} {UPDATED}",)


@pytest.mark.parametrize(
    ("delivery", "is_seen"), [({}, True), ({"status": 503}, False), ({"kind": "replay"}, False), ({"kind": "forged"}, False)]
)
def test_only_an_acknowledged_genuine_message_shows_a_reaction(delivery: dict[str, Any], is_seen: bool) -> None:
    """A refused message was not used, and a replay may be recognised."""
    courier = Letters()
    courier.event("e0", UPDATED)
    courier.effects(state={})
    courier.deliver("e0", **delivery)
    courier.effects(state={"consent": "changed"})

    assert unused_event_marks(courier.journal) == ((f"processed {UPDATED}",) if is_seen else ())


@pytest.mark.parametrize(("is_early", "is_late"), [(True, False), (False, True)])
def test_a_read_before_or_after_the_snapshots_processes_nothing(is_early: bool, is_late: bool) -> None:
    """The app read the data for another reason."""
    courier = Letters()
    courier.event("e0", SYNCED)
    if is_early:
        courier.call("banking.balances")
    courier.effects(state={"consent": "active"})
    courier.deliver("e0")
    courier.effects(state={"consent": "active"})
    if is_late:
        courier.call("banking.balances")

    assert unused_event_marks(courier.journal) == (f"ignored {SYNCED}",)


def test_a_read_at_the_time_of_the_snapshot_after_processes_the_event() -> None:
    """The clock may not distinguish the two, but the data must be that of the end user."""
    for participant, mark in (("", "processed"), ("b", "ignored")):
        courier = Letters()
        courier.event("e0", SYNCED)
        courier.effects(state={"consent": "active"})
        courier.deliver("e0")
        courier.call("banking.balances", participant=participant, at_s=courier.now_s + 0.05)
        courier.effects(state={"consent": "active"})

        assert unused_event_marks(courier.journal) == (f"{mark} {SYNCED}",)


@pytest.mark.parametrize("missing", ["before", "after"])
def test_an_event_at_the_edge_of_the_journal_shows_nothing(missing: str) -> None:
    """One of the two snapshots is missing."""
    courier = Letters()
    courier.event("e0", UPDATED)
    if missing != "before":
        courier.effects(state={})
    courier.deliver("e0")
    if missing != "after":
        courier.effects(state={"consent": "changed"})

    assert unused_event_marks(courier.journal) == ()


def test_the_app_must_be_idle_before_the_event() -> None:
    """It may still work for an earlier one."""
    courier = Letters()
    courier.event("e0", UPDATED)
    courier.effects(state={}, is_idle=False)
    courier.deliver("e0")
    courier.effects(state={"consent": "changed"})

    assert unused_event_marks(courier.journal) == ()


def test_marks_are_separated_by_their_prefix() -> None:
    """A prefix is a whole word."""
    marks = ("ignored consent.revoked", "processed consent.updated", "processedly x")

    assert unused_events(marks, "processed") == {"consent.updated"}
    assert unused_events(marks, "ignored") == {"consent.revoked"}


def test_an_event_that_shows_nothing_hides_no_later_one() -> None:
    """The first message has no snapshot before it, and the second one is of no known event."""
    courier = Letters()
    courier.event("e0", UPDATED)
    courier.event("e1", SYNCED)
    courier.deliver("e0")
    courier.send(
        event="unknown_event",
        participant="",
        message_id="id-x",
        attempt=1,
        kind="genuine",
        status=204,
        claims="telco.account.updated",
    )
    courier.effects(state={})
    courier.deliver("e1")
    courier.effects(state={})

    assert unused_event_marks(courier.journal) == (f"ignored {SYNCED}",)


def test_an_event_to_which_the_app_subscribes_is_used() -> None:
    """The config may say so at the subscription alone."""
    courier = JournalBuilder(uses=())
    courier.event("e0", UPDATED)
    courier.effects(state={})
    courier.deliver("e0")
    courier.effects(state={"consent": "changed"})

    assert unused_event_marks(courier.journal) == ()
