"""The relay before the hosted API: answers pass as they are, links lead back to it, faults bite, and all is in the journal."""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from harness import faults
from harness.clock import wait_until
from harness.errors import ConfigError, UsageError
from harness.journal import Bite, Exchange, Journal, Unreached
from harness.link import Relay, Rule
from harness.listen import Loop
from harness.local import Enrolled, LocalFiskil

ROUTE = "banking.transactions"


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> Enrolled:
    """Rosa, with rows for several pages."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    return rosa


@pytest.fixture
def relay(fiskil: LocalFiskil) -> Iterator[Relay]:
    """A relay before the local Fiskil."""
    relay = Relay(fiskil.loop, upstream=fiskil.api_url)
    yield relay
    relay.close()


@pytest.fixture
def journal(relay: Relay, client: httpx.Client) -> Journal:
    """A journal that begins when the client has its token."""
    journal = Journal()
    relay.begin(journal)
    return journal


@pytest.fixture
def client(fiskil: LocalFiskil, relay: Relay) -> Iterator[httpx.Client]:
    """A client of the relay that holds a token."""
    with httpx.Client(base_url=relay.url, timeout=5, trust_env=False) as client:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def ended(relay: Relay, journal: Journal) -> list[Exchange]:
    """Every exchange, once none is open any more: an answer may arrive a moment before it is written down."""
    wait_until(lambda: not relay.open_requests, cap_s=5)
    return journal.all(Exchange)


def page_of(rosa: Enrolled) -> str:
    return f"/v1/banking/transactions?end_user_id={rosa.end_user_id}"


def test_a_walk_stays_on_the_relay(relay: Relay, client: httpx.Client, rosa: Enrolled, fiskil: LocalFiskil) -> None:
    """The links of a page lead to the relay; everything else of it is what the API said."""
    direct = httpx.get(fiskil.api_url + page_of(rosa), headers=client.headers, trust_env=False)

    page = client.get(page_of(rosa))

    assert page.json()["links"]["next"].startswith(relay.url + "/v1/banking/transactions?")
    assert page.content == direct.content.replace(fiskil.api_url.encode(), relay.url.encode())
    assert client.get(page.json()["links"]["next"]).json()["links"]["prev"].startswith(relay.url)


def test_an_exchange_is_recorded_whole(relay: Relay, client: httpx.Client, journal: Journal) -> None:
    """Route, end user, status, bodies and connection of a call stand in the journal as the link writes them."""
    created = client.post("/v1/end-users", json={"email": "a@example.com"})

    (exchange,) = ended(relay, journal)
    assert (exchange.route, exchange.method, exchange.status, exchange.number) == ("end_users.create", "POST", 200, 1)
    assert exchange.request_body == b'{"email":"a@example.com"}'
    assert exchange.response_body == created.content
    assert exchange.end_user_id == created.json()["end_user_id"]
    assert exchange.connection > 0


def test_a_fault_bites_before_the_hosted_api(relay: Relay, client: httpx.Client, journal: Journal, rosa: Enrolled) -> None:
    """The connection dies in the body once; the journal names the fault and the next try is whole."""
    relay.rules.set(Rule(route=ROUTE, fault=faults.ResetPeer(after_bytes=20)))

    with pytest.raises(httpx.ReadError):
        client.get(page_of(rosa))
    again = client.get(page_of(rosa))

    assert len(again.json()["transactions"]) == 25
    assert [one.bites for one in ended(relay, journal)] == [("ResetPeer(after_bytes=20)",), ()]
    assert [one.byte_offset for one in journal.all(Bite)] == [20]


def test_a_fault_on_the_sandbox_is_refused(relay: Relay) -> None:
    """Nobody can let the tokens of the hosted API expire."""
    with pytest.raises(ConfigError, match="acts on the sandbox, and behind a relay is the hosted API"):
        relay.rules.set(Rule(route="*", fault=faults.ExpireTokens()))
