"""Payees of a person: the landlord, billers, a friend, and a card, wallet or relative abroad."""

import random
from typing import Any

import msgspec

from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.payments import Payee
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.bill_payments import Contract, contracts_of, customer_of, paying_account
from fiskil_harness.sandbox.bank.transaction_details import biller_of
from fiskil_harness.sandbox.store import Store

_FRIENDS = ("Aiko Tanaka", "Sam Doyle", "Leila Haddad", "Jon Petersen", "Mei Wong", "Tomas Vega")
# Account numbers in New Zealand, with a valid checksum.
_ACCOUNTS_ABROAD = ("0102490032075000", "0102490297962000", "0102490834879000", "0102490856728000")
_SPECIAL = ("card", "wallet", "abroad")
_MEMBERS = {"domestic": "domestic", "biller": "biller", "digitalWallet": "digital_wallet", "international": "international"}


def payees(store: Store, consent: Consent) -> tuple[Payee, ...]:
    """Return every payee that the person saved at the institution, for all their accounts. Source: payees.unions"""
    person = store.ledgers[consent.arrangement_id].person
    chance = stream(store.mint.seed, "payees", person.email)
    friend = chance.choice(_FRIENDS)
    saved = [
        *(_landlord(store, consent, move) for move in rents(person)),
        *(_biller(store, consent, person, spec, move) for spec, move in bills(person)),
        *(_retailer(store, consent, person, contract) for contract in _paid_by_hand(store, person)),
        _payee(store, consent, "friend", friend, "domestic", {"payee_account_u_type": "payId", "pay_id": _pay_id(friend)}),
        *_special_payees(store, consent, person, chance),
    ]
    return tuple(saved)


def rents(person: Person) -> list[Movement]:
    """Return the movements that pay rent."""
    return [move for spec in person.accounts for move in spec.moves if move.category == "RENT_AND_UTILITIES:RENT"]


def bills(person: Person) -> list[tuple[AccountSpec, Movement]]:
    """Return the movements that pay bills through a payment order and not through a direct debit, with their accounts."""
    return [
        (spec, move)
        for spec in person.accounts
        for move in spec.moves
        if move.category.startswith(("RENT_AND_UTILITIES:", "SERVICES:"))
        and move.category != "RENT_AND_UTILITIES:RENT"
        and move.type != "DIRECT_DEBIT"
    ]


def _paid_by_hand(store: Store, person: Person) -> list[Contract]:
    contracts = contracts_of(person, store.institutions) if paying_account(person) else []
    return [contract for contract in contracts if contract.spec.payment == "manualPayment"]


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


def _biller(store: Store, consent: Consent, person: Person, spec: AccountSpec, move: Movement) -> Payee:
    biller = biller_of(move.merchant, person.holder_of(spec), seed=store.mint.seed)
    return _payee(store, consent, f"bill:{move.merchant}", move.merchant, "biller", biller)


def _retailer(store: Store, consent: Consent, person: Person, contract: Contract) -> Payee:
    biller = biller_of(contract.retailer, customer_of(person, contract), seed=store.mint.seed)
    return _payee(store, consent, f"bill:{contract.retailer}:{contract.spec.key}", contract.retailer, "biller", biller)


def _pay_id(name: str) -> dict[str, str]:
    return {"identifier": f"{name.split(maxsplit=1)[0].lower()}@example.org", "name": name, "type": "EMAIL"}


def _special_payees(store: Store, consent: Consent, person: Person, chance: random.Random) -> list[Payee]:
    """Return a payee that is a card, a wallet or a relative abroad, depending on the person; some have all three, twice."""
    if person.optional_fields != "usual":
        kinds = [(name, kind) for kind in _SPECIAL for name in _FRIENDS[:2]]
        return [
            msgspec.structs.replace(
                _special_payee(store, consent, chance, name, kind),
                key=f"{kind}:{name}",
                fiskil_id=store.mint.row_id("bank_payee_", owner_of(consent), f"{kind}:{name}"),
                payee_id=payee_id(store, consent, f"{kind}:{name}"),
            )
            for name, kind in kinds
        ]
    name = chance.choice(_FRIENDS)
    return [_special_payee(store, consent, chance, name, chance.choice(_SPECIAL))]


def _special_payee(store: Store, consent: Consent, chance: random.Random, name: str, kind: str) -> Payee:
    if kind == "card":
        card = {"payee_account_u_type": "card", "card": {"card_number": f"XXXX-XXXX-XXXX-{chance.randrange(1000, 9999)}"}}
        return _payee(store, consent, "card", name, "domestic", card)
    if kind == "wallet":
        wallet = {
            "identifier": f"{name.rsplit(maxsplit=1)[-1].lower()}@example.net",
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
