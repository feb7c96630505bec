"""Pages of any list, of any size: following the links returns every row exactly once, in both directions."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.core import catalog
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.sandbox.api.paging import page
from fiskil_harness.sandbox.api.wire import ApiRequest

STORE = Sandbox(institutions=catalog.institutions(), mint=Mint(seed=1, salt="pages")).store
# Enough rows for many pages; sizes beyond every list and beyond the limit.
lengths = st.integers(0, 130)
sizes = st.integers(1, 1200)


def request(query: list[tuple[str, str]]) -> ApiRequest:
    return ApiRequest(path="/v1/banking/transactions", path_values={}, query=tuple(query), body=b"", version="v3")


def pages(length: int, query: list[tuple[str, str]], relation: str) -> list[list[int]]:
    """Return the pages of *length* rows from *query* on, following one link relation."""
    result = []
    while True:
        rows, links = page(STORE, request(query), range(length))
        result.append(list(rows))
        if relation not in links:
            return result
        query = parse_qsl(urlsplit(links[relation]).query)


# No deadline: a slow machine is no finding.
@settings(deadline=None, database=None)
@given(lengths, sizes)
def test_next_links_return_every_row_exactly_once(length: int, size: int) -> None:
    """For any size, the pages form the list, and only the last page is short. Source: paging.links"""
    result = pages(length, [("end_user_id", "eu_1"), ("page[size]", str(size))], "next")

    assert [row for rows in result for row in rows] == list(range(length))
    assert {len(rows) for rows in result[:-1]} <= {min(size, 1000)}
    assert result[-1] or length == 0


# No deadline: a slow machine is no finding.
@settings(deadline=None, database=None)
@given(st.integers(1, 130), st.data())
def test_prev_links_mirror_next_links(length: int, data: st.DataObject) -> None:
    """From any page, prev returns the earlier pages. Source: paging.links"""
    size = data.draw(st.integers(1, length), label="size")
    query = [("end_user_id", "eu_1"), ("page[size]", str(size))]
    forward = pages(length, query, "next")
    steps = data.draw(st.integers(0, len(forward) - 1), label="steps")
    for _ in range(steps):
        query = parse_qsl(urlsplit(page(STORE, request(query), range(length))[1]["next"]).query)

    assert pages(length, query, "prev") == forward[: steps + 1][::-1]


# No deadline: a slow machine is no finding.
@settings(deadline=None, database=None)
@given(st.integers(2, 130), st.data())
def test_a_cursor_never_skips_or_repeats_rows(length: int, data: st.DataObject) -> None:
    """Even if the size changes at each page, every row is returned exactly once. Source: paging.links"""
    query = [("end_user_id", "eu_1"), ("page[size]", "1")]
    all_rows: list[int] = []
    has_next = True
    while has_next:
        query = [(name, value) for name, value in query if name != "page[size]"]
        query.append(("page[size]", str(data.draw(st.integers(1, 40), label="size"))))
        rows, links = page(STORE, request(query), range(length))
        all_rows += rows
        has_next = "next" in links
        query = parse_qsl(urlsplit(links.get("next", "")).query)

    assert all_rows == list(range(length))
