"""Paging over HTTP: links, sizes and cursors."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox.still import Still

PATH = "/v1/banking/transactions"


def walk(api: httpx.Client, start: str, link: str) -> list[dict[str, Any]]:
    """Return every page from *start* on, following *link* to the end."""
    pages = []
    next_url: str | None = start
    while next_url:
        pages.append(api.get(next_url).json())
        next_url = pages[-1]["links"].get(link)
    return pages


@pytest.fixture
def start(still: Still) -> str:
    """Return the address of the first page of Rosa's transactions, with seven rows a page."""
    return f"{PATH}?end_user_id={still.consent('rosa').end_user_id}&page[size]=7"


def test_next_links_give_every_row_once(api: httpx.Client, start: str) -> None:
    """Pages of seven rows contain the rows of one large page. Source: paging.links"""
    whole = api.get(start.replace("=7", "=1000")).json()

    pages = walk(api, start, "next")

    assert [row["fiskil_id"] for page in pages for row in page["transactions"]] == [
        row["fiskil_id"] for row in whole["transactions"]
    ]
    assert whole["links"] == {}
    assert ["prev" in page["links"] for page in pages] == [False] + [True] * (len(pages) - 1)


def test_prev_links_mirror_next_links(api: httpx.Client, start: str) -> None:
    """From the last page back to the first, the pages are the same. Source: paging.links"""
    forth = walk(api, start, "next")
    last = forth[-2]["links"]["next"]

    back = walk(api, last, "prev")

    assert [page["transactions"] for page in back] == [page["transactions"] for page in reversed(forth)]


def test_links_are_full_urls_that_keep_the_query(still: Still, api: httpx.Client, start: str) -> None:
    """Origin, path and filters stay; only the cursor changes. Source: paging.links"""
    link = api.get(f"{start}&status=POSTED").json()["links"]["next"]

    assert link.startswith(f"{still.api_url}{PATH}?")
    query = parse_qs(urlsplit(link).query)
    assert query.pop("page[after]")
    assert (query["page[size]"], query["status"]) == (["7"], ["POSTED"])


@pytest.mark.parametrize(
    ("size", "rows"), [("1001", 1000), ("1000", 1000), ("1000000000", 1000), ("9" * 5000, 1000), ("007", 7)]
)
def test_sizes_are_capped(still: Still, api: httpx.Client, size: str, rows: int) -> None:
    """A size above 1000 is accepted and means 1000. Source: paging.size-cap"""
    consent = still.consent("priya")

    response = api.get(PATH, params={"end_user_id": consent.end_user_id, "page[size]": size})

    assert len(response.json()["transactions"]) == rows


@pytest.mark.parametrize("size", ["0", "-1", "1e9", "1.5", "ten", "+5", "\uff10", "\u00b2", " 5", "0x10", "000"])
def test_a_size_that_is_no_positive_integer_is_refused(api: httpx.Client, size: str) -> None:
    """The response is 400 InvalidRequest in the simple form. Source: paging.size-cap, errors.simple"""
    response = api.get(PATH, params={"end_user_id": "eu_1", "page[size]": size})

    assert response.status_code == 400
    assert response.json()["message"] == "invalid page[size]: must be a positive integer"


@pytest.mark.parametrize(
    "cursor",
    ["garbage", "cDI1", "AAAA", "====", "\x00", "ü", "x" * 4000, "-" * 16, "AAAAAAAAAAAAAAAA", "%00", "eyJhIjoxfQ=="],
)
@pytest.mark.parametrize("name", ["page[after]", "page[before]"])
def test_an_invented_cursor_is_unavailable(api: httpx.Client, name: str, cursor: str) -> None:
    """The response is 503 with the observed message, not 400. Source: paging.bad-cursor"""
    response = api.get(PATH, params={"end_user_id": "eu_1", name: cursor})

    assert response.status_code == 503
    assert (response.json()["name"], response.json()["message"]) == ("ServiceUnavailable", "temporarily unavailable")


def test_a_cursor_belongs_to_its_listing(still: Still, api: httpx.Client, start: str) -> None:
    """A cursor of another dataset or another end user gets 503. Source: paging.bad-cursor"""
    link = api.get(start).json()["links"]["next"]
    other = still.consent("ben").end_user_id
    query = parse_qs(urlsplit(link).query)

    elsewhere = api.get("/v1/banking/accounts", params=query)
    foreign = api.get(PATH, params=query | {"end_user_id": other})

    assert (elsewhere.status_code, foreign.status_code) == (503, 503)


@pytest.mark.parametrize("name", ["next", "prev"])
def test_a_cursor_in_the_other_alphabet_must_be_encoded(api: httpx.Client, start: str, name: str) -> None:
    """The API accepts a plus sign and a slash in a cursor; a plus sign that is not encoded is a space, so it gets 503."""
    second = api.get(start).json()["links"]["next"]
    link = api.get(second).json()["links"][name]
    address, _, cursor = link.rpartition("=")

    encoded = api.get(f"{address}={cursor.replace('-', '%2B').replace('_', '%2F')}")
    plain = api.get(f"{address}={cursor.replace('-', '+').replace('_', '/')}")

    assert encoded.json() == api.get(link).json()
    assert plain.status_code == 503


def test_a_cursor_may_be_used_with_another_size(api: httpx.Client, start: str) -> None:
    """A cursor contains a position only; the page before it never includes later rows. Source: paging.links"""
    whole = [row["fiskil_id"] for row in api.get(start.replace("=7", "=1000")).json()["transactions"]]
    second = api.get(api.get(start).json()["links"]["next"]).json()

    wider = api.get(second["links"]["prev"].replace("size%5D=7", "size%5D=20")).json()

    assert [row["fiskil_id"] for row in wider["transactions"]] == whole[:7]
    assert "prev" not in wider["links"]


def test_a_cursor_is_valid_after_its_rows_were_removed(still: Still, api: httpx.Client, start: str) -> None:
    """The page after removed rows is empty and has a link back. Source: paging.links"""
    pages = walk(api, start, "next")
    (consent,) = still.sandbox.consents_of(parse_qs(urlsplit(start).query)["end_user_id"][0])
    ledger = still.sandbox.ledger(consent)
    for row in ledger.statement_newest_first()[3:]:
        ledger.remove(row.key)
    still.sandbox.sync(consent, "transactions")

    last = api.get(pages[-2]["links"]["next"]).json()
    before = api.get(last["links"]["prev"]).json()

    assert last["transactions"] == []
    assert [row["fiskil_id"] for row in before["transactions"]] == [row.fiskil_id for row in ledger.statement_newest_first()]


def test_both_cursors_at_once_go_forward(api: httpx.Client, start: str) -> None:
    """With both cursors, page[after] is used."""
    second = api.get(api.get(start).json()["links"]["next"]).json()
    after = parse_qs(urlsplit(second["links"]["next"]).query)["page[after]"][0]
    before = parse_qs(urlsplit(second["links"]["prev"]).query)["page[before]"][0]

    both = api.get(f"{start}&page[after]={after}&page[before]={before}").json()

    assert both["transactions"] == api.get(second["links"]["next"]).json()["transactions"]


def test_pages_can_be_made_small(still: Still, api: httpx.Client, start: str) -> None:
    """A scenario can limit the page size, so that every app must follow links; a reset removes the limit.

    Source: paging.size-cap
    """
    still.sandbox.limit_pages(5)

    assert len(api.get(start.replace("=7", "=1000")).json()["transactions"]) == 5
    assert len(api.get(start.partition("&")[0]).json()["transactions"]) == 5

    still.sandbox.reset()

    assert still.sandbox.store.largest_page == 1000


def test_a_list_of_few_pages_can_get_more(still: Still, api: httpx.Client, start: str) -> None:
    """A list that fits into less than four pages gets smaller ones; a longer list and a very short one keep their pages.

    Source: paging.size-cap
    """
    whole = start.partition("&")[0]

    still.sandbox.limit_pages(7, pages=4)
    long = [len(page["transactions"]) for page in walk(api, whole, "next")]
    still.sandbox.limit_pages(1000, usual=1000, pages=4)
    split = [len(page["transactions"]) for page in walk(api, whole, "next")]
    accounts = walk(api, whole.replace("transactions", "accounts"), "next")

    assert long[:4] == [7, 7, 7, 7]
    assert sum(split) == sum(long)
    assert split[:4] == [sum(long) // 4] * 4
    assert len(accounts) == 1


def test_the_usual_page_can_be_made_large(still: Still, api: httpx.Client, start: str) -> None:
    """A scenario can set the page size for requests without one; a reset restores the default.

    Source: paging.default-size
    """
    still.sandbox.limit_pages(1000, usual=40)

    assert len(api.get(start.partition("&")[0]).json()["transactions"]) == 40

    still.sandbox.reset()

    assert still.sandbox.store.usual_page is None


CORE = [("/v1/end-users", "end_users"), ("/v1/consent", "consents")]


def _crowd(still: Still) -> str:
    """Create thirty end users, the last of whom has thirty consents, and return the last id."""
    for _ in range(30):
        end_user = still.enrol()
    for _ in range(30):
        still.sandbox.authorise(end_user)
    return end_user.end_user_id


@pytest.mark.parametrize(("path", "root"), CORE)
def test_core_lists_are_paged_only_on_request(still: Still, api: httpx.Client, path: str, root: str) -> None:
    """Without page[size] the list is complete; with it the links lead to every row once. Source: paging.v3-lists"""
    end_user_id = _crowd(still)
    whole = api.get(path, params={"end_user_id": end_user_id}).json()
    paged_rows: list[dict[str, Any]] = []
    next_url: str | None = f"{path}?end_user_id={end_user_id}&page[size]=7"
    while next_url:
        response = api.get(next_url).json()
        assert len(response[root]) <= 7
        paged_rows += response[root]
        next_url = response["links"].get("next")

    assert (len(whole[root]), whole["links"]) == (30, {})
    assert [row.get("id", row.get("arrangement_id")) for row in paged_rows] == [
        row.get("id", row.get("arrangement_id")) for row in whole[root]
    ]


@pytest.mark.parametrize(("path", "root"), CORE)
def test_core_lists_may_always_be_paged(still: Still, api: httpx.Client, path: str, root: str) -> None:
    """Under that interpretation a list is paged without a request for it. Source: paging.v3-lists"""
    end_user_id = _crowd(still)
    still.sandbox.choose_interpretations({"paging.v3-lists": "paged"})

    response = api.get(path, params={"end_user_id": end_user_id}).json()

    assert len(response[root]) == 25
    assert "next" in response["links"]


@pytest.mark.parametrize("path", ["/v1/end-users", "/v1/consent"])
@pytest.mark.parametrize(
    ("query", "status", "name"),
    [({"page[size]": "0"}, 400, "bad_request"), ({"page[after]": "garbage"}, 503, "ServiceUnavailable")],
)
def test_core_lists_refuse_invalid_pages(
    still: Still, api: httpx.Client, path: str, query: dict[str, str], status: int, name: str
) -> None:
    """The errors are those of core lists, in v3 without flags. Source: errors.v3-lists, paging.bad-cursor"""
    response = api.get(path, params={"end_user_id": "eu_1", **query})

    assert (response.status_code, response.json()["name"]) == (status, name)
    assert set(response.json()) == {"id", "name", "message"}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_core_lists_have_no_pages(still: Still, api: httpx.Client, version: str) -> None:
    """page[size] has no effect there. Source: versions.v3-envelope"""
    end_user_id = _crowd(still)
    params = {"end_user_id": end_user_id, "page[size]": "7"}

    assert len(api.get("/v1/consent", params=params, headers={"X-Fiskil-Version": version}).json()) == 30
