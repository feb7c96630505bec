"""The relay before the hosted API: a walk stays on it, faults bite, all is in the journal."""

import http.client
from collections.abc import Callable, Iterator

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import ConfigError, UsageError
from fiskil_harness.faults.proxy import Relay, Rule
from fiskil_harness.journal import Bite, Journal
from fiskil_harness.server.local_fiskil import Enrolled, LocalFiskil
from tests.faults.proxy.reverse.scripted import ASK, OK, Rig, ended, json_answer

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
    with httpx.Client(base_url=relay.url, timeout=30, trust_env=False) as client:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def page_of(rosa: Enrolled) -> str:
    return f"/v1/banking/transactions?end_user_id={rosa.end_user_id}"


def test_a_walk_stays_on_the_relay(relay: Relay, client: httpx.Client, rosa: Enrolled, fiskil: LocalFiskil) -> None:
    """The links of a page lead to the relay; everything else of it is what the API said."""
    direct = httpx.get(fiskil.api_url + page_of(rosa), headers=client.headers, timeout=30, trust_env=False)

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
    assert [call.bites for call in ended(relay, journal)] == [("ResetPeer(after_bytes=20, delay_ms=0)",), ()]
    assert [bite.byte_offset for bite in journal.all(Bite)] == [20]


def test_a_fault_on_the_sandbox_is_refused(relay: Relay) -> None:
    """Nobody can let the tokens of the hosted API expire."""
    with pytest.raises(ConfigError, match="acts on the sandbox, but this relay leads to the hosted API"):
        relay.rules.set(Rule(route="*", fault=faults.ExpireTokens()))


def test_an_answer_in_the_apis_place_is_never_asked_for(rig: Callable[..., Rig]) -> None:
    """A status that a fault gives reaches the client in the documented shape, and the hosted API hears nothing of it."""
    given = rig(OK)
    given.relay.rules.set(Rule(route="banking.accounts", fault=faults.Status(status=503)))

    answers = given.say(ASK, ASK)

    assert answers.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert answers.endswith(OK)
    assert len(given.api.heard) == 1
    assert [exchange.status for exchange in given.exchanges] == [503, 200]


def test_a_fault_that_finds_nothing_to_spoil_waits_on(rig: Callable[..., Rig]) -> None:
    """The first answer is too short for it, so it passes; the second is bitten."""
    given = rig(OK, json_answer('{"a":"' + "b" * 100 + '"}'))
    waiting = given.relay.rules.set(Rule(route="banking.accounts", fault=faults.LimitBytes(after_bytes=50)))

    answers = given.say(ASK, ASK)

    assert [exchange.bites for exchange in given.exchanges] == [(), ("LimitBytes(after_bytes=50)",)]
    assert answers.endswith(b'{"a":"' + b"b" * 44)
    assert waiting.left == 0


def test_the_end_of_a_scenario_frees_what_a_fault_holds(rig: Callable[..., Rig]) -> None:
    """A stalled connection is reset, and its exchange told as cut."""
    given = rig(OK)
    given.relay.rules.set(Rule(route="banking.accounts", fault=faults.Stall()))

    with given.open() as sock:
        sock.sendall(ASK)
        wait_until(lambda: bool(given.api.heard), cap_s=30)
        given.relay.end()
        with pytest.raises(ConnectionResetError):
            b"".join(iter(lambda: sock.recv(65_536), b""))

    assert [exchange.is_cut for exchange in given.exchanges] == [True]


def test_strays_meet_no_fault(rig: Callable[..., Rig]) -> None:
    """A call about an end user of an earlier scenario passes, marked."""
    given = rig(OK)
    given.relay.begin(given.journal, is_stray=lambda end_user_id: end_user_id == "eu_1")
    given.relay.rules.set(Rule(route="*", fault=faults.Status(status=503)))

    assert given.say(ASK) == OK
    assert [exchange.is_stray for exchange in given.exchanges] == [True]


def test_closing_leaves_nothing(rig: Callable[..., Rig]) -> None:
    """Connections are dropped and nobody listens any more."""
    given = rig(OK)
    connection = http.client.HTTPConnection("127.0.0.1", given.relay.port, timeout=30)
    connection.request("GET", "/v1/x")
    connection.getresponse().read()

    given.relay.close()

    wait_until(lambda: not given.relay.clients, cap_s=30)
    with pytest.raises(OSError, match="refused"):
        given.open()
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
    """What is no origin is refused before a socket opens."""
    with pytest.raises(UsageError, match=says.replace(".", r"\.")):
        Relay(rig().loop, upstream=url)


def test_what_passed_is_known_to_a_redactor(
    relay: Relay, journal: Journal, client: httpx.Client, fiskil: LocalFiskil
) -> None:
    """Credentials that went through the relay are taken out of every text, wherever they show."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    token = client.post("/v1/token", json=pair).json()["token"]
    ended(relay, journal)

    redactor = Redactor(relay.secrets)

    text = f"{token} {client.headers['authorization']} {pair['client_secret']}"
    assert redactor.redact(text) == "<access_token> Bearer <access_token> <client_secret>"


@pytest.mark.parametrize(
    "frame", [b"Content-Length: 100000\r\n\r\n%s", b"Transfer-Encoding: chunked\r\n\r\n186a0\r\n%s\r\n0\r\n\r\n"]
)
def test_a_long_request_in_a_faults_hands_is_whole(rig: Callable[..., Rig], frame: bytes) -> None:
    """What a fault holds reaches the hosted API to its last byte, however long it was."""
    body = bytes(range(250)) * 400
    given = rig(OK)
    given.relay.rules.set(Rule(route="end_users.create", fault=faults.LimitBytes(after_bytes=1)))

    answer = given.say(b"POST /v1/end-users HTTP/1.1\r\nHost: r\r\n" + frame % body)

    assert answer.endswith(b"\r\n\r\n{")
    assert given.api.heard[0].endswith(b"\r\n\r\n" + body)
