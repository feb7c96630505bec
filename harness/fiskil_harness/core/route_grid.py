"""Names of generated scenarios, made of an action of the app, a route, a kind of fault and a moment.

``refresh.each-route.stalls.foreground`` disturbs every route of a refresh; with a route such as ``banking.transactions`` in
place of ``each-route``, the scenario disturbs that route only.
"""

from collections.abc import Iterator

from msgspec import Struct

KINDS = ("fails", "stalls", "drips", "breaks-off", "refused", "rate-limited", "expired-token")
"""The kinds of fault: a 5xx, no response, a response byte by byte, a broken connection, another 4xx, a 429, and a 401."""

MOMENTS = ("foreground", "background")
"""A person waits for the app's response, or the app acts because of a message or on its own."""

ACTIONS = {
    "connect": "foreground",
    "refresh": "foreground",
    "revoke": "foreground",
    "view": "foreground",
    "sync": "background",
}
"""The actions, each with its moment."""

EACH_ROUTE = "each-route"
TOKEN = "token"
"""The route that issues access tokens. No access token can expire there."""


class Cell(Struct, frozen=True):
    """An action, the route that is disturbed (EACH_ROUTE for every route), and the kind of fault."""

    action: str
    route: str
    kind: str

    @property
    def moment(self) -> str:
        """The moment at which the app acts."""
        return ACTIONS[self.action]

    @property
    def name(self) -> str:
        """The name of the scenario."""
        return f"{self.action}.{self.route}.{self.kind}.{self.moment}"


def cells() -> Iterator[Cell]:
    """Yield the cells of all scenarios that a gate runs."""
    return (Cell(action, EACH_ROUTE, kind) for action in ACTIONS for kind in KINDS)


def parse(name: str) -> Cell | None:
    """Return the cell of the scenario called *name*; None if the name has another form. The route is not checked."""
    action, _, rest = name.partition(".")
    route, _, kind = rest.removesuffix(f".{ACTIONS.get(action, '')}").rpartition(".")
    cell = Cell(action, route, kind)
    is_possible = action in ACTIONS and kind in KINDS and bool(route) and (route, kind) != (TOKEN, "expired-token")
    return cell if is_possible and cell.name == name else None
