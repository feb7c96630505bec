"""What the catalogue tells people to ask for certainly bites: each expression, on calls that any integration makes.

Faults of connections have their tests with the door, some of them over TLS.
"""

import contextlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import httpx
import pytest

from harness.faultbook import entries
from harness.link.expression import rules_of
from harness.link.rules import CONNECTION, Waiting
from harness.local import Enrolled, LocalFiskil
from harness.sandbox.tokens import exchange

pytestmark = pytest.mark.slow

OVER_TLS = {"banking.transactions: redirect_downgrade status 307"}
"""From https to http, so not here, where everything is plain."""

ASKED = sorted({text for one in entries().values() for text in one.ask if not text.startswith(CONNECTION)} - OVER_TLS)
PATIENCE_S = 0.6
CALLS = (
    ("token", "POST", "/v1/token"),
    ("end_users.create", "POST", "/v1/end-users"),
    ("end_users.list", "GET", "/v1/end-users"),
    ("institutions.list", "GET", "/v1/institutions"),
    ("banking.accounts", "GET", "/v1/banking/accounts"),
    ("banking.balances", "GET", "/v1/banking/balances"),
    ("banking.income", "GET", "/v1/banking/income"),
    ("banking.transactions", "GET", "/v1/banking/transactions?page[size]=none"),
    ("banking.transactions", "HEAD", "/v1/banking/transactions"),
    ("banking.transactions", "GET", "/v1/banking/transactions"),
    ("banking.transactions", "GET", "next"),
    ("banking.transactions", "GET", "next"),
)
A_DAY = ("", "", "")
"""A day passes between the two rounds."""


@pytest.fixture(scope="module")
def open_fiskil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFiskil]:
    """A local Fiskil for all of these."""
    folder: Path = tmp_path_factory.mktemp("asked")
    with LocalFiskil(workdir=folder, seed=7) as local:
        yield local


@pytest.fixture(scope="module")
def rosa(open_fiskil: LocalFiskil) -> Enrolled:
    """Rosa, with rows for several pages."""
    rosa = open_fiskil.enrol("rosa")
    open_fiskil.authorise(rosa)
    return rosa


class Integration:
    """A client that makes each call that a rule waits for, twice over, and follows links; failures do not stop it."""

    def __init__(self, fiskil: LocalFiskil, end_user_id: str) -> None:
        self._fiskil, self._end_user_id, self._next = fiskil, end_user_id, ""
        pair = fiskil.credentials
        self._pair = {"client_id": pair.client_id, "client_secret": pair.client_secret}

    def meets(self, waiting: Waiting) -> bool:
        """Call until the rule has bitten; whether it has."""
        with httpx.Client(base_url=self._fiskil.api_url, timeout=PATIENCE_S, trust_env=False) as client:
            for route, method, path in (*CALLS, A_DAY, *CALLS):
                if path and fnmatchcase(route, waiting.rule.route):
                    with contextlib.suppress(httpx.HTTPError, UnicodeDecodeError):
                        self._call(client, method, path)
                if not path:
                    self._fiskil.sandbox.clock.advance(days=1)
                if waiting.bitten:
                    return True
        return False

    def _call(self, client: httpx.Client, method: str, path: str) -> None:
        token = exchange(self._fiskil.sandbox.store, **self._pair)
        headers = {"authorization": f"Bearer {token.value}"}
        address = (self._next or "/v1/banking/transactions") if path == "next" else path
        is_told = "/banking/" not in address or "end_user_id=" in address
        query = None if is_told else {"end_user_id": self._end_user_id}
        body = self._pair if "token" in path else {"email": "somebody@example.com"}
        content = {"json": body} if method == "POST" else {"params": query}
        answer = client.request(method, address, headers=headers, **content)
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._next = answer.json()["links"]["next"]


@pytest.mark.parametrize("text", ASKED)
def test_what_the_catalogue_says_bites(open_fiskil: LocalFiskil, rosa: Enrolled, text: str) -> None:
    """Within two rounds of calls, a day apart."""
    (rule,) = rules_of(text)

    has_bitten = Integration(open_fiskil, rosa.end_user_id).meets(open_fiskil.link.rules.set(rule))

    open_fiskil.link.rules.clear()
    assert has_bitten
