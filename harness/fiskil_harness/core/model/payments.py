"""Rows about payments, as the API serves them. ``*_u_type`` is the name of the only alternative field that is present."""

from typing import Any

from fiskil_harness.core.model.rows import Row


class Payee(Row, frozen=True, kw_only=True):
    """A payee that the end user saved. Source: payees.unions"""

    key: str
    fiskil_id: str
    arrangement_id: str
    institution_id: str
    payee_id: str
    nickname: str
    description: str
    type: str
    creation_date: str
    payee_u_type: str
    biller: dict[str, str] | None = None
    digital_wallet: dict[str, str] | None = None
    domestic: dict[str, Any] | None = None
    international: dict[str, Any] | None = None


class DirectDebit(Row, frozen=True, kw_only=True):
    """A party that may debit an account, and its latest debit."""

    key: str
    fiskil_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    authorised_entity: dict[str, str]
    last_debit_amount: str | None = None
    last_debit_date_time: str | None = None


class ScheduledPayment(Row, frozen=True, kw_only=True, rename={"source": "from"}):
    """A future payment, once or recurring. The API's field ``from`` is called ``source``, because it is a Python keyword."""

    key: str
    fiskil_id: str
    arrangement_id: str
    institution_id: str
    scheduled_payment_id: str
    nickname: str
    payer_reference: str
    payee_reference: str
    status: str
    source: dict[str, str]
    payment_set: tuple[dict[str, Any], ...]
    recurrence: dict[str, Any]


class Identity(Row, frozen=True, kw_only=True):
    """The end user as the institution knows them: a person or an organisation."""

    arrangement_id: str
    institution_id: str
    customer: dict[str, Any]
