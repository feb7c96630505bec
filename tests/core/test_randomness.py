"""Ids are unique and have the API's forms; random streams depend on the seed alone."""

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
    """Return a mint with a fixed seed and salt."""
    return Mint(seed=7, salt="salt")


@pytest.mark.parametrize(("make", "form"), FORMS.values(), ids=FORMS.keys())
def test_a_hundred_thousand_ids_are_unique_and_well_formed(mint: Mint, make: Callable[[Mint], str], form: str) -> None:
    """No id occurs twice, and each has the form that the API uses."""
    ids = [make(mint) for _ in range(100_000 // len(FORMS) + 1)]

    assert len(set(ids)) == len(ids)
    assert [value for value in ids if not re.fullmatch(form, value)] == []


def test_a_hundred_thousand_message_ids_are_unique(mint: Mint) -> None:
    """Receivers use the message id for idempotency, so it never repeats. Source: webhooks.message-id"""
    assert len({mint.message_id() for _ in range(100_000)}) == 100_000


@pytest.mark.parametrize("length", [1, 10, 78, 200])
def test_keys_have_the_requested_length(mint: Mint, length: int) -> None:
    """A key has exactly that many bytes, and two keys differ."""
    first, second = mint.key(length), mint.key(length)

    assert len(first) == len(second) == length
    assert length < 10 or first != second


def test_the_same_seed_and_salt_mint_the_same_ids() -> None:
    """Ids are a function of seed and salt."""
    first, second = Mint(seed=7, salt="a"), Mint(seed=7, salt="a")

    assert [make(first) for make, _ in FORMS.values()] == [make(second) for make, _ in FORMS.values()]


@pytest.mark.parametrize("other", [Mint(seed=8, salt="a"), Mint(seed=7, salt="b"), Mint(seed=7)])
def test_another_seed_or_salt_mints_other_ids(other: Mint) -> None:
    """Two runs share no id, because each run has a new salt."""
    mint = Mint(seed=7, salt="a")

    assert not {make(mint) for make, _ in FORMS.values()} & {make(other) for make, _ in FORMS.values()}


def test_ids_can_stay_the_same_from_run_to_run() -> None:
    """With one salt for ids, the n-th id of a kind is the same; secrets, messages and errors differ."""
    first, second = Mint(seed=7, id_salt="a"), Mint(seed=7, id_salt="a")
    assert [second.secret(), second.message_id(), second.session_id()]

    same = {name for name, (make, _) in FORMS.items() if make(first) == make(second)}

    assert same == {"end user", "client", "arrangement"}
    assert first.row_id("bank_tx_", "eu_1", "0") == second.row_id("bank_tx_", "eu_1", "0")
    assert first.row_ids("eu_1").of("0", 1, 2) == second.row_ids("eu_1").of("0", 1, 2)


def test_each_run_has_a_new_salt() -> None:
    """A thousand salts are all different."""
    assert len({fresh_salt() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("length", [32, 64])
def test_row_ids_are_stable(mint: Mint, length: int) -> None:
    """The same row of the same owner always has the same id: a prefix and hex digits."""
    row_id = mint.row_id("bank_tx_", "eu_1", "everyday:0:3", length=length)

    assert row_id == mint.row_id("bank_tx_", "eu_1", "everyday:0:3", length=length)
    assert re.fullmatch(rf"bank_tx_[0-9a-f]{{{length}}}", row_id)


def test_twins_share_symbols_and_no_ids(mint: Mint) -> None:
    """The same row of two owners has one symbol and two ids."""
    ids = [mint.row_id("bank_tx_", owner, "everyday:0:3") for owner in ("eu_1", "eu_2")]
    numbers = [mint.digits(9, owner, "everyday:number") for owner in ("eu_1", "eu_2")]

    assert len(set(ids)) == len(set(numbers)) == 2
    assert {mint.names[text] for text in ids} == {"bank_tx_everyday:0:3"}
    assert {mint.names[number] for number in numbers} == {"account:everyday:number"}


def test_every_id_on_the_wire_has_a_symbol(mint: Mint) -> None:
    """The symbol of a shortened id is found by the form that is sent."""
    assert mint.names[mint.transaction_id("eu_1", "everyday:0:3")] == "txn-everyday:0:3"
    assert mint.names[mint.end_user_id()] == "end_user"
    assert mint.names[mint.arrangement_id()] == "consent"
    assert mint.names[mint.session_id()] == "session"


@pytest.mark.parametrize("length", [1, 9, 10, 16])
def test_digits_never_begin_with_zero(mint: Mint, length: int) -> None:
    """An account owner keeps its length in a program that reads it as a owner."""
    numbers = {mint.digits(length, f"eu_{owner}", "x") for owner in range(2_000)}

    assert {len(number) for number in numbers} == {length}
    assert not [number for number in numbers if number.startswith("0")]


def test_arrangements_are_uuids(mint: Mint) -> None:
    """An arrangement id is a UUID of version 4."""
    assert uuid.UUID(mint.arrangement_id()).version == 4


def test_streams_depend_on_seed_and_name() -> None:
    """The same seed and name give the same numbers; a change of either gives other numbers."""
    first = stream(7, "rows", 1).random()

    assert stream(7, "rows", 1).random() == first
    assert len({first, stream(8, "rows", 1).random(), stream(7, "rows", 2).random(), stream(7, "rows").random()}) == 4


def test_streams_are_the_same_in_every_run() -> None:
    """A stream depends neither on hash randomisation nor on the platform: this number never changes."""
    assert stream(42, "golden").randrange(10**9) == 71_426_410
