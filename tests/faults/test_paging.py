"""Faults of paging: the walk that a client makes, page by page, where one link or one page of it is wrong."""

from itertools import chain, pairwise

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import PlainFault
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import MOST_PAGES, Caller, asked_for, said, told

ROUTE = "banking.transactions"
NEXT = "http://127.0.0.1:1/v1/banking/transactions?end_user_id=eu_1&page%5Bafter%5D=abc"
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
        (faults.NextAbsent(), None),
    ],
    ids=repr,
)
def test_the_next_page_is_said_to_be(fault: PlainFault, link: str | None) -> None:
    """The link of a page in the middle of a walk."""
    page = told({"transactions": [{"fiskil_id": "one"}], "links": {"next": NEXT, "prev": "p"}})

    spoilt = fault.change_response(page, asked_for(query=b"end_user_id=eu_1&page%5Bafter%5D=now"))

    assert said(spoilt)["links"].get("next") == link
    assert said(spoilt)["links"]["prev"] == "p"


def test_a_page_comes_twice(caller: Caller) -> None:
    """The first page is followed by itself, then the walk goes on and ends."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.PageRepeated()):
        walked = caller.walk()

    assert walked == [whole[0], *whole]


def test_a_row_is_on_two_pages(caller: Caller) -> None:
    """The second page begins with what the first ended with."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Overlap(rows=2)):
        walked = caller.walk()

    assert walked == [whole[0], whole[0][-2:] + whole[1], *whole[2:]]


def test_each_page_overlaps_with_the_one_before_it(caller: Caller) -> None:
    """Also where every page does."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Overlap(), times=0):
        walked = caller.walk()

    assert walked[1:] == [[before[-1], *page] for before, page in pairwise(whole)]


def test_a_new_walk_begins_afresh(caller: Caller) -> None:
    """Its first page has nothing of where the walk before it ended."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Overlap(), times=0):
        caller.walk()
        again = caller.walk()

    assert again[0] == whole[0]


def test_a_row_is_on_no_page(caller: Caller) -> None:
    """The second page lacks its first row."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.Gap()):
        walked = caller.walk()

    assert walked == [whole[0], whole[1][1:], *whole[2:]]


def test_a_cursor_dies_amid_a_walk(caller: Caller) -> None:
    """The second page is refused, and a walk that starts again is served."""
    with caller.fiskil.broken(ROUTE, faults.CursorExpired()):
        first = caller.get(ROUTE)
        refused = caller.http.get(first.json()["links"]["next"])

    assert (first.status_code, refused.status_code) == (200, 400)
    assert refused.json()["message"] == "the cursor has expired"
    assert sum(map(len, caller.walk())) == len(caller.rosa.transaction_ids)


def test_a_walk_never_ends(caller: Caller) -> None:
    """The first page comes again and again, as long as anybody asks."""
    with caller.fiskil.broken(ROUTE, faults.CursorLoop(), times=0):
        walked = caller.walk()

    assert len(walked) == MOST_PAGES
    assert walked == [walked[0]] * MOST_PAGES


def test_an_empty_page_is_not_the_last(caller: Caller) -> None:
    """Who goes on after it has every row."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.NextEmpty()):
        walked = caller.walk()

    assert walked == [[], *whole]


def test_a_walk_ends_early(caller: Caller) -> None:
    """A client has no means to know."""
    with caller.fiskil.broken(ROUTE, faults.NextAbsent()):
        walked = caller.walk()

    assert [len(page) for page in walked] == [25]


def test_the_last_page_has_no_link_to_lose(caller: Caller) -> None:
    """Balances are all on one page."""
    with pytest.raises(FaultUnbitten, match="1 answer"), caller.fiskil.broken("banking.balances", faults.NextAbsent()):
        caller.get("banking.balances")


def test_a_link_leads_elsewhere(caller: Caller) -> None:
    """To an origin of our own, which answers; a token must not be sent there."""
    with caller.fiskil.broken(ROUTE, faults.NextForeign()):
        link = caller.get(ROUTE).json()["links"]["next"]

    assert link.startswith(f"{caller.fiskil.trap.url}/v1/banking/transactions?")
    assert httpx.get(link, trust_env=False).json() == {}


@pytest.mark.parametrize("form", ["relative", "plain"])
def test_a_link_in_another_form_leads_to_the_same_page(caller: Caller, form: faults.paging.LinkForm) -> None:
    """Who resolves it as a browser does walks on."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.NextForm(form=form), times=0):
        walked = caller.walk()

    assert walked == whole


def test_brackets_are_encoded_where_they_were_plain(fiskil: LocalFiskil, caller: Caller) -> None:
    """By default they are encoded, and then there is nothing to do."""
    fiskil.interpret({"paging.brackets": "plain"})

    with caller.fiskil.broken(ROUTE, faults.NextForm(form="encoded")):
        link = caller.get(ROUTE).json()["links"]["next"]

    assert "page%5Bafter%5D=" in link


def test_pages_are_smaller_than_asked_for(caller: Caller) -> None:
    """Every row is there, on more pages than anybody is used to."""
    whole = caller.walk()

    with caller.fiskil.broken(ROUTE, faults.PageSize(rows=7), times=0):
        size = len(caller.rows(ROUTE, **{"page[size]": "1000"}))
        walked = caller.walk()

    assert size == 7
    assert len(walked) > 10
    assert list(chain(*walked)) == list(chain(*whole))


def test_who_asks_for_less_is_spared(caller: Caller) -> None:
    """Nothing is clamped."""
    with pytest.raises(FaultUnbitten, match="1 answer"), caller.fiskil.broken(ROUTE, faults.PageSize(rows=7)):
        caller.get(ROUTE, **{"page[size]": "3"})


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_rows_come_in_another_order(caller: Caller, order: faults.paging.RowOrder) -> None:
    """The same rows, and the same disorder each time."""
    genuine = caller.rows(ROUTE)

    with caller.fiskil.broken(ROUTE, faults.RowOrderChanged(order=order)):
        first = caller.rows(ROUTE)
    with caller.fiskil.broken(ROUTE, faults.RowOrderChanged(order=order)):
        second = caller.rows(ROUTE)

    assert first == second != genuine
    assert sorted(map(str, first)) == sorted(map(str, genuine))


def test_a_count_is_wrong(caller: Caller) -> None:
    """There are fewer payments in the list than the summary says."""
    genuine = caller.get("banking.income").json()["income_summary"]

    with caller.fiskil.broken("banking.income", faults.TotalLies(more=7)):
        lied = caller.get("banking.income").json()["income_summary"]

    assert lied == genuine | {"total_transactions": genuine["total_transactions"] + 7}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.Overlap(rows=0), "rows"),
        (faults.Gap(rows=0), "rows"),
        (faults.CursorExpired(status=200), "status"),
        (faults.NextForm(form="absolute"), "no form 'absolute'"),  # type: ignore[arg-type]
        (faults.PageSize(rows=1000), "from 1 to 999"),
        (faults.RowOrderChanged(order="reverse"), "Did you mean 'reversed'"),  # type: ignore[arg-type]
        (faults.TotalLies(more=0), "more"),
    ],
    ids=repr,
)
def test_walks_that_are_right_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
