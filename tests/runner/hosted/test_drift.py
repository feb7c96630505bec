"""Drift of the hosted API is a separate outcome that counts for no practice."""

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
    """The account, with a token."""
    return Account(address_of(stand_in.settings()))


def test_no_drift_passes(account: Account) -> None:
    """An API that follows the contract gives a PASS without practices."""
    with account:
        outcome = drift(account.check_context, Interpretations(), seed=0)

    assert (outcome.verdict, outcome.practices) == (Verdict.PASS, ())


def test_another_interpretation_is_inconclusive(stand_in: StandIn) -> None:
    """The finding names the clause, the observed and the expected interpretation."""
    stand_in.fiskil.sandbox.choose_interpretations({"token.lifetime": "3600"})

    with Account(address_of(stand_in.settings())) as account:
        outcome = drift(account.check_context, Interpretations(), seed=0)

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.findings[0].observed.startswith("the hosted API differs from the contract in one way")
    assert outcome.findings[0].evidence == ("token.lifetime: 3600, where 900 was expected",)


def test_an_error_in_a_check_is_inconclusive(account: Account) -> None:
    """An unexpected response does not end the run."""
    with account:
        place = msgspec.structs.replace(account.check_context, first=None)  # type: ignore[arg-type]
        outcome = drift(place, Interpretations(), seed=0)

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.findings[0].evidence == ("a check failed with AttributeError",)
