"""Identifiers in the data of everyone pass the checks of an independent library, of networks and of banks."""

import re
from typing import Any

import pytest
from stdnum import bic, luhn
from stdnum.au import abn, acn
from stdnum.nz import bankaccount

from fiskil_harness.core.identifiers import abn_of, acn_of, is_abn, is_acn, nmi
from fiskil_harness.core.model import PERMISSIONS
from tests.sandbox.energy.households import household
from tests.sandbox.everyone import SEEDS, everyone, fields
from tests.sandbox.still import Still

CHECKS = {
    "abn": abn.is_valid,
    "acn": acn.is_valid,
    "crn": luhn.is_valid,
    "beneficiary_bank_bic": bic.is_valid,
}
BARE = {"required_fields", "required_parts"}
# Source: AEMO, NMI Allocation List.
BLOCKS = {
    "Ausgrid": "410[234]",
    "CitiPower": "610[23]",
    "Energex": "31",
    "SA Power Networks": "200[12]",
    "TasNetworks": "8000",
    "Evoenergy": "7001",
    "Western Power": "800[1-9]",
    "Power and Water": "250",
}
# Source: AEMO, National Metering Identifier Procedure, appendix on the checksum.
CHECKSUMS = ("20019857328", "43168540059", "63058884446", "70018883338", "NAAAMYS5826", "QAAAVZZZZZ3", "VCCCX000091")


def rows_of(seed: int, dataset: str) -> list[dict[str, Any]]:
    """Return the rows of everyone in a dataset, except people whose rows may lack any optional field."""
    return [row for name, data in everyone(seed).items() if name not in BARE for row in data.get(dataset, [])]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CHECKS)
def test_numbers_have_valid_check_digits(seed: int, name: str) -> None:
    """An independent library accepts each number."""
    numbers = {value for data in everyone(seed).values() for field, value in fields(data) if field == name}

    assert numbers
    assert {number for number in numbers if not CHECKS[name](number)} == set()


@pytest.mark.parametrize("number", [f"{number:09d}" for number in range(0, 10**9, 9_999_999)])
def test_check_digits_of_any_number_are_valid(number: str) -> None:
    """Business and company numbers agree with the library, also at the ends of the range of the check digits."""
    assert acn.is_valid(acn_of(number[:8]))
    assert abn.is_valid(abn_of(number))
    assert is_abn(abn_of(number))
    assert is_acn(acn_of(number[:8]))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_abn_of_a_company_ends_with_its_acn(seed: int) -> None:
    """Both numbers belong to one company. Source: Australian Business Register"""
    entities = [
        value
        for data in everyone(seed).values()
        for _, value in fields(data)
        if isinstance(value, dict) and {"abn", "acn"} <= value.keys()
    ]

    assert entities
    assert [entity for entity in entities if not entity["abn"].endswith(entity["acn"])] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_account_numbers_abroad_are_valid(seed: int) -> None:
    """A payee in New Zealand has an account number of that country."""
    details = [row["international"]["bank_details"] for row in rows_of(seed, "payees") if "international" in row]

    assert details
    assert all(row["country"] == "NZL" and bankaccount.is_valid(row["account_number"]) for row in details)


@pytest.mark.parametrize("seed", SEEDS)
def test_metering_identifiers_are_in_the_block_of_their_network(seed: int) -> None:
    """The first digits of an identifier belong to the network operator, and its last character is the check digit."""
    points = rows_of(seed, "service_points")

    assert points
    for point in points:
        (network,) = [participant["party"] for participant in point["related_participants"] if participant["role"] == "LNSP"]
        assert re.fullmatch(rf"{BLOCKS[network]}\d+", point["national_metering_id"])
        assert nmi(point["national_metering_id"][:10]) == point["national_metering_id"]


@pytest.mark.parametrize("number", CHECKSUMS)
def test_the_check_digit_of_a_metering_identifier(number: str) -> None:
    """The examples are those of the market operator."""
    assert nmi(number[:10]) == number


def test_a_household_has_one_metering_identifier(still: Still) -> None:
    """Two end users of one person see the same identifier, because it belongs to the address."""
    consents = [household(still, "rosa", "service-points") for _ in range(2)]

    points = [still.sandbox.rows(consent, "service_points")[0] for consent in consents]

    assert points[0].national_metering_id == points[1].national_metering_id
    assert points[0].fiskil_id != points[1].fiskil_id


@pytest.mark.parametrize("seed", SEEDS)
def test_transaction_ids_are_those_of_a_bank(seed: int) -> None:
    """An id is base64 for URLs with padding, occurs once, and is not part of the fiskil_id. Source: data.transaction-id"""
    ids = [row["transaction_id"] for row in rows_of(seed, "transactions")]

    assert len(ids) == len(set(ids)) > 1000
    assert [value for value in ids if not re.fullmatch(r"[A-Za-z0-9_-]{14}==", value)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_phone_numbers_and_addresses_are_well_formed(seed: int) -> None:
    """Phone numbers are in E.164 format, e-mail addresses are addresses."""
    people = [row["customer"].get("person", {}) for row in rows_of(seed, "identity")]
    numbers = [phone["full_number"] for person in people for phone in person.get("phone_numbers", [])]
    addresses = [email["address"] for person in people for email in person.get("email_addresses", [])]

    assert numbers
    assert all(re.fullmatch(r"tel:\+61[2-478]\d{8}", number) for number in numbers)
    assert all(re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", address) for address in addresses)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_dataset_is_left_out(seed: int) -> None:
    """Each permission has rows of someone."""
    assert {dataset for data in everyone(seed).values() for dataset, rows in data.items() if rows} == set(PERMISSIONS)
