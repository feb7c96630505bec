"""Which scenarios an app of the gallery meets when the judge is on trial."""

from functools import cache

from fiskil_harness.core.randomness import stream
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.scenario.scenario import Scenario, load, load_all
from fiskil_harness.scenario.steps import name_of

COSTLY = frozenset(
    {
        "inject_fault",
        "run_generated_plans",
        "fail_in_browser",
        "open_page",
        "wait_for_revocation",
        "watch_until_synced",
        "press_connect",
        "read_privacy_notice",
        "restart_with_wrong_secret",
        "revoke_in_browser",
        "revoke_key",
        "serve_api_over_tls",
        "stay_idle",
        "walk_in_browser",
    }
)
"""Steps whose scenarios wait for something in real time."""

MANY = 100

WATCH_CALLS = frozenset({"life_plans_generated", "webhook_acknowledged_while_api_stalls", "webhook_forged_sync_event"})
"""Scenarios that watch the app's API calls, of which a mere receiver makes none."""


def is_costly(scenario: Scenario) -> bool:
    """Whether it takes seconds rather than moments."""
    return any(name_of(step) in COSTLY or getattr(step, "times", 0) >= MANY for step in scenario.steps)


def is_explored(scenario: Scenario) -> bool:
    """Whether its plans are drawn and shrunk, which takes longest."""
    return any(name_of(step) == "run_generated_plans" for step in scenario.steps)


def is_receiver(entry: GalleryApp) -> bool:
    """Whether the app takes webhooks and does nothing else."""
    return gallery.settings(entry).app.drive.start_session is None


def fitting(entry: GalleryApp) -> list[Scenario]:
    """Every scenario that is about something the app does."""
    return _about_receivers() if is_receiver(entry) else _all()


def moments(entry: GalleryApp) -> list[Scenario]:
    """Those of them that take a moment, in an order of the app's own."""
    found = [scenario for scenario in fitting(entry) if not is_costly(scenario)]
    return stream(0, "gallery", entry.name).sample(found, len(found))


def own_and_others(entry: GalleryApp) -> list[Scenario]:
    """The scenarios that catch the app, or show what is special about it, and as many moments with others as it says."""
    others = [moment for moment in moments(entry) if moment.name not in entry.scenarios]
    return [*map(load, entry.scenarios), *others[: entry.others]]


@cache
def _all() -> list[Scenario]:
    return load_all()


@cache
def _about_receivers() -> list[Scenario]:
    named = [scenario for scenario in _all() if scenario.name.startswith("webhook_") or scenario.name.endswith("_generated")]
    return [scenario for scenario in named if scenario.name not in WATCH_CALLS]
