"""A pytest plugin that renews a file with the processor time of the tests that ran; `tests.sampling` reads it."""

import resource
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

LEAST_S = 0.3
"""Test functions that cost less in all are left out, in seconds."""
HEADER = "# By test function: seconds of processor time of one parameter, and of all. `make test-costs` renews this file.\n"

_begin_s = pytest.StashKey[float]()


def _processor_s() -> float:
    """Return the processor time of this process, and of the child processes that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def renewed(before: dict[str, list[float]], measured: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return the costs by test function.

    Args:
        before: The costs so far; those of a module of which no test ran are kept.
        measured: By test function, the processor time of each parameter.
    """
    modules = {place.partition("::")[0] for place in measured}
    costs = {place: cost for place, cost in before.items() if place.partition("::")[0] not in modules}
    for place, values in measured.items():
        if sum(values) >= LEAST_S:
            costs[place] = [round(sum(values) / len(values), 2), round(sum(values), 1)]
    return dict(sorted(costs.items()))


class CostRecorder:
    """Adds the cost to each report where a test runs, and collects the reports where the run is controlled."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.measured: dict[str, list[float]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note the processor time before any fixture."""
        item.stash[_begin_s] = _processor_s()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Add the cost to the last report of a test."""
        report = yield
        if call.when == "teardown":
            report.user_properties.append(("cost_s", _processor_s() - item.stash[_begin_s]))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the cost of a test."""
        for name, value in report.user_properties:
            if name == "cost_s" and report.when == "teardown":
                self.measured[report.nodeid.removeprefix("tests/").partition("[")[0]].append(float(str(value)))

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        if self.file is not None and self.measured:
            before = tomllib.loads(self.file.read_text()) if self.file.exists() else {}
            costs = renewed(before, self.measured)
            self.file.write_text(HEADER + "".join(f'"{place}" = {cost}\n' for place, cost in costs.items()))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the file."""
    parser.addoption("--costs", type=Path, required=True, help="file of the costs of tests")


def pytest_configure(config: pytest.Config) -> None:
    """Record in every process, and write in the one that controls the run."""
    file = None if hasattr(config, "workerinput") else config.getoption("costs")
    config.pluginmanager.register(CostRecorder(file))
