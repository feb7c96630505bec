"""A local Fiskil as an app's server, an end user's browser and a receiver use it: only over HTTP."""

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
from tests.plain_http import plain_client

REDIRECT_URI = "https://app.example/callback?customer=7"
CANCEL_URI = "https://app.example/cancelled?customer=7"
ROSA = "rosa.keane@example.com"
BANK = "88888"


class World:
    """The clients of one local Fiskil. The sandbox clock moves only when a test moves it, so nothing is ever late."""

    def __init__(self, fiskil: LocalFiskil, receiver: HTTPServer) -> None:
        self.fiskil = fiskil
        self.receiver = receiver
        self.client = plain_client(base_url=fiskil.api_url)
        self.deliveries = Deliveries(fiskil)
        credentials = fiskil.credentials
        self.pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        receiver.clear()
        receiver.expect_request("/hook").respond_with_data("", status=204)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def token(self, **changed: str) -> httpx.Response:
        """Request a token; *changed* replaces values of the key pair."""
        return self.client.post("/v1/token", json={**self.pair, **changed})

    @property
    def api(self) -> httpx.Client:
        """The client, with a token."""
        body = self.token().json()
        self.client.headers["authorization"] = f"Bearer {body.get('token') or body.get('access_token')}"
        return self.client

    def enrol(self, **fields: str) -> str:
        """Create an end user, with Rosa's e-mail address by default; return the id."""
        return str(self.api.post("/v1/end-users", json=fields or {"email": ROSA}).json()["end_user_id"])

    def invite(self, **changed: Any) -> dict[str, Any]:
        """Open an auth session; return its status, end user and body. Fields that are None are left out."""
        body = {"end_user_id": "", "redirect_uri": REDIRECT_URI, "cancel_uri": CANCEL_URI, "institution_id": BANK, **changed}
        body["end_user_id"] = body["end_user_id"] or self.enrol()
        sent = {name: value for name, value in body.items() if value is not None}
        response = self.api.post("/v1/auth/session", json=sent)
        end_user_id = sent["end_user_id"]
        session: dict[str, Any] = {"status": response.status_code, "end_user_id": end_user_id, **response.json()}
        return session

    def walk(
        self, session: dict[str, Any], *, then: str = "confirm", email: str = ROSA, codes: int = 0, code: str = "nonsense"
    ) -> dict[str, str]:
        """Complete the consent page and do *then* at its end; return the query parameters of the redirect to the app.

        The wrong *code* is entered first, *codes* times.
        """
        with HttpClient() as browser:
            form_browser = _through(FormBrowser(browser), session, then=then, email=email, codes=codes, code=code)
            return _return_parameters(form_browser)

    def embed(self, session: dict[str, Any], *, then: str = "confirm", place: str = "frame") -> bytes:
        """Do the same in a frame or in a "window" with an opener, as the page's script marks it; return the last screen."""
        with HttpClient() as browser:
            return _through(FormBrowser(browser), session, then=then, watched=place).page.body

    def connect(self, *, is_synced: bool = True, **changed: Any) -> str:
        """Create an end user who has consented through the page, with every dataset ready; return the id."""
        session = self.invite(**changed)
        self.walk(session)
        if is_synced:
            self.fiskil.sandbox.clock.advance(minutes=30)
        return str(session["end_user_id"])

    def consents(self, end_user_id: str) -> list[dict[str, Any]]:
        """Return the list of consents from the API."""
        listed: list[dict[str, Any]] = self.api.get("/v1/consent", params={"end_user_id": end_user_id}).json()["consents"]
        return listed

    def read(self, path: str, end_user_id: str, **query: Any) -> httpx.Response:
        """Return the response of a data endpoint for one end user."""
        return self.api.get(path, params={"end_user_id": end_user_id, **query})

    def deliver(self, *, attempts: int = ATTEMPTS) -> list[Delivery]:
        """Deliver everything due to a receiver on a real socket; return the deliveries."""
        return self.deliveries.deliver(self.receiver.url_for("/hook"), attempts=attempts)

    def kinds(self) -> list[str]:
        """Deliver everything due; return the kinds of all received events, in order, with repetitions."""
        self.deliver()
        return [request.get_json()["data"]["event"] for request, _ in self.receiver.log]

    def refuse(self) -> None:
        """Make the receiver refuse everything from now on."""
        self.receiver.clear()
        self.receiver.expect_request("/hook").respond_with_data("", status=500)

    def energy(self, name: str = "priya") -> str:
        """Create a household at the energy retailer with every dataset ready; return the end user's id."""
        sandbox = self.fiskil.sandbox
        person = sandbox.add_person(catalog.person(name))
        end_user = sandbox.create_end_user(person)
        sandbox.authorise(end_user, institution_id="99999")
        sandbox.clock.advance(minutes=60)
        return end_user.end_user_id


def _through(
    form_browser: FormBrowser,
    session: dict[str, Any],
    *,
    then: str,
    email: str = ROSA,
    codes: int = 0,
    code: str = "",
    **marks: str,
) -> FormBrowser:
    form_browser.open(session["auth_url"])
    form_browser.submit("identify", email=email)
    while codes and not _return_parameters(form_browser):
        form_browser.submit("enter_code", code=code)
        codes -= 1
    if then in {"code", "confirm"}:
        form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    if then == "confirm":
        form_browser.submit("select", account=list(form_browser.choices("account")))
    if then not in {"", "code"}:
        form_browser.submit(then, **marks)
    return form_browser


def _return_parameters(form_browser: FormBrowser) -> dict[str, str]:
    """Return the query parameters of the redirect to the app; empty while the browser is on the consent page."""
    return next((dict(httpx.URL(url).params) for url in form_browser.redirects if url.startswith("https://app.example")), {})
