"""Shared fixtures of the sandbox tests.

No request may break the sandbox: each test ends with a check for internal errors.
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
    """Yield one event loop for every served sandbox."""
    with Loop() as running:
        yield running


@pytest.fixture
def still(loop: Loop) -> Iterator[Still]:
    """Yield a served sandbox with a fixed clock."""
    served = Still(loop)
    yield served
    served.close()
    assert [crash.trace for crash in served.sandbox.crashes] == []


@pytest.fixture
def api(still: Still) -> Iterator[httpx.Client]:
    """Yield a client with a token for that sandbox."""
    client = still.client()
    yield client
    client.close()


@pytest.fixture
def form_browser() -> Iterator[FormBrowser]:
    """Yield an end user's browser."""
    with HttpClient() as browser:
        yield FormBrowser(browser)
