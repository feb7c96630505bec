"""Builds the scenarios in which each route that an action of the app uses meets one kind of fault."""

from typing import TYPE_CHECKING, cast

from fiskil_harness import faults, probes
from fiskil_harness.core.route_grid import EACH_ROUTE, TOKEN, Cell
from fiskil_harness.faults import AnyFault
from fiskil_harness.probes import AnyProbe
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import AnyStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.steps.route_faults import Action

FAULTS: dict[str, AnyFault] = {
    "fails": faults.Status(status=503),
    "stalls": faults.Timeout(),
    "drips": faults.Drip(every_ms=200),
    "breaks-off": faults.ResetPeer(after_bytes=1),
    "refused": faults.Status(status=403),
    "rate-limited": faults.Status(status=429),
    "expired-token": faults.ExpireTokens(),
}
NO_BODY: dict[str, AnyFault] = {"breaks-off": faults.ResetBefore(stream="downstream")}
"""Faults that also act on a response without a body, such as that to a revocation."""

WAITING: dict[str, AnyFault] = {"rate-limited": faults.Status(status=429, retry_after_s=1)}
"""Faults that state how long the app must wait."""

OMITTED = {"refused": (TOKEN,), "expired-token": (TOKEN,)}
"""Routes that ``each-route`` omits. An app whose key pair was refused may stop calling the API, which would spare its other
routes. No token can expire where tokens are issued."""

QUICK = ("fails", "breaks-off", "rate-limited")
SLOW = ("stalls", "drips")
"""Kinds that last until the app gives up. The routes of one request meet them one after another, so fewer routes do."""

WHAT_HAPPENS = {
    "fails": "fails with 503",
    "stalls": "gets no response",
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
    "sync": "new data is announced",
}
GOOD = {
    "connect": "a good integration connects the end user in the end",
    "refresh": "a good integration responds in time and keeps every row",
    "revoke": "a good integration revokes the consent, or reports that it did not",
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
    disturbance = steps.DisturbRoutes(
        cast("Action", cell.action),
        _fault_of(cell),
        "*" if is_each else cell.route,
        OMITTED.get(cell.kind, ()) if is_each else (),
    )
    before: tuple[AnyStep, ...] = (steps.ExpireTokens(),) if _renews_token(cell) else ()
    if cell.action == "connect":
        # The lost creation makes the app look the end user up, so that this call is disturbed too. A token is refused only
        # if the request arrives, so that the second creation is lost then.
        skip = 1 if cell.kind == "expired-token" else 0
        lost = steps.InjectFault("end_users.create", faults.ResetBefore(), skip=skip)
        return (*before, lost, disturbance, steps.LiftFaults(), steps.Deliver(), steps.Sync(), steps.Deliver())
    if cell.action == "sync":
        return (steps.Authorise(), *before, disturbance, steps.Sync(), steps.Deliver())
    after: tuple[AnyStep, ...] = (steps.Refresh(),) if cell.action == "refresh" else ()
    return (steps.Connect(), steps.WaitUntilIdle(), *before, disturbance, *after)


def _renews_token(cell: Cell) -> bool:
    """Return True if tokens expire first, so that the app requests a new one and the route ``token`` is disturbed too."""
    if cell.route == TOKEN:
        return True
    return cell.kind in QUICK or (cell.kind in SLOW and cell.action in {"connect", "sync"})


def _fault_of(cell: Cell) -> AnyFault:
    if cell.action == "revoke" and cell.kind in NO_BODY:
        return NO_BODY[cell.kind]
    if cell.action in {"revoke", "sync"} and cell.kind in WAITING:
        return WAITING[cell.kind]
    return FAULTS[cell.kind]


def _practices_of(cell: Cell) -> tuple[str, ...]:
    practices = {
        "stalls": ("edge.network-errors", "loading.timeouts"),
        "drips": ("edge.network-errors", "loading.timeouts"),
        "expired-token": ("edge.token-expiry", "tokens.expiry-handled"),
    }
    graceful = ("errors.graceful",) if cell.action == "connect" else ()
    return (*practices.get(cell.kind, ("edge.network-errors",)), *graceful)


def _probes_of(cell: Cell) -> tuple[AnyProbe, ...]:
    of_kind: dict[str, tuple[AnyProbe, ...]] = {
        "stalls": (probes.KeepsDeadline(), probes.RetriesInBounds()),
        "drips": (probes.KeepsDeadline(),),
        "expired-token": (probes.RenewsTokenOnce(),),
    }
    of_action: dict[str, tuple[AnyProbe, ...]] = {
        "connect": (probes.HoldsEveryRow("transactions"), probes.ShowsNoServerError()),
        "revoke": (probes.EndsConsentsAtFiskil(),),
    }
    return (
        *of_kind.get(cell.kind, (probes.RetriesInBounds(),)),
        *of_action.get(cell.action, (probes.HoldsEveryRow("transactions"),)),
    )
