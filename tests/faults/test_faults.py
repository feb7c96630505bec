"""Faults as a plain HTTP client and the journal observe them: each bites, and the client notices each."""

import itertools
import socket
from collections.abc import Iterator

import httpcore
import httpx
import msgspec
import pytest
from msgspec import Struct

from fiskil_harness import faults
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Bite, Exchange, Journal
from fiskil_harness.sandbox import EndUser
from fiskil_harness.scenario import steps
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

ROUTE = "banking.transactions"


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> EndUser:
    """Return Rosa, who has rows for several pages."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    return rosa


@pytest.fixture
def client(fiskil: LocalFiskil) -> Iterator[httpx.Client]:
    """Yield a client that has a token, with a read timeout that a busy machine does not exceed."""
    with plain_client(base_url=fiskil.api_url) as client:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


@pytest.fixture
def journal(fiskil: LocalFiskil, client: httpx.Client) -> Journal:
    """Return a journal that begins when the client has its token."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _: False)
    return journal


def page_of(rosa: EndUser) -> str:
    return f"/v1/banking/transactions?end_user_id={rosa.end_user_id}"


def test_reset_peer_resets_in_the_body(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """The head is valid, the connection is reset in the body, and the next attempt is complete."""
    with fiskil.broken(ROUTE, faults.ResetPeer(after_bytes=20)), pytest.raises(httpx.ReadError):
        client.get(page_of(rosa))

    assert len(client.get(page_of(rosa)).json()["transactions"]) == 25


def test_limit_data_sends_less_than_announced(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """Fewer bytes arrive than were announced."""
    with fiskil.broken(ROUTE, faults.LimitBytes(after_bytes=20)), pytest.raises(httpx.RemoteProtocolError):
        client.get(page_of(rosa))


def test_empty_response_sends_no_byte(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """The connection closes without a byte, and the API received no request."""
    with fiskil.broken("end_users.create", faults.EmptyResponse()), pytest.raises(httpx.RemoteProtocolError):
        client.post("/v1/end-users", json={"email": "a@example.com"})

    assert client.get("/v1/end-users?email=a%40example.com").json()["end_users"] == []


def test_reset_peer_hides_work_that_was_done(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """The end user exists although the client got no response."""
    with fiskil.broken("end_users.create", faults.ResetPeer()), pytest.raises(httpx.ReadError):
        client.post("/v1/end-users", json={"email": "a@example.com"})

    assert len(client.get("/v1/end-users?email=a%40example.com").json()["end_users"]) == 1


@pytest.mark.slow
def test_stall_outlasts_a_read(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal) -> None:
    """A read timeout ends a stall, and the journal records how long the client waited."""
    elapsed = stopwatch()
    with fiskil.broken(ROUTE, faults.Stall(after_bytes=100)), client.stream("GET", page_of(rosa)) as response:
        body = response.iter_raw(100)
        assert len(next(body)) == 100
        with pytest.raises(httpcore.ReadTimeout):
            response.extensions["network_stream"].read(1, timeout=0.3)

    (stalled,) = ended(fiskil, journal)
    assert len(stalled.response_body) == 100
    assert 0.3 <= stalled.ended_s - stalled.at_s < elapsed()


@pytest.mark.slow
def test_drip_outlasts_a_read_timeout(fiskil: LocalFiskil, rosa: EndUser, client: httpx.Client) -> None:
    """A byte arrives every 50 ms, so a client with only a read timeout continues to read."""
    elapsed = stopwatch()
    with fiskil.broken(ROUTE, faults.Drip(every_ms=50)), client.stream("GET", page_of(rosa)) as response:
        body = b"".join(itertools.islice(response.iter_raw(1), 20))

    assert len(body) == 20
    assert elapsed() >= 19 * 0.05


def test_a_drip_ends_when_the_client_leaves(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal
) -> None:
    """The remaining minute of the drip is not recorded as the duration of the call."""
    with (
        fiskil.broken(ROUTE, faults.Drip(every_ms=50)),
        client.stream("GET", page_of(rosa)) as response,
    ):
        next(response.iter_raw(1))

    (dripped,) = ended(fiskil, journal)
    assert dripped.ended_s - dripped.at_s < 30


def test_status_responds_in_place_of_the_api(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal
) -> None:
    """The client gets status, Retry-After and an error body; the API did nothing."""
    with fiskil.broken(ROUTE, faults.Status(status=429, retry_after_s=3)):
        response = client.get(page_of(rosa))

    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    assert set(response.json()) == {"id", "name", "message"}
    assert [call.bites for call in ended(fiskil, journal)] == [("Status(status=429, retry_after_s=3)",)]


def test_truncated_json_is_valid_http(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """Only a JSON parser notices."""
    with fiskil.broken(ROUTE, faults.TruncatedJson(keep_percent=50)):
        response = client.get(page_of(rosa))

    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        response.json()


def test_expire_tokens_expires_the_token_of_this_call(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """The page before was served; this one and every later one are refused."""
    first = client.get(page_of(rosa))

    with fiskil.broken(ROUTE, faults.ExpireTokens()):
        second = client.get(first.json()["links"]["next"])

    assert (first.status_code, second.status_code) == (200, 401)
    assert client.get(page_of(rosa)).status_code == 401


def test_every_bite_is_recorded(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal) -> None:
    """The journal has the fault, the request and the byte."""
    with fiskil.broken(ROUTE, faults.LimitBytes(after_bytes=20)), pytest.raises(httpx.RemoteProtocolError):
        client.get(page_of(rosa))

    ended(fiskil, journal)
    (bite,) = journal.all(Bite)
    assert (bite.fault, bite.request_number, bite.byte_offset) == ("LimitBytes(after_bytes=20)", 1, 20)


def test_zero_times_bites_every_time(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """An outage lasts until it is lifted."""
    with fiskil.broken(ROUTE, faults.Status(status=503), times=0):
        statuses = [client.get(page_of(rosa)).status_code for _ in range(3)]

    assert statuses == [503, 503, 503]
    assert client.get(page_of(rosa)).status_code == 200


def test_zero_times_must_bite_at_least_once(fiskil: LocalFiskil) -> None:
    """A fault that never bites proves nothing, so it raises."""
    with (
        pytest.raises(FaultUnbitten, match="bit 0 of 1 times"),
        fiskil.broken(ROUTE, faults.Status(status=503), times=0),
    ):
        pass


def test_the_end_resets_connections_that_a_fault_holds(fiskil: LocalFiskil, rosa: EndUser, journal: Journal) -> None:
    """A client without a timeout is released when the scenario is over, and the journal records who ended the call."""
    fiskil.proxy.rules.set(Rule(route="institutions.list", fault=faults.Stall(after_bytes=5)))
    with socket.create_connection(("127.0.0.1", int(fiskil.api_url.rpartition(":")[2]))) as stuck:
        stuck.sendall(b"GET /v1/institutions?client_id=x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stuck.recv(65536)

        fiskil.proxy.end()

        stuck.settimeout(30)
        with pytest.raises(ConnectionResetError):
            drain(stuck)
    (held_exchange,) = ended(fiskil, journal)
    assert held_exchange.is_cut


@pytest.mark.parametrize(
    "fault",
    [
        faults.ResetPeer(after_bytes=10**9),
        faults.LimitBytes(after_bytes=10**9),
        faults.Stall(after_bytes=10**9),
    ],
    ids=repr,
)
def test_an_end_beyond_the_body_is_no_bite(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal, fault: faults.AnyFault
) -> None:
    """The response is complete, no bite is recorded, and the block ends with an error that gives the reason."""
    message = "bit 0 of 1 times: 2 responses gave it nothing to spoil inside the block"
    with pytest.raises(FaultUnbitten, match=message), fiskil.broken(ROUTE, fault):
        pages = [len(client.get(page_of(rosa)).json()["transactions"]) for _ in range(2)]

    assert pages == [25, 25]
    assert [call.bites for call in ended(fiskil, journal)] == [(), ()]
    assert journal.all(Bite) == []


@pytest.mark.parametrize("fault", [faults.ResetPeer(), faults.TruncatedJson(), faults.Dribble()], ids=repr)
def test_a_fault_waits_for_a_response_with_a_body(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, fault: faults.AnyFault
) -> None:
    """The fault waits for a response that it can spoil."""
    with pytest.raises(FaultUnbitten, match="1 response gave it nothing to spoil"), fiskil.broken("end_users.delete", fault):
        response = client.delete(f"/v1/end-users/{rosa.end_user_id}")

    assert (response.is_success, response.content) == (True, b"")


SENSELESS = [
    (faults.TruncatedJson(keep_percent=100), "keep_percent must be a whole number, from 1 to 99, got 100"),
    (faults.TruncatedJson(keep_percent=-1), "keep_percent"),
    (faults.Drip(every_ms=0), "every_ms must be a whole number, from 1 to 60000, got 0"),
    (faults.ResetPeer(after_bytes=-1), "after_bytes must be a whole number, at least 0, got -1"),
    (faults.LimitBytes(after_bytes=-1), "after_bytes"),
    (faults.Stall(after_bytes=-1), "after_bytes"),
    (faults.Status(status=99999), "status must be a whole number, from 200 to 599, got 99999"),
    (faults.Status(status=100), "status"),
    (faults.Status(status=204), "no body"),
    (faults.Status(retry_after_s=-1), "retry_after_s"),
]


@pytest.mark.parametrize(("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, Struct) else "")
def test_a_fault_that_breaks_nothing_is_refused(fiskil: LocalFiskil, fault: faults.AnyFault, message: str) -> None:
    """Such a fault is refused in a block, in a scenario and in a plan, before any request."""
    with pytest.raises(ConfigError, match=message), fiskil.broken(ROUTE, fault):
        pass
    with pytest.raises(ConfigError, match=message):
        steps.InjectFault(ROUTE, fault).check()


def test_counts_below_zero_are_refused(fiskil: LocalFiskil) -> None:
    """Negative counts are refused in a block and in a scenario."""
    with pytest.raises(ConfigError, match="count from 0"), fiskil.broken(ROUTE, faults.Stall(), times=-1):
        pass


def test_names_of_faults_are_their_tags() -> None:
    """A plan file contains each fault under its name in the catalogue."""
    plain = {name: msgspec.to_builtins(kind())["type"] for name, kind in faults.FAULTS.items()}

    assert plain == {name: name for name in faults.FAULTS}


def ended(fiskil: LocalFiskil, journal: Journal) -> list[Exchange]:
    """Return every exchange once none is open."""
    wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)
    return journal.all(Exchange)


def drain(connection: socket.socket) -> None:
    """Read until the connection ends."""
    while connection.recv(65536):
        continue
