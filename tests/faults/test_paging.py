"""Paging faults: a client's walk, page by page, with one wrong link or page."""

from itertools import chain, pairwise

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import Fault
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import MOST_PAGES, Caller, exchange_on, json_of, reply_with

ROUTE = "banking.transactions"
NEXT = "http://127.0.0.1:1/v1/banking/transactions?end_user_id=eu_1&page%5Bafter%5D=a-b_c"
FIRST = "http://127.0.0.1:1/v1/banking/transactions?end_user_id=eu_1"


@pytest.mark.parametrize(
    ("fault", "link"),
    [
        (faults.PageRepeated(), f"{FIRST}&page%5Bafter%5D=now"),
        (faults.CursorLoop(), FIRST),
        (faults.NextEmpty(), f"{FIRST}&page%5Bafter%5D=now"),
        (faults.NextForeign(), NEXT.replace(":1/", ":2/")),
        (faults.NextForm(form="relative"), NEXT.removeprefix("http://127.0.0.1:1")),
        (faults.NextForm(form="plain"), NEXT.replace("%5B", "[").replace("%5D", "]")),
        (faults.CursorSigns(), NEXT.replace("a-b_c", "a%2Bb%2Fc")),
        (faults.NextAbsent(), None),
    ],
    ids=repr,
)
def test_the_link_to_the_next_page_is_replaced(fault: Fault, link: str | None) -> None:
    """The link is that of a page in the middle of a walk."""
    page = reply_with({"transactions": [{"fiskil_id": "one"}], "links": {"next": NEXT, "prev": "p"}})

    changed = fault.change_response(page, exchange_on(query=b"end_user_id=eu_1&page%5Bafter%5D=now"))

    assert json_of(changed)["links"].get("next") == link
    assert json_of(changed)["links"]["prev"] == "p"


def test_a_page_is_served_twice(caller: Caller) -> None:
    """The first page follows itself, then the walk continues and ends."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.PageRepeated()):
        walked = caller.walk()

    assert walked == [full_walk[0], *full_walk]


def test_a_row_is_on_two_pages(caller: Caller) -> None:
    """The second page begins with the last row of the first."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Overlap(rows=2)):
        walked = caller.walk()

    assert walked == [full_walk[0], full_walk[0][-2:] + full_walk[1], *full_walk[2:]]


def test_each_page_overlaps_with_the_one_before_it(caller: Caller) -> None:
    """Each page overlaps if every page is bitten."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Overlap(), times=0):
        walked = caller.walk()

    assert walked[1:] == [[previous[-1], *page] for previous, page in pairwise(full_walk)]


def test_a_new_walk_begins_without_overlap(caller: Caller) -> None:
    """Its first page has no row of the walk before."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Overlap(), times=0):
        caller.walk()
        second_walk = caller.walk()

    assert second_walk[0] == full_walk[0]


def test_a_row_is_on_no_page(caller: Caller) -> None:
    """The second page has lost its first row."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Gap()):
        walked = caller.walk()

    assert walked == [full_walk[0], full_walk[1][1:], *full_walk[2:]]


def test_a_cursor_expires_during_a_walk(caller: Caller) -> None:
    """The second page is refused, and a new walk is served."""
    with caller.fiskil.broken(ROUTE, faults.CursorExpired()):
        first = caller.get(ROUTE)
        refused = caller.http.get(first.json()["links"]["next"])

    assert (first.status_code, refused.status_code) == (200, 400)
    assert refused.json()["message"] == "the cursor has expired"
    assert sum(map(len, caller.walk())) == len(caller.rosa.transaction_ids)


def test_a_walk_never_ends(caller: Caller) -> None:
    """The first page is served again and again."""
    with caller.fiskil.broken(ROUTE, faults.CursorLoop(), times=0):
        walked = caller.walk()

    assert len(walked) == MOST_PAGES
    assert walked == [walked[0]] * MOST_PAGES


def test_an_empty_page_is_not_the_last(caller: Caller) -> None:
    """A client that continues after it gets every row."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.NextEmpty()):
        walked = caller.walk()

    assert walked == [[], *full_walk]


def test_a_walk_ends_early(caller: Caller) -> None:
    """A client cannot notice."""
    with caller.fiskil.broken(ROUTE, faults.NextAbsent()):
        walked = caller.walk()

    assert [len(page) for page in walked] == [25]


def test_the_last_page_has_no_link_to_lose(caller: Caller) -> None:
    """Balances are all on one page."""
    with pytest.raises(FaultUnbitten, match="1 response"), caller.fiskil.broken("banking.balances", faults.NextAbsent()):
        caller.get("banking.balances")


def test_a_link_leads_to_another_origin(caller: Caller) -> None:
    """The other origin responds; the client must not send its token there."""
    with caller.fiskil.broken(ROUTE, faults.NextForeign()):
        link = caller.get(ROUTE).json()["links"]["next"]

    assert link.startswith(f"{caller.fiskil.canary_server.url}/v1/banking/transactions?")
    assert httpx.get(link, trust_env=False, timeout=30).json() == {}


@pytest.mark.parametrize(
    "fault", [faults.NextForm(form="relative"), faults.NextForm(form="plain"), faults.CursorSigns()], ids=repr
)
def test_a_link_in_another_form_leads_to_the_same_page(caller: Caller, fault: Fault) -> None:
    """A client that resolves it like a browser continues the walk."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, fault, times=0):
        walked = caller.walk()

    assert walked == full_walk


def test_brackets_are_encoded_where_they_were_plain(fiskil: LocalFiskil, caller: Caller) -> None:
    """By default they are encoded, so there is nothing to spoil."""
    fiskil.interpret({"paging.brackets": "plain"})

    with caller.fiskil.broken(ROUTE, faults.NextForm(form="encoded")):
        link = caller.get(ROUTE).json()["links"]["next"]

    assert "page%5Bafter%5D=" in link


def test_pages_are_smaller_than_requested(caller: Caller) -> None:
    """Every row is served, on more pages than usual."""
    full_walk = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.PageSize(rows=7), times=0):
        size = len(caller.rows(ROUTE, **{"page[size]": "1000"}))
        walked = caller.walk()

    assert size == 7
    assert len(walked) > 10
    assert list(chain(*walked)) == list(chain(*full_walk))


def test_a_smaller_requested_size_is_kept(caller: Caller) -> None:
    """A smaller requested size is not changed."""
    with pytest.raises(FaultUnbitten, match="1 response"), caller.fiskil.broken(ROUTE, faults.PageSize(rows=7)):
        caller.get(ROUTE, **{"page[size]": "3"})


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_rows_are_in_another_order(caller: Caller, order: faults.paging.RowOrder) -> None:
    """The rows are the same, in the same other order each time."""
    genuine = caller.rows(ROUTE)

    with caller.fiskil.broken(ROUTE, faults.RowOrderChanged(order=order)):
        first = caller.rows(ROUTE)
    with caller.fiskil.broken(ROUTE, faults.RowOrderChanged(order=order)):
        second = caller.rows(ROUTE)

    assert first == second != genuine
    assert sorted(map(str, first)) == sorted(map(str, genuine))


def test_a_count_is_wrong(caller: Caller) -> None:
    """The list has fewer payments than the summary states."""
    genuine = caller.get("banking.income").json()["income_summary"]

    with caller.fiskil.broken("banking.income", faults.TotalLies(more=7)):
        lied = caller.get("banking.income").json()["income_summary"]

    assert lied == genuine | {"total_transactions": genuine["total_transactions"] + 7}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.Overlap(rows=0), "rows"),
        (faults.Gap(rows=0), "rows"),
        (faults.CursorExpired(status=200), "status"),
        (faults.NextForm(form="absolute"), "form 'absolute' is unknown"),  # type: ignore[arg-type]
        (faults.PageSize(rows=1000), "from 1 to 999"),
        (faults.RowOrderChanged(order="reverse"), "Did you mean 'reversed'"),  # type: ignore[arg-type]
        (faults.TotalLies(more=0), "more"),
    ],
    ids=repr,
)
def test_invalid_arguments_are_refused(fault: Fault, message: str) -> None:
    """Invalid arguments are refused before a socket is opened."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
