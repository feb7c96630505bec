"""The data of a person, and of two people who live together, agree with each other."""

from typing import Any

import pytest

from tests.sandbox.everyone import SEEDS, everyone

UNUSUAL = {"every_field", "required_fields", "required_parts"}
"""People whose addresses lack fields, or are in two formats."""


def place_of(address: dict[str, Any]) -> tuple[str, ...]:
    """Return street, suburb, state and postcode of an address in either format."""
    fields = address[address["address_u_type"]]
    street = fields.get("address_line1") or f"{fields['thoroughfare_number1']} {fields['street_name']}"
    return street, fields.get("city") or fields["locality_name"], fields["state"], fields["postcode"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_joint_home_loan_has_one_address(seed: int) -> None:
    """Both holders see the same address on the accounts that they share."""
    data = everyone(seed)

    addresses = {
        (name, row["display_name"]): place_of(row["addresses"][0])
        for name in ("hana", "joel")
        for row in data[name]["accounts"]
        if row["account_ownership"] == "TWO_PARTY"
    }

    assert len(addresses) == 4
    assert len(set(addresses.values())) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_home_is_the_same_at_bank_and_retailer(seed: int) -> None:
    """The service point of a household is at the address that the bank knows."""
    homes = {
        name: ({place_of(row["addresses"][0]) for row in data["accounts"]}, {place_of(row["location"]) for row in points})
        for name, data in everyone(seed).items()
        if data.get("accounts") and (points := data.get("service_points")) and name not in UNUSUAL
    }

    assert len(homes) > 10
    assert [name for name, (banks, points) in homes.items() if not points <= banks] == []
