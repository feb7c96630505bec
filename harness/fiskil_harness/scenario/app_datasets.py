"""Fits a scenario to the datasets that an app uses according to its config, so that no scenario waits for other datasets.

Most scenarios disturb a dataset only as an example. If the app does not use it, steps, faults, routes and probes move to the
most similar dataset that the app uses. What only the first dataset has, such as dates or removed rows, is left out. If
nothing remains, the scenario does not concern the app. An app that uses every usual dataset gets the scenario unchanged.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from fiskil_harness import faults, probes
from fiskil_harness.core import catalog, route_grid
from fiskil_harness.core.config import Facts, Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.model import DATASET_OF_ROUTE, DATASETS, USUAL_PERMISSIONS
from fiskil_harness.core.tags import name_of
from fiskil_harness.faults import rules
from fiskil_harness.journal.queries.row_accounts import ACCOUNTS
from fiskil_harness.probes.practices import practice
from fiskil_harness.sandbox.consents.console import requested_permissions
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario
from fiskil_harness.scenario.used_datasets import LONG_LISTS, NEAREST, datasets_used, is_energy, nearest, person_for

BANKING_ROUTES, ENERGY_ROUTES = "banking.*", "energy.*"
DEFAULT_PERSON = Scenario(practices=(), steps=(), probes=()).end_user
OWNER_OF_MANY = "joel"
"""The person whose accounts fill several pages of one row."""
OF_TRANSACTIONS = (probes.HoldsExactAmounts, probes.HoldsServedValues, probes.KeepsPostingDay)
"""Probes that name the transactions because only these have, or get, the values in question."""
FIELDS_OF: dict[type, tuple[str, ...]] = {
    faults.DateForm: ("transactions", "billing", "service_points"),
    faults.DayEdge: ("transactions",),
    faults.MoneyForm: ("transactions", "balances", "energy_balances", "invoices"),
    faults.NotANumber: ("transactions", "balances", "energy_balances", "invoices"),
    faults.Latin1: ("transactions", "accounts", "energy_accounts"),
    faults.LoneSurrogate: ("transactions", "accounts", "energy_accounts"),
    faults.OldShape: ("transactions", "accounts"),
    faults.UnknownEnum: ("transactions", "accounts", "energy_accounts"),
}
"""Faults of fields that only some datasets have, with these datasets."""
REMOVALS = frozenset({"remove", "vanish", "clear"})
"""Changes of transactions for which rows of energy data are removed."""
DISTURBANCES = ((steps.InjectFault,), (steps.Change, steps.ChangeEveryField, steps.RemoveRows, steps.Restart))
"""Groups of steps; a scenario that loses all its steps of a group no longer tests anything."""
ONCE = (steps.InjectFault, steps.ChangeEveryField, steps.LimitPages, steps.RemoveRows)
"""Steps that are left out if they repeat the step before."""
JOINT = (steps.ApproveSharing, steps.WithdrawSharing)
"""Steps about joint accounts."""
NO_JOINT_ACCOUNTS = "app.facts states that the app uses energy data only, and energy retailers have no joint accounts"
SHORTEST_BODY = 100
"""A number of bytes that the response with one row of any dataset exceeds."""


class Fitted(Struct, frozen=True, kw_only=True):
    """A scenario as it runs with an app. ``outside`` is the reason why it does not concern the app; "" if it does."""

    scenario: Scenario
    outside: str = ""


def fitted_to(scenario: Scenario, settings: Settings) -> Fitted:
    """Return *scenario* for the app of *settings*, which it does not concern without the hooks in ``only_with``."""
    absent = [hook for hook in scenario.only_with if not is_in_config(settings, hook)]
    if absent:
        return Fitted(scenario=scenario, outside=f"the config gives no {' and no '.join(absent)}")
    return fitted(scenario, settings.app.facts)


def fitted(scenario: Scenario, facts: Facts) -> Fitted:
    """Return *scenario* with each unused dataset replaced by the most similar one that the app uses.

    If the app does not store whether an account is open, other fields change where a scenario compares this one.
    A scenario that a team wrote remains as it is.
    """
    if not _is_shipped(scenario):
        return Fitted(scenario=scenario)
    if facts.shows_closed_accounts is False and _has((probes.HoldsNewestValues,), scenario.probes):
        scenario = msgspec.structs.replace(scenario, steps=tuple(map(_without_closing, scenario.steps)))
    return fit(scenario, datasets_used(facts))


def fit(scenario: Scenario, used: Iterable[str]) -> Fitted:
    """Return *scenario*, which may be a generated plan, for an app that uses the datasets *used*.

    It remains as it is if *used* is empty or contains every usual dataset.
    """
    chosen = tuple(used)
    if not chosen or {*USUAL_PERMISSIONS} <= {*chosen} or isinstance(scenario, GeneratedScenario):
        return Fitted(scenario=scenario)
    fitting = _Fitting(scenario, chosen)
    if not fitting.is_needed:
        return Fitted(scenario=scenario)
    changed = fitting.changed()
    if fitting.needs_joint_accounts:
        return Fitted(scenario=scenario, outside=NO_JOINT_ACCOUNTS)
    is_empty = not changed.probes or any(
        _has(kinds, scenario.steps) and not _has(kinds, changed.steps) for kinds in DISTURBANCES
    )
    if not fitting.granted or is_empty:
        unused = " and ".join(fitting.unused) or "banking data"
        reason = f"app.facts states that the app uses only {' and '.join(fitting.used)}, not {unused}"
        return Fitted(scenario=scenario, outside=reason)
    return Fitted(scenario=changed.check())


def _has(kinds: tuple[type, ...], parts: Iterable[Any]) -> bool:
    return any(isinstance(part, kinds) for part in parts)


def _without_closing(step: Any) -> Any:
    return steps.ChangeEveryField(twin=step.twin) if isinstance(step, steps.CloseAccount) else step


def _is_shipped(scenario: Scenario) -> bool:
    return scenario.base_name in catalog.scenario_names() or route_grid.parse(scenario.base_name) is not None


class _Fitting:
    """The changes of one scenario. ``moves`` maps each unused dataset that the scenario names to the one in its place."""

    def __init__(self, scenario: Scenario, used: tuple[str, ...]) -> None:
        withheld = person_for(catalog.person(scenario.end_user), used).withholds
        self.scenario, self.used = scenario, used
        self.granted = tuple(name for name in used if name not in withheld)
        named = {name for part in (*scenario.steps, *scenario.probes) for name in _named_in(part)}
        self.unused: Final = [name for name in NEAREST if name in named - {*used}]
        self.moves: Final = {name: self._nearest(name) for name in self.unused if self.granted}
        self.withdrawn: set[str] = set()
        self.is_energy: Final = is_energy(used)
        self.needs_joint_accounts = self.is_energy and any(isinstance(step, JOINT) for step in scenario.steps)

    def _nearest(self, name: str) -> str:
        """Return the most similar dataset that the app uses, if possible one in which every fault of *name* can act."""
        candidates = nearest(name, self.granted)
        kinds = [
            type(step.fault)
            for step in self.scenario.steps
            if isinstance(step, steps.InjectFault) and step.route == DATASETS[name].route
        ]
        able = [near for near in candidates if all(near in FIELDS_OF.get(kind, DATASETS) for kind in kinds)]
        return (able or candidates)[0]

    @property
    def is_needed(self) -> bool:
        """True if the scenario names a dataset or a bank that the app does not use, or withdraws a dataset."""
        return self.is_energy or bool(self.unused) or any(isinstance(step, steps.Amend) for step in self.scenario.steps)

    def changed(self) -> Scenario:
        """Return the scenario with its changes."""
        changed = [part for step in self.scenario.steps if self._has_counterpart(step) for part in self._step(step)]
        pages = [step for step in self.scenario.steps if isinstance(step, steps.LimitPages)]
        names_accounts = any(getattr(step, "accounts", ()) for step in self.scenario.steps)
        is_free = self.scenario.end_user == DEFAULT_PERSON and not names_accounts
        needs_pages = self.has_short_list and pages and is_free
        chosen = tuple(dict.fromkeys(part for probe in self.scenario.probes for part in self._probe(probe)))
        counting = {name_of(probe) for probe in chosen}
        return msgspec.structs.replace(
            self.scenario,
            practices=tuple(name for name in self.scenario.practices if counting & {*practice(name).probes}),
            end_user=OWNER_OF_MANY if needs_pages else self.scenario.end_user,
            steps=tuple(_without_repeated_faults(changed)),
            probes=chosen,
        )

    @property
    def has_short_list(self) -> bool:
        """True if a dataset with fewer rows stands in place of the transactions."""
        return self.moves.get("transactions", LONG_LISTS[0]) not in LONG_LISTS

    def _has_counterpart(self, step: Any) -> bool:
        """Return whether a dataset that the app uses has the fields that *step* changes."""
        if isinstance(step, steps.Change) and step.description:
            return "transactions" in self.used
        return not (isinstance(step, steps.RemoveFields) and self.is_energy)

    def _step(self, step: Any) -> Iterator[Any]:
        has_moved = "transactions" in self.moves
        match step:
            case steps.Change(kind=kind, nth=nth) if self.is_energy and self.granted and kind in REMOVALS:
                # A meter has one read a day, and an app may read only the last week again after an event.
                removed_nth = None if kind == "clear" else 0 if self.has_short_list else nth // 2
                yield steps.RemoveRows(dataset=self._nearest("transactions"), nth=removed_nth, twin=step.twin)
            case steps.Change() if "transactions" not in self.used:
                yield steps.ChangeEveryField(twin=step.twin)
            case steps.CloseAccount() if self.moves.get("accounts", ACCOUNTS[0]) not in ACCOUNTS:
                yield steps.ChangeEveryField()
            case steps.LimitPages() if self.has_short_list and step.rows > 1:
                yield steps.LimitPages(rows=1)
            case steps.Amend(datasets=datasets) if datasets:
                yield msgspec.structs.replace(step, datasets=self._amended(datasets))
            case steps.InjectFault(route=rules.CONNECTION) if has_moved:
                # Only a list of several pages is sure to be read with several requests on one connection.
                yield steps.LimitPages(rows=1)
                yield step
            case steps.InjectFault():
                moved = self._moved(step)
                able = FIELDS_OF.get(type(step.fault), DATASETS)
                if moved.route == step.route or DATASET_OF_ROUTE.get(moved.route, "") in {"", *able}:
                    yield moved
            case _:
                yield self._moved(step)

    def _probe(self, probe: Any) -> Iterator[Any]:
        moved = self._moved(probe)
        has_moved = moved != probe
        if has_moved and isinstance(probe, OF_TRANSACTIONS):
            return
        if isinstance(probe, probes.DropsRemovedRows):
            kinds = {step.kind for step in self.scenario.steps if isinstance(step, steps.Change)}
            is_kept = self.is_energy and kinds & REMOVALS
            if (has_moved and kinds and not is_kept) or moved.dataset in self.withdrawn:
                return
        yield moved

    def _amended(self, datasets: tuple[str, ...]) -> tuple[str, ...]:
        """Return the datasets that a changed consent permits, so that it withdraws one that the app uses."""
        requested = self._requested
        known = requested if {*requested} & {*datasets} else USUAL_PERMISSIONS
        withdrawn = [name for name in known if name not in datasets]
        if withdrawn and not {*withdrawn} & {*self.used}:
            withdrawn = [nearest(name, self.used)[0] if name in NEAREST else self.used[0] for name in withdrawn]
        self.withdrawn |= {*withdrawn}
        others = [name for name in datasets if name not in {*USUAL_PERMISSIONS, *requested}]
        return (*(name for name in requested if name not in withdrawn), *others) if withdrawn or self.is_energy else datasets

    @property
    def _requested(self) -> tuple[str, ...]:
        """The permissions that the app's consents request."""
        if not self.is_energy:
            return USUAL_PERMISSIONS
        return tuple(name for name in requested_permissions(self.used) if name not in USUAL_PERMISSIONS)

    def _moved(self, part: Any) -> Any:
        """Return a step, probe or fault with the other datasets in its fields."""
        changes: dict[str, Any] = {}
        for name in part.__struct_fields__:
            value = getattr(part, name)
            if name == "dataset" and value:
                changes[name] = self._moved_name(value)
            elif isinstance(value, str):
                changes[name] = self._moved_text(value)
            elif isinstance(value, tuple):
                changes[name] = tuple(self._moved_text(item) if isinstance(item, str) else item for item in value)
        if isinstance(part, steps.InjectFault) and changes["route"] != part.route:
            changes["fault"] = _for_any_dataset(part.fault)
        return msgspec.structs.replace(part, **changes)

    def _moved_name(self, dataset: str) -> str:
        return self.moves.get(DATASETS[dataset].serves, dataset)

    def _moved_text(self, text: str) -> str:
        """Return a route or an event with the other dataset; other texts remain."""
        for name, near in self.moves.items():
            if text == DATASETS[name].route:
                return DATASETS[near].route
            if text in _events_of(name):
                return DATASETS[near].event
        return ENERGY_ROUTES if self.is_energy and text == BANKING_ROUTES else text


def _named_in(part: Any) -> Iterator[str]:
    """Yield the datasets that a step or a probe names in a field of its own, in a route or in an event."""
    for field in part.__struct_fields__:
        value = getattr(part, field)
        if field == "dataset" and value:
            yield DATASETS[value].serves
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str):
                yield from (name for name in NEAREST if text == DATASETS[name].route or text in _events_of(name))


def _events_of(name: str) -> set[str]:
    return {dataset.event for dataset in DATASETS.values() if dataset.serves == name}


def _for_any_dataset(fault: Any) -> Any:
    """Return *fault* for a dataset with other fields and shorter responses."""
    changes: dict[str, Any] = {"field": ""} if isinstance(fault, faults.UnknownEnum | faults.MissingOptional) else {}
    if getattr(fault, "after_bytes", 0) > SHORTEST_BODY:
        changes["after_bytes"] = SHORTEST_BODY
    return msgspec.structs.replace(fault, **changes)


def _without_repeated_faults(changed: Iterable[Any]) -> Iterator[Any]:
    """Yield the steps without a fault or a change that repeats the step before it."""
    before: Any = None
    for step in changed:
        if step != before or not isinstance(step, ONCE):
            yield step
        before = step
