"""Rules: the conditions of a fault, and the reason why it never bit."""

import pytest

from fiskil_harness import faults
from fiskil_harness.faults.rules import Facts, Rule, Waiting

ROUTE = "banking.transactions"


@pytest.mark.parametrize(
    ("conditions", "pages", "problem"),
    [
        ({"page": 3}, [], "nothing matched it"),
        ({"page": 3}, [1, 2], "page 3 was never requested"),
        ({"skip": 2}, [1, 1], "the app made too few of these calls"),
        ({"method": "POST"}, [1], "nothing matched it"),
    ],
)
def test_a_fault_that_never_bit_says_what_did_not_happen(conditions: dict[str, int], pages: list[int], problem: str) -> None:
    """A reader learns that the app reads no further page, or calls too rarely, without reading the scenario."""
    waiting = Waiting(Rule(route=ROUTE, fault=faults.CursorExpired(), **conditions))

    taken = [waiting.take(Facts(route=ROUTE, method="GET", page=page)) for page in pages]
    waiting.take(Facts(route="banking.accounts", method="GET", page=1))

    assert not any(taken)
    assert waiting.problem == problem


@pytest.mark.parametrize(
    ("rule", "bitten", "is_reason"),
    [
        (Rule(route=ROUTE, fault=faults.Stall()), 1, False),
        (Rule(route=ROUTE, fault=faults.Stall(), times=0), 1, True),
        (Rule(route=ROUTE, fault=faults.Stall(), times=0), 0, False),
        (Rule(route="connection", fault=faults.Refuse()), 0, True),
    ],
    ids=["once", "until it is lifted", "has not acted", "lasting"],
)
def test_an_endless_fault_that_acted_is_a_reason_to_wait(rule: Rule, bitten: int, *, is_reason: bool) -> None:
    waiting = Waiting(rule)
    waiting.bitten = bitten

    assert waiting.is_lasting_reason is is_reason
