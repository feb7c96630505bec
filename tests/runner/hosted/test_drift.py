"""Drift of the hosted API, as a gate tells it: an outcome that counts for no practice and accuses no app."""

import msgspec
import pytest

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import address_of
from fiskil_harness.runner.hosted.drift import drift
from tests.runner.hosted.stand_in import StandIn

pytestmark = pytest.mark.full


@pytest.fixture
def account(stand_in: StandIn) -> Account:
    """The account, logged in."""
    return Account(address_of(stand_in.settings()))


def test_no_drift_is_told_as_such(account: Account) -> None:
    """What the stand-in promises it keeps."""
    with account:
        outcome = drift(account.place, Interpretations(), seed=0)

    assert (outcome.verdict, outcome.practices) == (Verdict.PASS, ())


def test_another_reading_is_inconclusive_and_named(stand_in: StandIn) -> None:
    """The clause, what was seen, and what was expected."""
    stand_in.fiskil.sandbox.read_as({"token.lifetime": "3600"})

    with Account(address_of(stand_in.settings())) as account:
        outcome = drift(account.place, Interpretations(), seed=0)

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.findings[0].observed.startswith("the hosted API differs from the contract in one way")
    assert outcome.findings[0].evidence == ("token.lifetime: 3600, where 900 was expected",)


def test_an_answer_that_no_look_expects_is_inconclusive(account: Account) -> None:
    """And ends nothing."""
    with account:
        place = msgspec.structs.replace(account.place, first=None)  # type: ignore[arg-type]
        outcome = drift(place, Interpretations(), seed=0)

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.findings[0].evidence == ("a look at it failed with AttributeError",)
