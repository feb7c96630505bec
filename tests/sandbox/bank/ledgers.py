"""Ledgers of a bank after a number of days, without a server or a consent."""

from fiskil_harness.core.model import Person
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.ledger import Ledger
from tests.sandbox.still import NOON


def ledger_of(person: Person, days: int, *, seed: int = 0) -> Ledger:
    """Return the ledger of *person*, *days* after the end of the history."""
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=seed, salt="salt"),
        until=NOON.date(),
        days_passed=lambda _at: days,
    )
