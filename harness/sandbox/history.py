"""Accounts and movements out of a person's file and the seed: the same person has the same rows, whoever looks.

Days and hours are those of the east coast, so that shops close at night; the wire has them in UTC, with minute precision.
Nothing lies in the future of the day that the history ends with.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from harness.ids import Mint, stream
from harness.model import Account, Person, Transaction
from harness.model.people import AccountSpec, Movement

CENT = Decimal("0.01")
EAST_COAST = timezone(timedelta(hours=10))
BANK_CODES = (1, 3, 6, 8, 11, 48, 63, 73)
STATE_DIGITS = (2, 3, 4, 5, 6, 7)


class View(Struct, frozen=True, kw_only=True):
    """Whose ids the rows carry: one end user at one institution, under one consent."""

    mint: Mint
    end_user_id: str
    institution_id: str
    arrangement_id: str

    @property
    def owner(self) -> str:
        """What salts the ids of the rows; a later consent at the same institution shows the same ones."""
        return f"{self.end_user_id}@{self.institution_id}"


def account_of(view: View, person: Person, spec: AccountSpec) -> Account:
    """The account that *spec* describes."""
    chance = stream(view.mint.seed, "account", person.holder_of(spec), spec.key)
    number = view.mint.digits(9, view.owner, f"{spec.key}:number")
    bsb = f"{chance.choice(BANK_CODES):02d}{chance.choice(STATE_DIGITS)}-{chance.randrange(1000):03d}"
    return Account(
        key=spec.key,
        fiskil_id=view.mint.row_id("bank_account_", view.owner, spec.key),
        account_id=view.mint.digits(10, view.owner, spec.key),
        arrangement_id=view.arrangement_id,
        institution_id=view.institution_id,
        display_name=spec.name,
        masked_number="xxxxx" + number[-4:],
        account_number=number,
        bsb=bsb,
        product_name=spec.product,
        product_category=spec.category,
        creation_date=f"{chance.randrange(2005, 2022)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
    )


def movements_of(view: View, person: Person, spec: AccountSpec, account: Account, *, until: date) -> list[Transaction]:
    """Every movement on *account* up to the evening before *until*, and what is pending since that morning."""
    rows: list[Transaction] = []
    for number, move in enumerate(spec.moves):
        chance = stream(view.mint.seed, "moves", person.holder_of(spec), spec.key, number)
        for days_ago in range(move.first_day, person.history_days, move.every_days):
            amount = _vary(move, chance.random())
            at = _moment(until - timedelta(days=days_ago + 1), minute=chance.randrange(7 * 60, 21 * 60))
            rows.append(_posted(view, account, f"{spec.key}:{number}:{days_ago}", move, amount, at))
    outgoing = [move for move in spec.moves if move.amount.startswith("-")] or list(spec.moves)
    for number in range(spec.pending if outgoing else 0):
        move = outgoing[number % len(outgoing)]
        chance = stream(view.mint.seed, "pending", person.holder_of(spec), spec.key, number)
        row = _posted(
            view, account, f"{spec.key}:pending:{number}", move, _vary(move, chance.random()), _moment(until, minute=9 * 60)
        )
        rows.append(_pending(row, has_date=number % 2 == 1))
    return rows


def stamp(at: datetime) -> str:
    """An instant as rows write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


def _moment(day: date, *, minute: int) -> datetime:
    return datetime.combine(day, time(), EAST_COAST) + timedelta(minutes=minute)


def _posted(view: View, account: Account, key: str, move: Movement, amount: Decimal, at: datetime) -> Transaction:
    is_detailed = _type_of(move).startswith("TRANSFER_")
    return Transaction(
        key=key,
        fiskil_id=view.mint.row_id("bank_tx_", view.owner, key),
        transaction_id=view.mint.row_id("txn-", view.owner, key, length=32),
        account_id=account.account_id,
        arrangement_id=view.arrangement_id,
        institution_id=view.institution_id,
        amount=str(amount),
        description=move.description,
        status="POSTED",
        type=_type_of(move),
        posting_date_time=stamp(at),
        execution_date_time=stamp(at),
        value_date_time=stamp(at),
        merchant_name=move.merchant,
        merchant_category_code=move.mcc,
        category={
            "primary_category": move.category.split(":")[0],
            "secondary_category": move.category.replace(":", "_"),
            "confidence_level": "VERY_HIGH",
        },
        is_detail_available=is_detailed,
        extended_data=_extended(move) if is_detailed else {"service": ""},
    )


def _extended(move: Movement) -> dict[str, Any]:
    """What a payment through the fast network carries. Source: versions.npp-payload"""
    side = "payee" if move.amount.startswith("-") else "payer"
    payload = {"extended_description": move.description, "service": "X2P1", "service_version": "01"}
    return {side: move.merchant, "extension_u_type": "nppPayload", "npp_payload": payload}


def _pending(row: Transaction, *, has_date: bool) -> Transaction:
    """Source: data.pending-dates"""
    return msgspec.structs.replace(
        row,
        status="PENDING",
        description=f"Pending {row.description}",
        posting_date_time=None,
        value_date_time=None,
        execution_date_time=row.execution_date_time if has_date else None,
    )


def _type_of(move: Movement) -> str:
    if move.type is not None:
        return move.type
    if move.amount.startswith("-"):
        return "TRANSFER_OUTGOING" if move.category.startswith("TRANSFER_OUT") else "PAYMENT"
    return "TRANSFER_INCOMING"


def _vary(move: Movement, chance: float) -> Decimal:
    factor = Decimal(1) + Decimal(move.varies_percent) * Decimal(str(round(chance * 2 - 1, 4))) / 100
    return (Decimal(move.amount) * factor).quantize(CENT)
