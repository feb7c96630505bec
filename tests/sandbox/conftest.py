"""Shared by the tests of the sandbox.

Whatever a test sends, the sandbox may not break: each test ends by looking at what broke.
"""

from collections.abc import Iterator

import httpx
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import Loop
from tests.sandbox.still import Still


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """One event loop for every served sandbox."""
    with Loop() as running:
        yield running


@pytest.fixture
def still(loop: Loop) -> Iterator[Still]:
    """A served sandbox whose real time stands still."""
    served = Still(loop)
    yield served
    served.close()
    assert [crash.trace for crash in served.sandbox.crashes] == []


@pytest.fixture
def api(still: Still) -> Iterator[httpx.Client]:
    """A client of the still sandbox that holds a token."""
    client = still.client()
    yield client
    client.close()


@pytest.fixture
def visitor() -> Iterator[FormBrowser]:
    """An end user's browser."""
    with HttpClient() as browser:
        yield FormBrowser(browser)
