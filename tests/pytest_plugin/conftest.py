"""The fixture that creates a project for the tests of the pytest plugin."""

from functools import partial

import pytest

from tests.paths import SOURCE
from tests.pytest_plugin.projects import Project, make_project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a function that creates a project with a config, an app and the file of a scenario."""
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return partial(make_project, pytester)
