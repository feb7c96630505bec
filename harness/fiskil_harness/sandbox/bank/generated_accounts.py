"""Bank accounts of a generated person, with pay, shopping, bills, and transfers between the accounts."""

import random

from fiskil_harness.core.model.people import AccountSpec, Movement

# Places of residence, each with its public transport.
_TRANSIT = {
    "MARRICKVILLE": ("Transport for NSW", "TRANSPORTFORNSW TAP SYDNEY"),
    "FITZROY": ("Myki", "MYKI TOP UP MELBOURNE"),
    "PADDINGTON": ("TransLink", "TRANSLINK TAP BRISBANE"),
    "GLENELG": ("Adelaide Metro", "ADELAIDE METRO TAP"),
    "FREMANTLE": ("Transperth", "TRANSPERTH SMARTRIDER PERTH"),
    "SANDY BAY": ("Metro Tasmania", "METRO TASMANIA GREENCARD HOBART"),
    "BRADDON": ("Transport Canberra", "TRANSPORT CANBERRA MYWAY"),
    "NIGHTCLIFF": ("Buslink", "BUSLINK TAP AND RIDE DARWIN"),
}
_PLACES = tuple(_TRANSIT)
# Retailers of energy are not here: these bills come from the person's contract.
_WATER = {
    "MARRICKVILLE": "Sydney Water",
    "FITZROY": "Yarra Valley Water",
    "PADDINGTON": "Urban Utilities",
    "GLENELG": "SA Water",
    "FREMANTLE": "Water Corporation",
    "SANDY BAY": "TasWater",
    "BRADDON": "Icon Water",
    "NIGHTCLIFF": "Power and Water",
}
_TRADES = ("COURIERS", "LANDSCAPES", "DENTAL", "PLUMBING", "BOOKS", "PHYSIO")


def accounts_of(chance: random.Random, *, employer: str) -> tuple[AccountSpec, ...]:
    """Return an everyday account, savings, and perhaps a card and a home loan; without a loan, the person pays rent.

    Each transfer out of an account has a matching transfer into another account.
    """
    place = chance.choice(_PLACES)
    has_card, has_loan = chance.random() < 0.5, chance.random() < 0.4
    saved, repaid, owed = chance.randrange(50, 400, 10), chance.randrange(1700, 2900), chance.randrange(210_000, 690_000)
    # Repayments are higher than the interest of the loan.
    owed = min(owed, repaid * 150)
    pays = [_pay(chance, f"{employer} {chance.choice(_TRADES)}".upper()), *_shopping(chance, place)]
    pays += _transfer("SAVINGS", -saved, every_days=14, first_day=3)
    if has_card:
        pays += _transfer("CREDIT CARD", -260, every_days=30, first_day=8)
    if has_loan:
        pays += _transfer("HOME LOAN", -repaid, every_days=30, first_day=2)
    else:
        pays.append(
            _move("Lodge Rentals", "RENT LODGE RENTALS PTY LTD", "RENT_AND_UTILITIES:RENT", -repaid // 4, 7, mcc="6513")
        )
    pays.append(_move("Aiko Tanaka", "AIKO TANAKA SHARE OF DINNER", "TRANSFER_IN:OTHER_TRANSFER_IN", 28, 30, first_day=12))
    everyday = AccountSpec(
        key="everyday",
        name="Everyday Account",
        product="Everyday Access",
        opening=f"{chance.randrange(2500, 9000)}.{chance.randrange(100):02d}",
        moves=tuple(pays),
        pending=2,
    )
    savings = AccountSpec(
        key="savings",
        name="Savings",
        product="Online Saver",
        opening=f"{chance.randrange(500, 90000)}.00",
        moves=(*_transfer("EVERYDAY", saved, every_days=14, first_day=3), _interest(chance.randrange(2, 90))),
    )
    return (everyday, savings, *([_card(chance, place)] if has_card else []), *([_loan(owed, repaid)] if has_loan else []))


def _shopping(chance: random.Random, place: str) -> list[Movement]:
    water = _WATER[place]
    purchases = [
        _move("Woolworths", f"WOOLWORTHS 1294 {place}", "FOOD_AND_DRINK:GROCERIES", -86, 4, mcc="5411", varies=35),
        _move("Coles", f"COLES 0813 {place}", "FOOD_AND_DRINK:GROCERIES", -41, 6, mcc="5411", varies=40),
        _move(*_TRANSIT[place], "TRANSPORTATION:PUBLIC_TRANSIT", -5, 3, mcc="4111", varies=20),
        _move(water, f"{water.upper()} BPAY", "RENT_AND_UTILITIES:WATER", -164, 90, mcc="4900", varies=15),
        _move("Telstra", "TELSTRA MOBILE", "RENT_AND_UTILITIES:TELEPHONE", -59, 30, mcc="4814", type="DIRECT_DEBIT"),
        _move("Allianz", "ALLIANZ HOME INS AUS", "SERVICES:INSURANCE", -92, 30, mcc="6300", type="DIRECT_DEBIT"),
    ]
    return chance.sample(purchases, 4)


def _pay(chance: random.Random, employer: str) -> Movement:
    amount = chance.randrange(2100, 4200)
    return _move(employer.title(), f"SALARY {employer}", "INCOME:SALARY", amount, 14, first_day=chance.randrange(14))


def _transfer(name: str, amount: int, *, every_days: int, first_day: int) -> tuple[Movement]:
    way, category = ("FROM", "TRANSFER_IN:ACCOUNT_TRANSFER") if amount > 0 else ("TO", "TRANSFER_OUT:ACCOUNT_TRANSFER")
    return (_move("Transfer", f"TRANSFER {way} {name}", category, amount, every_days, first_day=first_day),)


def _interest(amount: int) -> Movement:
    return _move("Interest", "INTEREST PAID", "INCOME:INTEREST_EARNED", amount, 30, first_day=1, type="INTEREST_PAID")


def _card(chance: random.Random, place: str) -> AccountSpec:
    spent = _move("Bunnings", f"BUNNINGS 512 {place}", "GENERAL_MERCHANDISE:HARDWARE", -48, 6, mcc="5200", varies=60)
    return AccountSpec(
        key="card",
        name="Low Rate Card",
        category="CRED_AND_CHRG_CARDS",
        product="Low Rate Visa",
        opening="-940.00",
        credit_limit=f"{chance.randrange(2, 12) * 1000}.00",
        moves=(spent, *_transfer("EVERYDAY", 260, every_days=30, first_day=8)),
    )


def _loan(owed: int, repaid: int) -> AccountSpec:
    interest = -(owed * 5 // 1200)
    charged = _move(
        "Interest", "INTEREST CHARGED", "LOAN_PAYMENTS:MORTGAGE_PAYMENT", interest, 30, first_day=1, type="INTEREST_CHARGED"
    )
    return AccountSpec(
        key="loan",
        name="Home Loan",
        category="RESIDENTIAL_MORTGAGES",
        product="Variable Home Loan",
        opening=f"-{owed}.00",
        moves=(charged, *_transfer("EVERYDAY", repaid, every_days=30, first_day=2)),
    )


def _move(
    merchant: str,
    description: str,
    category: str,
    amount: int,
    every_days: int,
    *,
    mcc: str | None = None,
    varies: int = 0,
    first_day: int = 0,
    type: str | None = None,  # noqa: A002 - the name in the API
) -> Movement:
    return Movement(
        merchant=merchant,
        description=description,
        category=category,
        mcc=mcc,
        amount=f"{amount}.00",
        every_days=every_days,
        varies_percent=varies,
        first_day=first_day,
        type=type,
    )
