"""Words on pages: whole words in any case, with or without accents and plural endings."""

import pytest

from fiskil_harness.journal.queries.page_wording import (
    dataset_names,
    may_name,
    missing_words,
    phrase_in,
    plain,
    purpose_words,
    words_for,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Your Accounts", " your account "),
        ("gas bus GLASS glasses", " gas bus glass glasse "),
        ("bills bill", " bill bill "),
        ("cities ties companies", " city tie company "),
        ("Café d\u00e9p\u00f4ts", " cafe depot "),
        ("bal\u00adances, trans\u200bactions", " balance transaction "),
        ("arr_1-Stra\u00dfe", " arr 1 strasse "),
        ("...", " "),
        ("", " "),
    ],
)
def test_words_are_compared_without_endings_and_accents(text: str, words: str) -> None:
    """Short words keep their last letter, and so do words that end with two of them."""
    assert plain(text) == words


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("We read your account balances daily", "account balance"),
        ("Accounts: balances", "account balance"),
        ("your ACCOUNT", "accounts"),
        ("口座残高を確認", "残高"),
        ("口座 残高を確認", "口座残高"),
    ],
)
def test_a_phrase_is_found(text: str, phrase: str) -> None:
    """Punctuation does not matter, and some scripts have no spaces."""
    assert phrase_in(text, ["unknown", phrase]) == phrase


@pytest.mark.parametrize(
    ("text", "phrase"), [("accounting", "account"), ("balance account", "account balance"), ("text", "..."), ("text", "")]
)
def test_a_part_of_a_word_is_no_phrase(text: str, phrase: str) -> None:
    """Other words may begin in the same way, and an empty phrase is on no page."""
    assert phrase_in(text, [phrase]) == ""


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("monthly", "a month"),
        ("month", "every MONTHS"),
        ("plan", "planning ahead"),
        ("share", "sharing"),
        ("apply", "applied"),
        ("budget", "budgeting"),
        ("tax", "tax"),
        ("残高", "口座残高を確認"),
        ("口座残高", "口座 残高を確認"),
    ],
)
def test_a_word_is_present_with_another_ending(word: str, text: str) -> None:
    """The shorter word may lose its last vowel."""
    assert missing_words(text, (word,)) == ()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("plan", "planetary"),
        ("save", "saving"),
        ("use", "using"),
        ("taxes", "taxation"),
        ("car", "cart card"),
        ("budget", "bud"),
        ("spend", "expending"),
        ("残高", "口座残を確認"),
        ("data", ""),
    ],
)
def test_another_word_is_no_other_ending(word: str, text: str) -> None:
    """The common beginning is short, or the ending is long."""
    assert missing_words(f"{text} month", ("month", word)) == (word,)


def test_a_purpose_has_its_words_of_meaning() -> None:
    """Each counts once; a purpose without any has all its words."""
    assert purpose_words("To show your budget and the budgets of your household") == ("show", "budget", "household")
    assert purpose_words("to use it") == ("to", "use", "it")


def test_a_dataset_has_several_names() -> None:
    """The config adds the app's own ones."""
    known = dataset_names("energy_accounts")

    assert known == ("energy accounts", *words_for("dataset", "energy_accounts"))
    assert dataset_names("energy_accounts", {"energy_accounts": ["meters"], "usage": ["kWh"]}) == (*known, "meters")
    assert words_for("dataset", "unknown") == words_for("unknown") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We see how you spend your money.", True),
        ("We cannot move money.", False),
        ("We cannot move money. We see your money.", True),
        ("We cannot move money\nYour money", True),
        ("Your meter", False),
    ],
)
def test_money_may_name_a_dataset_of_a_bank(text: str, expected: bool) -> None:
    """A sentence that denies something about money names nothing."""
    assert may_name(text, "balances") is expected
    assert not may_name(text, "unknown")


@pytest.mark.parametrize(("dataset", "expected"), [("accounts", True), ("energy_accounts", False), ("unknown", False)])
def test_an_ambiguous_word_may_name_a_dataset(dataset: str, expected: bool) -> None:
    """A bank has products, and a retailer of energy has plans."""
    assert may_name("Your products", dataset) is expected
