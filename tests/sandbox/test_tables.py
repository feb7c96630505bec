"""Consents and pending syncs know their next instant, so that a request does not iterate over all of them."""

from datetime import UTC, datetime, timedelta

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox.tables import NEVER, Consents, PendingSync, Syncs
from tests.sandbox.still import Still

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def consent_of(end_user_id: str, arrangement_id: str, *, ends_in_s: int) -> Consent:
    """Return an active consent."""
    return Consent(
        arrangement_id=arrangement_id,
        end_user_id=end_user_id,
        institution_id="88888",
        person="rosa.keane@example.com",
        account_keys=(),
        permissions=(),
        created_at=NOON,
        expires_at=NOON + timedelta(seconds=ends_in_s),
    )


def test_consents_are_found_by_end_user_oldest_first() -> None:
    """A changed consent keeps its place, and consents of other end users are not included."""
    table = Consents()
    for end_user_id, arrangement_id in (("eu_a", "1"), ("eu_b", "2"), ("eu_a", "3")):
        table[arrangement_id] = consent_of(end_user_id, arrangement_id, ends_in_s=60)

    table["1"] = msgspec.structs.replace(table["1"], account_keys=("everyday",))

    assert [consent.arrangement_id for consent in table.of("eu_a")] == ["1", "3"]
    assert table.of("eu_a")[0].account_keys == ("everyday",)
    assert table.of("eu_c") == []


def test_the_next_end_is_the_earliest_of_those_that_are_active() -> None:
    """A consent that has ended, or whose end was moved, no longer counts with its old end."""
    table = Consents()
    table["1"] = consent_of("eu_a", "1", ends_in_s=60)
    table["2"] = consent_of("eu_b", "2", ends_in_s=90)
    assert table.next_end == NOON + timedelta(seconds=60)

    table["1"] = msgspec.structs.replace(table["1"], ended_at=NOON, termination_reason="Revoked")
    assert table.next_to_end == table["2"]
    assert table.next_end == NOON + timedelta(seconds=90)

    table["2"] = consent_of("eu_b", "2", ends_in_s=120)
    assert table.next_end == NOON + timedelta(seconds=120)


def test_the_next_sync_is_the_earliest_pending_one() -> None:
    """The next instant is right with no sync, one sync, an earlier sync, and none again."""
    table = Syncs()
    late, early = (PendingSync(arrangement_id="1", dataset="accounts", ready_at=NOON + timedelta(seconds=s)) for s in (9, 4))
    next_ready_times = [table.next_ready]
    for pending_sync in (late, early):
        table.extend([pending_sync])
        next_ready_times.append(table.next_ready)
    assert table.of("1") == [late, early]
    assert [table.pop(), table.pop()] == [early, late]

    assert [*next_ready_times, table.next_ready] == [NEVER, late.ready_at, early.ready_at, NEVER]
    assert table.of("1") == []


def test_each_of_two_consents_expires_at_its_own_time(still: Still) -> None:
    """Two consents an hour apart each expire at their own instant, and each ending has one event."""
    rosa = catalog.person("rosa")
    first = still.sandbox.authorise(still.sandbox.create_end_user(rosa))
    still.sandbox.clock.advance(hours=1)
    second = still.sandbox.authorise(still.sandbox.create_end_user(rosa))

    still.sandbox.clock.advance(seconds=(first.expires_at - still.sandbox.clock.now()).total_seconds())
    ended = [event.consent_id for event in still.sandbox.events if event.kind == "consent.revoked"]
    still.sandbox.clock.advance(hours=1)

    assert ended == [first.arrangement_id]
    all_ended = [event.consent_id for event in still.sandbox.events if event.kind == "consent.revoked"]
    assert all_ended == [first.arrangement_id, second.arrangement_id]
