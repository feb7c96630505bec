"""Versions of the API: the header, the pinned version, and the differences of v1."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.still import Still


def ask(api: httpx.Client, version: str, path: str, consent: Consent) -> dict[str, Any]:
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    response = api.get(path, params=params, headers={"X-Fiskil-Version": version})
    assert (response.status_code, response.headers["x-fiskil-version"]) == (200, version)
    body: dict[str, Any] = response.json()
    return body


def borrower(still: Still) -> Consent:
    """Return a consent of a generated person with a card and a loan."""
    people = (generated_person(seed=number, number=number) for number in range(40))
    return still.everything(next(person for person in people if len(person.accounts) == 4))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/banking/accounts",
        "/v1/banking/balances",
        "/v1/banking/transactions",
        "/v1/banking/payees",
        "/v1/banking/acccounts/direct-debits",
        "/v1/banking/payments/scheduled",
        "/v1/banking/income",
        "/v1/common/identity",
    ],
)
def test_v2_and_v3_of_data_are_the_same(still: Still, api: httpx.Client, path: str) -> None:
    """Data responses of both versions are equal. Source: versions.upgrade"""
    consent = borrower(still)

    assert ask(api, "v2", path, consent) == ask(api, "v3", path, consent)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/banking/balances",
        "/v1/banking/payees",
        "/v1/banking/acccounts/direct-debits",
        "/v1/banking/payments/scheduled",
        "/v1/banking/income",
    ],
)
def test_v1_differs_in_four_responses_only(still: Still, api: httpx.Client, path: str) -> None:
    """All other responses are equal in every version. Source: versions.upgrade"""
    consent = borrower(still)

    assert ask(api, "v1", path, consent) == ask(api, "v3", path, consent)


def test_v1_has_flags_for_features(still: Still, api: httpx.Client) -> None:
    """v1 has a boolean where later versions have a word. Source: versions.activated"""
    consent = borrower(still)
    older, newer = (
        [
            value
            for account in ask(api, version, "/v1/banking/accounts", consent)["accounts"]
            for value in account["features"]
        ]
        for version in ("v1", "v2")
    )

    assert {row["is_activated"] for row in newer} == {"ACTIVATED", "NOT_ACTIVATED"}
    assert [row["is_activated"] for row in older] == [row["is_activated"] == "ACTIVATED" for row in newer]


def test_v1_has_numbers_for_bounds_and_one_condition(still: Still, api: httpx.Client) -> None:
    """v1 has numbers as tier bounds, and one condition instead of a list for rates and tiers. Source: versions.upgrade"""
    consent = borrower(still)
    conditions = bounds = 0
    older, newer = (ask(api, version, "/v1/banking/accounts", consent)["accounts"] for version in ("v1", "v2"))
    for old, new in zip(older, newer, strict=True):
        for kind in ("deposit_rates", "lending_rates"):
            for then, now in zip(old.get(kind, ()), new.get(kind, ()), strict=True):
                for before, after in ((then, now), *zip(then.get("tiers", ()), now.get("tiers", ()), strict=True)):
                    conditions += "applicability_conditions" in after
                    bounds += "maximum_value" in after
                    assert before.get("applicability_conditions") == after.get("applicability_conditions", [None])[0]
                    for bound in {"minimum_value", "maximum_value"} & set(after):
                        assert isinstance(before[bound], int | float)
                        assert Decimal(str(before[bound])) == Decimal(after[bound])

    assert conditions >= 4
    assert bounds >= 3


def test_v1_has_flat_fees(still: Still, api: httpx.Client) -> None:
    """Amounts and rates are in the fee itself and in its discounts. Source: versions.upgrade"""
    older, newer = (
        {
            fee["name"]: fee
            for row in api.get("/v1/banking/products?instituition_id=88888").json()["products"]
            for fee in api.get(f"/v1/banking/products/{row['product_id']}", headers={"X-Fiskil-Version": version}).json()[
                "product"
            ]["fees"]
        }
        for version in ("v1", "v3")
    )

    assert newer["Monthly account fee"]["fixed_amount"] == {"amount": "4.00"}
    assert older["Monthly account fee"]["amount"] == "4.00"
    assert older["Monthly account fee"]["discounts"][0]["amount"] == "4.00"
    assert older["Foreign currency conversion"]["transaction_rate"] == "0.0300"
    assert (older["Early withdrawal"]["accrued_rate"], older["Early withdrawal"]["accrual_frequency"]) == ("0.2000", "P1M")
    unions = {"fee_method_u_type", "fixed_amount", "rate_based", "discount_method_u_type"}
    assert not any(unions & set(fee) for fee in older.values())


def test_v1_has_the_fast_payload_under_another_name(still: Still, api: httpx.Client) -> None:
    """v1 has nppPayload, service and x2p101_payload instead of npp_payload. Source: versions.npp-payload"""
    consent = borrower(still)
    older, newer = (
        [row["extended_data"] for row in ask(api, version, "/v1/banking/transactions", consent)["transactions"]]
        for version in ("v1", "v2")
    )
    pairs = [(old, new) for old, new in zip(older, newer, strict=True) if "npp_payload" in new]

    assert pairs
    for old, new in pairs:
        assert set(new) == {next(side for side in ("payer", "payee") if side in new), "extension_u_type", "npp_payload"}
        assert old["nppPayload"] == new["npp_payload"]
        assert old["service"] == new["npp_payload"]["service"]
        assert "npp_payload" not in old
        assert "x2p101_payload" in old


@pytest.mark.parametrize(("interpretation", "has_it"), [("carried", True), ("left-out", False)])
def test_an_empty_service_may_be_left_out(still: Still, api: httpx.Client, interpretation: str, has_it: bool) -> None:
    """Rows without an extension may omit the empty service. Source: versions.empty-service"""
    consent = still.consent("rosa")
    still.sandbox.choose_interpretations({"versions.empty-service": interpretation})

    rows = ask(api, "v3", "/v1/banking/transactions", consent)["transactions"]

    assert ({"service": ""} in [row.get("extended_data") for row in rows]) == has_it
    assert any("npp_payload" in row.get("extended_data", {}) for row in rows)


@pytest.mark.parametrize("pinned", VERSIONS)
def test_the_pinned_version_applies_without_a_header(still: Still, api: httpx.Client, pinned: str) -> None:
    """The header takes precedence over the pinned version. Source: versions.pin, versions.header"""
    still.sandbox.configure(version=pinned)

    alone = api.get("/v1/end-users")
    explicit = api.get("/v1/end-users", headers={"X-Fiskil-Version": "v2"})

    assert alone.headers["x-fiskil-version"] == pinned
    assert isinstance(alone.json(), dict if pinned == "v3" else list)
    assert explicit.headers["x-fiskil-version"] == "v2"
    assert isinstance(explicit.json(), list)


@pytest.mark.parametrize("label", ["v4", "V2", "2", "2.0.0", "v2.0.0", "v3 ", "latest"])
@pytest.mark.parametrize(
    ("path", "name"), [("/v1/end-users", "bad_request"), ("/v1/banking/accounts?end_user_id=eu_1", "bad_request")]
)
def test_another_label_is_refused(still: Still, api: httpx.Client, label: str, path: str, name: str) -> None:
    """It gets 400 before any other check, and the response header has the pinned version. Source: versions.header"""
    response = api.get(path, headers={"X-Fiskil-Version": label.strip() or label})

    if label.strip() in VERSIONS:
        assert response.status_code == 200
    else:
        assert (response.status_code, response.json()["name"]) == (400, name)
        assert response.headers["x-fiskil-version"] == "v3"
