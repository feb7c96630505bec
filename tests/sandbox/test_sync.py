"""Syncs on the clock: each day again, later or not at all while an institution is out, and failing ones."""

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


def kinds(still: Still) -> list[str]:
    return [event.kind for event in still.sandbox.events]


def amounts(api: httpx.Client, consent: Consent) -> list[str]:
    query = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    return [row["amount"] for row in api.get("/v1/banking/transactions", params=query).json()["transactions"]]


def amend_newest(still: Still, consent: Consent) -> None:
    ledger = still.sandbox.ledger(consent)
    ledger.amend(ledger.newest_first()[0].key, amount="-12.34")


def test_nothing_is_told_unasked_within_an_hour(still: Still) -> None:
    """After the first syncs a scenario has its peace, whatever the permissions. Source: sync.recurrence"""
    still.sandbox.configure(permissions=BANKING)
    still.consent("rosa", is_synced=False)
    still.sandbox.clock.advance(minutes=1)
    told = kinds(still)

    still.sandbox.clock.advance(hours=1)

    assert kinds(still) == told


def test_a_scenario_is_not_overtaken_by_syncs_on_a_slow_machine() -> None:
    """Where steps alone move the clock, no sync ends because they take long, and each that is asked for ends once."""
    minutes = itertools.count()
    clock = Clock(real=lambda: NOON + timedelta(minutes=next(minutes)))
    sandbox = Sandbox(institutions=catalog.institutions(), clock=clock, named=catalog.people().values())
    sandbox.store.awaits_moves = True
    rosa = sandbox.admit(catalog.person("rosa"))

    consent = sandbox.authorise(sandbox.create_end_user(rosa), rosa)
    first = [event.kind for event in sandbox.events]
    sandbox.sync(consent, "accounts")
    sandbox.sync(consent, "transactions")

    assert first == ["consent.received"]
    assert [event.kind for event in sandbox.events] == ["consent.received", *SYNCED]


def test_each_dataset_is_synced_again_every_day(still: Still, api: httpx.Client) -> None:
    """At the hour of its first sync, with what the institution holds by then. Source: sync.recurrence"""
    consent = still.consent("rosa")
    amend_newest(still, consent)

    before = "-12.34" in amounts(api, consent)
    still.sandbox.clock.advance(days=3, minutes=1)

    assert kinds(still) == ["consent.received", *SYNCED * 4]
    accounts = [event.publish_time for event in still.sandbox.events if event.kind == SYNCED[0]]
    assert {later - date for date, later in pairwise(accounts)} == {timedelta(days=1)}
    assert (before, "-12.34" in amounts(still.client(), consent)) == (False, True)


def test_nobody_may_sync_again_unasked(still: Still, api: httpx.Client) -> None:
    """Under the other reading a sync comes only when it is called for. Source: sync.recurrence"""
    still.sandbox.read_as({"sync.recurrence": "on-demand"})
    consent = still.consent("rosa")

    still.sandbox.clock.advance(days=30)
    unasked = kinds(still)
    still.sandbox.sync(consent, "accounts")

    assert unasked == ["consent.received", *SYNCED]
    assert kinds(still) == [*unasked, SYNCED[0]]


def test_a_sync_that_was_called_for_moves_no_daily_one(still: Still) -> None:
    """There is one rhythm for each dataset, however often it is read in between. Source: sync.recurrence"""
    consent = still.consent("rosa")
    still.sandbox.clock.advance(hours=6)
    still.sandbox.sync(consent, "accounts")

    still.sandbox.clock.advance(days=2)

    assert kinds(still).count(SYNCED[0]) == 4


@pytest.mark.parametrize("hours", [1, 7, 24, 720])
def test_one_jump_tells_what_small_ones_tell(still: Still, hours: int) -> None:
    """A month has the same events at the same instants, in order, however it passes. Source: sync.recurrence"""
    consent = still.consent("rosa", is_synced=False)

    told = [still.sandbox.events for _ in range(0, 720, hours) if still.sandbox.clock.advance(hours=hours) is None][-1]

    until = consent.created_at + timedelta(hours=720)
    times = [event.publish_time for event in told if event.publish_time <= until]
    seconds = [0, *(day * 86_400 + after for day in range(30) for after in (2, 4, 10))]
    assert [(time - consent.created_at).total_seconds() for time in times] == seconds


def test_a_renewed_consent_keeps_one_rhythm(still: Still) -> None:
    """Renewing reads everything once more, and no dataset twice a day after. Source: auth-session.renewal"""
    consent = still.consent("rosa")
    with still.sandbox.store.changing() as store:
        renewed = consents.renew(store, consent, account_keys=consent.account_keys)
        sync.begin(store, renewed)
    still.sandbox.clock.advance(minutes=1)
    told = len(kinds(still))

    still.sandbox.clock.advance(days=1)

    assert sorted(kinds(still)[told:]) == sorted(SYNCED)


def test_a_sync_waits_for_an_outage_to_end(still: Still, api: httpx.Client) -> None:
    """Nothing is told or changes until Fiskil gets through; then each waiting sync is told once. Source: sync.outage"""
    consent = still.consent("rosa")
    amend_newest(still, consent)
    still.sandbox.set_connection(BANK, "OUTAGE")

    still.sandbox.clock.advance(days=2, minutes=1)
    during, seen = kinds(still), amounts(still.client(), consent)
    still.sandbox.set_connection(BANK, "HEALTHY")
    still.sandbox.clock.advance(minutes=1)

    assert during == ["consent.received", *SYNCED]
    assert kinds(still) == [*during, *SYNCED]
    assert ("-12.34" in seen, "-12.34" in amounts(still.client(), consent)) == (False, True)


def test_a_first_sync_waits_too(still: Still, api: httpx.Client) -> None:
    """A consent given just before the outage is empty until it ends; a bad connection is enough then. Source: sync.outage"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")
    still.sandbox.clock.advance(hours=2)
    during = amounts(still.client(), consent)

    still.sandbox.set_connection(BANK, "DEGRADED")
    still.sandbox.clock.advance(minutes=1)

    assert during == []
    assert amounts(still.client(), consent) != []


def test_an_outage_elsewhere_holds_nothing_up(still: Still) -> None:
    """Each institution is out for itself. Source: sync.outage"""
    still.consent("rosa", is_synced=False)
    still.sandbox.set_connection("99999", "OUTAGE")

    still.sandbox.clock.advance(minutes=1)

    assert kinds(still) == ["consent.received", *SYNCED]


def test_a_consent_that_ends_in_an_outage_is_read_no_more(still: Still) -> None:
    """What waited is forgotten with it. Source: sync.outage, consents.every-ending-tells"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")
    still.sandbox.clock.advance(minutes=1)

    still.sandbox.revoke(consent)
    still.sandbox.set_connection(BANK, "HEALTHY")
    still.sandbox.clock.advance(days=2)

    assert kinds(still) == ["consent.received", "consent.revoked"]


def test_in_an_outage_no_sync_can_be_called_for(still: Still) -> None:
    """Whoever waits for one is told what to do. Source: sync.outage"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.set_connection(BANK, "OUTAGE")

    with pytest.raises(UsageError, match=r"No sync completes while .* End the outage first\."):
        still.sandbox.sync(consent, "accounts")


def test_a_sync_in_an_outage_may_fail(still: Still, api: httpx.Client) -> None:
    """Under the other reading it is over, and of transactions the failure is told. Source: sync.outage, sync.failed"""
    still.sandbox.read_as({"sync.outage": "failed"})
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


def test_a_failed_sync_leaves_what_the_last_one_saw(still: Still, api: httpx.Client) -> None:
    """The failure is told at the instant at which the sync would have been ready. Source: sync.failed"""
    consent = still.consent("rosa")
    seen = amounts(api, consent)
    amend_newest(still, consent)

    still.sandbox.fail_sync(consent, "transactions")

    assert kinds(still)[-1] == FAILED
    assert still.sandbox.events[-1].publish_time == still.sandbox.clock.now()
    assert (still.sandbox.events[-1].account_ids, amounts(api, consent)) == (None, seen)


def test_a_first_sync_that_fails_serves_nothing(still: Still, api: httpx.Client) -> None:
    """The others of the consent arrive as ever; the next sync of transactions makes up for it. Source: sync.failed"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.fail_sync(consent, "transactions")
    empty = amounts(api, consent)

    still.sandbox.sync(consent, "transactions")

    assert kinds(still) == ["consent.received", *SYNCED[:2], FAILED, SYNCED[2]]
    assert (empty, amounts(api, consent) != []) == ([], True)


def test_only_transactions_have_a_word_for_failing(still: Still) -> None:
    """Any other dataset fails in silence. Source: sync.failed"""
    consent = still.consent("rosa")

    still.sandbox.fail_sync(consent, "balances")

    assert kinds(still) == ["consent.received", *SYNCED]


def test_a_failure_may_be_silent(still: Still) -> None:
    """Under the other reading nothing is told of any. Source: sync.failed"""
    still.sandbox.read_as({"sync.failed": "untold"})
    consent = still.consent("rosa")

    still.sandbox.fail_sync(consent, "transactions")

    assert FAILED not in kinds(still)


def test_a_dataset_that_is_none_cannot_fail(still: Still) -> None:
    """Names are looked at before anything moves."""
    consent = still.consent("rosa")

    with pytest.raises(UnknownName, match=r"Did you mean 'transactions'\?"):
        still.sandbox.fail_sync(consent, "transaction")
    with pytest.raises(UsageError, match="does not permit 'payees'"):
        still.sandbox.fail_sync(consent, "payees")
