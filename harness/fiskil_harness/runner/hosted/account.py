"""The hosted account as we read it ourselves: logged in once, looked at before anybody else may, and then for its rows.

Only reading, and the exchange of the key pair; whatever a link says, nothing is asked of another host.
"""

from types import TracebackType
from typing import Any

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.client import Api, read, rows
from fiskil_harness.contract.example_ids import example_ids
from fiskil_harness.contract.production_guard import path_of, refuse_production
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.core.net.server import client_context
from fiskil_harness.errors import HookError
from fiskil_harness.runner.hosted.address import Address

PAGE_SIZE = "1000"
MOST_PAGES = 20
PATHS = {"transactions": "/v1/banking/transactions", "accounts": "/v1/banking/accounts", "balances": "/v1/banking/balances"}
"""The datasets whose rows we can read ourselves."""


class Counting(HttpClient):
    """A browser that counts what it was asked to send."""

    requests = 0

    def request(self, *args: Any, **more: Any) -> HttpReply:
        """Send one request."""
        self.requests += 1
        return super().request(*args, **more)


class Account:
    """Somebody's account at the hosted API."""

    def __init__(self, address: Address) -> None:
        """Log in and look around.

        Raises:
            HookError: The key pair is not accepted, or nobody answers.
            UnsafeTarget: It reaches institutions that are no sandbox, or nobody can tell.
        """
        self._address = address
        self._browser = Counting(verify=client_context(address.ca_file))
        self.api = Api(self._browser, address.url)
        try:
            self._first = self.api.log_in(address.client_id, address.client_secret)
            refuse_production(self.api, address.client_id)
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> CheckContext:
        """Where looks at the contract go, with the ids that a first look finds."""
        given = self._address
        known = {**example_ids(self.api, given.end_user_id), "client_id": given.client_id}
        return CheckContext(api=self.api, first=self._first, client_id=given.client_id, ids=known)

    @property
    def requests(self) -> int:
        """How many requests we made ourselves."""
        return self._browser.requests

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """What must show nowhere, by kind."""
        return [("client_secret", self._address.client_secret), ("access_token", self.api.token)]

    def rows(self, dataset: str) -> tuple[dict[str, Any], ...]:
        """Every row of a banking dataset of the end user, from the first page to the last.

        Raises:
            HookError: A page could not be read, or the list has no end.
        """
        found: list[dict[str, Any]] = []
        path: str = PATHS[dataset]
        query: dict[str, str] | None = {"end_user_id": self._address.end_user_id, "page[size]": PAGE_SIZE}
        for _ in range(MOST_PAGES):
            reply = self._get(path, query)
            body = read(reply)
            if reply.status != 200 or not isinstance(body, dict):
                seen = reply.trouble or f"it answered {reply.status}"
                raise HookError(f"the hosted API gave no {dataset} to compare with: {seen}")
            found += rows(reply, dataset)
            links = body.get("links")
            link = links.get("next") if isinstance(links, dict) else None
            if not link:
                return tuple({**row, "key": f"row {number}"} for number, row in enumerate(found) if row.get("fiskil_id"))
            path, query = path_of(str(link)), None
        raise HookError(f"the hosted API's list of {dataset} is longer than {MOST_PAGES} pages")

    def close(self) -> None:
        """Drop every connection."""
        self._browser.close()

    def _get(self, path: str, query: dict[str, str] | None) -> HttpReply:
        reply = self.api.get(path, query)
        if reply.status == 401:
            self.api.log_in(self._address.client_id, self._address.client_secret)
            reply = self.api.get(path, query)
        return reply

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
