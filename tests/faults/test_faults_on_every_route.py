"""Every fault on answers of every kind: it bites somewhere, breaks what it declares, and leaves the others as they are.

What is broken is seen by the witness that watches all tests.
"""

from collections.abc import Iterator

import pytest

from fiskil_harness import faults
from fiskil_harness.faults import PlainFault
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import PATHS, Caller

FAMILIES = (
    faults.status,
    faults.rates,
    faults.outage,
    faults.payload,
    faults.fields,
    faults.paging,
    faults.rows,
    faults.auth,
    faults.clock,
)
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
    """A client of a Fiskil that all tests of this module share."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("fiskil"), seed=7) as fiskil, Caller(fiskil) as caller:
        yield caller


def routes_bitten(caller: Caller, fault: PlainFault) -> set[str]:
    """The routes on which the fault finds something to spoil, on a first page and on the next, or the first again."""
    return {route for route in ROUTES if _bites(caller, route, fault)}


def _bites(caller: Caller, route: str, fault: PlainFault) -> int:
    caller.renew()
    first = caller.get(route).json()
    following = first.get("links", {}).get("next", "") if isinstance(first, dict) else ""
    rules = caller.fiskil.link.rules
    waiting = rules.set(Rule(route=route, fault=fault, times=0).check())
    caller.get(route)
    caller.http.get(following) if following else caller.get(route)
    rules.lift(waiting)
    return waiting.bitten


@pytest.mark.parametrize(
    "kind", [kind for family in FAMILIES for kind in family.FAULTS if kind not in UNMET], ids=lambda kind: kind.__name__
)
def test_a_fault_bites_somewhere(everywhere: Caller, kind: type[PlainFault]) -> None:
    """With the parameters that it has by default, or nearly."""
    assert routes_bitten(everywhere, kind(**PARAMETERS.get(kind, {})))


@pytest.mark.parametrize("kind", sorted(UNMET, key=repr), ids=lambda kind: kind.__name__)
def test_a_fault_without_its_occasion_spares_every_answer(everywhere: Caller, kind: type[PlainFault]) -> None:
    """No answer is called bitten that is what it would have been."""
    assert routes_bitten(everywhere, kind()) == set()


def test_every_fault_has_an_id_of_the_catalogue() -> None:
    """None was made up here, and each is of its family's letters."""
    letters = {value.partition("-")[0] for family in FAMILIES for kind in family.FAULTS for value in kind.ids}

    assert letters == {"R", "J", "P", "D", "A", "K"}
    assert all(kind.ids for family in FAMILIES for kind in family.FAULTS)
