"""The tables that assign tests to suites name only tests that exist, and the costs of a run replace those before."""

import ast
import tomllib

import pytest

from tests.cost_recorder import renewed
from tests.paths import ROOT
from tests.sampling import CHOSEN, COSTS, DAYS, OF_ONE_SEED


def test_every_entry_names_a_test() -> None:
    """A renamed test would silently run in the quick suite again."""
    names: dict[str, set[str]] = {}
    for path in {place.partition("::")[0] for place in (*COSTS, *CHOSEN)}:
        tree = ast.parse((ROOT / "tests" / path).read_text())
        names[path] = {"", *(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))}

    assert [place for place in (*COSTS, *CHOSEN) if place.partition("::")[2] not in names[place.partition("::")[0]]] == []


@pytest.mark.parametrize("module", OF_ONE_SEED)
def test_every_module_of_one_seed_has_seeds(module: str) -> None:
    """Otherwise the entry does nothing."""
    assert "seed" in (ROOT / "tests" / module).read_text()


def test_measured_costs_replace_those_of_their_module() -> None:
    """A test that was renamed or became cheap disappears; modules that did not run keep their costs."""
    before = {"a.py::gone": [2.0, 2.0], "a.py::slow": [1.0, 1.0], "b.py::slow": [3.0, 3.0]}

    after = renewed(before, {"a.py::slow": [0.5, 1.0], "a.py::cheap": [0.01]})

    assert after == {"a.py::slow": [0.75, 1.5], "b.py::slow": [3.0, 3.0]}


SPENDS_TIME = """
import pytest, time

@pytest.mark.parametrize("number", range(4))
def test_slow(number):
    begin = time.process_time()
    while time.process_time() < begin + 0.1:
        pass

def test_quick(): pass
"""


def test_the_cost_of_all_parameters_is_recorded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers report it to the process that writes the file. What costs little is left out."""
    pytester.makepyfile(test_it=SPENDS_TIME)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    result = pytester.runpytest_subprocess("--costs", "costs.toml", "-p", "tests.cost_recorder", "-n", "2")

    result.assert_outcomes(passed=5)
    [(place, (one, whole))] = tomllib.loads((pytester.path / "costs.toml").read_text()).items()
    assert place == "test_it.py::test_slow"
    assert one >= 0.1
    assert whole >= 0.4


COLLECTS = """
import os
from tests import sampling

def pytest_configure(config):
    config.addinivalue_line("markers", "full")
    config.addinivalue_line("markers", "another_day")
    config.addinivalue_line("markers", "gallery")

def pytest_itemcollected(item):
    sampling.assign(item, day=int(os.environ["DAY"]))
"""
FULL = """
import pytest

@pytest.mark.full
@pytest.mark.parametrize("number", range(30))
def test_long(number): pass

def test_short(): pass
"""


def run_of_day(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, day: int) -> list[str]:
    """Return the tests that run."""
    monkeypatch.setenv("DAY", str(day))
    passed, _, _ = pytester.inline_run("--disable-plugin-autoload", "-m", "not another_day").listoutcomes()
    return [report.nodeid for report in passed]


def test_each_full_test_runs_on_one_day(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a fortnight all of them run, each once; other tests run every day."""
    pytester.makeconftest(COLLECTS)
    pytester.makepyfile(test_it=FULL)

    names = [name for day in range(DAYS) for name in run_of_day(pytester, monkeypatch, day)]

    assert names.count("test_it.py::test_short") == DAYS
    assert len(set(names)) == 31
    assert len(names) == DAYS + 30


def test_all_full_tests_run_on_request(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Day -1 has all of them."""
    pytester.makeconftest(COLLECTS)
    pytester.makepyfile(test_it=FULL)

    assert len(run_of_day(pytester, monkeypatch, -1)) == 31
