"""Which scenarios an app meets: its own, and such as concern it."""

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.assignment import (
    WATCH_CALLS,
    applicable,
    is_costly,
    is_explored,
    is_receiver,
    own_and_others,
)
from fiskil_harness.scenario.scenario import load


def test_receivers_meet_deliveries_alone() -> None:
    """Nobody asks them about calls that they do not make."""
    entry = gallery.app("stdlib_receiver")

    met = {scenario.name for scenario in applicable(entry)}

    assert is_receiver(entry)
    assert "webhook_repeated" in met
    assert "happy_path" not in met
    assert met.isdisjoint(WATCH_CALLS)


def test_whole_apps_meet_everything() -> None:
    """Deliveries, data and journeys."""
    entry = gallery.app("reference_app")

    assert not is_receiver(entry)
    assert {"happy_path", "webhook_repeated"} <= {scenario.name for scenario in applicable(entry)}


def test_own_scenarios_come_first_and_once() -> None:
    """Then as many others as the entry says, none of which waits for something in real time."""
    entry = gallery.app("no_dedupe")

    met = own_and_others(entry)

    assert [scenario.name for scenario in met][:1] == ["webhook_repeated"]
    assert len(met) == len({scenario.name for scenario in met}) == len(entry.scenarios) + gallery.OTHERS
    assert not any(is_costly(scenario) for scenario in met)


def test_each_app_meets_others() -> None:
    """In an order of its own, that is the same each time."""
    one, other = gallery.app("no_dedupe"), gallery.app("memory_dedupe")

    assert quick(one) == quick(one)
    assert quick(one) != quick(other)


def test_what_takes_long_is_known() -> None:
    """Faults, idle stretches and hundreds of messages; and plans that are drawn."""
    assert is_costly(load("stalled_response"))
    assert is_costly(load("webhook_repeated_much_later"))
    assert not is_costly(load("webhook_repeated"))
    assert is_explored(load("delivery_order_generated"))
    assert not is_explored(load("stalled_response"))
