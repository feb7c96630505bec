"""Rows about paying: whom, by whose leave, and when. Of a union only the member that its ``*_u_type`` names is there."""

from typing import Any

from fiskil_harness.core.model.rows import Row


class Payee(Row, frozen=True, kw_only=True):
    """Somebody whom the end user saved to pay. Source: payees.unions"""

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
    """Somebody who may take money from an account, and what they took last."""

    key: str
    fiskil_id: str
    account_id: str
    arrangement_id: str
    institution_id: str
    authorised_entity: dict[str, str]
    last_debit_amount: str | None = None
    last_debit_date_time: str | None = None


class ScheduledPayment(Row, frozen=True, kw_only=True, rename={"source": "from"}):
    """A payment that is to happen later, once or again and again. ``source`` is the wire's ``from``, a word of Python's."""

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
    """Who an institution says the end user is: a person or an organisation."""

    arrangement_id: str
    institution_id: str
    customer: dict[str, Any]
