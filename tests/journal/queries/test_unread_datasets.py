"""Unread datasets: the reason why an app shows no rows of a dataset, and the fact that would help."""

import pytest

from fiskil_harness.journal import Declared
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.unread_datasets import fact_for_route, why_unread

FACT = "app.facts.datasets"


@pytest.mark.parametrize(
    ("routes", "declared", "expected"),
    [
        ((), None, ("", "")),
        (("consents.list", "banking.balances"), None, ("", "")),
        (("consents.list", "energy.usage"), None, ("the app reads other datasets and no balances", FACT)),
        (("banking.accounts",), ("accounts",), ("the app reads other datasets and no balances", "")),
        (("consents.list",), None, ("the app reads no balances, and no other data of the end user", FACT)),
        (("energy.plans",), None, ("the app reads no balances, and no other data of the end user", FACT)),
        (("consents.list",), ("balances",), ("", "")),
    ],
)
def test_an_unread_dataset_has_a_reason(
    tape: JournalBuilder, routes: tuple[str, ...], declared: tuple[str, ...] | None, expected: tuple[str, str]
) -> None:
    """No reason is given for an app that calls no API, that read the dataset, or that fails to read what it states."""
    tape.journal.write(Declared(datasets=declared))
    for route in routes:
        tape.call(route)

    assert why_unread(tape.journal, "balances") == expected
    assert why_unread(tape.journal, "balances", "eu-alice") == expected
    assert fact_for_route(tape.journal, "banking.balances") == expected[1]
    assert fact_for_route(tape.journal, "consents.list") == ""


def test_a_read_for_another_end_user_does_not_count(tape: JournalBuilder) -> None:
    """The app must have read the dataset for the end user in question."""
    tape.call("banking.balances", participant="b")

    assert why_unread(tape.journal, "balances") == ("", "")
    assert why_unread(tape.journal, "balances", "eu-alice") == ("the app reads other datasets and no balances", FACT)
