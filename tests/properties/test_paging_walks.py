"""Pages of any listing, of any size: walking links gives every row exactly once, both ways."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.core import catalog
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.sandbox.api.paging import page
from fiskil_harness.sandbox.api.wire import ApiRequest

STORE = Sandbox(institutions=catalog.institutions(), mint=Mint(seed=1, salt="pages")).store
# Enough rows for many pages; sizes beyond every listing and beyond the cap.
lengths = st.integers(0, 130)
sizes = st.integers(1, 1200)


def asked(query: list[tuple[str, str]]) -> ApiRequest:
    return ApiRequest(path="/v1/banking/transactions", path_values={}, query=tuple(query), body=b"", version="v3")


def pages(length: int, query: list[tuple[str, str]], link: str) -> list[list[int]]:
    """The pages of *length* rows from *query* on, following *link*."""
    found = []
    while True:
        shown, links = page(STORE, asked(query), range(length))
        found.append(list(shown))
        if link not in links:
            return found
        query = parse_qsl(urlsplit(links[link]).query)


# No deadline: a loaded machine is no finding.
@settings(deadline=None, database=None)
@given(lengths, sizes)
def test_next_links_give_every_row_exactly_once(length: int, size: int) -> None:
    """Whatever the size, the pages put together are the listing, and only the last is short. Source: paging.links"""
    found = pages(length, [("end_user_id", "eu_1"), ("page[size]", str(size))], "next")

    assert [row for one in found for row in one] == list(range(length))
    assert {len(one) for one in found[:-1]} <= {min(size, 1000)}
    assert found[-1] or length == 0


# No deadline: a loaded machine is no finding.
@settings(deadline=None, database=None)
@given(st.integers(1, 130), st.data())
def test_prev_links_mirror_next_links(length: int, data: st.DataObject) -> None:
    """From any page that next reaches, prev gives the earlier pages back. Source: paging.links"""
    size = data.draw(st.integers(1, length), label="size")
    query = [("end_user_id", "eu_1"), ("page[size]", str(size))]
    forth = pages(length, query, "next")
    steps = data.draw(st.integers(0, len(forth) - 1), label="steps")
    for _ in range(steps):
        query = parse_qsl(urlsplit(page(STORE, asked(query), range(length))[1]["next"]).query)

    assert pages(length, query, "prev") == forth[: steps + 1][::-1]


# No deadline: a loaded machine is no finding.
@settings(deadline=None, database=None)
@given(st.integers(2, 130), st.data())
def test_a_cursor_never_skips_or_repeats_when_the_size_changes(length: int, data: st.DataObject) -> None:
    """A walk whose size changes at each page gives every row exactly once too. Source: paging.links"""
    query = [("end_user_id", "eu_1"), ("page[size]", "1")]
    seen: list[int] = []
    following = True
    while following:
        query = [(name, value) for name, value in query if name != "page[size]"]
        query.append(("page[size]", str(data.draw(st.integers(1, 40), label="size"))))
        shown, links = page(STORE, asked(query), range(length))
        seen += shown
        following = "next" in links
        query = parse_qsl(urlsplit(links.get("next", "")).query)

    assert seen == list(range(length))
