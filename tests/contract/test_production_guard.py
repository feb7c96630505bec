"""What tells a production pair: any institution that is no sandbox, and every doubt."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.contract.client import Api
from fiskil_harness.contract.production_guard import path_of, refuse_production
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.errors import UnsafeTarget

BANK = {"id": "88888", "is_accessible": True}
RETAILER = {"id": "99999", "is_accessible": True}
CLOSED = {"id": "1", "is_accessible": False}
REAL = {"id": "2", "is_accessible": True}
UNTOLD = {"id": "3"}


@pytest.fixture
def api(httpserver: HTTPServer) -> Iterator[Api]:
    """An API that lists what a test tells it to."""
    with HttpClient() as browser:
        yield Api(browser, httpserver.url_for("").rstrip("/"))


def listing(httpserver: HTTPServer, *pages: Any) -> None:
    """Let each page lead to the next one."""
    for number, page in enumerate(pages):
        httpserver.expect_ordered_request("/v1/institutions").respond_with_json(
            page if not isinstance(page, tuple) else {"institutions": list(page), "links": links(number, len(pages))}
        )


def links(number: int, count: int) -> dict[str, str]:
    return {"next": f"https://elsewhere.example/v1/institutions?page={number}"} if number < count - 1 else {}


@pytest.mark.parametrize("pages", [((BANK, RETAILER, CLOSED),), ((BANK,), (CLOSED, RETAILER)), ([BANK, CLOSED],)])
def test_a_sandbox_pair_is_taken(httpserver: HTTPServer, api: Api, pages: tuple[Any, ...]) -> None:
    """On one page or several, in the list of any version; no link leads to another host."""
    listing(httpserver, *pages)

    refuse_production(api, "cid_1")


@pytest.mark.parametrize(
    "pages",
    [
        ((BANK, REAL),),
        ((BANK,), (REAL,)),
        ((BANK, UNTOLD),),
        ((CLOSED,),),
        ((),),
        ([],),
        ({"institutions": None},),
        ({"banks": [BANK]},),
        ([BANK, "another"],),
        ((BANK,), {"error": "too many"}),
    ],
    ids=["real", "real later", "untold", "none", "empty", "empty list", "no list", "other words", "odd entry", "no page"],
)
def test_everything_else_is_refused(httpserver: HTTPServer, api: Api, pages: tuple[Any, ...]) -> None:
    """A real one, one of which nobody knows, none at all, and lists that cannot be read to their end."""
    listing(httpserver, *pages)

    with pytest.raises(UnsafeTarget, match="no sandbox"):
        refuse_production(api, "cid_1")


def test_a_list_without_an_end_is_refused(httpserver: HTTPServer, api: Api) -> None:
    """A page that leads to itself hides the others."""
    page = {"institutions": [BANK], "links": {"next": "/v1/institutions?page=1"}}
    httpserver.expect_request("/v1/institutions").respond_with_json(page)

    with pytest.raises(UnsafeTarget, match="none could be listed"):
        refuse_production(api, "cid_1")


@pytest.mark.parametrize(
    ("link", "path"),
    [("https://elsewhere.example/v1/x?a=1", "/v1/x?a=1"), ("//elsewhere.example/v1/x", "/v1/x"), ("v1/x", "/v1/x")],
)
def test_a_link_is_followed_at_home(link: str, path: str) -> None:
    """Its host is nobody's business."""
    assert path_of(link) == path
