"""Names of generated scenarios: they are made of their parts, and their parts are found in them again."""

import pytest

from fiskil_harness.core.route_grid import ACTIONS, KINDS, Cell, cells, parse


def test_each_action_meets_each_kind_of_fault() -> None:
    """A gate runs one scenario for each combination, and every name is different."""
    names = [cell.name for cell in cells()]

    assert len(set(names)) == len(ACTIONS) * len(KINDS)
    assert names[0] == "connect.each-route.fails.foreground"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("refresh.each-route.stalls.foreground", Cell("refresh", "each-route", "stalls")),
        ("sync.banking.transactions.rate-limited.background", Cell("sync", "banking.transactions", "rate-limited")),
        ("revoke.token.refused.foreground", Cell("revoke", "token", "refused")),
    ],
)
def test_a_name_is_parsed_into_its_parts(name: str, cell: Cell) -> None:
    """The route may contain dots."""
    assert parse(name) == cell
    assert cell.name == name


@pytest.mark.parametrize(
    "name",
    [
        "happy_path",
        "refresh.each-route.stalls.background",
        "refresh.each-route.stalls",
        "refresh..stalls.foreground",
        "refresh.each-route.melts.foreground",
        "sleep.each-route.stalls.foreground",
        "sync.token.expired-token.background",
    ],
)
def test_other_names_have_no_parts(name: str) -> None:
    """Each part must be possible: an action has one moment, and no token expires at the token route."""
    assert parse(name) is None
