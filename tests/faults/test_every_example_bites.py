"""The expressions of the catalogue: each certainly bites, on calls that any integration makes.

Faults of connections are tested with the acceptor, some of them over TLS.
"""

import contextlib
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

import httpx
import pytest

from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.faults.catalogue import entries
from fiskil_harness.faults.expression import rules_of
from fiskil_harness.faults.rules import CONNECTION, Waiting
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.tokens import exchange
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

pytestmark = pytest.mark.slow

OVER_TLS = {"banking.transactions: redirect_downgrade status 307"}
"""From https to http, so not here, where everything is plain."""

ASKED = sorted(
    {text for entry in entries().values() for text in entry.expressions if not text.startswith(CONNECTION)} - OVER_TLS
)
PATIENCE_S = 0.6
CALLS = (
    ("token", "POST", "/v1/token"),
    ("end_users.create", "POST", "/v1/end-users"),
    ("end_users.list", "GET", "/v1/end-users"),
    ("institutions.list", "GET", "/v1/institutions?client_id={client_id}"),
    ("banking.accounts", "GET", "/v1/banking/accounts?end_user_id={end_user_id}"),
    ("banking.balances", "GET", "/v1/banking/balances?end_user_id={end_user_id}"),
    ("banking.income", "GET", "/v1/banking/income?end_user_id={end_user_id}"),
    ("banking.transactions", "GET", "/v1/banking/transactions?end_user_id={end_user_id}&page[size]=none"),
    ("banking.transactions", "HEAD", "/v1/banking/transactions?end_user_id={end_user_id}"),
    ("banking.transactions", "GET", "/v1/banking/transactions?end_user_id={end_user_id}"),
    ("banking.transactions", "GET", "{next}"),
    ("banking.transactions", "GET", "{next}"),
)
A_WEEK = ("", "", "")
"""A week passes between the two rounds."""


@pytest.fixture(scope="module")
def open_fiskil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFiskil]:
    """Yield a LocalFiskil for all of these tests."""
    folder: Path = tmp_path_factory.mktemp("examples")
    with LocalFiskil(workdir=folder, seed=7) as local:
        yield local


@pytest.fixture(scope="module")
def rosa(open_fiskil: LocalFiskil) -> EndUser:
    """Return Rosa, who has rows for several pages."""
    rosa = open_fiskil.enrol("rosa")
    open_fiskil.authorise(rosa)
    return rosa


class Integration:
    """A client that makes each call that a rule waits for, twice, and follows links; errors do not stop it."""

    def __init__(self, fiskil: LocalFiskil, end_user_id: str) -> None:
        self._fiskil = fiskil
        pair = fiskil.credentials
        self._pair = {"client_id": pair.client_id, "client_secret": pair.client_secret}
        self._values = {"client_id": pair.client_id, "end_user_id": end_user_id, "next": "/v1/banking/transactions"}

    def bites(self, waiting: Waiting) -> bool:
        """Call until the rule has bitten, and return True if it has."""
        with plain_client(base_url=self._fiskil.api_url, timeout=PATIENCE_S) as client:
            for route, method, path in (*CALLS, A_WEEK, *CALLS):
                if path and fnmatchcase(route, waiting.rule.route):
                    try:
                        self._call(client, method, path)
                    except httpx.TimeoutException:
                        # A busy machine may not have started the call yet.
                        wait_until(lambda: waiting.bitten, cap_s=10)
                    except (httpx.HTTPError, UnicodeDecodeError):
                        pass
                if not path:
                    self._fiskil.sandbox.clock.advance(days=7)
                if waiting.bitten:
                    return True
        return False

    def _call(self, client: httpx.Client, method: str, path: str) -> None:
        token = exchange(self._fiskil.sandbox.store, **self._pair)
        headers = {"authorization": f"Bearer {token.value}"}
        body = self._pair if "token" in path else {"email": "person@example.com"}
        address = path.format_map(self._values)
        with client.stream(method, address, headers=headers, json=body if method == "POST" else None) as response:
            elapsed_s = stopwatch()
            content = b"".join(takewhile(lambda _: elapsed_s() < PATIENCE_S, response.iter_bytes()))
        with contextlib.suppress(ValueError, LookupError, TypeError, RecursionError):
            self._values["next"] = str(json.loads(content)["links"]["next"])


@pytest.mark.parametrize("text", ASKED)
def test_an_expression_of_the_catalogue_bites(open_fiskil: LocalFiskil, rosa: EndUser, text: str) -> None:
    """It bites within two rounds of calls, a week apart."""
    (rule,) = rules_of(text)

    has_bitten = Integration(open_fiskil, rosa.end_user_id).bites(open_fiskil.proxy.rules.set(rule))

    open_fiskil.proxy.rules.clear()
    assert has_bitten
