"""The relay to the hosted API: a walk stays on it, faults bite, and the journal is complete."""

import http.client
from collections.abc import Callable, Iterator

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import ConfigError, UsageError
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.journal import Bite, Journal
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.proxy.reverse.scripted import GET, OK, POST, Rig, ended, json_response
from tests.plain_http import plain_client

ROUTE = "banking.transactions"


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> EndUser:
    """Return Rosa, who has rows for several pages."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    return rosa


@pytest.fixture
def relay(fiskil: LocalFiskil) -> Iterator[Relay]:
    """Yield a relay in front of the LocalFiskil."""
    relay = Relay(fiskil.loop, upstream=fiskil.api_url)
    yield relay
    relay.close()


@pytest.fixture
def journal(relay: Relay, client: httpx.Client) -> Journal:
    """Return a journal that begins when the client has its token."""
    journal = Journal()
    relay.begin(journal)
    return journal


@pytest.fixture
def client(fiskil: LocalFiskil, relay: Relay) -> Iterator[httpx.Client]:
    """Yield a client of the relay that has a token."""
    with plain_client(base_url=relay.url) as client:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def page_of(rosa: EndUser) -> str:
    return f"/v1/banking/transactions?end_user_id={rosa.end_user_id}"


def test_a_walk_stays_on_the_relay(relay: Relay, client: httpx.Client, rosa: EndUser, fiskil: LocalFiskil) -> None:
    """The links of a page lead to the relay; everything else in it is the API's."""
    direct = httpx.get(fiskil.api_url + page_of(rosa), headers=client.headers, timeout=30, trust_env=False)

    page = client.get(page_of(rosa))

    assert page.json()["links"]["next"].startswith(relay.url + "/v1/banking/transactions?")
    assert page.content == direct.content.replace(fiskil.api_url.encode(), relay.url.encode())
    assert client.get(page.json()["links"]["next"]).json()["links"]["prev"].startswith(relay.url)


def test_an_exchange_is_recorded_completely(relay: Relay, client: httpx.Client, journal: Journal) -> None:
    """Route, end user, status, bodies and connection of a call are in the journal, as the proxy records them."""
    created = client.post("/v1/end-users", json={"email": "a@example.com"})

    (exchange,) = ended(relay, journal)
    assert (exchange.route, exchange.method, exchange.status, exchange.number) == ("end_users.create", "POST", 200, 1)
    assert exchange.request_body == b'{"email":"a@example.com"}'
    assert exchange.response_body == created.content
    assert exchange.end_user_id == created.json()["end_user_id"]
    assert exchange.connection > 0


def test_a_fault_bites_in_front_of_the_hosted_api(
    relay: Relay, client: httpx.Client, journal: Journal, rosa: EndUser
) -> None:
    """The connection is reset in the body once, the journal names the fault, and the next attempt is complete."""
    relay.rules.set(Rule(route=ROUTE, fault=faults.ResetPeer(after_bytes=20)))

    with pytest.raises(httpx.ReadError):
        client.get(page_of(rosa))
    retry = client.get(page_of(rosa))

    assert len(retry.json()["transactions"]) == 25
    assert [call.bites for call in ended(relay, journal)] == [("ResetPeer(after_bytes=20, delay_ms=0)",), ()]
    assert [bite.byte_offset for bite in journal.all(Bite)] == [20]


def test_connections_are_disturbed_in_front_of_the_hosted_api(relay: Relay, journal: Journal) -> None:
    """A connection is reset as soon as it is accepted, the journal has the bite, and the next connection is served."""
    relay.rules.set(Rule(route="connection", fault=faults.ResetOnAccept()))

    with pytest.raises(httpx.TransportError):
        httpx.get(relay.url + "/v1/x", timeout=30, trust_env=False)
    response = httpx.get(relay.url + "/v1/x", timeout=30, trust_env=False)

    assert response.status_code == 404
    assert [(bite.route, bite.fault) for bite in journal.all(Bite)] == [("connection", "ResetOnAccept()")]
    assert len(ended(relay, journal)) == 1


def test_the_port_is_closed_while_an_outage_is_set(rig: Callable[..., Rig]) -> None:
    """While the port refuses connections, the hosted API receives nothing; after the fault is lifted, it responds."""
    relay_rig = rig(OK)
    waiting = relay_rig.relay.rules.set(Rule(route="connection", fault=faults.Refuse()))
    with pytest.raises(ConnectionRefusedError):
        relay_rig.open()

    relay_rig.relay.rules.lift(waiting)

    assert relay_rig.send(GET) == OK
    assert relay_rig.api.connections == 1


@pytest.mark.parametrize(
    ("fault", "later_s"),
    [(faults.RateLimit(requests=1, refill_per_s=0.1), 10.0), (faults.Quota(requests=1), 86_400.0)],
)
def test_limits_of_requests_are_renewed_over_time(rig: Callable[..., Rig], fault: faults.AnyFault, later_s: float) -> None:
    """A token bucket is refilled and a daily quota ends as time passes, as in the sandbox."""
    now_s = [1.0]
    relay_rig = rig(OK, OK, clock_s=lambda: now_s[0])
    relay_rig.relay.rules.set(Rule(route="banking.accounts", fault=fault, times=0))

    before = relay_rig.send(GET, GET)
    now_s[0] += later_s
    after = relay_rig.send(GET, GET)

    assert [exchange.status for exchange in relay_rig.exchanges] == [200, 429, 200, 429]
    assert (before.startswith(OK), after.startswith(OK)) == (True, True)


def test_a_fault_waits_if_the_client_leaves_before_the_response(rig: Callable[..., Rig]) -> None:
    """A fault that could spoil nothing, because the client has left, waits for another exchange."""
    relay_rig = rig(b"")
    waiting = relay_rig.relay.rules.set(Rule(route="banking.accounts", fault=faults.LimitBytes(after_bytes=1)))

    with relay_rig.open() as sock:
        sock.sendall(GET)
        wait_until(lambda: bool(relay_rig.api.requests), cap_s=30)

    assert [(exchange.status, exchange.bites) for exchange in relay_rig.exchanges] == [(None, ())]
    assert waiting.left == 1


def test_an_incomplete_request_is_not_sent(rig: Callable[..., Rig]) -> None:
    """If the client leaves in the middle of its request, the hosted API receives nothing, although a fault is set."""
    relay_rig = rig()
    relay_rig.relay.rules.set(Rule(route="*", fault=faults.LimitBytes(after_bytes=1)))

    with relay_rig.open() as sock:
        sock.sendall(POST.removesuffix(b"}"))
        wait_until(lambda: bool(relay_rig.relay.open_requests), cap_s=30)

    assert [exchange.status for exchange in relay_rig.exchanges] == [None]
    assert relay_rig.api.connections == 0


def test_a_request_that_is_too_long_is_refused(rig: Callable[..., Rig]) -> None:
    """A request of more than ten mebibytes gets a 413, and the hosted API receives nothing."""
    relay_rig = rig()

    response = relay_rig.send(b"POST /v1/x HTTP/1.1\r\nHost: r\r\nContent-Length: 10485761\r\n\r\n" + bytes(10_485_761))

    assert response.startswith(b"HTTP/1.1 413 ")
    assert relay_rig.api.connections == 0


def test_a_fault_on_the_sandbox_is_refused(relay: Relay) -> None:
    """A fault that would change the sandbox is refused in front of the hosted API."""
    with pytest.raises(ConfigError, match="acts on the sandbox, but this relay leads to the hosted API"):
        relay.rules.set(Rule(route="*", fault=faults.ExpireTokens()))


def test_a_response_in_place_of_the_api_is_not_requested(rig: Callable[..., Rig]) -> None:
    """A status of a fault reaches the client in the documented form, and the hosted API receives no request."""
    relay_rig = rig(OK)
    relay_rig.relay.rules.set(Rule(route="banking.accounts", fault=faults.Status(status=503)))

    responses = relay_rig.send(GET, GET)

    assert responses.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert responses.endswith(OK)
    assert len(relay_rig.api.requests) == 1
    assert [exchange.status for exchange in relay_rig.exchanges] == [503, 200]


def test_a_fault_with_nothing_to_spoil_waits(rig: Callable[..., Rig]) -> None:
    """The first response is too short for the fault, so it passes; the second is bitten."""
    relay_rig = rig(OK, json_response('{"a":"' + "b" * 100 + '"}'))
    waiting = relay_rig.relay.rules.set(Rule(route="banking.accounts", fault=faults.LimitBytes(after_bytes=50)))

    responses = relay_rig.send(GET, GET)

    assert [exchange.bites for exchange in relay_rig.exchanges] == [(), ("LimitBytes(after_bytes=50)",)]
    assert responses.endswith(b'{"a":"' + b"b" * 44)
    assert waiting.left == 0


def test_the_end_of_a_scenario_resets_held_connections(rig: Callable[..., Rig]) -> None:
    """A stalled connection is reset, and its exchange is recorded as cut."""
    relay_rig = rig(OK)
    relay_rig.relay.rules.set(Rule(route="banking.accounts", fault=faults.Stall()))

    with relay_rig.open() as sock:
        sock.sendall(GET)
        wait_until(lambda: bool(relay_rig.api.requests), cap_s=30)
        relay_rig.relay.end()
        with pytest.raises(ConnectionResetError):
            b"".join(iter(lambda: sock.recv(65_536), b""))

    assert [exchange.is_cut for exchange in relay_rig.exchanges] == [True]


def test_a_call_of_an_earlier_scenario_meets_no_fault(rig: Callable[..., Rig]) -> None:
    """A call about an end user of an earlier scenario passes and is marked."""
    relay_rig = rig(OK)
    relay_rig.relay.begin(relay_rig.journal, is_of_earlier_scenario=lambda end_user_id: end_user_id == "eu_1")
    relay_rig.relay.rules.set(Rule(route="*", fault=faults.Status(status=503)))

    assert relay_rig.send(GET) == OK
    assert [exchange.is_of_earlier_scenario for exchange in relay_rig.exchanges] == [True]


def test_closing_drops_connections_and_stops_listening(rig: Callable[..., Rig]) -> None:
    """After closing, connections are dropped and nothing listens."""
    relay_rig = rig(OK)
    connection = http.client.HTTPConnection("127.0.0.1", relay_rig.relay.port, timeout=30)
    connection.request("GET", "/v1/x")
    connection.getresponse().read()

    relay_rig.relay.close()

    assert connection.sock.recv(1) == b""
    with pytest.raises(OSError, match="refused"):
        relay_rig.open()
    connection.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://api.example/v1", "Give 'https://api.example'."),
        ("ftp://api.example", "is not an origin"),
        ("api.example", "is not an origin"),
        ("https://me:secret@api.example", "Remove everything before the @"),
        ("https://api.example:99999", "is not a valid URL"),
    ],
)
def test_an_upstream_is_an_origin(rig: Callable[..., Rig], url: str, says: str) -> None:
    """An upstream that is not an origin is refused before a socket is opened."""
    with pytest.raises(UsageError, match=says.replace(".", r"\.")):
        Relay(rig().loop, upstream=url)


def test_credentials_that_passed_are_redacted(
    relay: Relay, journal: Journal, client: httpx.Client, fiskil: LocalFiskil
) -> None:
    """Credentials that passed the relay are removed from every text."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    token = client.post("/v1/token", json=pair).json()["token"]
    ended(relay, journal)

    redactor = Redactor(relay.secrets)

    text = f"{token} {client.headers['authorization']} {pair['client_secret']}"
    assert redactor.redact(text) == "<access_token> Bearer <access_token> <client_secret>"


@pytest.mark.parametrize(
    "frame", [b"Content-Length: 100000\r\n\r\n%s", b"Transfer-Encoding: chunked\r\n\r\n186a0\r\n%s\r\n0\r\n\r\n"]
)
def test_a_long_request_held_by_a_fault_is_complete(rig: Callable[..., Rig], frame: bytes) -> None:
    """A request that a fault holds reaches the hosted API completely, however long it is."""
    body = bytes(range(250)) * 400
    relay_rig = rig(OK)
    relay_rig.relay.rules.set(Rule(route="end_users.create", fault=faults.LimitBytes(after_bytes=1)))

    response = relay_rig.send(b"POST /v1/end-users HTTP/1.1\r\nHost: r\r\n" + frame % body)

    assert response.endswith(b"\r\n\r\n{")
    assert relay_rig.api.requests[0].endswith(b"\r\n\r\n" + body)
