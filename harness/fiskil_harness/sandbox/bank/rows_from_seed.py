"""Accounts and movements out of a person's file and the seed: the same person has the same rows, whoever looks.

Days and hours are those of the east coast, so that shops close at night; the wire has them in UTC, with minute precision.
Nothing lies in the future: a day's rows are known when the next one has begun.
"""

from typing import Any

from msgspec import Struct

from fiskil_harness.core.model import Account, Person, Transaction
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint, RowIds, stream
from fiskil_harness.sandbox.bank.amounts import CENT as CENT  # noqa: PLC0414 - whoever reads a history counts in cents
from fiskil_harness.sandbox.bank.amounts import Amounts
from fiskil_harness.sandbox.bank.days import EAST_COAST as EAST_COAST  # noqa: PLC0414 - rows have its days
from fiskil_harness.sandbox.bank.pending_purchases import Slot
from fiskil_harness.sandbox.bank.pending_schedule import turns_of
from fiskil_harness.sandbox.bank.series import MARKS, Days, Series

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
    """The account that *spec* describes: whoever looks at it sees one number, under an ``account_id`` of their own.

    All accounts at an institution have its bank code; a card has no BSB.
    """
    holder = person.holder_of(spec)
    chance = stream(view.mint.seed, "account", holder, spec.key)
    number = view.mint.digits(9, f"{view.mint.seed}:{holder}@{view.institution_id}", f"{spec.key}:number")
    bank = stream(view.mint.seed, "bank", view.institution_id).choice(BANK_CODES)
    bsb = f"{bank:02d}{chance.choice(STATE_DIGITS)}-{chance.randrange(1000):03d}"
    return Account(
        key=spec.key,
        fiskil_id=view.mint.row_id("bank_account_", view.owner, spec.key),
        account_id=view.mint.digits(10, view.owner, spec.key),
        arrangement_id=view.arrangement_id,
        institution_id=view.institution_id,
        display_name=spec.name,
        masked_number="xxxxx" + number[-4:],
        account_number=number,
        bsb=None if spec.category == "CRED_AND_CHRG_CARDS" else bsb,
        product_name=spec.product,
        product_category=spec.category,
        creation_date=f"{chance.randrange(2005, 2022)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
    )


class Origin(Struct, frozen=True, kw_only=True):
    """What the rows of one account come from: the account, who has it, and the last day of the history."""

    view: View
    person: Person
    spec: AccountSpec
    account: Account
    ids: RowIds
    last: int


def regular_rows(origin: Origin, *, first_number: int) -> list[Series]:
    """The series of every movement on an account."""
    made: list[Series] = []
    for number, move in enumerate(origin.spec.moves):
        chance = stream(origin.view.mint.seed, "moves", origin.person.holder_of(origin.spec), origin.spec.key, number)
        made.append(
            Series(
                key=f"{origin.spec.key}:{number}",
                number=first_number + number,
                days=Days(zero=origin.last - move.first_day, step=-move.every_days, last=origin.last),
                sample=_sample(origin.view, origin.account, move),
                amounts=Amounts(move, chance),
                ids=origin.ids,
                salt=chance.getrandbits(64),
                per_day=move.times_a_day,
            )
        )
    return made


def pending_places(origin: Origin, *, first_number: int) -> list[Slot]:
    """The places for what is PENDING on an account."""
    spec = origin.spec
    made: list[Slot] = []
    for number, turns in enumerate(turns_of(spec)):
        move = spec.moves[turns.move]
        chance = stream(origin.view.mint.seed, "pending", origin.person.holder_of(spec), spec.key, number)
        made.append(
            Slot(
                key=f"{spec.key}:pending:{number}",
                number=first_number + number,
                place=number,
                turns=turns,
                last=origin.last,
                sample=_sample(origin.view, origin.account, move),
                amounts=Amounts(move, chance),
                ids=origin.ids,
                salt=chance.getrandbits(64),
            )
        )
    return made


def _sample(view: View, account: Account, move: Movement) -> Transaction:
    """What every row of a movement has, with marks where each one differs."""
    is_detailed = _type_of(move).startswith("TRANSFER_")
    return Transaction(
        key="",
        fiskil_id=MARKS[0],
        transaction_id=MARKS[1],
        account_id=account.account_id,
        arrangement_id=view.arrangement_id,
        institution_id=view.institution_id,
        amount=MARKS[2],
        description=move.description,
        status="POSTED",
        type=_type_of(move),
        posting_date_time=MARKS[3],
        execution_date_time=MARKS[4],
        value_date_time=MARKS[3],
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


def _type_of(move: Movement) -> str:
    if move.type is not None:
        return move.type
    if move.amount.startswith("-"):
        return "TRANSFER_OUTGOING" if move.category.startswith("TRANSFER_OUT") else "PAYMENT"
    return "TRANSFER_INCOMING"
