"""Payments that a person authorised in advance: direct debits and scheduled payments."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fiskil_harness.core.identifiers import abn_of, acn_of
from fiskil_harness.core.model import Consent, Transaction
from fiskil_harness.core.model.payments import DirectDebit, ScheduledPayment
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.payees import bills, owner_of, payee_id
from fiskil_harness.sandbox.store import Store

_DEBITORS_BANKS = ("Bank of the Ranges", "Eastpac", "Gringgotts")


def direct_debits(store: Store, consent: Consent, at: datetime) -> tuple[DirectDebit, ...]:
    """Return one row, with the latest debit, per business that debited an account of the consent.

    Source: direct-debits.last-debit
    """
    ledger = store.ledgers[consent.arrangement_id]
    latest: dict[tuple[str, str], Transaction] = {}
    for row in ledger.statement(at).latest("DIRECT_DEBIT"):
        if _is_chosen(ledger, consent, row.account_id):
            latest.setdefault((row.account_id, row.merchant_name or row.description), row)
    return tuple(_direct_debit(store, consent, name, row) for (_, name), row in latest.items())


def scheduled_payments(store: Store, consent: Consent) -> tuple[ScheduledPayment, ...]:
    """Return the orders behind the rent and transfers of the history, and some orders that have not paid yet.

    Source: scheduled-payments.unions
    """
    ledger = store.ledgers[consent.arrangement_id]
    payments: list[ScheduledPayment] = []
    for spec in ledger.person.accounts:
        if spec.key not in consent.account_keys:
            continue
        for number, move in enumerate(spec.moves):
            target = _target(store, consent, ledger, spec, move)
            if target is not None:
                payments.append(_repeated(store, consent, ledger, spec, move, target, key=f"{spec.key}:{number}"))
    if consent.account_keys:
        payments += _without_history(store, consent, ledger)
    return tuple(payments)


def _is_chosen(ledger: Ledger, consent: Consent, account_id: str) -> bool:
    return any(ledger.accounts[key].account_id == account_id for key in consent.account_keys)


def _direct_debit(store: Store, consent: Consent, name: str, row: Transaction) -> DirectDebit:
    chance = stream(store.mint.seed, "entity", name)
    acn = acn_of(f"{chance.randrange(10**8):08d}")
    # The key does not depend on the latest row, so a direct debit keeps its id.
    key = f"{row.key.partition(':')[0]}:{name}"
    return DirectDebit(
        key=key,
        fiskil_id=store.mint.row_id("bank_dd_", owner_of(consent), key),
        account_id=row.account_id,
        arrangement_id=consent.arrangement_id,
        institution_id=consent.institution_id,
        authorised_entity={
            "description": name,
            "financial_institution": chance.choice(_DEBITORS_BANKS),
            "abn": abn_of(acn),
            "acn": acn,
        },
        last_debit_amount=str(abs(Decimal(row.amount))),
        last_debit_date_time=row.posting_date_time,
    )


def _target(store: Store, consent: Consent, ledger: Ledger, spec: AccountSpec, move: Movement) -> dict[str, Any] | None:
    """Return the recipient of rent (the landlord) or of a transfer (the person's account that receives the same amount).

    The result is None for other movements.
    """
    if move.category == "RENT_AND_UTILITIES:RENT":
        return {"to_utype": "payeeId", "payee_id": payee_id(store, consent, "rent"), "nickname": move.merchant}
    if not move.category.startswith("TRANSFER_OUT"):
        return None
    arrives = (move.amount.removeprefix("-"), move.every_days, move.first_day)
    for other in ledger.person.accounts:
        if other.key != spec.key and arrives in {(move.amount, move.every_days, move.first_day) for move in other.moves}:
            account_id = ledger.accounts[other.key].account_id
            return {"to_utype": "accountId", "account_id": account_id, "nickname": other.name}
    return None


def _repeated(
    store: Store, consent: Consent, ledger: Ledger, spec: AccountSpec, move: Movement, target: dict[str, Any], *, key: str
) -> ScheduledPayment:
    """Return the order behind a regular movement; the order has no end, so its number of remaining payments is left out."""
    schedule = {"intervals": [{"interval": f"P{move.every_days}D"}], "non_business_day_treatment": "AFTER"}
    return _order(
        store,
        consent,
        key,
        nickname=move.description,
        account_id=ledger.accounts[spec.key].account_id,
        payment=_fixed(move.amount.removeprefix("-"), target),
        recurrence={"recurrence_u_type": "intervalSchedule", "interval_schedule": schedule},
    )


def _without_history(store: Store, consent: Consent, ledger: Ledger) -> list[ScheduledPayment]:
    """Return orders that have not paid yet: monthly pocket money, a bill that is due, and a card payment."""
    person, chance = ledger.person, stream(store.mint.seed, "orders", ledger.person.email)
    account_id = ledger.accounts[consent.account_keys[0]].account_id
    friend = {"to_utype": "payeeId", "payee_id": payee_id(store, consent, "friend")}
    monthly = {"interval": "P1M", "last_week_day": "FRI", "final_payment_date": _later(ledger.until, 360)}
    pocket_money = _fixed(f"{chance.randrange(10, 60)}.00", friend)
    plans = [("Pocket money", pocket_money, {"recurrence_u_type": "lastWeekDay", "last_week_day": monthly})]
    for _, move in bills(person)[:1]:
        biller = {"to_utype": "payeeId", "payee_id": payee_id(store, consent, f"bill:{move.merchant}")}
        due = {"payment_date": _later(ledger.until, chance.randrange(3, 25))}
        paid = _fixed(move.amount.removeprefix("-"), biller)
        plans.append((move.merchant, paid, {"recurrence_u_type": "onceOff", "once_off": due}))
    for spec in person.accounts:
        if spec.category == "CRED_AND_CHRG_CARDS":
            card = {"to_utype": "accountId", "account_id": ledger.accounts[spec.key].account_id}
            event = {"description": "The day the statement of the card is due"}
            recurrence: dict[str, Any] = {"recurrence_u_type": "eventBased", "event_based": event}
            plans.append((spec.name, {"is_amount_calculated": True, "to": card}, recurrence))
    return [
        _order(store, consent, f"plan:{name}", nickname=name, account_id=account_id, payment=payment, recurrence=recurrence)
        for name, payment, recurrence in plans
    ]


def _fixed(amount: str, to: dict[str, Any]) -> dict[str, Any]:
    return {"amount": amount, "currency": "AUD", "is_amount_calculated": False, "to": to}


def _later(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def _order(
    store: Store,
    consent: Consent,
    key: str,
    *,
    nickname: str,
    account_id: str,
    payment: dict[str, Any],
    recurrence: dict[str, Any],
) -> ScheduledPayment:
    return ScheduledPayment(
        key=key,
        fiskil_id=store.mint.row_id("bank_sp_", owner_of(consent), key),
        arrangement_id=consent.arrangement_id,
        institution_id=consent.institution_id,
        scheduled_payment_id=store.mint.row_id("order-", owner_of(consent), key, length=16),
        nickname=nickname,
        payer_reference=nickname,
        payee_reference=f"REF {nickname}"[:18],
        status="ACTIVE",
        source={"account_id": account_id},
        payment_set=(payment,),
        recurrence=recurrence,
    )
