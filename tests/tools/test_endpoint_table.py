"""The page of endpoints matches the OpenAPI documents and the routes."""

import json

from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.sandbox.api.routes import ROUTES
from tests.paths import DOCS
from tools.endpoint_samples import samples
from tools.endpoint_table import table

PAGE = DOCS / "endpoints.md"


def test_the_table_is_current() -> None:
    """``make docs`` writes the page again."""
    assert PAGE.read_text(encoding="utf-8") == table()


def test_the_table_has_a_row_for_each_endpoint() -> None:
    """The page has one row for each route, with a success status for each version."""
    page = table()

    for route in ROUTES:
        (row,) = [line for line in page.splitlines() if f"| `{route.method} {route.path}`" in line]
        assert sum(cell.strip().split(" ")[0] in {"200", "204"} for cell in row.split("|")) == 3


def test_the_page_states_differences_and_open_questions() -> None:
    """The page has a section about differences from the real API, and one about open questions."""
    assert "## Differences from the real API" in table()
    assert "## Open questions" in table()


def test_the_page_shows_a_message_of_each_kind() -> None:
    """Each kind of event is named once in the section, with an example of its fields or as another kind."""
    section = table().partition("## Webhook messages")[2]
    first = json.loads(section.partition("```json\n")[2].partition("```")[0])

    assert [section.count(f"`{kind}`") for kind in EVENT_KINDS] == [1] * len(EVENT_KINDS)
    assert first["data"]["event"] == EVENT_KINDS[0]


def test_every_endpoint_has_an_exchange_that_succeeds() -> None:
    """The page shows a successful response of the sandbox for each endpoint, and no credential."""
    exchanges = samples()

    assert list(exchanges) == [route.name for route in ROUTES]
    assert {sample.status for sample in exchanges.values()} == {200, 204}
    assert exchanges["token"].request == {"client_id": "<client_id>", "client_secret": "<client_secret>"}
    assert exchanges["token"].response["token"] == "<token>"


def test_the_exchanges_are_the_same_every_time() -> None:
    """Another sandbox with the same seed and the same clock returns the same responses."""
    assert samples.__wrapped__() == samples()
