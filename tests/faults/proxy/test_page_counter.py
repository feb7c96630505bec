"""Page numbers of requests: followed by the links in responses, also if walks overlap."""

from fiskil_harness.faults.proxy.page_counter import Pages

ROUTE, WHO = "banking.transactions", "eu_1"


def response(cursor: str) -> bytes:
    """Return the body of a page that links to the page after *cursor*."""
    return b'{"transactions": [], "links": {"prev": "/x?page%5Bafter%5D=old", "next": "/x?a=1&page%5Bafter%5D=' + (
        cursor.encode() + b'&page%5Bsize%5D=25"}}'
    )


def test_walks_that_overlap_are_counted_apart() -> None:
    """A second walk begins while the first is between two pages."""
    pages = Pages()
    first = pages.page_of(ROUTE, WHO, b"from=2026")
    pages.note_link(ROUTE, WHO, first, response("A=="))
    second = pages.page_of(ROUTE, WHO, b"from=2026&page%5Bafter%5D=A%3D%3D")
    pages.note_link(ROUTE, WHO, second, response("B"))
    again = pages.page_of(ROUTE, WHO, b"status=PENDING")

    third = pages.page_of(ROUTE, WHO, b"from=2026&page%5Bafter%5D=B")

    assert (first, second, again, third) == (1, 2, 1, 3)


def test_an_unknown_cursor_follows_the_latest_page() -> None:
    """Its link was in no response, or in one without its end."""
    pages = Pages()
    pages.page_of(ROUTE, WHO, b"")
    pages.note_link(ROUTE, WHO, 1, b'{"links": {"next": null}}')

    assert [pages.page_of(ROUTE, WHO, b"page[after]=" + cursor) for cursor in (b"X", b"Y", b"X")] == [2, 3, 2]


def test_a_page_that_links_to_itself_keeps_its_number() -> None:
    """A fault on this page acts on each of its repetitions."""
    pages = Pages()
    first = pages.page_of(ROUTE, WHO, b"from=2026")
    pages.note_link(ROUTE, WHO, first, response("A"))
    numbers = []

    for _ in range(3):
        numbers.append(pages.page_of(ROUTE, WHO, b"from=2026&page%5Bafter%5D=A"))
        pages.note_link(ROUTE, WHO, numbers[-1], response("A"))

    assert numbers == [2, 2, 2]
