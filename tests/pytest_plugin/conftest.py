"""The fixture that creates a project for the tests of the pytest plugin."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.paths import SOURCE
from tests.pytest_plugin.projects import LOADED, Project, make_project


@pytest.fixture
def loaded_modules() -> Iterator[None]:
    """Load the modules of runs in this process again, after the fixture ``pytester`` has unloaded them."""
    yield
    LOADED.restore()


@pytest.fixture
def project(loaded_modules: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a function that creates a project with a config, an app and the file of a scenario."""
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return partial(make_project, pytester)
