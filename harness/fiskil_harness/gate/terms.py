"""The terms of a gate: the parts of the config that make it strict, and the ways in which they became looser.

A report contains its terms, so a later gate that has it as its baseline detects a loosened config.
"""

import datetime
import json
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct, structs

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.config.hooks import HOOKS, ORIGIN_IN_MESSAGE, PAGES, SECRET_IN_ENV
from fiskil_harness.core.model.events import EVENT_KINDS, matches_any
from fiskil_harness.gate import interpretation_runs
from fiskil_harness.journal import API_URL_IN_ENV, CA_FILE_IN_ENV
from fiskil_harness.scenario.scenario import GeneratedScenario, load

DEFAULT_SEED = 0
NOT_SET = "not set"
_IN_CONFIG = (*HOOKS, ORIGIN_IN_MESSAGE, SECRET_IN_ENV, API_URL_IN_ENV, CA_FILE_IN_ENV)


class Terms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terms of one gate.

    ``waivers`` maps each waived practice to the day on which the waiver expires, ``attested`` lists the attested practices.
    ``limits`` are the values of ``app.limits`` that the config states, ``hooks`` the hooks and pages that it sets, and
    ``ignored`` the parts of the app's state that it masks. The app must pass under each of ``interpretations``. ``plans`` is
    the number of generated plans by scenario, and ``expected`` are the names that ``--expect`` lists.

    ``demands`` are further lines of the config that each make the gate stricter, and ``accepted`` the values that it counts
    as correct. Both begin with the key. ``tolerance_s`` is the age up to which a signature is valid; None if it has no time.
    """

    waivers: dict[str, datetime.date] = {}
    attested: tuple[str, ...] = ()
    limits: dict[str, float] = {}
    hooks: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()
    defence_in_depth: bool = False
    plans: dict[str, int] = {}
    expected: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    tolerance_s: int | None = None


class Loosened(Struct, frozen=True, kw_only=True):
    """A key of the config or an option that makes the gate less strict than before: its old and its new value."""

    key: str
    before: str
    now: str


def terms_of(settings: Settings, scenarios: Iterable[str], *, expected: tuple[str, ...] = ()) -> Terms:
    """Return the terms of a gate with *settings* that ran *scenarios*, with the names that it was *expected* to test."""
    names = frozenset(scenarios)
    app, scheme = settings.app, settings.app.webhook.scheme
    return Terms(
        waivers={waiver.practice: waiver.expires for waiver in settings.waive},
        attested=tuple(sorted(attestation.practice for attestation in settings.attest)),
        limits={name: limit for name, limit in structs.asdict(app.limits).items() if name in settings.stated_limits},
        hooks=(
            *(hook for hook in _IN_CONFIG if is_in_config(settings, hook)),
            *(f"{PAGES}.{name}" for name in sorted(app.observe.pages)),
        ),
        ignored=tuple(sorted(app.observe.ignore)),
        interpretations=interpretation_runs.required(settings),
        defence_in_depth=settings.gate.defence_in_depth,
        plans={name: count for name in catalog.scenario_names() if name in names and (count := _plans_of(name))},
        expected=expected,
        demands=tuple(_demands(settings)),
        accepted=tuple(_accepted(settings)),
        tolerance_s=scheme.tolerance_s if scheme is not None and scheme.has_time else None,
    )


def _demands(settings: Settings) -> Iterator[str]:
    """Yield the lines of the config that make the gate stricter, each with its key; all of a list count separately."""
    facts, observe = settings.app.facts, settings.app.observe
    yield from (f"plugins {module}" for module in sorted(settings.plugins))
    # Paths differ between machines and may contain a person's name, so files are counted.
    yield from (f"app.observe.logs file {number}" for number, _ in enumerate(observe.logs, start=1))
    yield from (f"app.observe.reducer.becomes {kind}" for kind in sorted(observe.reducer.becomes if observe.reducer else ()))
    yield from (f"app.facts.datasets {dataset}" for dataset in sorted(facts.datasets or ()))
    patterns = facts.uses_events or ()
    kinds = {kind for kind in EVENT_KINDS if matches_any(kind, patterns)}
    others = {pattern for pattern in patterns if not any(matches_any(kind, [pattern]) for kind in EVENT_KINDS)}
    yield from (f"app.facts.uses_events {kind}" for kind in sorted(kinds | others))


def _accepted(settings: Settings) -> Iterator[str]:
    """Yield the values that count as correct, each with its key."""
    connected, scheme = settings.app.observe.connected, settings.app.webhook.scheme
    for value in connected.values if connected is not None else ():
        yield f"app.observe.connected.values {json.dumps(value, default=str)}"
    if scheme is not None and scheme.has_time:
        for is_accepted in (False, True) if scheme.accepts_future else (False,):
            yield f"app.webhook.scheme.accepts_future {json.dumps(is_accepted)}"


def loosened(before: Terms, now: Terms) -> Iterator[Loosened]:
    """Yield each way in which *now* is less strict than *before*.

    Only plans of scenarios that both gates ran are compared. An attestation that was renewed is not new.
    """
    yield from _later_waivers(before, now)
    yield from (
        Loosened(key=f"attest {each}", before=NOT_SET, now="attested") for each in _new(before.attested, now.attested)
    )
    yield from _larger_limits(before, now)
    yield from (Loosened(key=hook, before="set", now=NOT_SET) for hook in _new(now.hooks, before.hooks))
    for path in _new(before.ignored, now.ignored):
        yield Loosened(key=f"app.observe.ignore {path}", before=NOT_SET, now="ignored")
    for choice in _new(now.interpretations, before.interpretations):
        yield Loosened(key=f"gate.interpretations {choice}", before="required", now="not required")
    if before.defence_in_depth and not now.defence_in_depth:
        yield Loosened(key="gate.defence_in_depth", before="true", now="false")
    yield from _fewer_demands(before, now)
    yield from _more_accepted(before, now)
    yield from (
        Loosened(key=f"--expect {each}", before="given", now="not given") for each in _new(now.expected, before.expected)
    )
    for scenario, count in before.plans.items():
        if now.plans.get(scenario, count) < count:
            yield Loosened(key=f"plans of {scenario}", before=str(count), now=str(now.plans[scenario]))


def _later_waivers(before: Terms, now: Terms) -> Iterator[Loosened]:
    for practice, expires in now.waivers.items():
        old = before.waivers.get(practice)
        if old is None or old < expires:
            yield Loosened(key=f"waive {practice}", before=f"until {old}" if old else NOT_SET, now=f"until {expires}")


def _larger_limits(before: Terms, now: Terms) -> Iterator[Loosened]:
    for name, limit in before.limits.items():
        new = now.limits.get(name)
        if new is None or new > limit:
            yield Loosened(key=f"app.limits.{name}", before=f"{limit:g}", now=NOT_SET if new is None else f"{new:g}")


def _fewer_demands(before: Terms, now: Terms) -> Iterator[Loosened]:
    """Yield each demand that is gone, unless its whole hook or fact is gone."""
    dropped = tuple(_new(now.hooks, before.hooks))
    for demand in _new(now.demands, before.demands):
        if not demand.startswith(dropped):
            yield Loosened(key=demand, before="set", now=NOT_SET)


def _more_accepted(before: Terms, now: Terms) -> Iterator[Loosened]:
    """Yield each value that is accepted now, if the config set its key before, and a larger tolerance."""
    keys = {each.partition(" ")[0] for each in before.accepted}
    for each in _new(before.accepted, now.accepted):
        if each.partition(" ")[0] in keys:
            yield Loosened(key=each, before="not accepted", now="accepted")
    if before.tolerance_s is not None and now.tolerance_s is not None and now.tolerance_s > before.tolerance_s:
        key = "app.webhook.scheme.tolerance_s"
        yield Loosened(key=key, before=str(before.tolerance_s), now=str(now.tolerance_s))


def _new(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """Return what *now* contains and *before* does not, in its order."""
    old = set(before)
    return [each for each in now if each not in old]


def pinned_seed(before: int, now: int) -> Iterator[Loosened]:
    """Yield the seed *now* if it was chosen, and the gate *before* ran with the default seed.

    A team could choose a seed with which its app happens to pass.
    """
    if before == DEFAULT_SEED != now:
        yield Loosened(key="--seed", before=f"{before}, the default", now=str(now))


@cache
def _plans_of(name: str) -> int:
    """Return the number of plans that the scenario called *name* generates; 0 if it generates none."""
    scenario = load(name)
    return scenario.plans if isinstance(scenario, GeneratedScenario) else 0
