"""The identity of a person as an institution reports it; some are agents of an organisation."""

from datetime import timedelta
from typing import Any

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.identifiers import abn_of, acn_of
from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.payments import Identity
from fiskil_harness.core.model.people import Organisation
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.address import addresses_of
from fiskil_harness.sandbox.store import Store

# Codes of the Australian classification of occupations (ANZSCO).
_OCCUPATIONS = ("261312", "254499", "241213", "351311", "133111", "411411")
_INDUSTRIES = ("4511", "6931", "3101", "4273")
_TRADES = ("Joinery", "Ceramics", "Catering", "Bicycles", "Surveying")


def identity(store: Store, consent: Consent) -> tuple[Identity, ...]:
    """Return the identity of the customer who gave *consent*. Source: identity.unions"""
    person, seed = store.ledger_of(consent).person, store.mint.seed
    updated = rfc3339(consent.created_at - timedelta(days=stream(seed, "updated", person.email).randrange(30, 900)))
    kinds: tuple[str, ...] = ("organisation",) if is_organisation(person, seed=seed) else ("person",)
    if person.optional_fields != "usual":
        kinds = ("person", "organisation")
    return tuple(
        Identity(
            arrangement_id=consent.arrangement_id,
            institution_id=consent.institution_id,
            customer={"customer_u_type": kind, kind: _CUSTOMERS[kind](person, seed, updated)},
        )
        for kind in kinds
    )


def is_organisation(person: Person, *, seed: int) -> bool:
    """Return True if the institution knows the person as the agent of an organisation."""
    if person.organisation is not None:
        return True
    return person.name.startswith("made-") and stream(seed, "organisation", person.email).random() < 1 / 6


def _person(person: Person, seed: int, updated: str) -> dict[str, Any]:
    chance = stream(seed, "identity", person.email)
    return {
        "last_update_time": updated,
        "first_name": person.given_name,
        "last_name": person.family_name,
        "middle_names": [chance.choice(("Lee", "June", "Ali", "Rae"))] if chance.random() < 0.5 else [],
        "prefix": chance.choice(("Mx", "Dr")),
        "occupation_code": chance.choice(_OCCUPATIONS),
        "occupation_code_version": "ANZSCO_1220.0_2013_V1.3",
        "phone_numbers": [_phone(person.phone)],
        "email_addresses": [{"is_preferred": True, "purpose": "HOME", "address": person.email}],
        "physical_addresses": [{"purpose": "REGISTERED", **address} for address in addresses_of(person, seed=seed)],
    }


def _phone(number: str) -> dict[str, Any]:
    return {
        "is_preferred": True,
        "purpose": "MOBILE",
        "country_code": number[:3],
        "number": number[3:],
        "full_number": f"tel:{number}",
    }


def _organisation(person: Person, seed: int, updated: str) -> dict[str, Any]:
    """Return the organisation in the person's file or a generated one; some have no company number (ACN)."""
    business = person.organisation or _generated(person, seed)
    return {
        "last_update_time": updated,
        "agent_first_name": person.given_name,
        "agent_last_name": person.family_name,
        "agent_role": business.agent_role,
        "business_name": business.business_name,
        "legal_name": business.legal_name,
        "short_name": business.business_name.split()[0],
        "abn": business.abn,
        **({"acn": business.acn} if business.acn else {}),
        "is_acnc_registered": False,
        "industry_code": business.industry_code,
        "industry_code_version": "ANZSIC_1292.0_2006_V2.0",
        "organisation_type": business.organisation_type,
        "registered_country": "AUS",
        "establishment_date": business.established,
        "physical_addresses": [{"purpose": "REGISTERED", **address} for address in addresses_of(person, seed=seed)],
    }


_CUSTOMERS = {"person": _person, "organisation": _organisation}


def _generated(person: Person, seed: int) -> Organisation:
    chance = stream(seed, "business", person.email)
    name = f"{person.family_name} {chance.choice(_TRADES)}"
    acn = acn_of(f"{chance.randrange(10**8):08d}")
    return Organisation(
        agent_role="Director",
        business_name=name,
        legal_name=f"{name} Pty Ltd",
        abn=abn_of(acn),
        acn=acn,
        industry_code=chance.choice(_INDUSTRIES),
        organisation_type="COMPANY",
        established=f"{chance.randrange(1995, 2022)}-{chance.randrange(1, 13):02d}-01",
    )
