"""Several faults on one exchange, and the laws that hold for all faults: L1 to L7 of the catalogue."""

import concurrent.futures
import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core import plugins
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Bite, Exchange, Journal
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

ROUTE = "banking.accounts"


@pytest.fixture
def journal(fiskil: LocalFiskil) -> Journal:
    """Return the journal that the proxy writes from now on."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
    return journal


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> EndUser:
    """Return an end user whose data is ready."""
    enrolled = fiskil.enrol("rosa")
    fiskil.authorise(enrolled)
    return enrolled


@pytest.fixture
def client(fiskil: LocalFiskil) -> Iterator[httpx.Client]:
    """Yield a client that has a token."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with plain_client(base_url=fiskil.api_url, timeout=60) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def accounts_url(enrolled: EndUser) -> str:
    return f"/v1/banking/accounts?end_user_id={enrolled.end_user_id}"


def raw_responses(fiskil: LocalFiskil, client: httpx.Client, path: str, times: int) -> list[bytes]:
    """Return the bytes of *count* responses on one kept connection, without their dates."""
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    token = client.headers["authorization"]
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {token}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=60) as sock:
        stream = sock.makefile("rb")
        return [_response_to(sock, stream, request) for _ in range(times)]


def _response_to(sock: socket.socket, stream: object, request: bytes) -> bytes:
    sock.sendall(request)
    head = b"".join(iter(stream.readline, b"\r\n"))  # type: ignore[attr-defined]
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return re.sub(rb"(?m)^date: .*$", b"", head) + b"\r\n" + stream.read(length)  # type: ignore[attr-defined, no-any-return]


def bites(fiskil: LocalFiskil, journal: Journal) -> list[tuple[str, ...]]:
    """Return the bites of every exchange once none is open."""
    wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)
    return [call.bites for call in journal.all(Exchange)]


@pytest.mark.slow
def test_a_fault_that_never_acts_changes_no_byte(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """L1: with p=0, ten thousand responses equal those without a rule byte for byte."""
    plain = set(raw_responses(fiskil, client, accounts_url(rosa), 10))
    waiting = fiskil.proxy.rules.set(Rule(route="*", fault=faults.ResetPeer(), times=0, p=0.0))

    ruled = set(raw_responses(fiskil, client, accounts_url(rosa), 10_000))

    assert ruled == plain
    assert len(plain) == 1
    assert (waiting.bitten, waiting.left) == (0, 0)


def test_of_a_thousand_calls_one_meets_a_one_shot_fault(fiskil: LocalFiskil, client: httpx.Client, journal: Journal) -> None:
    """L2: counters are atomic."""
    fiskil.proxy.rules.set(Rule(route="institutions.list", fault=faults.Status(status=503)))
    limits = httpx.Limits(max_connections=32, keepalive_expiry=1)
    with (
        plain_client(base_url=fiskil.api_url, timeout=60, limits=limits) as many,
        concurrent.futures.ThreadPoolExecutor(32) as pool,
    ):
        statuses = list(pool.map(lambda _: many.get("/v1/institutions?client_id=x").status_code, range(1000)))

    assert statuses.count(503) == 1
    assert len(journal.all(Bite)) == 1


def test_every_bite_is_logged_with_request_offset_and_seed(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal
) -> None:
    """L3: the journal records the request, the byte of the body, and the seed."""
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.LimitBytes(after_bytes=7), seed=42, skip=1))
    client.get(accounts_url(rosa))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(accounts_url(rosa))

    bites(fiskil, journal)
    (bite,) = journal.all(Bite)
    assert (bite.fault, bite.route, bite.request_number, bite.byte_offset, bite.seed) == (
        "LimitBytes(after_bytes=7)",
        ROUTE,
        2,
        7,
        42,
    )


def test_the_same_seed_gives_the_same_transcript(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """L4: random results depend on the seed alone, and another seed gives others."""

    def transcript(seed: int) -> list[int]:
        fiskil.proxy.rules.clear()
        fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Status(status=503), times=0, p=0.3, seed=seed))
        return [client.get(accounts_url(rosa)).status_code for _ in range(60)]

    first, repeated, other = transcript(1), transcript(1), transcript(2)

    assert first == repeated
    assert first != other
    assert set(first) == {200, 503}


def test_faults_compose_from_left_to_right(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal
) -> None:
    """L5: a response in place of the API is cut by the fault to its right, and both have bitten."""
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Status(status=503)))
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.TruncatedJson(keep_percent=10)))

    response = client.get(accounts_url(rosa))

    assert response.status_code == 503
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        response.json()
    assert bites(fiskil, journal) == [("Status(status=503, retry_after_s=None)", "TruncatedJson(keep_percent=10)")]


def test_of_two_faults_that_end_an_exchange_the_first_wins(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """L5: the second fault waits for the next exchange."""
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Status(status=503)))
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Status(status=429)))

    assert [client.get(accounts_url(rosa)).status_code for _ in range(3)] == [503, 429, 200]


def test_a_delay_passes_in_real_time(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """L6: skipped sandbox time ends no delay, and a delay does not move the sandbox clock."""
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.AdvanceInFlight(seconds=60)))
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Latency(latency_ms=120)))
    before, elapsed_s = fiskil.sandbox.clock.offset, stopwatch()

    response = client.get(accounts_url(rosa))

    assert response.status_code == 200
    assert elapsed_s() >= 0.12
    assert (fiskil.sandbox.clock.offset - before).total_seconds() == 60


def test_the_api_counts_the_requests_that_reach_it(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, journal: Journal
) -> None:
    """L7: attempts are counted by the API, including those whose response was lost."""
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.EmptyResponse(), times=2))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(accounts_url(rosa))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(accounts_url(rosa))
    client.get(accounts_url(rosa))

    assert len(bites(fiskil, journal)) == 3


PATTERNS = [
    ({"nth": (1, 3)}, [503, 200, 503, 200, 200, 200]),
    ({"skip": 2, "times": 2}, [200, 200, 503, 503, 200, 200]),
    ({"every": 3, "times": 0}, [200, 200, 503, 200, 200, 503]),
    ({"times": 0}, [503] * 6),
    ({"method": "POST"}, [200] * 6),
    ({"page": 2}, [200] * 6),
    ({"from_event": "banking.accounts.sync.completed", "times": 0}, [503] * 6),
    ({"until_event": "banking.accounts.sync.completed", "times": 0}, [200] * 6),
    ({"between_s": (0.0, 3600.0), "times": 0}, [503] * 6),
    ({"between_s": (3600.0, 7200.0), "times": 0}, [200] * 6),
    ({"version": "v1"}, [200] * 6),
    ({"scope": "end_user"}, [503, *[200] * 5]),
]


@pytest.mark.parametrize(("fields", "statuses"), PATTERNS, ids=lambda value: str(value)[:50])
def test_a_rule_states_when_it_bites(
    fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser, fields: dict[str, object], statuses: list[int]
) -> None:
    """The rule selects exchanges, and which of those it bites."""
    rule = plugins.convert({"route": ROUTE, "fault": {"type": "status", "status": 503}, **fields}, Rule)
    fiskil.proxy.rules.set(rule.check())

    assert [client.get(accounts_url(rosa)).status_code for _ in range(6)] == statuses


def test_a_rule_for_one_page_leaves_the_others_alone(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """The second page of a walk is refused each time it is requested; the first is not."""
    fiskil.proxy.rules.set(Rule(route="banking.transactions", fault=faults.Status(status=503), page=2, times=2))
    first = client.get(f"/v1/banking/transactions?end_user_id={rosa.end_user_id}")
    second = first.json()["links"]["next"]

    assert [first.status_code, *(client.get(second).status_code for _ in range(3))] == [200, 503, 503, 200]


def test_a_rule_for_one_end_user_leaves_others_alone(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """The query names the end user that the rule selects."""
    ben = fiskil.enrol("ben")
    fiskil.authorise(ben)
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Status(status=503), end_user_id=ben.end_user_id))

    assert [client.get(accounts_url(enrolled)).status_code for enrolled in (rosa, ben)] == [200, 503]


def test_each_end_user_has_a_separate_counter(fiskil: LocalFiskil, client: httpx.Client, rosa: EndUser) -> None:
    """With the scope of the end user a fault bites once for each."""
    ben = fiskil.enrol("ben")
    fiskil.authorise(ben)
    fiskil.proxy.rules.set(Rule(route=ROUTE, fault=faults.Status(status=503), scope="end_user"))

    assert [client.get(accounts_url(enrolled)).status_code for enrolled in (rosa, ben, rosa, ben)] == [503, 503, 200, 200]


SENSELESS = [
    ({"nth": (1,), "times": 2}, "so it excludes times"),
    ({"nth": (0,)}, "count from 1"),
    ({"every": 0}, "count from 1"),
    ({"p": 1.5}, "probability from 0 to 1"),
    ({"between_s": (5.0, 1.0)}, "must be an earlier and a later second"),
    ({"route": "connection"}, "is possible only on routes of the API"),
    ({"route": "connection", "fault": {"type": "refuse"}, "skip": 1}, "until it is lifted"),
]


@pytest.mark.parametrize(("fields", "message"), SENSELESS, ids=str)
def test_an_impossible_rule_is_refused(fields: dict[str, object], message: str) -> None:
    """An impossible rule is refused before any request."""
    rule = plugins.convert({"route": ROUTE, "fault": {"type": "status"}, **fields}, Rule)

    with pytest.raises(ConfigError, match=message):
        rule.check()
