"""Every fault on responses of every kind: it bites somewhere, breaks what it declares, and spares the others.

The conformance monitor of all tests checks what is broken.
"""

from collections.abc import Iterator

import pytest

from fiskil_harness import faults
from fiskil_harness.faults import Fault
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import PATHS, Caller, faults_in

KINDS = faults_in("status", "rates", "payload", "fields", "paging", "rows", "auth", "clock")
ROUTES = tuple(route for route in PATHS if route != "end_users.create")
PARAMETERS = {
    faults.RateLimit: {"requests": 1},
    faults.Quota: {"requests": 1},
    faults.Brownout: {"calls": 3},
    faults.HugeBody: {"size_kb": 10},
    faults.ShortHistory: {"days": 1},
    faults.AdvanceInFlight: {"seconds": 1},
}
"""Where the usual ones would need many calls, or much time."""
UNMET = {faults.StaleResponse, faults.ErrorShape}
"""What needs news, or an error, to have anything to spoil."""


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Yield a client of a LocalFiskil that all tests of this module share."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("fiskil"), seed=7) as fiskil, Caller(fiskil) as caller:
        yield caller


def routes_bitten(caller: Caller, fault: Fault) -> set[str]:
    """Return the routes on which the fault has something to spoil, on a first page and on the next one."""
    return {route for route in ROUTES if _bites(caller, route, fault)}


def _bites(caller: Caller, route: str, fault: Fault) -> int:
    caller.renew()
    first = caller.get(route).json()
    following = first.get("links", {}).get("next", "") if isinstance(first, dict) else ""
    rules = caller.fiskil.proxy.rules
    waiting = rules.set(Rule(route=route, fault=fault, times=0).check())
    caller.get(route)
    caller.http.get(following) if following else caller.get(route)
    rules.lift(waiting)
    return waiting.bitten


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in UNMET], ids=lambda kind: kind.__name__)
def test_a_fault_bites_somewhere(everywhere: Caller, kind: type[Fault]) -> None:
    """The fault bites with its defaults, or nearly."""
    assert routes_bitten(everywhere, kind(**PARAMETERS.get(kind, {})))


@pytest.mark.parametrize("kind", sorted(UNMET, key=repr), ids=lambda kind: kind.__name__)
def test_a_fault_without_an_occasion_spares_every_response(everywhere: Caller, kind: type[Fault]) -> None:
    """An unchanged response is never recorded as bitten."""
    assert routes_bitten(everywhere, kind()) == set()


def test_every_fault_has_an_id_of_the_catalogue() -> None:
    """Every id is in the catalogue, with the letters of its family."""
    letters = {value.partition("-")[0] for kind in KINDS for value in kind.ids}

    assert letters == {"R", "J", "P", "D", "A", "K"}
    assert all(kind.ids for kind in KINDS)
