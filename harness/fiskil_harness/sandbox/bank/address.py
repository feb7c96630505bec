"""The postal address of a person, in the suburb that their purchase descriptions mention, else in a random suburb."""

import random
from typing import Any

from fiskil_harness.core.model import Person
from fiskil_harness.core.randomness import stream

PLACES = (
    ("Marrickville", "NSW", "2204"),
    ("Fitzroy", "VIC", "3065"),
    ("Paddington", "QLD", "4064"),
    ("Glenelg", "SA", "5045"),
    ("Fremantle", "WA", "6160"),
    ("Sandy Bay", "TAS", "7005"),
    ("Braddon", "ACT", "2612"),
    ("Nightcliff", "NT", "0810"),
    ("Newtown", "NSW", "2042"),
    ("Collingwood", "VIC", "3066"),
)
_STREETS = ("Wattle", "Illawarra", "Station", "Banksia", "Albert", "Jacaranda", "Church", "Esplanade")
_KINDS = (("Street", "ST"), ("Road", "RD"), ("Avenue", "AV"), ("Lane", "LANE"))


FORMATS = ("simple", "paf")
"""The API's formats of an address."""


def addresses_of(person: Person, *, seed: int) -> list[dict[str, Any]]:
    """Return the address of a person; people with unusual optional fields have it in both formats."""
    formats = ("",) if person.optional_fields == "usual" else FORMATS
    return [address_of(person, seed=seed, format_=name) for name in formats]


def address_of(person: Person, *, seed: int, format_: str = "") -> dict[str, Any]:
    """Return a physical address in *format_*; by default ``simple`` or, less often, ``paf``. Source: identity.unions"""
    chance = stream(seed, "residence", _household(person))
    city, state, postcode = _place(person, chance)
    number, street, (kind, short) = chance.randrange(1, 220), chance.choice(_STREETS), chance.choice(_KINDS)
    if (chance.random() < 0.3 or format_ == "paf") and format_ != "simple":
        paf = {
            "thoroughfare_number1": number,
            "street_name": street.upper(),
            "street_type": short,
            "locality_name": city.upper(),
            "state": state,
            "postcode": postcode,
            "dpid": str(chance.randrange(30_000_000, 99_999_999)),
        }
        return {"address_u_type": "paf", "paf": paf}
    simple = {
        "mailing_name": person.full_name,
        "address_line1": f"{number} {street} {kind}",
        "city": city,
        "state": state,
        "postcode": postcode,
        "country": "AUS",
    }
    return {"address_u_type": "simple", "simple": simple}


def state_of(person: Person, *, seed: int) -> str:
    """Return the state in which a person lives."""
    return _place(person, stream(seed, "residence", _household(person)))[1]


def _household(person: Person) -> str:
    """Return a text that identifies the person's household: people with joint accounts live together."""
    return next((person.holder_of(spec) for spec in person.accounts if spec.joint_with), person.email)


def _place(person: Person, chance: random.Random) -> tuple[str, str, str]:
    joint = [spec for spec in person.accounts if spec.joint_with]
    descriptions = " ".join(move.description for spec in joint or person.accounts for move in spec.moves)
    return next((place for place in PLACES if place[0].upper() in descriptions), chance.choice(PLACES))
