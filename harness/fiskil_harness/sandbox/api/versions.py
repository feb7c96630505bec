"""Conversion of responses to older API versions.

The rows of v2 and v3 are equal, and handlers produce these. Four responses differ in v1; they are converted at the end.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from fiskil_harness.sandbox.api.wire import ApiResponse
from fiskil_harness.sandbox.store import Store

Rows = dict[str, Any]

_RATES = {
    "BALANCE": "balance_rate",
    "TRANSACTION": "transaction_rate",
    "INTEREST_ACCRUED": "accrued_rate",
    "FEE": "fee_rate",
}


def as_version(store: Store, route: str, version: str, response: ApiResponse) -> ApiResponse:
    """Return *response* of *route* as *version* defines it. Source: versions.upgrade, versions.empty-service"""
    change = _V1.get(route) if version == "v1" else None
    if change is None and route == "banking.transactions" and store.interpretation("versions.empty-service") == "left-out":
        change = _without_service
    if change is None or response.status != 200:
        return response
    body = msgspec.json.decode(response.body)
    change(body)
    return msgspec.structs.replace(response, body=msgspec.json.encode(body))


def convert_body(version: str, route: str, body: Any, *, newer: str) -> Any:
    """Convert *body*, a response of *route* in version *newer*, to *version*, and return it; *body* may be modified.

    Source: versions.upgrade, versions.v3-envelope
    """
    root = _ENVELOPES.get(route)
    if root is not None and newer == "v3" and isinstance(body, dict):
        return body.get(root, body)
    change = _V1.get(route)
    if change is not None and version == "v1":
        change(body)
    return body


def _accounts(body: Rows) -> None:
    for account in body["accounts"]:
        _conditions(account)
        for feature in account.get("features", ()):
            feature["is_activated"] = feature.get("is_activated") == "ACTIVATED"


def _product(body: Rows) -> None:
    _conditions(body["product"])


def _transactions(body: Rows) -> None:
    """Rename ``npp_payload``, and copy its service and description to ``extended_data``. Source: versions.npp-payload"""
    for row in body["transactions"]:
        extended = row.get("extended_data", {})
        if "npp_payload" in extended:
            payload = extended.pop("npp_payload")
            extended |= {
                "nppPayload": payload,
                "service": payload.get("service", ""),
                "x2p101_payload": {"extended_description": payload.get("extended_description", "")},
            }


def _without_service(body: Rows) -> None:
    for row in body["transactions"]:
        if row.get("extended_data") == {"service": ""}:
            del row["extended_data"]


def _identity(body: Rows) -> None:
    """Add the field ``customer`` with the customer of the newest identity. Source: versions.customer"""
    for newest in body["identities"][:1]:
        body["customer"] = {name: newest[name] for name in ("arrangement_id", "customer")}


def _conditions(bearer: Rows) -> None:
    """Convert the rates, fees and discounts of *bearer*, an account or a product, to v1. Source: versions.upgrade"""
    for rate in (*bearer.get("deposit_rates", ()), *bearer.get("lending_rates", ())):
        _first_condition(rate)
        for tier in rate.get("tiers", ()):
            _first_condition(tier)
            for bound in ("minimum_value", "maximum_value"):
                if bound in tier:
                    tier[bound] = float(tier[bound])
    for fee in bearer.get("fees", ()):
        _flatten(fee, "fee_method_u_type")
        for discount in fee.get("discounts", ()):
            _flatten(discount, "discount_method_u_type")


def _first_condition(rate: Rows) -> None:
    """Replace the list of applicability conditions by its first element."""
    conditions = rate.get("applicability_conditions")
    if conditions:
        rate["applicability_conditions"] = conditions[0]


def _flatten(charge: Rows, union: str) -> None:
    """Move the amount or rate of *charge*, a fee or a discount, from its nested object into *charge* itself."""
    charge.pop(union)
    # The first version has no field for a fee between two amounts.
    charge.pop("variable", None)
    fixed, based = charge.pop("fixed_amount", None), charge.pop("rate_based", None)
    if fixed:
        charge["amount"] = fixed["amount"]
    if based:
        charge[_RATES[based["rate_type"]]] = based["rate"]
        if "accrual_frequency" in based:
            charge["accrual_frequency"] = based["accrual_frequency"]


_V1: dict[str, Callable[[Rows], None]] = {
    "banking.accounts": _accounts,
    "banking.product": _product,
    "banking.transactions": _transactions,
    "common.identity": _identity,
}
_ENVELOPES = {"end_users.list": "end_users", "consents.list": "consents"}
