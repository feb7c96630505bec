"""The API calls that samples act on: first and later pages of lists, a creation, and a token."""

import msgspec
from msgspec import Struct

from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.sandbox.tokens import exchange
from fiskil_harness.server.local_fiskil import LocalFiskil


class Call(Struct, frozen=True, kw_only=True):
    """One call of the API; ``path`` and ``body`` have placeholders for what the sandbox makes up.

    Args:
        is_later: The call is for the page after ``path``, which the client has requested before.
        is_same: The API's response is the same each time.
    """

    route: str
    path: str
    method: str = "GET"
    body: str = ""
    headers: dict[str, str] = {}
    is_later: bool = False
    is_same: bool = True


CALLS = {
    "transactions": Call(route="banking.transactions", path="/v1/banking/transactions?end_user_id={end_user_id}"),
    "later page": Call(
        route="banking.transactions", path="/v1/banking/transactions?end_user_id={end_user_id}", is_later=True
    ),
    "last": Call(
        route="banking.transactions",
        path="/v1/banking/transactions?end_user_id={end_user_id}",
        headers={"connection": "close"},
    ),
    "accounts": Call(route="banking.accounts", path="/v1/banking/accounts?end_user_id={end_user_id}"),
    "refused": Call(
        route="banking.transactions", path="/v1/banking/transactions?end_user_id={end_user_id}&page[size]=nonsense"
    ),
    "incomes": Call(route="banking.income", path="/v1/banking/income?end_user_id={end_user_id}"),
    "institutions": Call(route="institutions.list", path="/v1/institutions?client_id={client_id}"),
    "head": Call(route="*", path="/v1/institutions?client_id={client_id}", method="HEAD"),
    "create": Call(
        route="end_users.create", path="/v1/end-users", method="POST", body='{{"email": "a@example.com"}}', is_same=False
    ),
    "token": Call(
        route="token",
        path="/v1/token",
        method="POST",
        body='{{"client_id": "{client_id}", "client_secret": "{client_secret}"}}',
        is_same=False,
    ),
}


class PreparedCall(Struct, kw_only=True):
    """A call whose placeholders are filled in for one LocalFiskil and one end user."""

    call: Call
    path: str
    headers: dict[str, str]
    body: str
    first_path: str = ""

    def api_body(self, fiskil: LocalFiskil) -> bytes:
        """Return the body of the API's response, without using a connection."""
        path, _, query = self.path.partition("?")
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        request = HttpRequest(self.call.method, path, path, query.encode(), headers, self.body.encode(), None)
        return bytes(fiskil.sandbox.api.respond(request).body)


def prepare(fiskil: LocalFiskil, name: str) -> PreparedCall:
    """Prepare the call *name* for Rosa, who has consented and whose rows fill several pages."""
    call, rosa = CALLS[name], fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    token = exchange(fiskil.sandbox.store, pair["client_id"], pair["client_secret"]).value
    content_type = {"content-type": "application/json"} if call.body else {}
    headers = {"authorization": f"Bearer {token}", **content_type, **call.headers}
    names = {"end_user_id": rosa.end_user_id, **pair}
    prepared = PreparedCall(call=call, path=call.path.format(**names), headers=headers, body=call.body.format(**names))
    if call.is_later:
        prepared.first_path = prepared.path
        prepared.path = msgspec.json.decode(prepared.api_body(fiskil))["links"]["next"].removeprefix(fiskil.api_url)
    return prepared
