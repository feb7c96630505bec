"""The table of endpoints in the docs is what the documents and the routes say today."""

from fiskil_harness.contract.samples import samples
from fiskil_harness.sandbox.api.routes import ROUTES
from tests.paths import DOCS
from tools.endpoint_table import table

PAGE = DOCS / "endpoints.md"


def test_the_table_is_current() -> None:
    """Renew it with ``make docs``."""
    assert PAGE.read_text(encoding="utf-8") == table()


def test_the_table_has_a_row_for_each_endpoint() -> None:
    """Every route, in every version."""
    page = table()

    for route in ROUTES:
        (row,) = [line for line in page.splitlines() if f"| `{route.method} {route.path}`" in line]
        assert sum(cell.strip().split(" ")[0] in {"200", "204"} for cell in row.split("|")) == 3


def test_the_table_says_what_is_missing() -> None:
    """Plainly, under a heading of its own."""
    assert "## What the real API has and this has not" in table()
    assert "## What nobody knows" in table()


def test_every_endpoint_has_an_exchange_that_succeeds() -> None:
    """What the page shows is what the sandbox answers, and it shows no credential."""
    found = samples()

    assert list(found) == [route.name for route in ROUTES]
    assert {sample.status for sample in found.values()} == {200, 204}
    assert found["token"].request == {"client_id": "<client_id>", "client_secret": "<client_secret>"}
    assert found["token"].response["token"] == "<token>"


def test_the_exchanges_are_the_same_every_time() -> None:
    """Another sandbox of the same seed, on the same day, answers the very same."""
    assert samples.__wrapped__() == samples()
