"""Words such as "None" in the state: which of them stand for a value that the API did not serve."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.null_texts import null_texts
from fiskil_harness.journal.queries.rows import Place

SHOP: dict[str, Any] = {
    "key": "row 1",
    "fiskil_id": "tx_1",
    "merchant_name": "Bean There",
    "category": {"primary": "DINING"},
}
TRANSFER: dict[str, Any] = {"key": "row 2", "fiskil_id": "tx_2", "reference": "rent", "category": {"primary": None}}


def lines_of(shop: dict[str, Any], transfer: dict[str, Any], *, row: dict[str, Any] = TRANSFER) -> list[str]:
    """Return the lines about a state that shows the two rows as records."""
    records = (("tx_1", shop), ("tx_2", transfer))
    mentions = {fiskil_id: [Place("$[*].id", {"id": fiskil_id, **record})] for fiskil_id, record in records}
    return [str(text) for text in null_texts(mentions, {"tx_1": [SHOP], "tx_2": [row]})]


@pytest.mark.parametrize("word", ["None", "null", "undefined", "NaN"])
@pytest.mark.parametrize("pattern", ["{}", "at {}", "{} (card)", "<{}>"])
def test_a_word_for_a_missing_value_is_found(word: str, pattern: str) -> None:
    """The field has a name of the app's own, and the value may be a part of a text."""
    shown = pattern.format(word)

    lines = lines_of({"shop": pattern.format("Bean There")}, {"shop": shown})

    assert lines == [f'row 2: merchant_name is shown as "{shown}", and the API served no merchant_name']


def test_a_value_that_the_newest_version_lacks_is_found() -> None:
    """The row had the field before."""
    mentions = {
        fiskil_id: [Place("$[*].id", {"shop": shop})] for fiskil_id, shop in (("tx_1", "Bean There"), ("tx_2", "null"))
    }
    versions = {"tx_1": [SHOP], "tx_2": [{**TRANSFER, "merchant_name": "Nook"}, TRANSFER]}

    assert len(list(null_texts(mentions, versions))) == 1


@pytest.mark.parametrize(
    ("shop", "transfer"),
    [
        ({"shop": "Bean There"}, {"shop": None}),
        ({"shop": "Bean There"}, {"shop": ""}),
        ({"shop": "Bean There"}, {"shop": "Unknown"}),
        ({"shop": "Bean There"}, {"shop": "none"}),
        ({"shop": "Bean There"}, {"shop": "Nonesuch"}),
        ({"label": "DINING"}, {"label": "undefined"}),
        ({"label": "Eating out"}, {"label": "None"}),
        ({"raw": '{"shop": "Bean There"}'}, {"raw": '{"shop": null}'}),
        ({"raw": "[None, 'Bean There']"}, {"raw": "[None, None]"}),
        ({"link": "/find?shop=Bean There"}, {"link": "/find?shop=null"}),
        ({"text": "Shop: Bean There"}, {"text": "Shop: None"}),
        ({"risk": "High"}, {"risk": "None"}),
        ({"risk": "None"}, {"risk": "None"}),
    ],
)
def test_other_texts_are_lawful(shop: dict[str, Any], transfer: dict[str, Any]) -> None:
    """A label of the app's own may be any word, also for an enumeration of the API."""
    assert lines_of(shop, transfer) == []


def test_a_word_that_the_api_served_is_lawful() -> None:
    """A reference is what a person wrote."""
    assert lines_of({"text": "Bean There"}, {"text": "null"}, row={**TRANSFER, "reference": "null"}) == []


def test_a_note_that_repeats_a_value_once_is_lawful() -> None:
    """Most rows with a merchant have another note, so the notes are not the merchants."""
    notes = {"tx_1": "Met at Bean There", "tx_2": "None", "tx_3": "Lunch", "tx_4": "Gift"}
    versions = {fiskil_id: [{**SHOP, "fiskil_id": fiskil_id}] for fiskil_id in ("tx_1", "tx_3", "tx_4")} | {
        "tx_2": [TRANSFER]
    }

    assert list(null_texts({row: [Place("$[*].id", {"note": note})] for row, note in notes.items()}, versions)) == []
