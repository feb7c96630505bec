"""The conformance monitor detects wrong bodies, headers and statuses, and faults that break other parts than declared."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.contract.response_checks import Response, deviations
from fiskil_harness.core.clock import wait_until
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.contract.conformance_monitor import ConformanceMonitor, ResponseKind
from tests.plain_http import plain_client

PATH = "/v1/banking/accounts"


@pytest.fixture
def own() -> Iterator[ConformanceMonitor]:
    """A second monitor beside the one of all tests."""
    with ConformanceMonitor().watching() as monitor:
        yield monitor


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> EndUser:
    """The end user rosa, with a consent and data."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    return rosa


@pytest.fixture
def client(fiskil: LocalFiskil) -> Iterator[httpx.Client]:
    """A client with a token."""
    with plain_client(base_url=fiskil.api_url) as client:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


def good() -> dict[str, Any]:
    """Return the response body with one account, as the API returns it."""
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


def deviations_of(body: Any, *, status: int = 200, content_type: str = "application/json", version: str = "v3") -> list[str]:
    """Return the parts of a response that deviate from the contract."""
    headers = {"x-fiskil-version": version, "content-type": content_type}
    response = Response(
        method="GET", path=PATH, version="v3", status=status, headers=headers, body=msgspec.json.encode(body), family="data"
    )
    return [deviation.place for deviation in deviations(response)]


def test_a_good_response_has_no_deviation() -> None:
    """A response that follows the contract has no deviation."""
    assert deviations_of(good()) == []


def with_changed_account(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return a good body with a change in its first account."""
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
def test_a_wrong_row_is_detected(change: Callable[[dict[str, Any]], object]) -> None:
    """A missing field, a field of another type and an undescribed field are deviations."""
    assert deviations_of(with_changed_account(change)) == ["body"]


def test_a_wrong_root_is_detected() -> None:
    """The root key must be the name of the resource, and links must be present."""
    assert deviations_of({"data": [], "links": {}}) == ["body", "body"]
    assert deviations_of({"accounts": []}) == ["body"]


def test_a_wrong_status_media_type_or_header_is_detected() -> None:
    """Each part is checked separately."""
    error = {"id": "err_1", "name": "InvalidRequest", "message": "no"}
    assert deviations_of(error, status=400) == []
    assert deviations_of(error, status=418) == ["status"]
    assert deviations_of(error, status=404) == ["status"]
    assert deviations_of(error, status=400, content_type="application/vnd.goa.error") == ["media type"]
    assert deviations_of(good(), version="v2") == ["headers"]


def test_a_wrong_body_of_the_sandbox_is_detected(
    fiskil: LocalFiskil, witness: ConformanceMonitor, client: httpx.Client, rosa: EndUser
) -> None:
    """The violation names route, version, status and the place in the body."""
    key = (str(rosa.consent and rosa.consent.arrangement_id), "accounts")
    first, *others = fiskil.sandbox.store.served[key]
    fiskil.sandbox.store.served[key] = (msgspec.structs.replace(first, open_status="open"), *others)

    client.get(PATH, params={"end_user_id": rosa.end_user_id})

    (violation,) = witness.take()
    assert str(violation).startswith("banking.accounts v3 200: body: /accounts/0/open_status: ")


def test_responses_are_counted(fiskil: LocalFiskil, own: ConformanceMonitor, client: httpx.Client) -> None:
    """Responses are counted by route, version and status."""
    client.get(PATH, params={"end_user_id": "eu_1"})
    client.get(PATH, headers={"x-fiskil-version": "v1"})
    client.get("/v1/nowhere")

    # The monitor counts a response after it was sent, which may be after the client received it.
    assert wait_until(lambda: own.response_counts[ResponseKind(route="", version="v3", status=404)] == 1, cap_s=30)
    assert own.response_counts[ResponseKind(route="banking.accounts", version="v3", status=200)] == 1
    assert own.response_counts[ResponseKind(route="banking.accounts", version="v1", status=400)] == 1
    assert own.violations == []


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
    fiskil: LocalFiskil, own: ConformanceMonitor, client: httpx.Client, rosa: EndUser, fault: faults.AnyFault
) -> None:
    """The fault breaks all declared parts and no other, and is counted once."""
    with fiskil.broken("banking.accounts", fault):
        try_to_read(client, rosa)

    assert wait_until(lambda: sum(own.bite_counts.values()) == 1, cap_s=30)
    assert own.violations == []


class Undeclared(faults.TruncatedJson, frozen=True, kw_only=True, tag="undeclared"):
    """Breaks the body, but declares nothing."""

    spoils: ClassVar[tuple[str, ...]] = ()


class Overstated(faults.ExpireTokens, frozen=True, kw_only=True, tag="overstated"):
    """Breaks nothing, but declares the body."""

    spoils: ClassVar[tuple[str, ...]] = ("body",)


def test_a_wrong_declaration_of_a_fault_is_detected(
    fiskil: LocalFiskil, witness: ConformanceMonitor, client: httpx.Client, rosa: EndUser
) -> None:
    """A fault that breaks more than it declares is a violation, and one that breaks less."""
    for fault in (Undeclared(), Overstated()):
        with fiskil.broken("banking.accounts", fault):
            try_to_read(client, rosa)

    assert wait_until(lambda: len(witness.violations) == 2, cap_s=30)
    assert [violation.message for violation in witness.take()] == [
        "Undeclared(keep_percent=50) declares nothing but broke body",
        "Overstated() declares body but broke nothing",
    ]


def try_to_read(client: httpx.Client, rosa: EndUser) -> None:
    """Send one request and ignore errors."""
    with contextlib.suppress(httpx.HTTPError):
        client.get(PATH, params={"end_user_id": rosa.end_user_id})
