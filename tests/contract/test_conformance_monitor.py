"""The witness: it sees a wrong body, a wrong header and a wrong status, and it knows what each fault breaks."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.contract.conformance_monitor import ConformanceMonitor, ResponseKind
from fiskil_harness.contract.response_checks import Response, deviations
from fiskil_harness.core.clock import wait_until
from fiskil_harness.server.local_fiskil import Enrolled, LocalFiskil

PATH = "/v1/banking/accounts"


@pytest.fixture
def own() -> Iterator[ConformanceMonitor]:
    """A witness beside the one of all tests."""
    with ConformanceMonitor().watching() as watching:
        yield watching


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> Enrolled:
    """Rosa, with data."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    return rosa


@pytest.fixture
def client(fiskil: LocalFiskil) -> Iterator[httpx.Client]:
    """A client that holds a token."""
    with httpx.Client(base_url=fiskil.api_url, timeout=30, trust_env=False) as client:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def good() -> dict[str, Any]:
    """What the API would answer for one account."""
    return {
        "accounts": [
            {
                "fiskil_id": "bank_account_1",
                "account_id": "1",
                "arrangement_id": "a",
                "institution_id": "88888",
                "display_name": "Everyday",
                "masked_number": "xxxx1",
                "product_name": "Everyday",
                "product_category": "TRANS_AND_SAVINGS_ACCOUNTS",
                "open_status": "OPEN",
            }
        ],
        "links": {},
    }


def judged(body: Any, *, status: int = 200, content_type: str = "application/json", version: str = "v3") -> list[str]:
    """The parts that do not keep the contract."""
    headers = {"x-fiskil-version": version, "content-type": content_type}
    given = Response(
        method="GET", path=PATH, version="v3", status=status, headers=headers, body=msgspec.json.encode(body), family="data"
    )
    return [deviation.place for deviation in deviations(given)]


def test_a_good_answer_has_no_deviation() -> None:
    """Nothing to say."""
    assert judged(good()) == []


def spoiled(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """A good body, changed in its first account."""
    body = good()
    change(body["accounts"][0])
    return body


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.pop("account_id"),
        lambda row: row.update(account_id=1),
        lambda row: row.update(key="everyday"),
        lambda row: row.update(open_status="open"),
        lambda row: row.update(creation_date="2020-01-01T00:00:00Z"),
        lambda row: row.update(lending_rate=0.05),
        lambda row: row.update(nickname=None),
        lambda row: row.update(features=[{"feature_type": 1}]),
    ],
    ids=["missing", "number", "unknown", "enum", "date", "float", "null", "nested"],
)
def test_a_wrong_row_is_seen(change: Callable[[dict[str, Any]], object]) -> None:
    """A field that is missing, of another type, or that nobody described."""
    assert judged(spoiled(change)) == ["body"]


def test_a_wrong_root_is_seen() -> None:
    """The root key is the resource's name, and links are always there."""
    assert judged({"data": [], "links": {}}) == ["body", "body"]
    assert judged({"accounts": []}) == ["body"]


def test_a_wrong_status_media_type_and_header_are_seen() -> None:
    """Each part by itself."""
    error = {"id": "err_1", "name": "InvalidRequest", "message": "no"}
    assert judged(error, status=400) == []
    assert judged(error, status=418) == ["status"]
    assert judged(error, status=404) == ["status"]
    assert judged(error, status=400, content_type="application/vnd.goa.error") == ["media type"]
    assert judged(good(), version="v2") == ["headers"]


def test_it_catches_a_body_that_the_sandbox_serves(
    fiskil: LocalFiskil, witness: ConformanceMonitor, client: httpx.Client, rosa: Enrolled
) -> None:
    """A row that is wrong in the state goes out wrong, and is told with its route, version, status and place."""
    key = (str(rosa.consent and rosa.consent.arrangement_id), "accounts")
    first, *others = fiskil.sandbox.store.served[key]
    fiskil.sandbox.store.served[key] = (msgspec.structs.replace(first, open_status="open"), *others)

    client.get(PATH, params={"end_user_id": rosa.end_user_id})

    (told,) = witness.take()
    assert str(told).startswith("banking.accounts v3 200: body: /accounts/0/open_status: ")


def test_it_counts_what_it_sees(fiskil: LocalFiskil, own: ConformanceMonitor, client: httpx.Client) -> None:
    """Each answer by route, version and status."""
    client.get(PATH, params={"end_user_id": "eu_1"})
    client.get(PATH, headers={"x-fiskil-version": "v1"})
    client.get("/v1/nowhere")

    # An answer is seen when it has left, which may be after it has arrived.
    assert wait_until(lambda: own.seen[ResponseKind(route="", version="v3", status=404)] == 1, cap_s=30)
    assert own.seen[ResponseKind(route="banking.accounts", version="v3", status=200)] == 1
    assert own.seen[ResponseKind(route="banking.accounts", version="v1", status=400)] == 1
    assert own.broken == []


FAULTS = [
    faults.ResetPeer(after_bytes=5),
    faults.LimitBytes(after_bytes=5),
    faults.EmptyResponse(),
    faults.TruncatedJson(),
    faults.Status(status=503),
    faults.Status(status=418),
    faults.Status(status=429, retry_after_s=1),
    faults.ExpireTokens(),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_fault_breaks_what_it_declares(
    fiskil: LocalFiskil, own: ConformanceMonitor, client: httpx.Client, rosa: Enrolled, fault: faults.AnyFault
) -> None:
    """All of it and nothing else, and the witness has seen it bite."""
    with fiskil.broken("banking.accounts", fault):
        try_to_read(client, rosa)

    assert wait_until(lambda: sum(own.bitten.values()) == 1, cap_s=30)
    assert own.broken == []


class Silent(faults.TruncatedJson, frozen=True, kw_only=True, tag="silent"):
    """Breaks the body and declares nothing."""

    spoils: ClassVar[tuple[str, ...]] = ()


class Boastful(faults.ExpireTokens, frozen=True, kw_only=True, tag="boastful"):
    """Breaks nothing and declares the body."""

    spoils: ClassVar[tuple[str, ...]] = ("body",)


def test_a_fault_that_declares_otherwise_is_told(
    fiskil: LocalFiskil, witness: ConformanceMonitor, client: httpx.Client, rosa: Enrolled
) -> None:
    """One that breaks more than it declares, and one that declares more than it breaks."""
    for fault in (Silent(), Boastful()):
        with fiskil.broken("banking.accounts", fault):
            try_to_read(client, rosa)

    assert wait_until(lambda: len(witness.broken) == 2, cap_s=30)
    assert [violation.message for violation in witness.take()] == [
        "Silent(keep_percent=50) declares nothing and broke body",
        "Boastful() declares body and broke nothing",
    ]


def try_to_read(client: httpx.Client, rosa: Enrolled) -> None:
    """Ask once, however it ends."""
    with contextlib.suppress(httpx.HTTPError):
        client.get(PATH, params={"end_user_id": rosa.end_user_id})
