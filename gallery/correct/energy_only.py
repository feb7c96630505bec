"""Reads energy accounts, service points, invoices and usage, and nothing from banks."""

import re
from dataclasses import dataclass

from reference_app import app, datasets, pages
from reference_app.datasets import Dataset
from reference_app.fiskil import paging, responses
from reference_app.fiskil.api import Api

PURPOSE = "to find you a cheaper energy plan"


@dataclass(frozen=True)
class EnergyDataset(Dataset):
    """A dataset of an energy retailer. ``root`` is the name of its list in responses, and ``event`` its name in events."""

    root: str
    event: str


datasets.ALL = (
    EnergyDataset(
        "energy_accounts", "/v1/energy/accounts", ("display_name", "creation_date", "open_status"), "accounts", "accounts"
    ),
    EnergyDataset(
        "service_points",
        "/v1/energy/service-points",
        ("national_metering_id", "service_point_classification", "service_point_status", "jurisdiction_code"),
        "service_points",
        "servicepoints",
    ),
    EnergyDataset(
        "invoices",
        "/v1/energy/invoice",
        ("invoice_number", "issue_date", "due_date", "invoice_amount", "gst_amount", "balance_at_issue", "payment_status"),
        "invoices",
        "invoices",
    ),
    EnergyDataset(
        "usage",
        "/v1/energy/usage",
        ("register_suffix", "read_start_date", "read_end_date", "unit_of_measure", "kwh"),
        "usage",
        "usage",
    ),
)
_SYNC = re.compile(r"energy\.([a-z]+)\.sync\.completed")


def announced_by(event):
    """Return the dataset that a sync event announces; None if the app does not use it."""
    match = _SYNC.fullmatch(event)
    return next((dataset for dataset in datasets.ALL if match and dataset.event == match.group(1)), None)


async def rows(self, dataset, end_user_id, deadline):
    """Return every row of a dataset, once."""
    records = await paging.every_record(self._client, dataset.path, dataset.root, {"end_user_id": end_user_id}, deadline)
    consent_ids = {}
    if any("arrangement_id" not in record for record in records):
        consents = await self.consents(end_user_id, deadline)
        consent_ids = {consent.institution_id: consent.consent_id for consent in consents if consent.is_active}
    found = {}
    for record in records:
        row = responses.row({**derived(record, consent_ids), **record}, dataset)
        found[row.fiskil_id] = row
    return tuple(found.values())


def derived(record, consent_ids):
    """Return what a record lacks: the consent of an invoice, the account of a service point, and the total of a read."""
    read = record.get("interval_read") or record.get("basic_read") or {}
    kwh = read.get("aggregate_value", read.get("value")) if isinstance(read, dict) else None
    return {
        "arrangement_id": consent_ids.get(record.get("institution_id")),
        "account_id": record.get("service_point_id"),
        **({} if kwh is None else {"kwh": str(kwh)}),
    }


def in_words_of_energy(page):
    """Return a function that renders *page* with the words of an energy app."""

    def render(*args, **values):
        text = page(*args, **values)
        for word, other in WORDS:
            text = text.replace(word, other)
        return text

    return render


WORDS = (
    ("to build your monthly budget", PURPOSE),
    ("<li><strong>Accounts</strong>: names and types, so you can tell them apart</li>", ""),
    (
        "<li><strong>Balances</strong>: what you have today</li>",
        "<li><strong>Energy accounts</strong>: your plans, so you can tell them apart</li>"
        "<li><strong>Service points</strong>: where you are connected to the grid</li>",
    ),
    (
        "<li><strong>Transactions</strong>: what came in and went out in the last months</li>",
        "<li><strong>Invoices</strong>: what you paid</li><li><strong>Usage</strong>: how much energy you used</li>",
    ),
    ("accounts, balances and transactions", "energy accounts, service points, invoices and usage"),
    ("Monthly budget", "Cheaper energy"),
    ("See where your money goes, month by month.", "See which plan costs you least."),
    ("bank", "retailer"),
)

Api.rows = rows
datasets.announced_by = announced_by
pages._balances = lambda _state: ""
for name in ("home", "connect", "privacy", "thanks", "not_connected", "unavailable", "connections"):
    setattr(pages, name, in_words_of_energy(getattr(pages, name)))
build = app.build
