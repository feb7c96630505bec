"""The selection of scenarios for a gallery app."""

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.assignment import (
    WATCH_CALLS,
    applicable,
    is_costly,
    is_receiver,
    own_and_others,
    quick,
)
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.selection import is_generated


def test_receivers_run_webhook_scenarios_only() -> None:
    """Scenarios about API calls do not apply to an app that makes none."""
    entry = gallery.app("stdlib_receiver")

    names = {scenario.name for scenario in applicable(entry)}

    assert is_receiver(entry)
    assert "webhook_repeated" in names
    assert "happy_path" not in names
    assert names.isdisjoint(WATCH_CALLS)


def test_whole_apps_run_every_scenario() -> None:
    """They run scenarios about deliveries, data and consent journeys."""
    entry = gallery.app("reference_app")

    assert not is_receiver(entry)
    assert {"happy_path", "webhook_repeated"} <= {scenario.name for scenario in applicable(entry)}


def test_own_scenarios_come_first() -> None:
    """As many quick scenarios as the entry allows follow, without duplicates."""
    entry = gallery.app("no_dedupe")

    scenarios = own_and_others(entry)

    names = [scenario.name for scenario in scenarios]
    assert names[:1] == ["webhook_repeated"]
    assert len(names) == len(set(names)) == len(entry.scenarios) + gallery.OTHERS
    assert not any(is_costly(scenario) for scenario in scenarios)


def test_the_order_of_quick_scenarios_depends_on_the_app() -> None:
    """It is the same in every run."""
    first, second = gallery.app("no_dedupe"), gallery.app("memory_dedupe")

    assert quick(first) == quick(first)
    assert quick(first) != quick(second)


def test_costly_scenarios_are_recognised() -> None:
    """They wait in real time, send hundreds of messages, or generate plans."""
    assert is_costly(load("refresh.each-route.stalls.foreground"))
    assert is_costly(load("webhook_repeated_much_later"))
    assert not is_costly(load("webhook_repeated"))
    assert is_generated(load("delivery_order_generated"))
    assert not is_generated(load("refresh.each-route.stalls.foreground"))
