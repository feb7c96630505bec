"""Builds the scenarios in which each route that an action of the app uses meets one kind of fault."""

from typing import TYPE_CHECKING, cast

from fiskil_harness import faults, probes
from fiskil_harness.core.route_grid import ACTIONS, EACH_ROUTE, KINDS, TOKEN, Cell
from fiskil_harness.faults import AnyFault
from fiskil_harness.probes import AnyProbe
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import AnyStep
from fiskil_harness.scenario.steps.deliveries import DeliveryOrder

if TYPE_CHECKING:
    from fiskil_harness.scenario.steps.route_faults import Action

FAULTS: dict[str, AnyFault] = {
    "fails": faults.Status(status=503),
    "stalls": faults.Stall(after_bytes=1),
    "drips": faults.Drip(every_ms=200),
    "breaks-off": faults.ResetPeer(after_bytes=1),
    "refused": faults.Status(status=403),
    "rate-limited": faults.Status(status=429),
    "expired-token": faults.ExpireTokens(),
}
OF_ACTION: dict[str, dict[str, AnyFault]] = {
    "refresh": {"rate-limited": faults.Status(status=429, retry_after_s=1)},
    "revoke": {
        "stalls": faults.Timeout(),
        "breaks-off": faults.ResetBefore(stream="downstream"),
        "rate-limited": faults.Status(status=429, retry_after_s=1),
    },
}
"""Other faults for some actions. The response to a revocation has no body to spoil. While one request waits, nothing else
can make the next call, so that it shows whether the app waits as long as the API states."""

OMITTED = {"refused": (TOKEN,), "expired-token": (TOKEN,)}
"""Routes that ``each-route`` omits. An app whose key pair was refused may stop calling the API, which would spare its other
routes. No token can expire where tokens are issued."""

TIMES = {"fails": 4}
"""Kinds that meet more than one call to each route, so that an app with a usual number of retries gives up."""

IN_TURN = {("refresh", "fails"): 0, ("refresh", "refused"): 0, ("refresh", "expired-token"): 1, ("sync", "expired-token"): 1}
"""Actions and kinds for which each route meets the fault alone, with the number of calls. If several tokens expired at once,
a correct app could take a token that has just expired for one that is never accepted."""

ORDERS: tuple[DeliveryOrder, ...] = ("publish_time", "newest_first", "twice", "together")
DELAYS = ("none", "half an hour", "a day")
"""Sandbox time that passes after the disturbance. Messages may be half an hour late. A day brings the daily sync."""

QUICK = ("fails", "breaks-off", "rate-limited")
SLOW = ("stalls", "drips")
"""Kinds that last until the app gives up. The routes of one request meet them one after another, so fewer routes do."""

WHAT_HAPPENS = {
    "fails": "fails with 503",
    "stalls": "gets a response that stalls",
    "drips": "gets its response one byte at a time",
    "breaks-off": "loses its connection",
    "refused": "is refused with 403",
    "rate-limited": "is refused with 429",
    "expired-token": "meets an expired token",
}
WHILE = {
    "connect": "the end user connects",
    "refresh": "the app refreshes its data",
    "revoke": "the end user disconnects in the app",
    "view": "the end user opens the app's pages",
    "sync": "new data is announced",
}
GOOD = {
    "connect": "a good integration connects the end user in the end",
    "refresh": "a good integration responds in time and keeps every row",
    "revoke": "a good integration revokes the consent, or reports that it did not",
    "view": "a good integration shows them in time",
    "sync": "a good integration reads all the data in the end",
}


def build(cell: Cell) -> Scenario:
    """Return the scenario of *cell*; its route is not checked yet."""
    calls = "One call to each route" if cell.route == EACH_ROUTE else f"One call to {cell.route}"
    return Scenario(
        name=cell.name,
        title=f"{calls} {WHAT_HAPPENS[cell.kind]} while {WHILE[cell.action]}; {GOOD[cell.action]}.",
        practices=_practices_of(cell),
        steps=_steps_of(cell),
        probes=_probes_of(cell),
    )


def _steps_of(cell: Cell) -> tuple[AnyStep, ...]:
    is_each = cell.route == EACH_ROUTE
    is_in_turn = is_each and (cell.action, cell.kind) in IN_TURN
    disturbance = steps.DisturbRoutes(
        cast("Action", cell.action),
        _fault_of(cell),
        "*" if is_each else cell.route,
        OMITTED.get(cell.kind, ()) if is_each else (),
        times=IN_TURN[cell.action, cell.kind] if is_in_turn else TIMES.get(cell.kind, 1),
        is_in_turn=is_in_turn,
        order=order_of(cell) if cell.action == "sync" else "publish_time",
    )
    before: tuple[AnyStep, ...] = (steps.ExpireTokens(),) if _renews_token(cell) else ()
    if cell.action == "connect":
        # The lost creation makes the app look the end user up, so that this call is disturbed too. A token is refused only
        # if the request arrives, so that the second creation is lost then.
        skip = 1 if cell.kind == "expired-token" else 0
        lost = steps.InjectFault("end_users.create", faults.ResetBefore(), skip=skip)
        return (*before, lost, disturbance, steps.LiftFaults(), steps.Deliver(), steps.Sync(), *_deliveries_of(cell))
    if cell.action == "sync":
        # Another end user connects first where the routes of a first sync must be known in advance.
        earlier: tuple[AnyStep, ...] = (steps.Connect(twin="other"), steps.WaitUntilIdle()) if is_in_turn else ()
        return (*earlier, steps.Authorise(), *before, disturbance, steps.Sync(), *_deliveries_of(cell))
    after = {"refresh": (steps.Refresh(), steps.Sync()), "view": (steps.Sync(),)}.get(cell.action, ())
    return (steps.Connect(), steps.WaitUntilIdle(), *before, disturbance, *after, *_deliveries_of(cell))


def _deliveries_of(cell: Cell) -> tuple[AnyStep, ...]:
    """Return the steps that deliver the messages after the disturbance, in the cell's order and after its delay."""
    deliver = steps.Deliver(order=order_of(cell))
    delay = delay_of(cell)
    if delay == "a day":
        return deliver, steps.Advance(days=1, minutes=1), deliver
    return (steps.Advance(minutes=30), deliver) if delay == "half an hour" else (deliver,)


def order_of(cell: Cell) -> DeliveryOrder:
    """Return the order of messages in *cell*. Each order occurs with each action, kind of fault and delay."""
    return ORDERS[sum(_position_of(cell)) % len(ORDERS)]


def delay_of(cell: Cell) -> str:
    """Return the delay in *cell*. Each delay occurs with each action and each kind of fault."""
    action, kind = _position_of(cell)
    return DELAYS[(2 * action + kind) % len(DELAYS)]


def _position_of(cell: Cell) -> tuple[int, int]:
    return list(ACTIONS).index(cell.action), KINDS.index(cell.kind)


def _renews_token(cell: Cell) -> bool:
    """Return True if tokens expire first, so that the app requests a new one and the route ``token`` is disturbed too."""
    if cell.route == TOKEN:
        return True
    if (cell.action, cell.kind) in IN_TURN:
        return False
    return cell.kind in QUICK or (cell.kind in SLOW and cell.action in {"connect", "sync"})


def _fault_of(cell: Cell) -> AnyFault:
    return OF_ACTION.get(cell.action, {}).get(cell.kind, FAULTS[cell.kind])


def _practices_of(cell: Cell) -> tuple[str, ...]:
    if cell.action == "view":
        return ("edge.network-errors",)
    practices = {
        "stalls": ("edge.network-errors", "loading.timeouts"),
        "drips": ("edge.network-errors", "loading.timeouts"),
        "expired-token": ("edge.token-expiry", "tokens.expiry-handled"),
    }
    graceful = ("errors.graceful",) if cell.action == "connect" else ()
    return (*practices.get(cell.kind, ("edge.network-errors",)), *graceful)


def _probes_of(cell: Cell) -> tuple[AnyProbe, ...]:
    if cell.action == "view":
        return probes.OpensPagesDespiteFaults(), probes.HoldsEveryRow("transactions")
    of_kind: dict[str, tuple[AnyProbe, ...]] = {
        "stalls": (probes.KeepsDeadline(), probes.RetriesInBounds()),
        "drips": (probes.KeepsDeadline(),),
        "expired-token": (probes.RenewsTokenOnce(),),
    }
    return (*of_kind.get(cell.kind, (probes.RetriesInBounds(),)), *_probes_of_action(cell))


def _probes_of_action(cell: Cell) -> tuple[AnyProbe, ...]:
    rows = probes.HoldsEveryRow("transactions")
    waits = (probes.RespectsRetryAfter(may_give_up=True),) if _states_pause(cell) else ()
    if cell.action == "connect":
        return rows, probes.ShowsNoServerError()
    if cell.action == "revoke":
        return (*waits, probes.EndsConsentsAtFiskil())
    if (cell.action, cell.kind) == ("refresh", "fails"):
        return rows, *(probes.CommitsWholeWalks(dataset) for dataset in ("accounts", "balances", "transactions"))
    if (cell.action, cell.kind) == ("sync", "breaks-off"):
        return rows, probes.RetriesBrokenReads()
    return (*waits, rows)


def _states_pause(cell: Cell) -> bool:
    """Return True if the API states how long the app must wait."""
    return cell.kind == "rate-limited" and cell.kind in OF_ACTION.get(cell.action, {})
