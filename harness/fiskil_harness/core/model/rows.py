"""Rows of banking data as the API serves them: snake_case, money as decimal strings, dates as text."""

from functools import cached_property
from typing import Any, Self

import msgspec
from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True, dict=True):
    """One row of a dataset. ``key`` is internal and never leaves the sandbox; a field that is None is not served.

    A row never changes, so it is serialised once.
    """

    @cached_property
    def wire(self) -> msgspec.Raw:
        """The row as JSON, without absent fields. Source: data.absent-fields"""
        names = zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True)
        fields = {wire: getattr(self, name) for name, wire in names if name != "key"}
        return msgspec.Raw(msgspec.json.encode({name: value for name, value in fields.items() if value is not None}))

    def served_as(self, fields: dict[str, Any]) -> Self:
        """Return the same row, which is served with *fields*; the row itself keeps its values."""
        copy = msgspec.structs.replace(self)
        copy.__dict__["wire"] = msgspec.Raw(msgspec.json.encode(fields))
        return copy


class Account(Row, frozen=True, kw_only=True):
    """An account that a consent covers. With details, the row also has rates, fees and features of the account's product.

    ``key`` is the account's key in the person's fixture file. Source: accounts.details
    """

    key: str
    fiskil_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    display_name: str
    masked_number: str
    account_number: str
    product_name: str
    product_category: str
    account_ownership: str = "ONE_PARTY"
    open_status: str = "OPEN"
    is_owned: bool = True
    bsb: str | None = None
    creation_date: str = "2020-01-01"
    nickname: str | None = None
    bundle_name: str | None = None
    specific_account_u_type: str | None = None
    credit_card: dict[str, Any] | None = None
    loan: dict[str, Any] | None = None
    term_deposit: dict[str, Any] | None = None
    deposit_rate: str | None = None
    lending_rate: str | None = None
    deposit_rates: tuple[dict[str, Any], ...] | None = None
    lending_rates: tuple[dict[str, Any], ...] | None = None
    features: tuple[dict[str, Any], ...] | None = None
    fees: tuple[dict[str, Any], ...] | None = None
    addresses: tuple[dict[str, Any], ...] | None = None


class Balance(Row, frozen=True, kw_only=True, omit_defaults=True):
    """The balance of an account at the time of the sync."""

    fiskil_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    current_balance: str
    available_balance: str
    currency: str = "AUD"
    credit_limit: str | None = None


class Transaction(Row, frozen=True, kw_only=True):
    """A transaction on a bank account. A negative ``amount`` is money that is paid out.

    ``key`` identifies the transaction in the person's history, and never leaves the sandbox. PENDING rows have no
    ``posting_date_time``.
    """

    key: str
    fiskil_id: str
    transaction_id: str | None = None
    account_id: str
    arrangement_id: str
    institution_id: str
    amount: str
    description: str
    status: str
    type: str
    reference: str | None = None
    currency: str = "AUD"
    is_detail_available: bool = False
    posting_date_time: str | None = None
    execution_date_time: str | None = None
    value_date_time: str | None = None
    merchant_name: str | None = None
    merchant_category_code: str | None = None
    biller_code: str | None = None
    biller_name: str | None = None
    crn: str | None = None
    apca_number: str | None = None
    category: dict[str, str] | None = None
    extended_data: dict[str, Any] | None = None
