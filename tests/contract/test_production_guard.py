"""Key pairs that reach an institution outside the sandbox are rejected, and those whose list is unreadable."""

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
UNKNOWN_ACCESS = {"id": "3"}


@pytest.fixture
def api(httpserver: HTTPServer) -> Iterator[Api]:
    """An API whose list of institutions the test defines."""
    with HttpClient() as client:
        yield Api(client, httpserver.url_for("").rstrip("/"))


def listing(httpserver: HTTPServer, *pages: Any) -> None:
    """Serve *pages* in order, each with a link to the next one."""
    for number, page in enumerate(pages):
        httpserver.expect_ordered_request("/v1/institutions").respond_with_json(
            page if not isinstance(page, tuple) else {"institutions": list(page), "links": links(number, len(pages))}
        )


def links(number: int, count: int) -> dict[str, str]:
    return {"next": f"https://elsewhere.example/v1/institutions?page={number}"} if number < count - 1 else {}


@pytest.mark.parametrize("pages", [((BANK, RETAILER, CLOSED),), ((BANK,), (CLOSED, RETAILER)), ([BANK, CLOSED],)])
def test_a_sandbox_key_pair_is_accepted(httpserver: HTTPServer, api: Api, pages: tuple[Any, ...]) -> None:
    """The list may have several pages and the form of any version; links are followed at the same host."""
    listing(httpserver, *pages)

    refuse_production(api, "cid_1")


@pytest.mark.parametrize(
    "pages",
    [
        ((BANK, REAL),),
        ((BANK,), (REAL,)),
        ((BANK, UNKNOWN_ACCESS),),
        ((CLOSED,),),
        ((),),
        ([],),
        ({"institutions": None},),
        ({"banks": [BANK]},),
        ([BANK, "another"],),
        ((BANK,), {"error": "too many"}),
    ],
    ids=["real", "real later", "unknown", "none", "empty", "empty list", "no list", "other key", "no object", "no page"],
)
def test_every_other_key_pair_is_rejected(httpserver: HTTPServer, api: Api, pages: tuple[Any, ...]) -> None:
    """A real or unknown institution, no institution, and an unreadable list are rejected."""
    listing(httpserver, *pages)

    with pytest.raises(UnsafeTarget, match="outside the sandbox"):
        refuse_production(api, "cid_1")


def test_a_list_without_an_end_is_rejected(httpserver: HTTPServer, api: Api) -> None:
    """A page that links to itself may hide institutions."""
    page = {"institutions": [BANK], "links": {"next": "/v1/institutions?page=1"}}
    httpserver.expect_request("/v1/institutions").respond_with_json(page)

    with pytest.raises(UnsafeTarget, match="the list could not be read"):
        refuse_production(api, "cid_1")


@pytest.mark.parametrize(
    ("link", "path"),
    [("https://elsewhere.example/v1/x?a=1", "/v1/x?a=1"), ("//elsewhere.example/v1/x", "/v1/x"), ("v1/x", "/v1/x")],
)
def test_a_link_is_followed_at_the_same_host(link: str, path: str) -> None:
    """The host of a paging link is ignored."""
    assert path_of(link) == path
