"""A year on the clock: no account of the fixtures is overdrawn, and ended accounts stay ended."""

from decimal import Decimal
from itertools import accumulate
from typing import Any

import httpx
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.holdings import AccountPeriod
from fiskil_harness.sandbox.bank.ledger import Ledger
from tests.sandbox.still import NOON, Still

SEEDS = range(5)
BANKED = [person for person in catalog.people().values() if person.accounts]
CARD, DEPOSIT, EVERYDAY = "CRED_AND_CHRG_CARDS", "TERM_DEPOSITS", "TRANS_AND_SAVINGS_ACCOUNTS"


def a_year_on(person: Person, seed: int) -> Ledger:
    """Return the ledger after 360 days, with the opening and closing days of the file."""
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=seed, salt="salt"),
        until=NOON.date(),
        days_passed=lambda _at: 360,
        period_of=lambda spec: AccountPeriod(
            -person.history_days, 0 if spec.open_status == "CLOSED" else spec.closes_on_day
        ),
    )


def evenings(ledger: Ledger, spec: AccountSpec) -> list[Decimal]:
    """Return the balance at the end of each day with rows, oldest first."""
    account_id = ledger.accounts[spec.key].account_id
    days: dict[str, Decimal] = {}
    for row in reversed(list(ledger.statement().where(account_ids=(account_id,), status="POSTED"))):
        day = (row.posting_date_time or "")[:10]
        days[day] = days.get(day, Decimal(0)) + Decimal(row.amount)
    return list(accumulate(days.values(), initial=Decimal(spec.opening)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("person", BANKED, ids=lambda person: person.name)
def test_no_account_is_overdrawn(person: Person, seed: int) -> None:
    """From the first day of the history to a year after it, a balance stays at or above its limit, or zero."""
    ledger = a_year_on(person, seed)
    lowest = {
        spec.key: min(evenings(ledger, spec)) + Decimal(spec.credit_limit or 0)
        for spec in person.accounts
        if spec.category in {CARD, DEPOSIT, EVERYDAY}
    }

    assert {key: least for key, least in lowest.items() if least < 0} == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("person", BANKED, ids=lambda person: person.name)
def test_no_card_is_in_credit(person: Person, seed: int) -> None:
    """A card is never in credit: payments are about as high as purchases."""
    ledger = a_year_on(person, seed)
    highest = {spec.key: max(evenings(ledger, spec)) for spec in person.accounts if spec.category == CARD}

    assert {key: most for key, most in highest.items() if most > 0} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_student_stays_in_overdraft(seed: int) -> None:
    """The student's account is negative at the end of the history and a year later."""
    (spec,) = catalog.person("sam").accounts
    assert Decimal(a_year_on(catalog.person("sam"), seed).balance(spec.key).current_balance) < 0


def test_a_term_deposit_ends_on_its_day(still: Still, api: httpx.Client) -> None:
    """The deposit is closed and its amount is in the everyday account; the consent stays active. Source: accounts.closed"""
    consent = still.consent("walter")
    before = {row["display_name"]: row for row in listed(api, consent)}

    still.sandbox.clock.advance(days=13)
    for dataset in ("accounts", "balances", "transactions"):
        still.sandbox.sync(consent, dataset)

    after = {row["display_name"]: row for row in listed(still.client(), consent)}
    assert {name: row["open_status"] for name, row in before.items()} == dict.fromkeys(before, "OPEN")
    assert [name for name, row in after.items() if row["open_status"] == "CLOSED"] == ["Six Month Deposit"]
    assert after["Six Month Deposit"]["term_deposit"] == before["Six Month Deposit"]["term_deposit"]
    assert before["Six Month Deposit"]["term_deposit"]["maturity_instructions"] == "PAID_OUT_AT_MATURITY"
    assert before["Five Year Deposit"]["term_deposit"]["maturity_instructions"] == "ROLLED_OVER"
    assert consent.is_active
    ledger = still.sandbox.ledger(consent)
    assert ledger.balance("short").current_balance == "0.00"
    assert ledger.row("everyday:6:-12").amount == "40000.00"


def listed(api: httpx.Client, consent: Consent) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = api.get(
        "/v1/banking/accounts", params={"end_user_id": consent.end_user_id, "page[size]": "1000"}
    ).json()["accounts"]
    return accounts
