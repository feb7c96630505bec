"""Many clients at once: nobody sees what is another's, nothing fails, and what happens once happens once."""

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
    """Each of fifty lives once, and again until three thousand requests were made."""
    crowd = gather(tmp_path, clients=50, goes_on=lambda asked: asked < 3_000, jump_every=100)

    assert crowd.asked >= 3_000


@pytest.mark.full
def test_a_thousand_clients_share_nothing_for_half_a_minute(tmp_path: Path) -> None:
    """A thousand clients at once for thirty seconds."""
    elapsed = stopwatch()
    crowd = gather(tmp_path, clients=1_000, goes_on=lambda _asked: elapsed() < 30, jump_every=2_000)

    assert elapsed() >= 30
    assert sum(crowd.lives.values()) >= 1_000


def gather(folder: Path, *, clients: int, goes_on: Callable[[int], bool], jump_every: int) -> Crowd:
    """Let the crowd live at one local Fiskil whose link records, and look at what is left of it."""
    with LocalFiskil(workdir=folder, seed=11) as fiskil:
        journal = Journal(newest=10_000)
        fiskil.link.begin(journal, is_stray=lambda _end_user_id: False)
        waiting = fiskil.link.rules.set(Rule(route="institutions.list", fault=Status(status=503), times=FAULTS))
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        crowd = Crowd(api_url=fiskil.api_url, pair=pair, clock=fiskil.sandbox.clock, jump_every=jump_every, goes_on=goes_on)

        # In a thread of its own: a browser test of this process may hold a loop in the main one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: asyncio.run(crowd.live(clients))).result()

        fiskil.sandbox.clock.advance(minutes=1)
        assert (crowd.bitten, waiting.left) == (FAULTS, 0)
        assert [crash.trace for crash in fiskil.sandbox.crashes] == []
        assert [thing for thing in crowd.owners if thing.startswith("account ")]
        assert every_fact_is_told_once(fiskil, crowd)
        exchanges = journal.all(Exchange)
        assert all((exchange.status or 500) < 500 or exchange.bites for exchange in exchanges)
        assert len({exchange.number for exchange in exchanges}) == len(exchanges)
    return crowd


def every_fact_is_told_once(fiskil: LocalFiskil, crowd: Crowd) -> bool:
    """One ``consent.received`` for each consent, one ``consent.revoked`` for each that ended, one event for each sync."""
    events = fiskil.sandbox.events
    told = Counter((event.kind, event.consent_id) for event in events)
    received = {consent_id for kind, consent_id in told if kind == "consent.received"}
    revoked = {consent_id for kind, consent_id in told if kind == "consent.revoked"}
    assert max(told.values()) == 1
    assert len({event.message_id for event in events}) == len(events)
    assert received == set(crowd.consents)
    assert revoked == crowd.revoked
    assert all(crowd.consents[event.consent_id] == event.end_user_id for event in events)
    return True
