"""Selects the scenarios that the selftest runs on an app of the gallery (apps with known flaws, and correct apps)."""

from functools import cache
from hashlib import sha256

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.scenario.scenario import Scenario, load, load_all
from fiskil_harness.scenario.selection import is_generated

MANY = 100
"""A step that repeats this often makes its scenario costly."""

WATCH_CALLS = frozenset({"life_plans_generated", "webhook_acknowledged_while_api_stalls", "webhook_forged_sync_event"})
"""Scenarios that examine API calls of the app; an app that only receives webhooks makes no API calls."""


def is_costly(scenario: Scenario) -> bool:
    """Return whether *scenario* takes seconds rather than a fraction of one."""
    return is_generated(scenario) or any(step.is_slow or getattr(step, "times", 0) >= MANY for step in scenario.steps)


def is_receiver(entry: GalleryApp) -> bool:
    """Return whether the app receives webhooks and does nothing else."""
    return gallery.settings(entry).app.drive.start_session is None


def applicable(entry: GalleryApp) -> list[Scenario]:
    """Return every scenario that tests something the app does."""
    return _receiver_scenarios() if is_receiver(entry) else _all_scenarios()


def quick(entry: GalleryApp) -> list[Scenario]:
    """Return the applicable scenarios that are not costly, in an order that looks random and differs for each app.

    The place of a scenario depends on both names only, so a new scenario or app changes the order of no others.
    """
    scenarios = [scenario for scenario in applicable(entry) if not is_costly(scenario)]
    return sorted(scenarios, key=lambda scenario: sha256(f"{entry.name} {scenario.name}".encode()).digest())


def own_and_others(entry: GalleryApp) -> list[Scenario]:
    """Return the scenarios that *entry* lists, then ``entry.others`` more quick scenarios (None: all of them)."""
    others = [scenario for scenario in quick(entry) if scenario.name not in entry.scenarios]
    return [*map(load, entry.scenarios), *others[: entry.others]]


@cache
def _all_scenarios() -> list[Scenario]:
    return load_all()


@cache
def _receiver_scenarios() -> list[Scenario]:
    return [
        scenario
        for scenario in _all_scenarios()
        if (scenario.name.startswith("webhook_") or scenario.name.endswith("_generated"))
        and scenario.name not in WATCH_CALLS
    ]
