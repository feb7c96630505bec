"""The proxy: every exchange is recorded, and faults bite exactly as often as requested."""

import concurrent.futures
import hashlib
import re
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import FaultUnbitten
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Bite, Exchange, Journal, shortened
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client


@pytest.fixture
def client(fiskil: LocalFiskil) -> Iterator[httpx.Client]:
    """Yield a client that has a token."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with plain_client(base_url=fiskil.api_url, timeout=60) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def record(fiskil: LocalFiskil) -> Journal:
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda end_user_id: end_user_id == "eu_old")
    return journal


def ended(fiskil: LocalFiskil, journal: Journal) -> list[Exchange]:
    """Return every exchange once none is open; a response may arrive a moment before it is recorded."""
    wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)
    return journal.all(Exchange)


def timeless(exchange: Exchange) -> Exchange:
    """Return the exchange without its times and random values."""
    drawn = re.compile(rb'eu_\w+|err_[\w-]+|"(auth_url|session_id|expires_at|id)":"[^"]*"|"\w+_at":"[^"]*"')
    return msgspec.structs.replace(
        exchange,
        at_s=0,
        ended_s=0,
        end_user_id="" if exchange.route == "end_users.create" else exchange.end_user_id,
        response_headers=tuple(
            response_header for response_header in exchange.response_headers if response_header[0] != "date"
        ),
        response_body=drawn.sub(b"", exchange.response_body),
    )


def test_an_exchange_is_recorded_completely(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """Route, end user, status and both bodies of a call are in the journal."""
    journal = record(fiskil)

    created = client.post("/v1/end-users", json={"email": "a@example.com"})

    (exchange,) = ended(fiskil, journal)
    assert (exchange.route, exchange.method, exchange.status, exchange.number) == ("end_users.create", "POST", 200, 1)
    assert exchange.request_body == b'{"email":"a@example.com"}'
    assert exchange.response_body == created.content
    assert exchange.end_user_id == created.json()["end_user_id"]


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("GET", "/v1/banking/accounts?end_user_id=eu_1", None),
        ("GET", "/v1/end-users/eu_1", None),
        ("POST", "/v1/auth/session", {"end_user_id": "eu_1", "redirect_uri": "", "cancel_uri": ""}),
    ],
)
def test_calls_are_recorded_with_their_end_user(
    fiskil: LocalFiskil, client: httpx.Client, method: str, path: str, json: object
) -> None:
    """The end user is found in the query, in the path, or in the body."""
    journal = record(fiskil)

    client.request(method, path, json=json)

    assert [call.end_user_id for call in ended(fiskil, journal)] == ["eu_1"]


def test_without_a_journal_nothing_is_recorded(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """Between scenarios the proxy passes exchanges on and records nothing."""
    journal = record(fiskil)
    fiskil.proxy.end()

    assert client.get("/v1/banking/accounts?end_user_id=eu_1").status_code == 200
    assert journal.all(Exchange) == []


def test_a_call_of_an_earlier_scenario_meets_no_fault(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """A call about an end user of an earlier scenario is marked, and no fault bites it."""
    journal = record(fiskil)
    waiting = fiskil.proxy.rules.set(Rule(route="banking.*", fault=faults.Status(status=503)))

    reply = client.get("/v1/banking/accounts?end_user_id=eu_old")

    assert reply.status_code == 200
    assert waiting.left == 1
    assert [call.is_of_earlier_scenario for call in ended(fiskil, journal)] == [True]


def test_a_fault_bites_as_often_as_requested(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """After its skipped calls the fault bites the requested number of times, and each bite is recorded."""
    journal = record(fiskil)
    fiskil.proxy.rules.set(Rule(route="banking.accounts", fault=faults.Status(status=503), times=2, skip=1))

    statuses = [client.get("/v1/banking/accounts?end_user_id=eu_1").status_code for _ in range(5)]

    assert statuses == [200, 503, 503, 200, 200]
    assert [bite.request_number for bite in journal.all(Bite)] == [2, 3]
    assert [bool(call.bites) for call in ended(fiskil, journal)] == [False, True, True, False, False]


def test_parallel_calls_see_a_one_shot_fault_once(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """Counting is atomic: of many parallel calls exactly one is bitten."""
    journal = record(fiskil)
    fiskil.proxy.rules.set(Rule(route="banking.accounts", fault=faults.Status(status=503)))

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: client.get("/v1/banking/accounts?end_user_id=eu_1").status_code, range(200)))

    assert replies.count(503) == 1
    assert replies.count(200) == 199
    assert len(journal.all(Bite)) == 1


def test_a_fault_that_never_bites_raises(fiskil: LocalFiskil) -> None:
    """The end of a block whose fault has not bitten raises an error with the reason."""
    message = (
        r"ResetPeer\(after_bytes=20.*\) on 'banking.transactions' bit 0 of 1 times: nothing matched it inside the block\."
    )

    with (
        pytest.raises(FaultUnbitten, match=message),
        fiskil.broken("banking.transactions", faults.ResetPeer(after_bytes=20)),
    ):
        pass


def test_an_error_in_the_block_is_not_hidden(fiskil: LocalFiskil) -> None:
    """If the block itself fails, its error is raised, and the fault is lifted."""
    with pytest.raises(ValueError, match="mine"), fiskil.broken("banking.accounts", faults.Stall()):
        raise ValueError("mine")

    assert fiskil.proxy.rules.waiting() == []


CALLS: tuple[tuple[str, str, object], ...] = (
    ("POST", "/v1/end-users", {"email": "a@example.com"}),
    ("GET", "/v1/banking/accounts?end_user_id=eu_1", None),
    ("GET", "/v1/banking/accounts?end_user_id=eu_old", None),
    ("GET", "/v1/banking/accounts", None),
    ("GET", "/v1/end-users/eu_1", None),
    ("DELETE", "/v1/end-users", None),
    ("GET", "/v1/nothing", None),
    ("GET", "/v1/b%C3%A4nk?a=%20", None),
    ("POST", "/v1/token", {"client_id": "a" * 100_000}),
    ("POST", "/v1/auth/session", {"end_user_id": "eu_1", "redirect_uri": "", "cancel_uri": ""}),
)


@pytest.mark.parametrize(("method", "path", "json"), CALLS)
def test_a_fault_on_another_route_changes_nothing(
    fiskil: LocalFiskil, client: httpx.Client, method: str, path: str, json: object
) -> None:
    """Responses and journal entries are equal on the fast path and on the path for faults."""
    journal = record(fiskil)

    client.request(method, path, json=json)
    fiskil.proxy.rules.set(Rule(route="energy.accounts", fault=faults.Stall()))
    client.request(method, path, json=json)

    at_once, passed_by = (timeless(call) for call in ended(fiskil, journal))
    assert at_once == msgspec.structs.replace(passed_by, number=1)


def test_responses_are_not_cached(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """The same request gets the current response after a token expired, a consent ended or a row was added."""
    rosa = fiskil.enrol("rosa")
    consent = fiskil.authorise(rosa)
    url = f"/v1/banking/accounts?end_user_id={rosa.end_user_id}"

    counts_before = [len(client.get(url).json()["accounts"]) for _ in range(2)]
    fiskil.sandbox.revoke(consent)
    after_revocation = client.get(url).json()
    fiskil.authorise(rosa)
    after_consent = client.get(url).json()
    fiskil.sandbox.expire_tokens()
    with_expired_token = client.get(url)

    assert counts_before == [len(after_consent["accounts"])] * 2
    assert counts_before[0] > 0
    assert after_revocation["accounts"] == []
    assert with_expired_token.status_code == 401


def test_the_journal_has_an_exchange_before_the_client_has_its_response(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """A client that has its response finds the exchange in the journal, with enclosing times and its connection."""
    journal = record(fiskil)

    counts = [(client.get("/v1/institutions?client_id=x"), len(journal))[1] for _ in range(50)]

    assert counts == list(range(1, 51))
    exchanges = ended(fiskil, journal)
    assert [exchange.number for exchange in exchanges] == counts
    assert [(exchange.at_s, exchange.ended_s) for exchange in exchanges if not 0 < exchange.at_s < exchange.ended_s] == []
    assert len({exchange.connection for exchange in exchanges}) == 1
    assert exchanges[0].connection > 0


def test_idle_time_is_measured_from_the_last_call(fiskil: LocalFiskil, client: httpx.Client) -> None:
    """The proxy measures the time without calls."""
    client.get("/v1/institutions?client_id=x")

    assert fiskil.proxy.open_requests == 0
    assert fiskil.proxy.idle_s() >= 0


def test_long_bodies_are_recorded_as_digest() -> None:
    """A body over 64 kB is recorded as beginning, length and digest."""
    assert shortened(b"x" * 10) == b"x" * 10
    long = shortened(b"x" * 70_000)
    assert len(long) < 5000
    assert long.endswith(f"70000 bytes, sha256 {hashlib.sha256(b'x' * 70_000).hexdigest()}]".encode())
