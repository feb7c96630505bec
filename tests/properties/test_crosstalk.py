"""Many concurrent clients: none receives what belongs to another, nothing fails, and single actions count once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.faults import Status
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.properties.crowd import Crowd

FAULTS = 40


@pytest.mark.slow
def test_fifty_clients_share_nothing(tmp_path: Path) -> None:
    """Fifty clients run at least once each, until three thousand requests were made."""
    crowd = run_crowd(tmp_path, clients=50, continues=lambda count: count < 3_000, jump_every=100)

    assert crowd.request_count >= 3_000


@pytest.mark.full
def test_a_thousand_clients_share_nothing_for_half_a_minute(tmp_path: Path) -> None:
    """A thousand clients run concurrently for thirty seconds."""
    elapsed = stopwatch()
    crowd = run_crowd(tmp_path, clients=1_000, continues=lambda _count: elapsed() < 30, jump_every=2_000)

    assert elapsed() >= 30
    assert sum(crowd.endings.values()) >= 1_000


def run_crowd(folder: Path, *, clients: int, continues: Callable[[int], bool], jump_every: int) -> Crowd:
    """Run the clients against one local Fiskil whose proxy records, and check the result."""
    with LocalFiskil(workdir=folder, seed=11) as fiskil:
        journal = Journal(newest=10_000)
        fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
        waiting = fiskil.proxy.rules.set(Rule(route="institutions.list", fault=Status(status=503), times=FAULTS))
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        crowd = Crowd(
            api_url=fiskil.api_url, pair=pair, clock=fiskil.sandbox.clock, jump_every=jump_every, continues=continues
        )

        # In a separate thread: a browser test of this process may run a loop in the main one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: asyncio.run(crowd.run(clients))).result()

        fiskil.sandbox.clock.advance(minutes=1)
        assert (crowd.fault_count, waiting.left) == (FAULTS, 0)
        assert [crash.trace for crash in fiskil.sandbox.crashes] == []
        assert [thing for thing in crowd.owners if thing.startswith("account ")]
        assert has_each_event_once(fiskil, crowd)
        exchanges = journal.all(Exchange)
        assert all((exchange.status or 500) < 500 or exchange.bites for exchange in exchanges)
        assert len({exchange.number for exchange in exchanges}) == len(exchanges)
    return crowd


def has_each_event_once(fiskil: LocalFiskil, crowd: Crowd) -> bool:
    """Check one event for each consent, for each revoked consent and for each sync."""
    events = fiskil.sandbox.events
    counts = Counter((event.kind, event.consent_id) for event in events)
    received = {consent_id for kind, consent_id in counts if kind == "consent.received"}
    revoked = {consent_id for kind, consent_id in counts if kind == "consent.revoked"}
    assert max(counts.values()) == 1
    assert len({event.message_id for event in events}) == len(events)
    assert received == set(crowd.consents)
    assert revoked == crowd.revoked
    assert all(crowd.consents[event.consent_id] == event.end_user_id for event in events)
    return True
