"""A local Fiskil as an app's server, an end user's browser and a receiver meet it: over HTTP alone."""

from typing import Any

import httpx
from pytest_httpserver import HTTPServer

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.journal import Delivery
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.server.manual_deliveries import Deliveries
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS

BACK = "https://app.example/callback?customer=7"
GONE = "https://app.example/cancelled?customer=7"
ROSA = "rosa.keane@example.com"
BANK = "88888"


class World:
    """What a test of interpretations sees. The clock is the sandbox's and stands still: nothing waits, nothing is late."""

    def __init__(self, fiskil: LocalFiskil, receiver: HTTPServer) -> None:
        self.fiskil = fiskil
        self.receiver = receiver
        self.client = httpx.Client(base_url=fiskil.api_url, timeout=30, trust_env=False)
        self.deliveries = Deliveries(fiskil)
        given = fiskil.credentials
        self.pair = {"client_id": given.client_id, "client_secret": given.client_secret}
        receiver.clear()
        receiver.expect_request("/hook").respond_with_data("", status=204)

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    def token(self, **changed: str) -> httpx.Response:
        """Exchange the key pair, perhaps a wrong one."""
        return self.client.post("/v1/token", json={**self.pair, **changed})

    @property
    def api(self) -> httpx.Client:
        """The client, with a token."""
        body = self.token().json()
        self.client.headers["authorization"] = f"Bearer {body.get('token') or body.get('access_token')}"
        return self.client

    def enrol(self, **fields: str) -> str:
        """A new end user's id; Rosa's e-mail unless told otherwise."""
        return str(self.api.post("/v1/end-users", json=fields or {"email": ROSA}).json()["end_user_id"])

    def invite(self, **changed: Any) -> dict[str, Any]:
        """What opening an auth session answers; fields that are None are left out."""
        body = {"end_user_id": "", "redirect_uri": BACK, "cancel_uri": GONE, "institution_id": BANK, **changed}
        body["end_user_id"] = body["end_user_id"] or self.enrol()
        sent = {name: value for name, value in body.items() if value is not None}
        answer = self.api.post("/v1/auth/session", json=sent)
        found: dict[str, Any] = {"status": answer.status_code, "end_user_id": sent["end_user_id"], **answer.json()}
        return found

    def walk(
        self, session: dict[str, Any], *, then: str = "confirm", email: str = ROSA, codes: int = 0, code: str = "nonsense"
    ) -> dict[str, str]:
        """Go through the consent page and do *then* at its end; the query of where the browser was sent.

        *code* is typed first, as often as *codes* says.
        """
        with HttpClient() as browser:
            return _arrived(_through(FormBrowser(browser), session, then=then, email=email, codes=codes, code=code))

    def embed(self, session: dict[str, Any], *, then: str = "confirm") -> bytes:
        """The same walk as the page's script leaves its mark on it where another window watches; its last screen."""
        with HttpClient() as browser:
            return _through(FormBrowser(browser), session, then=then, watched="1").page.body

    def connect(self, *, is_synced: bool = True, **changed: Any) -> str:
        """An end user who has consented through the page, with every dataset ready; the id."""
        session = self.invite(**changed)
        self.walk(session)
        if is_synced:
            self.fiskil.sandbox.clock.advance(minutes=30)
        return str(session["end_user_id"])

    def consents(self, end_user_id: str) -> list[dict[str, Any]]:
        """What the list of consents answers."""
        listed: list[dict[str, Any]] = self.api.get("/v1/consent", params={"end_user_id": end_user_id}).json()["consents"]
        return listed

    def read(self, path: str, end_user_id: str, **query: Any) -> httpx.Response:
        """A data endpoint's answer, for one end user."""
        return self.api.get(path, params={"end_user_id": end_user_id, **query})

    def told(self, *, attempts: int = ATTEMPTS) -> list[Delivery]:
        """Hand over everything that is due, to a receiver on a real socket; what was made of it."""
        return self.deliveries.deliver(self.receiver.url_for("/hook"), attempts=attempts)

    def kinds(self) -> list[str]:
        """The events that the receiver got, in order, each as often as it came."""
        self.told()
        return [request.get_json()["data"]["event"] for request, _ in self.receiver.log]

    def refuse(self) -> None:
        """Let the receiver refuse everything from now on."""
        self.receiver.clear()
        self.receiver.expect_request("/hook").respond_with_data("", status=500)

    def energy(self, name: str = "priya") -> str:
        """A household at the energy retailer with every dataset ready; the end user's id."""
        sandbox = self.fiskil.sandbox
        person = sandbox.admit(catalog.person(name))
        end_user = sandbox.create_end_user(person)
        sandbox.authorise(end_user, person, institution_id="99999")
        sandbox.clock.advance(minutes=60)
        return end_user.end_user_id


def _through(
    visitor: FormBrowser,
    session: dict[str, Any],
    *,
    then: str,
    email: str = ROSA,
    codes: int = 0,
    code: str = "",
    **marks: str,
) -> FormBrowser:
    visitor.open(session["auth_url"])
    visitor.submit("identify", email=email)
    while codes and not _arrived(visitor):
        visitor.submit("enter_code", code=code)
        codes -= 1
    if then in {"code", "confirm"}:
        visitor.submit("enter_code", code=visitor.text_of("data-code"))
    if then == "confirm":
        visitor.submit("select", account=list(visitor.choices("account")))
    if then not in {"", "code"}:
        visitor.submit(then, **marks)
    return visitor


def _arrived(visitor: FormBrowser) -> dict[str, str]:
    """The query that the browser brings back to the app; none while it is still on the consent page."""
    return next((dict(httpx.URL(url).params) for url in visitor.redirects if url.startswith("https://app.example")), {})
