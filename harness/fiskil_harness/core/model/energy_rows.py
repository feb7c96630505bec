"""Rows of energy data as the API serves them; ``key`` is internal and never leaves the sandbox.

In a row with alternative fields, ``*_u_type`` is the name of the only one that is present. Money is a decimal string;
energy and power are numbers.
"""

from typing import Any

from fiskil_harness.core.model.rows import Row


class EnergyRow(Row, frozen=True, kw_only=True):
    """The fields that every row of energy data has."""

    key: str
    fiskil_id: str
    arrangement_id: str | None = None
    institution_id: str


class EnergyAccount(EnergyRow, frozen=True, kw_only=True):
    """An energy account with its plans and their contracts."""

    account_id: str
    account_number: str
    display_name: str
    creation_date: str
    plans: tuple[dict[str, Any], ...]
    open_status: str = "OPEN"


class EnergyBalance(EnergyRow, frozen=True, kw_only=True):
    """The amount that is to be paid on an account; a negative amount is a credit."""

    account_id: str
    balance: str


class ServicePoint(EnergyRow, frozen=True, kw_only=True):
    """A connection to the grid with its meters."""

    service_point_id: str
    national_metering_id: str
    service_point_classification: str
    service_point_status: str
    jurisdiction_code: str
    is_generator: bool
    valid_from_date: str
    last_update_date_time: str
    last_consumer_change_date: str
    consumer_profile: dict[str, str]
    distribution_loss_factor: dict[str, str]
    related_participants: tuple[dict[str, str], ...]
    location: dict[str, Any]
    meters: tuple[dict[str, Any], ...]


class UsageRead(EnergyRow, frozen=True, kw_only=True):
    """The usage that one register of a meter recorded, either per half hour or as one number."""

    service_point_id: str
    register_id: str
    register_suffix: str
    meter_id: str
    controlled_load: bool
    read_start_date: str
    read_end_date: str
    read_u_type: str
    unit_of_measure: str = "KWH"
    basic_read: dict[str, Any] | None = None
    interval_read: dict[str, Any] | None = None


class DerRecord(EnergyRow, frozen=True, kw_only=True):
    """A device that generates or stores energy behind a service point."""

    service_point_id: str
    approved_capacity: float
    available_phases_count: int
    installed_phases_count: int
    islandable_installation: bool
    has_central_protection_control: bool
    protection_mode: dict[str, Any]
    ac_connections: tuple[dict[str, Any], ...]


class Invoice(EnergyRow, frozen=True, kw_only=True):
    """A bill as the retailer sent it; ``arrangement_id`` may be absent. Source: energy.invoice-without-arrangement"""

    account_id: str
    invoice_number: str
    issue_date: str
    due_date: str
    period: dict[str, str]
    invoice_amount: str
    gst_amount: str
    balance_at_issue: str
    service_points: tuple[str, ...]
    account_charges: dict[str, str]
    payment_status: str
    electricity: dict[str, Any] | None = None
    gas: dict[str, Any] | None = None


class BillingTransaction(EnergyRow, frozen=True, kw_only=True):
    """A charge or a payment on an account."""

    account_id: str
    execution_date_time: str
    transaction_u_type: str
    gst: str | None = None
    usage: dict[str, Any] | None = None
    demand: dict[str, Any] | None = None
    once_off: dict[str, Any] | None = None
    other_charges: dict[str, Any] | None = None
    payment: dict[str, str] | None = None


class Concession(EnergyRow, frozen=True, kw_only=True):
    """A reduction of an account's bills."""

    account_id: str
    type: str
    display_name: str
    additional_info: str
    additional_info_uri: str
    start_date: str
    end_date: str
    discount_frequency: str
    applied_to: tuple[str, ...]
    amount: str | None = None
    percentage: str | None = None


class PaymentSchedule(EnergyRow, frozen=True, kw_only=True):
    """A payment schedule of an account."""

    account_id: str
    payment_schedule_u_type: str
    amount: str | None = None
    card_debit: dict[str, Any] | None = None
    direct_debit: dict[str, Any] | None = None
    digital_wallet: dict[str, Any] | None = None
    manual_payment: dict[str, Any] | None = None
