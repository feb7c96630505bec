"""Changes of an energy retailer's rows between two syncs: one field of each kind, in the newest rows of each dataset."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.days import stamp

if TYPE_CHECKING:
    from random import Random

    from fiskil_harness.core.model import Consent
    from fiskil_harness.core.model.energy_rows import EnergyRow
    from fiskil_harness.sandbox.energy.ledger import EnergyLedger

Change = Callable[[Any, "Random"], Any]
"""Returns the new value of a field from the old value."""


def change_rows(ledger: "EnergyLedger", consent: "Consent", *, until: date, seed: int) -> None:
    """Change each field in ``_FIELDS`` of the datasets that *consent* permits, in another row each if there are enough.

    Args:
        until: The day before whose morning the rows exist.
        seed: Determines the new values.
    """
    for dataset, fields in _FIELDS.items():
        rows = ledger.rows(dataset, consent.account_keys, until=until) if dataset in consent.permissions else ()
        for number, (name, change) in enumerate(fields if rows else ()):
            _change(ledger, rows[-1 - number % len(rows)], name, change, seed=seed)


def _change(ledger: "EnergyLedger", row: "EnergyRow", name: str, change: Change, *, seed: int) -> None:
    old = getattr(row, name)
    if old is not None:
        ledger.amend(row.fiskil_id, **{name: change(old, stream(seed, "change", row.key, name, str(old)))})


def _money(_old: str, random: "Random") -> str:
    return f"{random.randrange(6000, 10000)}.{random.randrange(11, 100)}"


def _text(_old: str, random: "Random") -> str:
    return f"Renamed supply {random.randrange(1000, 10000)}"


def _day(old: str, _random: "Random") -> str:
    return str(date.fromisoformat(old) - timedelta(days=1))


def _moment(old: str, _random: "Random") -> str:
    return stamp(datetime.fromisoformat(old) - timedelta(days=1))


def _number(_old: float, random: "Random") -> float:
    return random.randrange(100_001, 999_999, 2) / 1000


def _read(old: dict[str, Any], random: "Random") -> dict[str, Any]:
    """Return a meter read with another total."""
    name = "aggregate_value" if "aggregate_value" in old else "value"
    return {**old, name: _number(old[name], random)}


def _charge(old: dict[str, Any], random: "Random") -> dict[str, Any]:
    """Return a charge or payment with another amount."""
    return {**old, "amount": _money("", random)} if "amount" in old else old


def _schedule(old: dict[str, Any], _random: "Random") -> dict[str, Any]:
    """Return a payment schedule with another frequency."""
    return {**old, **{name: "P6M" for name in ("payment_frequency", "bill_frequency") if name in old}}


_FIELDS: dict[str, tuple[tuple[str, Change], ...]] = {
    "energy_accounts": (("display_name", _text), ("creation_date", _day)),
    "energy_balances": (("balance", _money),),
    "service_points": (
        ("last_consumer_change_date", _day),
        ("service_point_status", lambda _old, _random: "DE_ENERGISED"),
    ),
    "invoices": (("invoice_amount", _money), ("balance_at_issue", _money), ("due_date", _day)),
    "billing": (
        ("execution_date_time", _moment),
        *((name, _charge) for name in ("usage", "demand", "once_off", "other_charges", "payment")),
    ),
    "concessions": (("display_name", _text), ("amount", _money)),
    "payment_schedule": tuple(
        (name, _schedule) for name in ("card_debit", "direct_debit", "digital_wallet", "manual_payment")
    ),
    "der": (("approved_capacity", _number),),
    "usage": (("basic_read", _read), ("interval_read", _read)),
}
"""The fields that change in each dataset. Ids, statuses of accounts, and the order of rows stay."""
