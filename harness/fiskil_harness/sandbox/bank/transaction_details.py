"""The optional fields of a movement's rows, which institutions send for some movements only."""

import random
from typing import Any

from fiskil_harness.core.identifiers import crn_of
from fiskil_harness.core.model import Person
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import stream

CONFIDENCE = ("VERY_HIGH",) * 12 + ("HIGH",) * 5 + ("MEDIUM",) * 2 + ("LOW",)
"""How sure Fiskil is of a category: the levels, as often as they occur."""


def details_of(
    person: Person, spec: AccountSpec, move: Movement, chance: random.Random, *, seed: int, customer: str = ""
) -> dict[str, Any]:
    """Return the optional fields of a movement of an account; each date is true if the rows have it.

    Few rows have an execution or a value time. With a *customer*, the biller's name for the payer, a direct debit has the
    customer's number as its reference.

    Source: data.optional-fields
    """
    is_executed, is_valued, is_referenced = (chance.random() < share for share in (0.3, 0.12, 0.6))
    every = person.optional_fields == "every"
    fields: dict[str, Any] = {
        "execution_date_time": is_executed or every,
        "value_date_time": is_valued or every,
        "reference": f"{chance.randrange(10**8, 10**9)}" if is_referenced or every else None,
        "merchant_name": move.merchant,
        "merchant_category_code": move.mcc,
        "category": {
            "primary_category": move.category.split(":")[0],
            "secondary_category": move.category.replace(":", "_"),
            "confidence_level": chance.choice(CONFIDENCE),
        },
    }
    biller = biller_of(move.merchant, customer or person.holder_of(spec), seed=seed)
    if is_bill(move):
        fields |= biller
    if move.type == "DIRECT_DEBIT":
        fields |= {"apca_number": apca_of(move, seed=seed)} | ({"reference": biller["crn"]} if customer else {})
    return fields if every or person.optional_fields == "usual" else dict.fromkeys(fields)


def is_bill(move: Movement) -> bool:
    """Return True if the movement pays a bill through BPAY."""
    return move.description.endswith("BPAY")


def biller_of(merchant: str, customer: str, *, seed: int) -> dict[str, str]:
    """Return the biller *merchant*, and the reference number of *customer* there."""
    code = stream(seed, "biller", merchant).randrange(1000, 999999)
    number = stream(seed, "crn", merchant, customer).randrange(10**8, 10**9)
    return {"biller_code": f"{code}", "biller_name": merchant, "crn": crn_of(str(number))}


def apca_of(move: Movement, *, seed: int) -> str:
    """Return the number under which the business of a direct debit takes part in the payment system."""
    return f"{stream(seed, 'apca', move.merchant).randrange(1, 600_000):06d}"
