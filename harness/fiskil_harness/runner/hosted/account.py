"""The hosted account, which the harness itself reads: to check the key pair before the app starts, and to compare rows.

Apart from token requests the harness only reads. It sends no request to another host, whatever a paging link contains.
"""

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
"""The datasets whose rows the harness can read, with their paths."""


class CountingClient(HttpClient):
    """An HTTP client that counts its requests."""

    requests = 0

    def request(self, *args: Any, **more: Any) -> HttpReply:
        """Count and send one request."""
        self.requests += 1
        return super().request(*args, **more)


class Account:
    """The account at the hosted API whose data a run reads."""

    def __init__(self, address: Address) -> None:
        """Get a token and check that the key pair belongs to a sandbox team.

        Raises:
            HookError: The API rejects the key pair or does not respond.
            UnsafeTarget: The key pair reaches institutions outside the sandbox, or the list of institutions is unreadable.
        """
        self._address = address
        self._client = CountingClient(verify=client_context(address.ca_file))
        self.api = Api(self._client, address.url)
        try:
            self._first = self.api.log_in(address.client_id, address.client_secret)
            refuse_production(self.api, address.client_id)
        except BaseException:
            self.close()
            raise

    @property
    def check_context(self) -> CheckContext:
        """The context for checks of the contract, with ids that exist in the account."""
        address = self._address
        ids = {**example_ids(self.api, address.end_user_id), "client_id": address.client_id}
        return CheckContext(api=self.api, first=self._first, client_id=address.client_id, ids=ids)

    @property
    def requests(self) -> int:
        """Number of requests that the harness itself has sent."""
        return self._client.requests

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """Values that must not appear in any output, as pairs of kind and value."""
        return [("client_secret", self._address.client_secret), ("access_token", self.api.token)]

    def rows(self, dataset: str) -> tuple[dict[str, Any], ...]:
        """Return every row of the end user's banking *dataset*, from the first page to the last.

        Raises:
            HookError: A page could not be read, or there are more than ``MOST_PAGES`` pages.
        """
        all_rows: list[dict[str, Any]] = []
        path: str = PATHS[dataset]
        query: dict[str, str] | None = {"end_user_id": self._address.end_user_id, "page[size]": PAGE_SIZE}
        for _ in range(MOST_PAGES):
            reply = self._get(path, query)
            body = read(reply)
            if reply.status != 200 or not isinstance(body, dict):
                reason = reply.problem or f"the response was {reply.status}"
                raise HookError(f"the hosted API returned no {dataset} to compare with: {reason}")
            all_rows += rows(reply, dataset)
            links = body.get("links")
            link = links.get("next") if isinstance(links, dict) else None
            if not link:
                return tuple({**row, "key": f"row {number}"} for number, row in enumerate(all_rows) if row.get("fiskil_id"))
            path, query = path_of(str(link)), None
        raise HookError(f"the hosted API's list of {dataset} is longer than {MOST_PAGES} pages")

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _get(self, path: str, query: dict[str, str] | None) -> HttpReply:
        reply = self.api.get(path, query)
        if reply.status == 401:
            self.api.log_in(self._address.client_id, self._address.client_secret)
            reply = self.api.get(path, query)
        return reply

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
