"""The energy bills of a person, as rows of the bank account that pays them.

Amounts and days are those of the retailer's records, so that the books of bank and retailer agree.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fiskil_harness.core.model import Institution, Person
from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.sandbox.bank.listed_rows import Listing
from fiskil_harness.sandbox.energy.bills import Biller
from fiskil_harness.sandbox.energy.payments import biller_of, bills_between

_BILL, _REFUND = "RENT_AND_UTILITIES:GAS_AND_ELECTRICITY", "TRANSFER_IN:OTHER_TRANSFER_IN"
_DESCRIPTIONS = {
    "directDebit": "DIRECT DEBIT {}",
    "cardDebit": "VISA DEBIT {}",
    "digitalWallet": "PAYPAL *{}",
    "manualPayment": "{} BPAY",
}
PAYMENTS, REFUNDS = ("bill", "rest"), ("refund", "refund-rest")
"""The series of one energy account: payments of bills and their second halves, and refunds of bills below zero likewise.

The second half of a bill is due on the day of the next bill's first half, and a series has one row a day.
"""


class Contract(NamedTuple):
    """An energy account, its plan, and the name of the retailer."""

    spec: EnergyAccountSpec
    plan: EnergyPlan
    retailer: str


def contracts_of(person: Person, institutions: Mapping[str, Institution]) -> list[Contract]:
    """Return the energy accounts of *person* whose plan an institution offers."""
    offers = {plan.plan_id: (plan, retailer.name) for retailer in institutions.values() for plan in retailer.plans}
    return [Contract(spec, *offers[spec.plan_id]) for spec in person.energy if spec.plan_id in offers]


def paying_account(person: Person) -> AccountSpec | None:
    """Return the account that pays the bills: the first that is the person's own, open, and for everyday payments."""
    return next(
        (
            spec
            for spec in person.accounts
            if spec.category == "TRANS_AND_SAVINGS_ACCOUNTS"
            and spec.open_status == "OPEN"
            and spec.joint_with is None
            and spec.closes_on_day is None
        ),
        None,
    )


def customer_of(person: Person, contract: Contract) -> str:
    """Return a text that identifies the customer of a contract at the retailer."""
    return f"{person.email}:{contract.spec.key}"


def movement_of(contract: Contract, part: str) -> Movement:
    """Return the fields that the rows of a contract share; their days and amounts are not those of this movement."""
    retailer, payment, is_refund = contract.retailer, contract.spec.payment, part in REFUNDS
    return Movement(
        merchant=retailer,
        description=f"REFUND {retailer.upper()}" if is_refund else _DESCRIPTIONS[payment].format(retailer.upper()),
        category=_REFUND if is_refund else _BILL,
        mcc="4900",
        amount="1.00" if is_refund else "-1.00",
        every_days=30,
        type="DIRECT_DEBIT" if payment == "directDebit" and not is_refund else None,
    )


class BillPayments:
    """The payments of one contract, by part, from the first day of the bank's history on."""

    def __init__(
        self,
        person: Person,
        contract: Contract,
        *,
        account_key: str,
        seed: int,
        state: str,
        began: date,
        since: date,
    ) -> None:
        """Calculate nothing yet; *account_key* is the account that pays, and *began* the sandbox's first day."""
        self.account_key = account_key
        self.listings = {part: Listing() for part in (*PAYMENTS, *REFUNDS)}
        self._biller: Biller = biller_of(seed, person.email, contract.spec, contract.plan, state)
        self._began, self._since = began, since

    def extend(self, until: date) -> None:
        """List the payments before *until* that are not listed yet."""
        if until <= self._since:
            return
        for bill in bills_between(self._biller, began=self._began, since=self._since, until=until):
            for number, payment in enumerate(bill.payments):
                if payment.on >= self._since:
                    part = (REFUNDS if payment.amount < 0 else PAYMENTS)[number]
                    self.listings[part].add(payment.on.toordinal(), -int(payment.amount * 100))
        self._since = until
