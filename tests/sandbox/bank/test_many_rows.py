"""A million rows and thousands of end users: what a page costs does not depend on how many there are."""

import tracemalloc
from decimal import Decimal

import httpx
import msgspec
import pytest

from fiskil_harness.core.model import EndUser, Person
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint, RowIds
from fiskil_harness.errors import UsageError
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.tables import EndUsers, LazyList
from tests.sandbox.still import NOON, Still


def busy(times_a_day: int, *, days: int) -> Person:
    """Somebody with four movements on each of two accounts, each so often on every day."""
    moves = tuple(
        Movement(
            amount=f"-{number}.25",
            every_days=1,
            times_a_day=times_a_day,
            merchant=f"Shop {number}",
            description=f"SHOP {number}",
            category=("FOOD_AND_DRINK:COFFEE", "GENERAL_MERCHANDISE:HARDWARE")[number % 2],
            varies_percent=35,
        )
        for number in range(1, 5)
    )
    return Person(
        name="busy",
        given_name="B",
        family_name="Y",
        email="busy@example.com",
        phone="+61491570156",
        why="many rows",
        history_days=days,
        accounts=tuple(AccountSpec(key=key, name=key, moves=moves, pending=2) for key in ("everyday", "shared")),
    )


class Counting(RowIds):
    """Row ids that count how often they were made."""

    made = 0

    def of(self, key: str, series: int, index: int) -> tuple[str, str]:
        """The same ids."""
        self.made += 1
        return super().of(key, series, index)


class CountingMint(Mint):
    """A mint whose row ids for one owner count."""

    def row_ids(self, owner: str) -> Counting:
        """The one that counts."""
        self.counting = Counting(self, owner)
        return self.counting


def ledger_of(person: Person, mint: Mint | None = None) -> Ledger:
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=mint or Mint(seed=7, salt="salt"),
        until=NOON.date(),
    )


def test_a_million_rows_are_there_and_few_are_made() -> None:
    """Length, balance, filters and a page at each end make the page's rows alone."""
    mint = CountingMint(seed=7, salt="salt")
    ledger = ledger_of(busy(1250, days=100), mint)
    waiting = 4

    statement = ledger.statement()
    assert len(statement) == 1_000_000 + waiting
    assert mint.counting.made == waiting
    ledger.balance("everyday")
    coffee = statement.where(categories=("FOOD_AND_DRINK_COFFEE",), account_ids=(ledger.accounts["shared"].account_id,))
    assert len(coffee) == 250_000 + 1
    assert mint.counting.made == waiting

    first, last = (msgspec.json.decode(statement[at : at + 25].wire) for at in (waiting, len(statement) - 25))
    assert mint.counting.made == waiting + 50
    assert first[0]["posting_date_time"] > "2026-03-01"
    assert last[-1]["posting_date_time"] < "2025-11-23"


def test_a_large_balance_is_the_sum_of_its_rows() -> None:
    """Twenty thousand of them, to the cent. Source: data.balances-add-up"""
    ledger = ledger_of(busy(50, days=100))

    mine = ledger.statement().where(account_ids=(ledger.accounts["shared"].account_id,), status="POSTED")

    assert len(mine) == 20_000
    assert ledger.balance("shared").current_balance == str(Decimal("1000.00") + sum(Decimal(row.amount) for row in mine))


def test_a_row_is_found_by_its_id_without_a_walk() -> None:
    """The id says where it stands; one that is made up leads nowhere."""
    mint = CountingMint(seed=7, salt="salt")
    statement = ledger_of(busy(1250, days=100), mint).statement()
    row = statement[654_321]
    before = mint.counting.made

    assert statement.find(row.fiskil_id) == row
    assert statement.position(row.fiskil_id) == 654_321
    assert statement.find("bank_tx_" + "0" * 64) is None
    assert statement.find("bank_tx_nonsense") is None
    assert mint.counting.made - before < 10


def test_a_walk_keeps_no_row() -> None:
    """After four thousand rows nothing of them is left in memory."""
    statement = ledger_of(busy(50, days=100)).statement()
    bytes(statement[:1000].wire)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for start in range(0, 4000, 1000):
        assert bytes(statement[start : start + 1000].wire)
    left = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()

    assert left < 200_000


def test_a_walk_over_http_gives_every_row_once(still: Still, api: httpx.Client) -> None:
    """Six thousand rows in pages of a thousand, newest first. Source: paging.links, data.order"""
    person = still.sandbox.admit(busy(15, days=50))
    consent = still.sandbox.authorise(still.sandbox.create_end_user(person), person)
    still.sandbox.sync(consent, "transactions")
    seen: list[tuple[str, str]] = []
    following: str | None = f"/v1/banking/transactions?end_user_id={consent.end_user_id}&status=POSTED&page[size]=1000"
    while following:
        page = api.get(following).json()
        seen += [(row["posting_date_time"], row["fiskil_id"]) for row in page["transactions"]]
        following = page["links"].get("next")

    assert len({fiskil_id for _, fiskil_id in seen}) == len(seen) == 6000
    assert [at for at, _ in seen] == sorted((at for at, _ in seen), reverse=True)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_versions_read_the_same_rows(still: Still, api: httpx.Client, version: str) -> None:
    """Only extended data is worded otherwise. Source: versions.npp-payload"""
    consent = still.consent("rosa")
    asked = {"end_user_id": consent.end_user_id, "page[size]": "1000"}

    newest, older = (
        api.get("/v1/banking/transactions", params=asked, headers={"X-Fiskil-Version": text}).json()["transactions"]
        for text in ("v3", version)
    )

    plain = [
        [{name: value for name, value in row.items() if name != "extended_data"} for row in rows] for rows in (newest, older)
    ]
    assert plain[0] == plain[1]


def test_many_end_users_are_registered_at_once(still: Still, api: httpx.Client) -> None:
    """Each is listed once, in pages, and found by e-mail; with a person each has consented."""
    person = busy(1, days=1)
    ids = still.sandbox.populate(230, person=person)
    seen: list[str] = []
    following: str | None = "/v1/end-users?page[size]=50"
    while following:
        page = api.get(following).json()
        seen += [value["id"] for value in page["end_users"]]
        following = page["links"].get("next")

    assert seen == ids
    found = api.get("/v1/end-users?email=end.user.17@example.com").json()["end_users"]
    assert [value["id"] for value in found] == [ids[17]]
    assert [len(api.get(f"/v1/consent?end_user_id={text}").json()["consents"]) for text in ids[:3]] == [1, 1, 1]
    assert still.sandbox.populate(1) != ids[:1]


def test_nobody_is_no_crowd(still: Still) -> None:
    """At least one must be asked for."""
    with pytest.raises(UsageError, match="at least one end user; got 0"):
        still.sandbox.populate(0)


def test_end_users_keep_their_order_and_their_emails() -> None:
    """Whoever is deleted is gone from both, and whoever changes keeps the place."""
    table = EndUsers()
    for number in range(4):
        table[f"eu_{number}"] = EndUser(end_user_id=f"eu_{number}", email=f"{number % 2}@example.com")

    table["eu_1"] = EndUser(end_user_id="eu_1", email="0@example.com")
    del table["eu_0"]
    table["eu_4"] = EndUser(end_user_id="eu_4")

    assert table.ids == list(table) == ["eu_1", "eu_2", "eu_3", "eu_4"]
    assert (table.with_email("0@example.com"), table.with_email("1@example.com")) == (["eu_2", "eu_1"], ["eu_3"])
    assert table.with_email("nobody@example.com") == []


def test_only_what_is_shown_is_made() -> None:
    """A page of a long list makes its own rows."""
    made: list[int] = []
    rows = LazyList(range(100_000), lambda number: made.append(number) or number)

    assert rows[70:73] == made == [70, 71, 72]
    assert (len(rows), rows[99_999]) == (100_000, 99_999)
