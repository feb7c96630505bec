"""Account details that depend on the product and the category, such as rates, loan instalments and card payments."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from fiskil_harness.core.model import Account, Consent
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.model.product import Product
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.address import addresses_of, state_of
from fiskil_harness.sandbox.bank.business_days import business_day_from
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.products import product_like
from fiskil_harness.sandbox.bank.rows_from_seed import CENT
from fiskil_harness.sandbox.store import Store

# Few people give an account a nickname or have a bundle of accounts.
_NICKNAMES = (None, None, None, "Bills", "Mine")
_BUNDLES = (None, None, None, None, None, None, "Everyday Package")
_BORROWED = ("LOANS", "CARDS", "MORTGAGES", "LEASES", "OVERDRAFTS")


def accounts(store: Store, consent: Consent, at: datetime) -> tuple[Account, ...]:
    """Return the accounts that the end user chose, as they are at the time *at*. Source: accounts.details"""
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(
        _detailed(store, consent, ledger, spec, at) for spec in ledger.person.accounts if spec.key in consent.account_keys
    )


def _detailed(store: Store, consent: Consent, ledger: Ledger, spec: AccountSpec, at: datetime) -> Account:
    account = _with_holder_details(ledger.accounts[spec.key], spec, until=ledger.until)
    product = product_like(store.institutions[consent.institution_id], spec.product, spec.category)
    addresses = addresses_of(ledger.person, seed=store.mint.seed)
    chance = stream(store.mint.seed, "nickname", ledger.person.holder_of(spec), spec.key)
    nickname, bundle = chance.choice(_NICKNAMES), chance.choice(_BUNDLES)
    return msgspec.structs.replace(
        account,
        nickname=_given(account.nickname, nickname),
        bundle_name=_given(account.bundle_name, bundle),
        addresses=tuple({"purpose": "REGISTERED", **address} for address in addresses),
        **(_of_product(product, spec, seed=store.mint.seed, owner=ledger.person.email) if product else {}),
        **_of_kind(ledger, spec, account, at, chosen=consent.account_keys, seed=store.mint.seed),
    )


def _given(changed: str | None, usual: str | None) -> str | None:
    """Return the value that a scenario set, or the usual one. An empty text becomes None, which is not served."""
    return usual if changed is None else changed or None


def _with_holder_details(account: Account, spec: AccountSpec, *, until: date) -> Account:
    """Return *account* with ownership, open status and creation date from the holder's person file."""
    opened = spec.opens_on_day
    return msgspec.structs.replace(
        account,
        account_ownership=spec.ownership,
        open_status=spec.open_status,
        creation_date=account.creation_date if opened is None else (until + timedelta(days=opened)).isoformat(),
    )


def _of_product(product: Product, spec: AccountSpec, *, seed: int, owner: str) -> dict[str, Any]:
    """Return the fields with rates, fees and features of *product*; some features are not activated.

    Source: versions.activated
    """
    chance = stream(seed, "features", owner, spec.key)
    is_borrowed = any(word in spec.category for word in _BORROWED)
    rates = product.lending_rates if is_borrowed else product.deposit_rates
    return {
        "deposit_rates": product.deposit_rates or None,
        "lending_rates": product.lending_rates or None,
        "lending_rate" if is_borrowed else "deposit_rate": rates[0]["rate"] if rates else None,
        "fees": product.fees,
        "features": tuple(
            {**feature, "is_activated": "ACTIVATED" if number == 0 or chance.random() < 0.7 else "NOT_ACTIVATED"}
            for number, feature in enumerate(product.features)
        ),
    }


def _of_kind(
    ledger: Ledger, spec: AccountSpec, account: Account, at: datetime, *, chosen: tuple[str, ...], seed: int
) -> dict[str, Any]:
    """Return the fields that only cards, loans or term deposits have; empty for other categories."""
    if spec.category == "CRED_AND_CHRG_CARDS":
        return {"specific_account_u_type": "creditCard", "credit_card": _credit_card(ledger, spec, at)}
    if spec.category == "RESIDENTIAL_MORTGAGES" or spec.category.endswith("LOANS"):
        return {"specific_account_u_type": "loan", "loan": _loan(ledger, spec, account, at, chosen, seed)}
    if spec.category == "TERM_DEPOSITS":
        return {"specific_account_u_type": "termDeposit", "term_deposit": _term_deposit(ledger, spec, at)}
    return {}


def _credit_card(ledger: Ledger, spec: AccountSpec, at: datetime) -> dict[str, Any]:
    """Return card details; the minimum payment is 1/40 of the debt and at least $25, but never more than the debt."""
    owed = max(Decimal(0), -Decimal(ledger.balance(spec.key, at).current_balance))
    least = min(owed, max(Decimal(25), (owed / 40).quantize(CENT)))
    return {
        "min_payment_amount": str(least.quantize(CENT)),
        "payment_due_amount": str(owed.quantize(CENT)),
        "payment_currency": "AUD",
        "payment_due_date": (ledger.today(at) + timedelta(days=14)).isoformat(),
    }


def _loan(
    ledger: Ledger, spec: AccountSpec, account: Account, at: datetime, chosen: tuple[str, ...], seed: int
) -> dict[str, Any]:
    """Return loan details.

    The next instalment is due one interval after the last received transfer, on a business day. The offset account is the
    everyday account.
    """
    paid = next((move for move in spec.moves if not move.amount.startswith("-")), None)
    every = timedelta(days=paid.every_days if paid else 30)
    received = ledger.statement(at).where(account_ids=(account.account_id,), status="POSTED")
    paid_at = next((row.posting_date_time for row in received if not row.amount.startswith("-")), None)
    last = date.fromisoformat(paid_at[:10]) if paid_at else ledger.today(at)
    started, state = date.fromisoformat(account.creation_date), state_of(ledger.person, seed=seed)
    offset = next(
        (account for account in ledger.person.accounts if account.key == "everyday" and account.key in chosen), None
    )
    return {
        "original_start_date": account.creation_date,
        "original_loan_amount": str((-Decimal(spec.opening) * Decimal("1.1")).quantize(Decimal(1000)).quantize(CENT)),
        "original_loan_currency": "AUD",
        "loan_end_date": started.replace(year=started.year + 30, day=min(started.day, 28)).isoformat(),
        "next_instalment_date": date.fromordinal(business_day_from((last + every).toordinal(), state)).isoformat(),
        "min_instalment_amount": paid.amount if paid else "0.00",
        "min_instalment_currency": "AUD",
        "max_redraw": "0.00",
        "max_redraw_currency": "AUD",
        "min_redraw": "500.00",
        "min_redraw_currency": "AUD",
        "offset_account_enabled": offset is not None,
        "offset_account_ids": [ledger.accounts[offset.key].account_id] if offset else [],
        "repayment_type": spec.repayment_type,
        "repayment_frequency": f"P{every.days}D",
    }


def _term_deposit(ledger: Ledger, spec: AccountSpec, at: datetime) -> dict[str, Any]:
    """Return term deposit details; a deposit with a closing day is paid out at maturity, and others are rolled over."""
    is_paid_out = spec.closes_on_day is not None
    lodged = ledger.until - timedelta(days=spec.lodged_days_ago)
    return {
        "lodgement_date": lodged.isoformat(),
        "maturity_date": (lodged + timedelta(days=spec.term_days)).isoformat(),
        "maturity_amount": spec.opening if is_paid_out else ledger.balance(spec.key, at).current_balance,
        "maturity_currency": "AUD",
        "maturity_instructions": "PAID_OUT_AT_MATURITY" if is_paid_out else "ROLLED_OVER",
    }
