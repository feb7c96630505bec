"""Loads the pytest plugins, and has the options, that only the root conftest may have."""

import datetime

import pytest

from tests.sampling import DAYS

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the day; workers get its value from the process that starts them."""
    today = datetime.datetime.now(datetime.UTC).date().toordinal() % DAYS
    parser.addoption(
        "--day",
        type=int,
        choices=range(-1, DAYS),
        default=today,
        help=f"which {DAYS}th of the tests marked 'full' runs; by default today's; -1 runs all of them",
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Print the day, with which the same tests run again."""
    return f"tests marked 'full': those of --day {config.getoption('day')}"
