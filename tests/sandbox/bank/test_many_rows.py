"""A million rows and thousands of end users: the cost of a page does not depend on their number."""

import multiprocessing
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal

import httpx
import msgspec
import pytest

from fiskil_harness.core.model import Person
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint, RowIds
from fiskil_harness.errors import UsageError
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.tables import LazyList, Registration, Registrations
from tests.sandbox.still import NOON, Still


def busy(times_a_day: int, *, days: int) -> Person:
    """Return a person with four movements a day on each of two accounts, each *times_a_day* times."""
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
    """Row ids that count how often they are made."""

    made = 0

    def of(self, key: str, series: int, index: int) -> tuple[str, str]:
        """Return the same ids, and count."""
        self.made += 1
        return super().of(key, series, index)


class CountingMint(Mint):
    """A mint whose row ids count."""

    def row_ids(self, owner: str) -> Counting:
        """Return the counting row ids."""
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


def test_a_million_rows_exist_and_only_a_page_is_made() -> None:
    """Length, balance and filters make no rows, and a page at each end makes only its own."""
    mint = CountingMint(seed=7, salt="salt")
    ledger = ledger_of(busy(1250, days=100), mint)
    pending = 4

    statement = ledger.statement()
    assert len(statement) == 1_000_000 + pending
    assert mint.counting.made == pending
    ledger.balance("everyday")
    coffee = statement.where(categories=("FOOD_AND_DRINK_COFFEE",), account_ids=(ledger.accounts["shared"].account_id,))
    assert len(coffee) == 250_000 + 1
    assert mint.counting.made == pending

    first, last = (msgspec.json.decode(statement[at : at + 25].wire) for at in (pending, len(statement) - 25))
    assert mint.counting.made == pending + 50
    assert first[0]["posting_date_time"] > "2026-03-01"
    assert last[-1]["posting_date_time"] < "2025-11-23"


def test_a_large_balance_is_the_sum_of_its_rows() -> None:
    """The balance of 20,000 rows is exact to the cent. Source: data.balances-add-up"""
    ledger = ledger_of(busy(50, days=100))

    posted = ledger.statement().where(account_ids=(ledger.accounts["shared"].account_id,), status="POSTED")

    assert len(posted) == 20_000
    assert ledger.balance("shared").current_balance == str(Decimal("1000.00") + sum(Decimal(row.amount) for row in posted))


def test_a_row_is_found_by_its_id_without_making_others() -> None:
    """The id contains the position, and an invented id is not found."""
    mint = CountingMint(seed=7, salt="salt")
    statement = ledger_of(busy(1250, days=100), mint).statement()
    row = statement[654_321]
    before = mint.counting.made

    assert statement.find(row.fiskil_id) == row
    assert statement.position(row.fiskil_id) == 654_321
    assert statement.find("bank_tx_" + "0" * 64) is None
    assert statement.find("bank_tx_nonsense") is None
    assert mint.counting.made - before < 10


def growth() -> int:
    """Return by how many bytes this process grows while it reads 4,000 rows."""
    statement = ledger_of(busy(50, days=100)).statement()
    bytes(statement[:1000].wire)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for start in range(0, 4000, 1000):
        assert bytes(statement[start : start + 1000].wire)
    return tracemalloc.get_traced_memory()[0] - before


def test_reading_pages_keeps_no_row_in_memory() -> None:
    """After 4,000 rows, memory has not grown. In a process of its own no other thread allocates memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(growth).result() < 200_000


def test_paging_over_http_returns_every_row_once(still: Still, api: httpx.Client) -> None:
    """Six pages of 1,000 rows return each row once, newest first. Source: paging.links, data.order"""
    person = still.sandbox.add_person(busy(15, days=50))
    consent = still.sandbox.authorise(still.sandbox.create_end_user(person))
    still.sandbox.sync(consent, "transactions")
    walked: list[tuple[str, str]] = []
    next_url: str | None = f"/v1/banking/transactions?end_user_id={consent.end_user_id}&status=POSTED&page[size]=1000"
    while next_url:
        page = api.get(next_url).json()
        walked += [(row["posting_date_time"], row["fiskil_id"]) for row in page["transactions"]]
        next_url = page["links"].get("next")

    assert len({fiskil_id for _, fiskil_id in walked}) == len(walked) == 6000
    assert [at for at, _ in walked] == sorted((at for at, _ in walked), reverse=True)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_versions_read_the_same_rows(still: Still, api: httpx.Client, version: str) -> None:
    """Rows of older versions differ only in their extended data. Source: versions.npp-payload"""
    consent = still.consent("rosa")
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000"}

    newest, older = (
        api.get("/v1/banking/transactions", params=params, headers={"X-Fiskil-Version": label}).json()["transactions"]
        for label in ("v3", version)
    )

    plain = [
        [{name: value for name, value in row.items() if name != "extended_data"} for row in rows] for rows in (newest, older)
    ]
    assert plain[0] == plain[1]


def test_many_end_users_are_registered_at_once(still: Still, api: httpx.Client) -> None:
    """Each end user is listed once, is found by e-mail, and has consented if a person is given."""
    person = busy(1, days=1)
    ids = still.sandbox.populate(230, person=person)
    walked_ids: list[str] = []
    next_url: str | None = "/v1/end-users?page[size]=50"
    while next_url:
        page = api.get(next_url).json()
        walked_ids += [row["id"] for row in page["end_users"]]
        next_url = page["links"].get("next")

    assert walked_ids == ids
    listed = api.get("/v1/end-users?email=end.user.17@example.com").json()["end_users"]
    assert [row["id"] for row in listed] == [ids[17]]
    assert [len(api.get(f"/v1/consent?end_user_id={end_user_id}").json()["consents"]) for end_user_id in ids[:3]] == [
        1,
        1,
        1,
    ]
    assert still.sandbox.populate(1) != ids[:1]


def test_populating_fewer_than_one_end_user_is_refused(still: Still) -> None:
    """At least one end user must be requested."""
    with pytest.raises(UsageError, match="at least one end user; got 0"):
        still.sandbox.populate(0)


def test_end_users_keep_their_order_and_their_emails() -> None:
    """A deleted end user is in neither table, and a changed one keeps its place."""
    table = Registrations()
    for number in range(4):
        table[f"eu_{number}"] = Registration(end_user_id=f"eu_{number}", email=f"{number % 2}@example.com")

    table["eu_1"] = Registration(end_user_id="eu_1", email="0@example.com")
    del table["eu_0"]
    table["eu_4"] = Registration(end_user_id="eu_4")

    assert table.ids == list(table) == ["eu_1", "eu_2", "eu_3", "eu_4"]
    assert (table.with_email("0@example.com"), table.with_email("1@example.com")) == (["eu_2", "eu_1"], ["eu_3"])
    assert table.with_email("nobody@example.com") == []
    assert table.has_other_with("1@example.com", but="eu_2")
    assert not table.has_other_with("1@example.com", but="eu_3")


def test_a_lazy_list_makes_only_the_sliced_rows() -> None:
    """A page of a long list makes only its own rows."""
    made: list[int] = []
    rows = LazyList(range(100_000), lambda number: made.append(number) or number)

    assert rows[70:73] == made == [70, 71, 72]
    assert (len(rows), rows[99_999]) == (100_000, 99_999)
