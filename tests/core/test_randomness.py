"""Ids in the wire's forms, unique, and streams that depend on the seed alone."""

import re
import uuid
from collections.abc import Callable

import pytest

from fiskil_harness.core.randomness import Mint, fresh_salt, stream

FORMS: dict[str, tuple[Callable[[Mint], str], str]] = {
    "end user": (lambda mint: mint.end_user_id(), r"eu_[0-9A-Za-z]{27}"),
    "session": (lambda mint: mint.session_id(), r"[0-9A-Za-z]{27}"),
    "client": (lambda mint: mint.client_id(), r"[0-9a-v]{26}"),
    "arrangement": (
        lambda mint: mint.arrangement_id(),
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    ),
    "error": (lambda mint: mint.error_id(), r"err_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "message": (lambda mint: mint.message_id(), r"[1-9][0-9]{15}"),
    "secret": (lambda mint: mint.secret(), r"[0-9A-Za-z]{48}"),
}


@pytest.fixture
def mint() -> Mint:
    """A mint with a seed and a salt of its own."""
    return Mint(seed=7, salt="salt")


@pytest.mark.parametrize(("make", "form"), FORMS.values(), ids=FORMS.keys())
def test_a_hundred_thousand_ids_are_unique_and_well_formed(mint: Mint, make: Callable[[Mint], str], form: str) -> None:
    """No id occurs twice, and each has the form that the wire shows."""
    made = [make(mint) for _ in range(100_000 // len(FORMS) + 1)]

    assert len(set(made)) == len(made)
    assert [text for text in made if not re.fullmatch(form, text)] == []


def test_message_ids_are_unique_in_their_hundred_thousands(mint: Mint) -> None:
    """What receivers use for idempotency never repeats. Source: webhooks.message-id"""
    assert len({mint.message_id() for _ in range(100_000)}) == 100_000


@pytest.mark.parametrize("length", [1, 10, 78, 200])
def test_keys_have_their_length(mint: Mint, length: int) -> None:
    """As many bytes as asked for, never the same ones."""
    first, second = mint.key(length), mint.key(length)

    assert len(first) == len(second) == length
    assert length < 10 or first != second


def test_the_same_seed_and_salt_mint_the_same_ids() -> None:
    """A mint is a function of both."""
    first, second = Mint(seed=7, salt="a"), Mint(seed=7, salt="a")

    assert [make(first) for make, _ in FORMS.values()] == [make(second) for make, _ in FORMS.values()]


@pytest.mark.parametrize("other", [Mint(seed=8, salt="a"), Mint(seed=7, salt="b"), Mint(seed=7)])
def test_another_seed_or_salt_mints_other_ids(other: Mint) -> None:
    """Two runs never share an id, because the salt is new in each."""
    mint = Mint(seed=7, salt="a")

    assert not {make(mint) for make, _ in FORMS.values()} & {make(other) for make, _ in FORMS.values()}


def test_salts_are_fresh() -> None:
    """Two runs, two salts."""
    assert len({fresh_salt() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("length", [32, 64])
def test_row_ids_are_stable(mint: Mint, length: int) -> None:
    """The same row of the same owner has the same id at every call, in hex digits after its prefix."""
    made = mint.row_id("bank_tx_", "eu_1", "everyday:0:3", length=length)

    assert made == mint.row_id("bank_tx_", "eu_1", "everyday:0:3", length=length)
    assert re.fullmatch(rf"bank_tx_[0-9a-f]{{{length}}}", made)


def test_twins_share_symbols_and_no_ids(mint: Mint) -> None:
    """The same row of two owners: one symbol, two ids."""
    ids = [mint.row_id("bank_tx_", owner, "everyday:0:3") for owner in ("eu_1", "eu_2")]
    numbers = [mint.digits(9, owner, "everyday:number") for owner in ("eu_1", "eu_2")]

    assert len(set(ids)) == len(set(numbers)) == 2
    assert {mint.names[text] for text in ids} == {"bank_tx_everyday:0:3"}
    assert {mint.names[number] for number in numbers} == {"account:everyday:number"}


def test_what_is_on_the_wire_has_a_symbol(mint: Mint) -> None:
    """A shortened id is known by the form in which it is seen."""
    assert mint.names[mint.row_id("txn-", "eu_1", "everyday:0:3", length=32)] == "txn-everyday:0:3"
    assert mint.names[mint.end_user_id()] == "end_user"
    assert mint.names[mint.arrangement_id()] == "consent"
    assert mint.names[mint.session_id()] == "session"


@pytest.mark.parametrize("length", [1, 9, 10, 16])
def test_digits_never_begin_with_zero(mint: Mint, length: int) -> None:
    """An account number keeps its length when a program reads it as a number."""
    made = {mint.digits(length, f"eu_{number}", "x") for number in range(2_000)}

    assert {len(text) for text in made} == {length}
    assert not [text for text in made if text.startswith("0")]


def test_arrangements_are_uuids(mint: Mint) -> None:
    """Version 4, as any library reads it."""
    assert uuid.UUID(mint.arrangement_id()).version == 4


def test_streams_depend_on_seed_and_name() -> None:
    """Same seed and name, same numbers; another of either, others."""
    first = stream(7, "rows", 1).random()

    assert stream(7, "rows", 1).random() == first
    assert len({first, stream(8, "rows", 1).random(), stream(7, "rows", 2).random(), stream(7, "rows").random()}) == 4


def test_streams_are_the_same_in_every_run() -> None:
    """No hash randomisation, no platform: these numbers are for ever."""
    assert stream(42, "golden").randrange(10**9) == 71_426_410
