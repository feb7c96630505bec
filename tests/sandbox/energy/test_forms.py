"""The format of energy rows: unions, numbers and strings, and the interpretations that change them."""

import re
from typing import Any

import httpx
import pytest

from fiskil_harness.core.identifiers import nmi
from tests.sandbox.energy.households import LISTS, RETAILER, every_row, household, rows
from tests.sandbox.still import Still

MONEY = re.compile(r"-?\d+\.\d\d")
UNIONS = {
    "read_u_type": {"basicRead": "basic_read", "intervalRead": "interval_read"},
    "transaction_u_type": {
        "usage": "usage",
        "demand": "demand",
        "onceOff": "once_off",
        "otherCharges": "other_charges",
        "payment": "payment",
    },
    "payment_schedule_u_type": {
        "cardDebit": "card_debit",
        "directDebit": "direct_debit",
        "digitalWallet": "digital_wallet",
        "manualPayment": "manual_payment",
    },
    "address_u_type": {"simple": "simple", "paf": "paf"},
    "rate_block_u_type": {"singleRate": "singleRate", "timeOfUseRates": "timeOfUseRates", "demandCharges": "demand_charges"},
    "tariff_u_type": {"singleTariff": "single_tariff", "timeVaryingTariffs": "time_varying_tariffs"},
}
NUMBERS = {"value", "aggregate_value", "interval_reads", "usage", "rate", "nominal_rated_capacity", "approved_capacity"}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return every object in a JSON value."""
    if isinstance(value, list):
        return [inner for each_value in value for inner in objects(each_value)]
    if isinstance(value, dict):
        return [value, *(inner for each_value in value.values() for inner in objects(each_value))]
    return []


@pytest.fixture
def everything(still: Still, api: httpx.Client) -> list[dict[str, Any]]:
    """Return every row of three households."""
    consents = [household(still, name) for name in ("rosa", "ben", "priya")]
    return [row for consent in consents for path in LISTS for row in every_row(api, path, consent)]


def test_unions_have_the_named_field_only(everything: list[dict[str, Any]]) -> None:
    """All values but one occur, none is unknown, and only the named field is present. Source: energy.unions"""
    occurring = set()
    for row in objects(everything):
        for tag, fields in UNIONS.items():
            if tag in row:
                occurring.add((tag, row[tag]))
                assert [name for name in fields.values() if name in row] == [fields[row[tag]]]

    possible = {(tag, value) for tag, fields in UNIONS.items() for value in fields}
    assert occurring == possible - {("tariff_u_type", "timeVaryingTariffs")}


def test_money_is_a_string_and_energy_a_number(everything: list[dict[str, Any]]) -> None:
    """Amounts have two decimals; reads, usage and capacities are JSON numbers."""
    amounts = {"amount", "gst", "balance", "invoice_amount", "gst_amount", "balance_at_issue"}
    for row in objects(everything):
        for name, value in row.items():
            is_price = name == "amount" and "charge_period" in row
            assert name not in amounts or is_price or MONEY.fullmatch(value)
            assert name not in NUMBERS or not isinstance(value, str)
            assert not name.startswith("total_") or MONEY.fullmatch(value)


def test_missing_reads_are_substituted(everything: list[dict[str, Any]]) -> None:
    """A few mornings are estimated, and the row lists the half hours. Source: energy.camel-keys"""
    reads = [row["interval_read"] for row in everything if "interval_read" in row]
    qualities = [read["readQualities"] for read in reads if "readQualities" in read]

    assert 0 < len(qualities) < len(reads) / 10
    assert all(value == [{"start_interval": 15, "end_interval": 22, "quality": "SUBSTITUTE"}] for value in qualities)


def test_metering_identifiers_have_their_check_digit(everything: list[dict[str, Any]]) -> None:
    """Identifiers have eleven characters, and the last follows from the others."""
    identifiers = {row["national_metering_id"] for row in everything if "national_metering_id" in row}

    assert len(identifiers) == 3
    assert all(len(value) == 11 and nmi(value[:10]) == value for value in identifiers)


def test_the_service_point_reports_solar(still: Still, api: httpx.Client) -> None:
    """A household that exports is a generator with a DER record; others have none."""
    for name, has_solar in (("rosa", True), ("ben", False)):
        consent = household(still, name)
        (point,) = rows(api, "service-points", consent)
        assert point["is_generator"] is has_solar
        assert bool(rows(api, "der", consent)) is has_solar
        assert ("B1" in {row["register_suffix"] for row in rows(api, "usage", consent)}) is has_solar


def test_camel_keys_can_be_snake(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, no key of any row is in camelCase. Source: energy.camel-keys"""
    still.sandbox.choose_interpretations({"energy.camel-keys": "snake"})
    consent = household(still, "rosa")

    names = {name for path in LISTS for row in objects(every_row(api, path, consent)) for name in row}

    assert {"single_rate", "time_of_use_rates", "read_qualities"} <= names
    assert {name for name in names if name != name.lower()} == set()


def test_invoices_may_name_their_arrangement(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, invoices have it like every row. Source: energy.invoice-without-arrangement"""
    still.sandbox.choose_interpretations({"energy.invoice-without-arrangement": "present"})
    consent = household(still, "rosa")

    assert {row["arrangement_id"] for row in rows(api, "invoice", consent)} == {consent.arrangement_id}


def test_der_may_have_its_old_root(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, the root key is derRecords. Source: energy.der-root"""
    still.sandbox.choose_interpretations({"energy.der-root": "derRecords"})
    consent = household(still, "rosa")

    response = api.get("/v1/energy/der", params={"end_user_id": consent.end_user_id}).json()

    assert set(response) == {"derRecords", "links"}
    assert [row["institution_id"] for row in response["derRecords"]] == [RETAILER]


def test_energy_may_come_oldest_first(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, the oldest read, bill and charge come first. Source: energy.order"""
    still.sandbox.choose_interpretations({"energy.order": "oldest-first"})
    consent = household(still, "ben")

    for path, name in (("usage", "read_start_date"), ("invoice", "issue_date"), ("billing", "execution_date_time")):
        dates = [row[name] for row in rows(api, path, consent)]
        assert dates == sorted(dates)
