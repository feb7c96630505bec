"""Bills as rows: one invoice per bill, and one billing transaction per charge and payment."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.core.model.energy_rows import BillingTransaction, Invoice
from fiskil_harness.sandbox.energy.bills import Bill, Charge, total

FIELDS = {"usage": "usage", "demand": "demand", "onceOff": "once_off", "otherCharges": "other_charges", "payment": "payment"}
"""The field in which each kind of billing transaction has its details. Source: energy.unions"""

Identify = Callable[[str, str], dict[str, Any]]
"""A function that returns a row's key, ids and account, given the id prefix of its kind and its name in the account."""

METHODS = {"directDebit": "DIRECT_DEBIT", "cardDebit": "CARD", "digitalWallet": "OTHER", "manualPayment": "BPAY"}


def invoice_rows(
    identify: Identify, spec: EnergyAccountSpec, bills: tuple[Bill, ...], points: tuple[str, ...]
) -> list[Invoice]:
    """Return one invoice per bill. Source: energy.adds-up"""
    rows = []
    for bill in bills:
        ids = identify("energy_invoice_", f"{bill.number:04d}")
        charged = bill.of("usage", "generation", "other", "once_off")
        supplied = {
            "total_usage_charges": _sum(bill.of("usage")),
            "total_generation_credits": _sum(bill.of("generation"), sign=-1),
            "total_once_off_charges": _sum(bill.of("once_off")),
            "total_once_off_discounts": "0.00",
            "other_charges": [
                {"type": charge.fields["type"], "amount": str(charge.amount), "description": charge.fields["description"]}
                for charge in bill.of("other")
            ],
            "total_gst": str(total(charge.gst for charge in charged)),
        }
        account_charges = {
            "total_charges": "0.00",
            "total_discounts": _sum(bill.of("account"), sign=-1),
            "total_gst": str(total(charge.gst for charge in bill.of("account"))),
        }
        rows.append(
            Invoice(
                **ids,
                invoice_number=number_of(ids, bill),
                issue_date=str(bill.period.issued),
                due_date=str(bill.period.due),
                period={"start_date": str(bill.period.first), "end_date": str(bill.period.last)},
                invoice_amount=str(bill.amount),
                gst_amount=str(bill.gst),
                balance_at_issue=str(_owing(bills, bill)),
                service_points=points,
                account_charges=account_charges,
                payment_status=_status(bill),
                electricity=None if spec.is_gas else supplied,
                gas=supplied if spec.is_gas else None,
            )
        )
    return rows


def billing_rows(
    identify: Identify, spec: EnergyAccountSpec, bills: tuple[Bill, ...], points: tuple[str, ...]
) -> list[BillingTransaction]:
    """Return every charge on the day its bill was sent, and every payment on its own day."""
    rows = []
    for bill in bills:
        for at, charge in enumerate(bill.charges):
            place = {"service_point_id": points[0]} if points and charge.belongs != "account" else {}
            ids = identify("energy_billing_", f"{bill.number:04d}:{at:02d}")
            fields = {"amount": str(charge.amount), **charge.fields, "invoice_number": number_of(ids, bill), **place}
            rows.append(_transaction(ids, charge.kind, fields, on=bill.period.issued, gst=str(charge.gst)))
        for at, payment in enumerate(bill.payments):
            ids = identify("energy_billing_", f"{bill.number:04d}:paid{at or ''}")
            paid = {"amount": str(payment.amount), "method": METHODS[spec.payment]}
            rows.append(_transaction(ids, "payment", paid, on=payment.on))
    return rows


def number_of(ids: dict[str, Any], bill: Bill) -> str:
    """Return the invoice number of *bill*: the account id and a sequence number."""
    return f"{ids['account_id']}-{bill.number + 1:03d}"


def _transaction(
    ids: dict[str, Any], kind: str, fields: dict[str, Any], *, on: date, gst: str | None = None
) -> BillingTransaction:
    values: dict[str, Any] = {**ids, FIELDS[kind]: fields}
    return BillingTransaction(**values, execution_date_time=f"{on}T02:00:00Z", transaction_u_type=kind, gst=gst)


def _owing(bills: tuple[Bill, ...], bill: Bill) -> Decimal:
    """Return the amount owed when *bill* was sent, this bill included."""
    sent = [other for other in bills if other.number <= bill.number]
    paid = [pay.amount for other in bills for pay in other.payments if pay.on <= bill.period.issued]
    return total(bill.amount for bill in sent) - total(paid)


def _status(bill: Bill) -> str:
    if not bill.payments:
        return "NOT_PAID"
    return "PAID" if bill.paid == bill.amount else "PARTIALLY_PAID"


def _sum(charges: list[Charge], *, sign: int = 1) -> str:
    # Adding zero turns the negative zero of an empty sum into zero.
    return str(sign * total(charge.amount for charge in charges) + Decimal("0.00"))
