"""Accounts and rows generated from a person's file and the seed: a person has the same rows for every end user.

Days and hours are those of the Australian east coast; the API shows them in UTC, with minute precision.
"""

# Theory of operation
#
# No row is stored. A row is a function of (seed, account, day, number in the day). So a sandbox starts and resets at once,
# millions of rows need no memory, and a failed scenario is repeated from its seed alone.
#
# From a day to an index: a movement (a regular payment) has rows on every n-th day. Its series computes the index of each
# row from its day (`Days`), in the history and after it. From an index to values: `Amounts` and `Series` hash the index with
# two salts. No row needs the row before it.
#
# Salaries, pensions, direct debits, rent and transfers have fixed dates, wherever the history ends. A row whose day is not a
# business day is posted on the next one (`Days.posted`), but keeps its own day as identity. Such days are at least a week
# apart and a row is at most six days late, so at most one day of a series is late at a time, and counting stays arithmetic.
#
#     value             depends on
#     rows that exist   the person's file, the last day of the history, the days since then, the days the account is open
#     amount and time   the seed, the holder, the account key, the number of the movement, the index of the row
#     PENDING, POSTED   the days since the history and the slot's schedule: one division gives the purchase and its age
#     ids               the salt of the run, the end user and institution, the key and the index of the row
#     balance           the opening amount plus the POSTED rows; the available balance adds the PENDING rows
#
# Two kinds of rows follow other books, so no formula gives them: payments of energy bills, and interest. Their days and
# amounts are calculated in order and listed (`Listing`), as far as the clock has come; there are few of them.
#
# Changes by scenarios are stored separately from the series: a few edits, added rows and removed ids (`Changes`).
#
# Invariants, and why they hold:
# 1. Same seed, same rows, for every end user, consent, thread and order of requests: reading a row draws nothing. Only ids
#    differ between runs, so that an app which remembers an earlier run does not mistake a new row for an old one.
# 2. The books add up. Rows and balances use the same amounts in cents: 64 amounts, permuted in each block of 64 rows. The
#    sum of any range is exact: a constant for each whole block, plus at most two partial blocks.
# 3. A page costs the same however many rows there are. The rows newer than a day are counted by arithmetic; `Timeline`
#    finds the day of a position by bisection and sorts the rows of that day only.
# 4. A row is found by its id without iterating over rows: the id encodes the numbers of its series and index. The id of
#    that row is then computed and compared, so an invented id finds nothing.
# 5. No row lies in the future: the rows posted on a day exist once the next day has begun. POSTED rows stay as time passes.
# 6. A purchase is not paid twice. From the end of the history on, slots replace the regular rows of their movement, except
#    where a movement is too frequent for its slots; there both continue.
#
# Therefore never draw from a random stream once per row. Append a new movement to its file, and a new draw to this module:
# if you insert them earlier, the rows of every seed change.

import random
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.model import Account, Person, Transaction
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint, RowIds, stream
from fiskil_harness.sandbox.bank.amounts import CENT as CENT  # noqa: PLC0414 - part of this module's interface: rows are rounded to cents
from fiskil_harness.sandbox.bank.amounts import Amounts
from fiskil_harness.sandbox.bank.bill_payments import Contract, customer_of, movement_of
from fiskil_harness.sandbox.bank.business_days import is_on_business_days
from fiskil_harness.sandbox.bank.days import EAST_COAST as EAST_COAST  # noqa: PLC0414 - part of this module's interface: rows have east coast days
from fiskil_harness.sandbox.bank.hours import hours_of
from fiskil_harness.sandbox.bank.listed_rows import Listing
from fiskil_harness.sandbox.bank.pending_purchases import Slot
from fiskil_harness.sandbox.bank.pending_schedule import slot_schedules
from fiskil_harness.sandbox.bank.series import MARKS, Days, Series
from fiskil_harness.sandbox.bank.transaction_details import details_of
from fiskil_harness.sandbox.openapi.optional_fields import filled

CALENDAR = date(2026, 3, 1).toordinal()
"""The end of the history from which regular payments on business days count back, whenever the sandbox starts."""
_YEAR_DAYS = 366
_FAST = ("INCOME:OTHER_INCOME", "INCOME:RENTAL", "TRANSFER_IN:OTHER_TRANSFER_IN", "TRANSFER_OUT:OTHER_TRANSFER_OUT")
# In these hours it is the same date in UTC, in which retailers date payments.
_HOURS_OF_BILLS = (11 * 60, 8 * 60)
BANK_CODES = (1, 3, 6, 8, 11, 48, 63, 73)
STATE_DIGITS = (2, 3, 4, 5, 6, 7)


class View(Struct, frozen=True, kw_only=True):
    """The end user, institution and consent whose ids the rows contain."""

    mint: Mint
    end_user_id: str
    institution_id: str
    arrangement_id: str

    @property
    def owner(self) -> str:
        """Return the text from which row ids are derived; a later consent at the same institution has the same ids."""
        return f"{self.end_user_id}@{self.institution_id}"


def account_of(view: View, person: Person, spec: AccountSpec) -> Account:
    """Return the account that *spec* describes.

    Every end user sees the same account number, but their own ``account_id``. All accounts at an institution share its bank
    code. A card has no BSB (branch code).
    """
    holder = person.holder_of(spec)
    chance = stream(view.mint.seed, "account", holder, spec.key)
    number = view.mint.account_number(9, f"{view.mint.seed}:{holder}@{view.institution_id}", spec.key)
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
    """The data from which one account's rows are generated.

    ``last`` is the last day of the history, ``state`` the one whose business days count.
    """

    view: View
    person: Person
    spec: AccountSpec
    account: Account
    ids: RowIds
    last: int
    state: str


def regular_rows(origin: Origin, *, first_number: int) -> list[Series]:
    """Return one series (the rows of one regular payment) for each movement of an account."""
    series: list[Series] = []
    for number, move in enumerate(origin.spec.moves):
        chance = stream(origin.view.mint.seed, "moves", origin.person.holder_of(origin.spec), origin.spec.key, number)
        amounts, salt = Amounts(move, chance), chance.getrandbits(64)
        series.append(
            Series(
                key=f"{origin.spec.key}:{number}",
                number=first_number + number,
                days=_days(origin, move),
                sample=_sample(origin, move, chance),
                amounts=amounts,
                ids=origin.ids,
                salt=salt,
                per_day=move.times_a_day,
                hours=hours_of(move),
            )
        )
    return series


def rows_of_bills(origin: Origin, contract: Contract, listings: dict[str, Listing], *, first_number: int) -> list[Series]:
    """Return the series of the payments of a contract: one for each listing."""
    seed, customer = origin.view.mint.seed, customer_of(origin.person, contract)
    series: list[Series] = []
    for number, (part, listing) in enumerate(listings.items()):
        chance, move = stream(seed, "bills", customer, part), movement_of(contract, part)
        series.append(
            Series(
                key=f"{origin.spec.key}:{part}:{contract.spec.key}",
                number=first_number + number,
                days=listing.days,
                sample=_sample(origin, move, chance, customer=customer),
                amounts=listing.amounts,
                ids=origin.ids,
                salt=chance.getrandbits(64),
                hours=_HOURS_OF_BILLS,
            )
        )
    return series


def _days(origin: Origin, move: Movement) -> Days:
    """Return the days of a movement's rows.

    Payments on business days have the same dates and ids in every sandbox. Other rows count back from the end of the
    history, and so do payments less often than once a year, because they belong to an event in the person's life.
    """
    is_regular = is_on_business_days(move)
    is_fixed = is_regular and move.every_days <= _YEAR_DAYS
    return Days(
        zero=(CALENDAR if is_fixed else origin.last) - move.first_day,
        step=-move.every_days,
        last=origin.last,
        state=origin.state if is_regular else "",
        is_fixed=is_fixed,
    )


def pending_places(origin: Origin, *, first_number: int) -> list[Slot]:
    """Return the slots of an account (sequences of purchases that start as PENDING)."""
    spec = origin.spec
    slots: list[Slot] = []
    for number, turns in enumerate(slot_schedules(spec)):
        move = spec.moves[turns.move]
        chance = stream(origin.view.mint.seed, "pending", origin.person.holder_of(spec), spec.key, number)
        amounts, salt = Amounts(move, chance), chance.getrandbits(64)
        slots.append(
            Slot(
                key=f"{spec.key}:pending:{number}",
                number=first_number + number,
                place=number,
                turns=turns,
                last=origin.last,
                # PENDING rows of a slot have an execution time or no date at all. Source: data.pending-dates
                sample=msgspec.structs.replace(_sample(origin, move, chance), execution_date_time=MARKS[4]),
                amounts=amounts,
                ids=origin.ids,
                salt=salt,
                state=origin.state if is_on_business_days(move) else "",
            )
        )
    return slots


def _sample(origin: Origin, move: Movement, chance: random.Random, *, customer: str = "") -> Transaction:
    """Return a row with the fields that all rows of a movement share, and placeholders for the others.

    *customer* is the biller's name for the payer, if it is not the holder of the account.
    """
    view, account, person = origin.view, origin.account, origin.person
    is_detailed = is_fast_payment(move)
    details = details_of(person, origin.spec, move, chance, seed=view.mint.seed, customer=customer)
    executed, valued = details.pop("execution_date_time"), details.pop("value_date_time")
    extended: dict[str, Any] | None = _extended(move) if is_detailed else {"service": ""}
    match person.optional_fields:
        case "every" if is_detailed:
            extended = filled(extended, {"$ref": "#/components/schemas/ExtendedData"})
        case "parts":
            extended = {"npp_payload": {}} if is_detailed else {}
        case "none":
            extended = None
    return Transaction(
        key="",
        fiskil_id=MARKS[0],
        transaction_id=None if person.optional_fields in {"parts", "none"} else MARKS[1],
        account_id=account.account_id,
        arrangement_id=view.arrangement_id,
        institution_id=view.institution_id,
        amount=MARKS[2],
        description=move.description,
        status="POSTED",
        type=_type_of(move),
        posting_date_time=MARKS[3],
        execution_date_time=MARKS[4] if executed else None,
        value_date_time=MARKS[5] if valued else None,
        is_detail_available=is_detailed,
        extended_data=extended,
        **details,
    )


def _extended(move: Movement) -> dict[str, Any]:
    """Return the extended data of a payment through the fast payment network. Source: versions.npp-payload"""
    side = "payee" if move.amount.startswith("-") else "payer"
    payload = {"extended_description": move.description, "service": "X2P1", "service_version": "01"}
    return {side: move.merchant, "extension_u_type": "nppPayload", "npp_payload": payload}


def is_fast_payment(move: Movement) -> bool:
    """Return True if the bank has details of a movement's rows, because they pass through the fast payment network (NPP).

    Payrolls, pensions and dividends are processed in batches; transfers between a person's own accounts stay at the bank.
    """
    return _type_of(move).startswith("TRANSFER_") and move.category in _FAST


def _type_of(move: Movement) -> str:
    if move.type is not None:
        return move.type
    if move.amount.startswith("-"):
        return "TRANSFER_OUTGOING" if move.category.startswith("TRANSFER_OUT") else "PAYMENT"
    return "TRANSFER_INCOMING"
