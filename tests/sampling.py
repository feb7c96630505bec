"""The one place that decides which tests belong to which suite, and which parameters the quick suite samples.

``make test`` runs the quick suite: the tests that cost little, and those of `CHOSEN`. ``make test-gallery`` runs the tests
marked ``gallery``: whole apps, other programs, and all parameters of what is sampled here. ``make test-all`` runs both, and
a share of the tests marked ``full``, which would take hours: each of them runs on one of `DAYS` days. A test that always
takes minutes is marked ``full`` where it is defined.

``tests/costs.toml`` has the measured cost of each test that costs much; ``make test-costs`` renews it. A test that is not in
the file belongs to the quick suite.
"""

import math
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from zlib import crc32

import pytest

Belongs = Callable[[pytest.Function], bool]
"""Returns true for a test that belongs to the quick suite."""

DAYS = 14
MOST_S = 0.2
"""Processor time that the quick suite spends on one test function, in seconds, for all its parameters."""
COSTS: dict[str, list[float]] = tomllib.loads((Path(__file__).parent / "costs.toml").read_text())
"""By test function, the processor time of one parameter and of all its parameters, in seconds."""


def first(count: int, values: Iterable[object]) -> list[object]:
    """Return *values* as parameters; those after the first *count* run only in ``make test-all``.

    A tuple is the arguments of one test.
    """
    return [value if number < count else _only_in_full_run(value) for number, value in enumerate(values)]


def except_for(later: Iterable[object], values: Iterable[object]) -> list[object]:
    """Return *values* as parameters; those in *later* run only in ``make test-all``.

    A tuple is the arguments of one test.
    """
    names = set(later)
    return [_only_in_full_run(value) if value in names else value for value in values]


def _only_in_full_run(value: object) -> object:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.full)


def nothing(_: pytest.Function) -> bool:
    """No parameter belongs to the quick suite."""
    return False


def whole(_: pytest.Function) -> bool:
    """Every parameter belongs to the quick suite."""
    return True


def with_value(**values: object) -> Belongs:
    """The parameters with these *values* by name, and tests without such parameters, belong to the quick suite."""
    return lambda test: all(_parameters(test).get(name, value) == value for name, value in values.items())


def _parameters(test: pytest.Function) -> dict[str, object]:
    return dict(test.callspec.params) if hasattr(test, "callspec") else {}


def only(*ids: str) -> Belongs:
    """The parameters with these *ids* belong to the quick suite."""
    return lambda test: test.callspec.id in ids


CHOSEN: dict[str, Belongs] = {
    "app/browser/test_window.py::test_fields_are_filled_in": whole,
    "cli/test_demo.py::test_the_flaw_is_found_and_the_gate_opens": whole,
    "cli/test_run.py::test_a_flaw_is_exit_1_with_its_finding": whole,
    "cli/test_run.py::test_a_passed_run_ends_with_the_command_that_repeats_it": whole,
    "gate/selftest/test_gallery_matrix.py::test_a_correct_app_raises_no_alarm": only("embedded_app"),
    "gate/selftest/test_gallery_matrix.py::test_a_flaw_is_caught_without_a_false_alarm": only(
        "amended_dataset_kept", "embedded_secret_in_query", "flask_ids_normalised"
    ),
    "packaging/test_tool_installers.py": nothing,
    "packaging/test_wheel.py": nothing,
    "pytest_plugin/test_plugin.py::test_a_failure_shows_its_finding": whole,
    "runner/test_session.py::test_a_flawed_app_is_caught": whole,
    "scenario/steps/test_tls_client.py::test_a_careless_client_is_served": whole,
}
"""By test function or module, what the quick suite runs whatever it costs: each main use of the harness, once.

Every test of a wheel may be the one that builds it.
"""


OF_ONE_SEED: dict[str, Belongs] = {
    "sandbox/bank/test_solvency.py": with_value(seed=0),
    "sandbox/test_books.py": with_value(seed=1),
    "sandbox/test_identifiers.py": with_value(seed=1),
    "sandbox/test_one_world.py": with_value(seed=1),
    "sandbox/test_optional_fields.py": with_value(seed=1),
}
"""By module, the parameters whose data the quick suite makes: each process makes them once, in whichever test is first."""


def assign(test: pytest.Function, *, day: int) -> None:
    """Mark *test* as ``gallery`` unless it is quick, and as ``another_day`` if it is full and does not belong to *day*.

    Every full test is of day -1.
    """
    if day >= 0 and test.get_closest_marker("full") and crc32(test.nodeid.encode()) % DAYS != day:
        test.add_marker("another_day")
    place = _place(test)
    module = place.partition("::")[0]
    chosen = CHOSEN.get(place) or CHOSEN.get(module)
    if not (chosen(test) if chosen else OF_ONE_SEED.get(module, whole)(test) and _costs_little(test)):
        test.add_marker("gallery")


def _place(test: pytest.Function) -> str:
    """Return the test function of *test* as the tables name it."""
    return test.nodeid.removeprefix("tests/").partition("[")[0]


def _costs_little(test: pytest.Function) -> bool:
    """Return whether *test* is one of those parameters, evenly spread, that together cost less than `MOST_S`."""
    one, whole_function = COSTS.get(_place(test), [0.0, 0.0])
    if one > MOST_S:
        return False
    numbers = test.callspec.indices.values() if hasattr(test, "callspec") else ()
    return sum(set(numbers)) % math.ceil(whole_function / MOST_S or 1) == 0
