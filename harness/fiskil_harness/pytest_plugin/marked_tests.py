"""Tests with the mark ``fiskil_scenario``: the plugin plays the named scenarios first, and their findings fail the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiskil_harness.errors import UsageError
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.pytest_plugin.options import started
from fiskil_harness.pytest_plugin.results import HEADLINE, PLAYED, absolute_files, command_for_test, keep, result_of
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.selection import select

MARK = "fiskil_scenario"


def play_marked(item: pytest.Item, worker: Worker) -> dict[str, Outcome]:
    """Play every scenario that the marks of *item* name, and return the outcomes by scenario.

    Raises:
        UsageError: The test has no such mark, or the mark names nothing.
        UnknownName: A scenario does not exist.
        AppError: The app does not start.
    """
    scenarios = list(_scenarios(item))
    started(worker)
    results = [worker.play(scenario) for scenario in scenarios]
    keep(item, results)
    return {played.outcome.scenario: played.outcome for played in results}


def _scenarios(item: pytest.Item) -> Iterator[Scenario]:
    values = [value for mark in item.iter_markers(MARK) for value in mark.args]
    if not values:
        raise UsageError(f'Name a scenario in the mark of the test: @pytest.mark.{MARK}("webhook_repeated").')
    for value in values:
        if isinstance(value, Scenario):
            yield value.check()
        elif isinstance(value, str):
            yield from select(absolute_files([value], Path(item.config.rootpath)))
        else:
            raise UsageError(f"The mark {MARK} takes names of scenarios, files and Scenario values, got {value!r}.")


def judge_marked(item: pytest.Item) -> None:
    """Fail or skip *item* if the verdict of a scenario that it has played requires it.

    Raises:
        Failed: A scenario failed, or was inconclusive for another reason than a missing hook.
        Skipped: A scenario needs a hook that the config does not set, or does not concern the app.
    """
    results = [
        result_of(played, item.config, again=command_for_test(item.config, item.nodeid, seed=played.outcome.seed))
        for played in item.stash[PLAYED]
    ]
    failures = [result for result in results if result.outcome == "failed"]
    if failures:
        item.stash[HEADLINE] = failures[0].headline
        raise pytest.fail.Exception("\n\n".join(result.message for result in failures), pytrace=False)
    for result in results:
        if result.outcome == "skipped":
            raise pytest.skip.Exception(result.message, _use_item_location=True)
