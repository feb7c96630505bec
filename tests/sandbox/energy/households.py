"""Households at the sandbox's energy retailer, and functions to read them as an app does."""

from typing import Any

import httpx

from fiskil_harness.core.model import Consent
from tests.sandbox.still import Still

RETAILER = "99999"
LISTS = {
    "accounts": ("accounts", "energy_accounts", "energy_account_"),
    "balances": ("balances", "energy_balances", "energy_balance_"),
    "service-points": ("service_points", "service_points", "energy_sp_"),
    "usage": ("usage", "usage", "energy_usage_"),
    "der": ("der_records", "der", "energy_der_"),
    "invoice": ("invoices", "invoices", "energy_invoice_"),
    "billing": ("billing", "billing", "energy_billing_"),
    "concessions": ("concessions", "concessions", "energy_concession_"),
    "payment-schedules": ("payment_schedules", "payment_schedule", "energy_ps_"),
}
"""Path under /v1/energy: its root key, its dataset, the prefix of its rows."""


def household(still: Still, name: str = "priya", *paths: str, is_synced: bool = True) -> Consent:
    """Return the consent of a named person at the retailer, with the datasets of *paths* (default: all) synced."""
    consent = still.sandbox.authorise(still.enrol(name), institution_id=RETAILER)
    datasets = tuple(LISTS[path][1] for path in paths) or consent.permissions
    for dataset in datasets if is_synced else ():
        still.sandbox.sync(consent, dataset)
    return consent


def rows(api: httpx.Client, path: str, consent: Consent, **query: Any) -> list[dict[str, Any]]:
    """Return the rows of /v1/energy/*path* for the end user of *consent*."""
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000", **query}
    response = api.get(f"/v1/energy/{path}", params=params)
    assert response.status_code == 200, response.text
    served: list[dict[str, Any]] = response.json()[LISTS[path][0]]
    return served


def every_row(api: httpx.Client, path: str, consent: Consent) -> list[dict[str, Any]]:
    """Return the same, page by page to the end."""
    served: list[dict[str, Any]] = []
    url: str | None = f"/v1/energy/{path}?end_user_id={consent.end_user_id}&page[size]=1000"
    while url is not None:
        body = api.get(url).json()
        served += body[LISTS[path][0]]
        url = body["links"].get("next")
    return served
