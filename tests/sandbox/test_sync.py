"""Syncs on the clock: they repeat daily, are delayed or fail during an outage, and can fail."""

import itertools
from datetime import timedelta
from itertools import pairwise

import httpx
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import Consent
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox import Sandbox, sync
from fiskil_harness.sandbox.consents import consents
from tests.sandbox.still import BANKING, NOON, Still

BANK = "88888"
FAILED = "banking.transactions.sync.failed"
SYNCED = ["banking.accounts.sync.completed", "banking.balances.sync.completed", "banking.transactions.sync.completed"]

FIRST = [
    "banking.products.sync.completed",
    *SYNCED[:2],
    "banking.transactions.basic.sync.completed",
    SYNCED[2],
]
"""The events of a first sync."""


def kinds(still: Still) -> list[str]:
    return [event.kind for event in still.sandbox.events]


def amounts(api: httpx.Client, consent: Consent) -> list[str]:
    query = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    return [row["amount"] for row in api.get("/v1/banking/transactions", params=query).json()["transactions"]]


def amend_newest(still: Still, consent: Consent) -> None:
    ledger = still.sandbox.ledger(consent)
    ledger.amend(ledger.statement_newest_first()[0].key, amount="-12.34")


def test_no_sync_repeats_within_an_hour(still: Still) -> None:
    """After the first syncs, no event is emitted for an hour, whatever the permissions. Source: sync.recurrence"""
    still.sandbox.configure(permissions=BANKING)
    still.consent("rosa", is_synced=False)
    still.sandbox.clock.advance(minutes=1)
    events_before = kinds(still)

    still.sandbox.clock.advance(hours=1)

    assert kinds(still) == events_before


def test_real_time_completes_no_sync_when_only_steps_move_the_clock() -> None:
    """If only steps move the clock, a sync completes once when requested, however long the step takes."""
    minutes = itertools.count()
    clock = Clock(real=lambda: NOON + timedelta(minutes=next(minutes)))
    sandbox = Sandbox(institutions=catalog.institutions(), clock=clock, named=catalog.people().values())
    sandbox.store.waits_for_clock_moves = True
    rosa = sandbox.add_person(catalog.person("rosa"))

    consent = sandbox.authorise(sandbox.create_end_user(rosa))
    first = [event.kind for event in sandbox.events]
    sandbox.sync(consent, "accounts")
    sandbox.sync(consent, "transactions")

    assert first == ["consent.received"]
    assert [event.kind for event in sandbox.events] == ["consent.received", *FIRST]


def test_each_dataset_is_synced_again_every_day(still: Still, api: httpx.Client) -> None:
    """The daily sync runs at the hour of the first one and serves the institution's current rows. Source: sync.recurrence"""
    consent = still.consent("rosa")
    amend_newest(still, consent)

    before = "-12.34" in amounts(api, consent)
    still.sandbox.clock.advance(days=3, minutes=1)

    assert kinds(still) == ["consent.received", *FIRST, *SYNCED * 3]
    accounts = [event.publish_time for event in still.sandbox.events if event.kind == SYNCED[0]]
    assert {later - date for date, later in pairwise(accounts)} == {timedelta(days=1)}
    assert (before, "-12.34" in amounts(still.client(), consent)) == (False, True)


def test_syncs_may_run_only_on_request(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, a sync runs only when it is requested. Source: sync.recurrence"""
    still.sandbox.choose_interpretations({"sync.recurrence": "on-demand"})
    consent = still.consent("rosa")

    still.sandbox.clock.advance(days=30)
    kinds_before = kinds(still)
    still.sandbox.sync(consent, "accounts")

    assert kinds_before == ["consent.received", *FIRST]
    assert kinds(still) == [*kinds_before, SYNCED[0]]


def test_a_requested_sync_does_not_move_the_daily_one(still: Still) -> None:
    """Each dataset has one daily sync, however often it is synced in between. Source: sync.recurrence"""
    consent = still.consent("rosa")
    still.sandbox.clock.advance(hours=6)
    still.sandbox.sync(consent, "accounts")

    still.sandbox.clock.advance(days=2)

    assert kinds(still).count(SYNCED[0]) == 4


@pytest.mark.parametrize("hours", [1, 7, 24, 720])
def test_one_clock_jump_emits_the_same_events_as_small_ones(still: Still, hours: int) -> None:
    """A month has the same events at the same instants in the same order, however the clock moves.

    Source: sync.recurrence
    """
    consent = still.consent("rosa", is_synced=False)

    events = [still.sandbox.events for _ in range(0, 720, hours) if still.sandbox.clock.advance(hours=hours) is None][-1]

    until = consent.created_at + timedelta(hours=720)
    times = [event.publish_time for event in events if event.publish_time <= until]
    daily = [day * 86_400 + after for day in range(1, 30) for after in (2, 4, 10)]
    assert [(time - consent.created_at).total_seconds() for time in times] == [0, 1, 2, 4, 8, 10, *daily]


def test_a_renewed_consent_has_one_daily_sync_per_dataset(still: Still) -> None:
    """A renewal reads every dataset once more and adds no second daily sync. Source: auth-session.renewal"""
    consent = still.consent("rosa")
    with still.sandbox.store.changing() as store:
        renewed = consents.renew(store, consent, account_keys=consent.account_keys)
        sync.begin(store, renewed)
    still.sandbox.clock.advance(minutes=1)
    count_before = len(kinds(still))

    still.sandbox.clock.advance(days=1)

    assert sorted(kinds(still)[count_before:]) == sorted(SYNCED)


def test_a_sync_waits_for_an_outage_to_end(still: Still, api: httpx.Client) -> None:
    """During an outage nothing is emitted or changed; afterwards each delayed sync completes once. Source: sync.outage"""
    consent = still.consent("rosa")
    amend_newest(still, consent)
    still.sandbox.set_connection(BANK, "OUTAGE")

    still.sandbox.clock.advance(days=2, minutes=1)
    during, amounts_during = kinds(still), amounts(still.client(), consent)
    still.sandbox.set_connection(BANK, "HEALTHY")
    still.sandbox.clock.advance(minutes=1)

    assert during == ["consent.received", *FIRST]
    assert kinds(still) == [*during, *SYNCED]
    assert ("-12.34" in amounts_during, "-12.34" in amounts(still.client(), consent)) == (False, True)


def test_a_first_sync_waits_for_an_outage_to_end(still: Still, api: httpx.Client) -> None:
    """A consent given before an outage has no rows until it ends; a degraded connection is enough then.

    Source: sync.outage
    """
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")
    still.sandbox.clock.advance(hours=2)
    during = amounts(still.client(), consent)

    still.sandbox.set_connection(BANK, "DEGRADED")
    still.sandbox.clock.advance(minutes=1)

    assert during == []
    assert amounts(still.client(), consent) != []


def test_an_outage_of_another_institution_delays_no_sync(still: Still) -> None:
    """An outage delays only the syncs of its own institution. Source: sync.outage"""
    still.consent("rosa", is_synced=False)
    still.sandbox.set_connection("99999", "OUTAGE")

    still.sandbox.clock.advance(minutes=1)

    assert kinds(still) == ["consent.received", *FIRST]


def test_a_consent_that_ends_during_an_outage_is_not_synced(still: Still) -> None:
    """Delayed syncs are dropped when their consent ends. Source: sync.outage, consents.every-ending-reported"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")
    still.sandbox.clock.advance(minutes=1)

    still.sandbox.revoke(consent)
    still.sandbox.set_connection(BANK, "HEALTHY")
    still.sandbox.clock.advance(days=2)

    assert kinds(still) == ["consent.received", "consent.revoked"]


def test_no_sync_can_be_requested_during_an_outage(still: Still) -> None:
    """The error suggests ending the outage first. Source: sync.outage"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")

    with pytest.raises(UsageError, match=r"No sync completes while .* End the outage first\."):
        still.sandbox.sync(consent, "accounts")


def test_a_sync_in_an_outage_may_fail(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, a sync during an outage fails, and that of transactions emits an event.

    Source: sync.outage, sync.failed
    """
    still.sandbox.choose_interpretations({"sync.outage": "failed"})
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")

    still.sandbox.clock.advance(minutes=1)
    still.sandbox.set_connection(BANK, "HEALTHY")
    still.sandbox.clock.advance(minutes=1)
    failed = kinds(still)
    still.sandbox.clock.advance(days=1)

    assert failed == ["consent.received", FAILED]
    assert kinds(still) == [*failed, *SYNCED]
    assert amounts(still.client(), consent) != []


def test_public_data_is_reported_once(still: Still) -> None:
    """The first sync reports it; a renewal repeats the early stages only, and a daily sync neither.

    Source: sync.public-data, sync.early-transactions
    """
    consent = still.consent("rosa")
    still.sandbox.clock.advance(days=2)
    counts = [kinds(still).count(kind) for kind in FIRST]
    with still.sandbox.store.changing() as store:
        sync.begin(store, consents.renew(store, consent, account_keys=consent.account_keys))

    still.sandbox.clock.advance(minutes=1)

    assert counts == [1, 3, 3, 1, 3]
    assert [kinds(still).count(kind) for kind in FIRST] == [1, 4, 4, 2, 4]


def test_public_data_is_reported_although_the_first_sync_fails(still: Still) -> None:
    """A person whose first syncs fail has no rows, and the products of their bank are reported. Source: sync.public-data"""
    still.consent("failed_sync", is_synced=False)
    still.sandbox.clock.advance(minutes=1)

    assert FIRST[0] in kinds(still)


def test_a_failed_sync_leaves_the_rows_of_the_last_one(still: Still, api: httpx.Client) -> None:
    """The failure event has the instant at which the sync would have completed. Source: sync.failed"""
    consent = still.consent("rosa")
    amounts_before = amounts(api, consent)
    amend_newest(still, consent)

    still.sandbox.fail_sync(consent, "transactions")

    assert kinds(still)[-1] == FAILED
    assert still.sandbox.events[-1].publish_time == still.sandbox.clock.now()
    assert (still.sandbox.events[-1].account_ids, amounts(api, consent)) == (None, amounts_before)


def test_a_first_sync_that_fails_serves_nothing(still: Still, api: httpx.Client) -> None:
    """The other datasets of the consent sync as usual, and the next sync of transactions serves their rows.

    Source: sync.failed
    """
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.fail_sync(consent, "transactions")
    empty = amounts(api, consent)

    still.sandbox.sync(consent, "transactions")

    assert kinds(still) == ["consent.received", *FIRST[:3], FAILED, SYNCED[2]]
    assert (empty, amounts(api, consent) != []) == ([], True)


def test_only_transactions_have_a_failure_event(still: Still) -> None:
    """A failed sync of any other dataset emits no event. Source: sync.failed"""
    consent = still.consent("rosa")

    still.sandbox.fail_sync(consent, "balances")

    assert kinds(still) == ["consent.received", *FIRST]


def test_a_failure_may_emit_no_event(still: Still) -> None:
    """Under the other interpretation, no failed sync emits an event. Source: sync.failed"""
    still.sandbox.choose_interpretations({"sync.failed": "unreported"})
    consent = still.consent("rosa")

    still.sandbox.fail_sync(consent, "transactions")

    assert FAILED not in kinds(still)


def test_failing_an_unknown_dataset_is_refused(still: Still) -> None:
    """Unknown and unpermitted datasets are reported before the clock moves."""
    consent = still.consent("rosa")

    with pytest.raises(UnknownName, match=r"Did you mean 'transactions'\?"):
        still.sandbox.fail_sync(consent, "transaction")
    with pytest.raises(UsageError, match="does not permit 'payees'"):
        still.sandbox.fail_sync(consent, "payees")
