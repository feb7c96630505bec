"""Payees of a person: the landlord, billers, a friend, and a card, wallet or relative abroad."""

import random
from typing import Any

from fiskil_harness.core.identifiers import crn_of
from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.payments import Payee
from fiskil_harness.core.model.people import Movement
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.store import Store

_FRIENDS = ("Aiko Tanaka", "Sam Doyle", "Leila Haddad", "Jon Petersen", "Mei Wong", "Tomas Vega")
# Account numbers in New Zealand, with a valid checksum.
_ACCOUNTS_ABROAD = ("0102490032075000", "0102490297962000", "0102490834879000", "0102490856728000")
_MEMBERS = {"domestic": "domestic", "biller": "biller", "digitalWallet": "digital_wallet", "international": "international"}


def payees(store: Store, consent: Consent) -> tuple[Payee, ...]:
    """Return every payee that the person saved at the institution, for all their accounts. Source: payees.unions"""
    person = store.ledgers[consent.arrangement_id].person
    chance = stream(store.mint.seed, "payees", person.email)
    friend = chance.choice(_FRIENDS)
    saved = [
        *(_landlord(store, consent, move) for move in rents(person)),
        *(_biller(store, consent, move) for move in bills(person)),
        _payee(store, consent, "friend", friend, "domestic", {"payee_account_u_type": "payId", "pay_id": _pay_id(friend)}),
        _special_payee(store, consent, chance),
    ]
    return tuple(saved)


def rents(person: Person) -> list[Movement]:
    """Return the movements that pay rent."""
    return [move for spec in person.accounts for move in spec.moves if move.category == "RENT_AND_UTILITIES:RENT"]


def bills(person: Person) -> list[Movement]:
    """Return the movements that pay bills through a payment order and not through a direct debit."""
    return [
        move
        for spec in person.accounts
        for move in spec.moves
        if move.category.startswith(("RENT_AND_UTILITIES:", "SERVICES:"))
        and move.category != "RENT_AND_UTILITIES:RENT"
        and move.type != "DIRECT_DEBIT"
    ]


def payee_id(store: Store, consent: Consent, key: str) -> str:
    """Return the institution's id for the payee *key*."""
    return store.mint.row_id("payee-", owner_of(consent), key, length=16)


def owner_of(consent: Consent) -> str:
    """Return the text from which row ids are derived; a later consent at the same institution has the same ids."""
    return f"{consent.end_user_id}@{consent.institution_id}"


def _landlord(store: Store, consent: Consent, move: Movement) -> Payee:
    chance = stream(store.mint.seed, "landlord", move.merchant)
    account = {
        "account_name": move.merchant,
        "bsb": f"{chance.randrange(10, 80)}{chance.randrange(2, 8)}-{chance.randrange(1000):03d}",
        "account_number": f"{chance.randrange(10**8, 10**9)}",
    }
    return _payee(store, consent, "rent", move.merchant, "domestic", {"payee_account_u_type": "account", "account": account})


def _biller(store: Store, consent: Consent, move: Movement) -> Payee:
    chance = stream(store.mint.seed, "biller", move.merchant)
    number = stream(store.mint.seed, "crn", move.merchant, consent.person).randrange(10**8, 10**9)
    biller = {"biller_code": f"{chance.randrange(1000, 999999)}", "biller_name": move.merchant, "crn": crn_of(str(number))}
    return _payee(store, consent, f"bill:{move.merchant}", move.merchant, "biller", biller)


def _pay_id(name: str) -> dict[str, str]:
    return {"identifier": f"{name.split(maxsplit=1)[0].lower()}@example.org", "name": name, "type": "EMAIL"}


def _special_payee(store: Store, consent: Consent, chance: random.Random) -> Payee:
    """Return a payee that is a card, a wallet or a relative abroad, depending on the person."""
    name = chance.choice(_FRIENDS)
    kind = chance.choice(("card", "wallet", "abroad"))
    if kind == "card":
        card = {"payee_account_u_type": "card", "card": {"card_number": f"XXXX-XXXX-XXXX-{chance.randrange(1000, 9999)}"}}
        return _payee(store, consent, "card", name, "domestic", card)
    if kind == "wallet":
        wallet = {
            "identifier": f"{name.split()[-1].lower()}@example.net",
            "name": "PayPal",
            "provider": "PAYPAL_AU",
            "type": "EMAIL",
        }
        return _payee(store, consent, "wallet", name, "digitalWallet", wallet)
    abroad = {
        "beneficiary_details": {"name": name, "country": "NZL", "message": "From Australia"},
        "bank_details": {
            "country": "NZL",
            "account_number": chance.choice(_ACCOUNTS_ABROAD),
            "beneficiary_bank_bic": "EXAMNZ2A",
            "bank_address": {"name": "Harbour Bank of New Zealand", "address": "1 Quay Street, Auckland"},
        },
    }
    return _payee(store, consent, "abroad", name, "international", abroad)


def _payee(store: Store, consent: Consent, key: str, name: str, kind: str, member: dict[str, Any]) -> Payee:
    chance = stream(store.mint.seed, "payee", consent.person, key)
    return Payee(
        key=key,
        fiskil_id=store.mint.row_id("bank_payee_", owner_of(consent), key),
        arrangement_id=consent.arrangement_id,
        institution_id=consent.institution_id,
        payee_id=payee_id(store, consent, key),
        nickname=name,
        description=f"{name} ({_MEMBERS[kind].replace('_', ' ')})",
        type=_MEMBERS[kind].upper(),
        creation_date=f"{chance.randrange(2018, 2025)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        payee_u_type=kind,
        **{_MEMBERS[kind]: member},
    )
