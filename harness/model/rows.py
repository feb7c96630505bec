"""Rows of data as the API serves them: snake_case, money as decimal strings, dates as the wire writes them."""

from typing import Any

from msgspec import Struct


class Account(Struct, frozen=True, kw_only=True):
    """One account of a consent. ``key`` is its name in the person's file and never leaves the sandbox."""

    key: str
    fiskil_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    display_name: str
    masked_number: str
    account_number: str
    bsb: str
    product_name: str
    product_category: str
    account_ownership: str = "ONE_PARTY"
    open_status: str = "OPEN"
    is_owned: bool = True
    creation_date: str = "2020-01-01"


class Balance(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account holds at the moment of the sync."""

    fiskil_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    current_balance: str
    available_balance: str
    currency: str = "AUD"
    credit_limit: str | None = None


class Transaction(Struct, frozen=True, kw_only=True):
    """One movement on an account. ``amount`` is signed: negative is money out.

    ``key`` is its place in the person's history and never leaves the sandbox. PENDING rows have no ``posting_date_time``.
    """

    key: str
    fiskil_id: str
    transaction_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    amount: str
    description: str
    status: str
    type: str
    reference: str = ""
    currency: str = "AUD"
    is_detail_available: bool = False
    posting_date_time: str | None = None
    execution_date_time: str | None = None
    value_date_time: str | None = None
    merchant_name: str | None = None
    merchant_category_code: str | None = None
    category: dict[str, str] | None = None
    extended_data: dict[str, Any] | None = None
