"""The scenario with pages of an old version."""

from datetime import timedelta
from itertools import islice

from fiskil_harness.core import catalog
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load
from tests.sandbox.bank.ledgers import NOON


def test_page_one_differs_in_the_old_version_on_each_date() -> None:
    """The payment that the scenario adds passes through the fast payment network; without it, some dates have none."""
    scenario = load("response_shape_changed")
    [change] = [step for step in scenario.steps if isinstance(step, steps.Change)]
    [limit] = [step for step in scenario.steps if isinstance(step, steps.LimitPages)]
    without = set()
    for days in range(0, 366, 37):
        now = NOON + timedelta(days=days)
        ledger = Ledger(
            catalog.person(scenario.end_user),
            owner="eu_1",
            arrangement_id="an-arrangement",
            institution_id="88888",
            mint=Mint(seed=0, salt="salt"),
            until=now.date(),
        )
        without.add(_page_one_differs(ledger, limit.rows))
        posted = (row for row in ledger.statement_newest_first() if row.status == "POSTED")
        row = next(row for row in posted if row.merchant_name == change.merchant)

        ledger.repeat(row.key, ledger.free_key(f"{row.key}:arrive_today"), posted=now, made=now)

        assert _page_one_differs(ledger, limit.rows), now
    assert without == {True, False}


def _page_one_differs(ledger: Ledger, rows: int) -> bool:
    return any("npp_payload" in (row.extended_data or {}) for row in islice(ledger.statement_newest_first(), rows))
