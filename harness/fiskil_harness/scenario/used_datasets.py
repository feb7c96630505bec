"""The datasets that an app uses according to its config, and the end users and institutions that have such data.

Scenarios name banks, bank accounts and banking datasets. For an app that uses energy data only, this module returns what
stands in their place: the nearest energy dataset, an energy retailer, and a person whose bank accounts are energy accounts
with the same keys.
"""

import msgspec

from fiskil_harness.core.config import Facts
from fiskil_harness.core.model import DATASETS, PERMISSIONS, USUAL_ENERGY_PERMISSIONS, USUAL_PERMISSIONS, Person
from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.core.model.events import matches_any
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.model.permission import all_of

ENERGY = "energy"
NEAREST = {
    "transactions": (
        *("balances", "accounts"),
        *("usage", "billing", "invoices", "service_points", "energy_accounts", "energy_balances"),
        *("concessions", "payment_schedule", "der"),
    ),
    "balances": (
        *("transactions", "accounts"),
        *("energy_balances", "invoices", "billing", "usage", "service_points", "energy_accounts"),
        *("concessions", "payment_schedule", "der"),
    ),
    "accounts": (
        *("balances", "transactions"),
        *("energy_accounts", "service_points", "payment_schedule", "concessions", "der"),
        *("invoices", "energy_balances", "billing", "usage"),
    ),
}
"""The datasets that can replace a usual dataset, the most similar one first. A balance changes with each transaction."""
LONG_LISTS = ("transactions", "usage")
"""Datasets of which each end user has enough rows for several pages of several rows."""
RETAILERS = {"88888": "99999", "40": "140"}
"""The energy retailers in place of the banks at which end users consent."""
MONTHS, A_YEAR_IN_DAYS = 2, 365
_SUPPLIES = (
    EnergyAccountSpec(
        key="",
        name="",
        plan_id="ESD100002MRE5@EME",
        daily_kwh="14.2",
        solar_kw="5.0",
        battery_kwh="10.0",
        concession="18.50",
    ),
    EnergyAccountSpec(
        key="", name="", plan_id="ESD100001MRE3@EME", daily_kwh="8.6", payment="cardDebit", concession="17.5%"
    ),
)


def datasets_used(facts: Facts) -> tuple[str, ...]:
    """Return the usual datasets that the app reads and whose events it uses, or else such energy datasets.

    Without ``app.facts.datasets`` the events in ``app.facts.uses_events`` decide, and without these the datasets alone. The
    result is empty if the config does not state what the app uses.
    """
    return _used_of(USUAL_PERMISSIONS, facts) or _used_of(all_of(ENERGY), facts)


def is_energy(used: tuple[str, ...]) -> bool:
    """Return True if the datasets *used* are of energy retailers."""
    return any(PERMISSIONS[name].industry == ENERGY for name in used)


def nearest(name: str, used: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the datasets *used* that can replace the usual dataset *name*, the most similar one first."""
    return tuple(near for near in NEAREST[name] if near in used)


def events_beside(used: tuple[str, ...]) -> frozenset[str]:
    """Return the kinds of sync events that have no number of their own with an app that uses the datasets *used*.

    Scenarios number the events of three datasets: the usual ones, or for an energy app those in their place. Its consents
    may cover more, whose events are counted apart, so that the numbers in steps remain right.
    """
    if not is_energy(used):
        return frozenset()
    in_place = dict.fromkeys(nearest(name, used)[0] for name in NEAREST)
    numbered = [*in_place, *(name for name in USUAL_ENERGY_PERMISSIONS if name not in in_place)][: len(NEAREST)]
    return frozenset(DATASETS[name].event for name in all_of(ENERGY) if name not in numbered)


def institution_for(institution_id: str, used: tuple[str, ...]) -> str:
    """Return the institution at which an app that uses the datasets *used* finds end users in place of *institution_id*."""
    return RETAILERS.get(institution_id, institution_id) if is_energy(used) else institution_id


def person_for(person: Person, used: tuple[str, ...]) -> Person:
    """Return *person* as an end user of an app that uses the datasets *used*."""
    if not is_energy(used):
        return person
    months = A_YEAR_IN_DAYS // 30 if person.history_days >= A_YEAR_IN_DAYS else MONTHS
    offered = [spec for spec in person.accounts if spec.is_offered and spec.opens_on_day is None]
    return msgspec.structs.replace(
        person,
        accounts=(),
        energy=tuple(_supply(spec, number, months) for number, spec in enumerate(offered)),
        withholds=_moved(person.withholds, used),
        first_sync_fails=_moved(person.first_sync_fails, used),
    )


def _used_of(names: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    patterns = facts.uses_events
    read = [name for name in names if facts.datasets is None or name in facts.datasets]
    announced = [name for name in names if patterns is None or matches_any(DATASETS[name].event, patterns)]
    return tuple(name for name in read if name in announced) or (tuple(read) if facts.datasets is not None else ())


def _supply(spec: AccountSpec, number: int, months: int) -> EnergyAccountSpec:
    """Return the energy account in place of the bank account *spec*, under the same key."""
    supply = _SUPPLIES[number % len(_SUPPLIES)]
    return msgspec.structs.replace(supply, key=spec.key, name=f"Supply {number + 1}", months=months)


def _moved(names: tuple[str, ...], used: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(near for name in names if name in NEAREST for near in nearest(name, used)[:1]))
