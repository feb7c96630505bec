"""What a bank knows of somebody when so many days have passed, without a server or a consent."""

from still import NOON

from harness.ids import Mint
from harness.model import Person
from harness.sandbox.ledger import Ledger


def ledger_of(person: Person, days: int, *, seed: int = 0) -> Ledger:
    """The ledger of *person*, *days* after the end of the history."""
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=seed, salt="salt"),
        until=NOON.date(),
        passed=lambda _at: days,
    )
