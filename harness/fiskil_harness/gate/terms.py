"""The terms of a gate: the parts of the config that make it strict, and the ways in which they became looser.

A report contains its terms, so a later gate that has it as its baseline detects a loosened config.
"""

import datetime
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct, structs

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.config.hooks import HOOKS, ORIGIN_IN_MESSAGE, PAGES, SECRET_IN_ENV
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


class Loosened(Struct, frozen=True, kw_only=True):
    """A key of the config or an option that makes the gate less strict than before: its old and its new value."""

    key: str
    before: str
    now: str


def terms_of(settings: Settings, scenarios: Iterable[str], *, expected: tuple[str, ...] = ()) -> Terms:
    """Return the terms of a gate with *settings* that ran *scenarios*, with the names that it was *expected* to test."""
    names = frozenset(scenarios)
    app = settings.app
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
    )


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
