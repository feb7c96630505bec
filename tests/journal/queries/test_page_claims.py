"""Denials on pages: words after a negation in the same clause are not claimed."""

import pytest

from fiskil_harness.journal.queries.page_claims import access_denied, without_denials


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("We read your balances and transactions.", True),
        ("We do not read your balances or transactions.", False),
        ("We don\u2019t see accounts, balances or transactions.", False),
        ("We never see your password, only your transactions.", True),
        ("We read accounts but never transactions.", False),
        ("We read everything except transactions.", False),
        ("We read your transactions, and never sell them.", True),
        ("Not only balances but transactions as well.", True),
        ("Your transactions are not here yet.", True),
        ("No password is needed. Transactions are read daily.", True),
        ("Wir lesen keine Transactions.", True),
    ],
)
def test_a_negation_denies_the_rest_of_its_clause(text: str, claims: bool) -> None:
    """Sentences, some conjunctions, and commas before a new clause end a denial."""
    assert ("transactions" in without_denials(text).lower()) is claims


def test_phrases_across_clauses_stay_whole() -> None:
    """Only denials are taken out."""
    text = "We let you know when it is ready; until then nothing is lost."

    assert without_denials(text) == text


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("We do not read your transactions", True),
        ("We never ask to see transactions", True),
        ("We never sell your transactions", False),
        ("We read your transactions", False),
    ],
)
def test_denied_access_differs_from_other_denials(text: str, denied: bool) -> None:
    """A page may say what the app does not do with the data that it reads."""
    assert ("transactions" in access_denied(text)) is denied
