"""Reports its state in names, units and date formats of its own: an institution has pots, and a pot has entries.

Money is in cents, days are those of Sydney, moments are milliseconds since 1970, and a closed account is a flag.
"""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from reference_app import app, harness_hooks, state

SYDNEY = ZoneInfo("Australia/Sydney")
_of_end_user = state.of_end_user


def moment(text):
    """Return a served time, or the start of a served date, as milliseconds since 1970; None if it cannot be read."""
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return int((read if read.tzinfo else read.replace(tzinfo=SYDNEY)).timestamp() * 1000)


def day(milliseconds):
    """Return the day in Sydney as Australians write it."""
    return milliseconds and f"{datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(SYDNEY):%d/%m/%Y}"


def cents(text):
    """Return an amount of money without its point; None if there is no amount."""
    return int((Decimal(text) * 100).to_integral_value()) if text else None


def pot(account, balances, transactions):
    """Return one account with its money and its entries."""
    of_account = account["account_id"]
    balance = next((row for row in balances if row["account_id"] == of_account), {})
    return {
        "bankRef": account["fiskil_id"],
        "heading": account.get("nickname") or account.get("display_name"),
        "lastDigits": (account.get("masked_number") or "")[-4:],
        "isClosed": account.get("open_status") == "CLOSED",
        "money": {"now": cents(balance.get("current_balance")), "usable": cents(balance.get("available_balance"))},
        "balanceRef": balance.get("fiskil_id"),
        "entries": [entry(row) for row in transactions if row["account_id"] == of_account],
    }


def entry(row):
    """Return one transaction."""
    booked = moment(row.get("posting_date_time") or row.get("execution_date_time"))
    return {
        "bankRef": row["fiskil_id"],
        "label": row.get("description"),
        "money": {"cents": cents(row.get("amount")), "unit": row.get("currency")},
        "when": {"bookedAt": booked, "bookedOn": day(booked)},
        "isPending": row.get("status") == "PENDING",
    }


def of_end_user(tx, end_user_id):
    """Return the customer's institutions with their pots."""
    found = _of_end_user(tx, end_user_id)
    return {
        "link": found["connection"],
        "permissions": [{"ref": each["consent_id"], "is": each["status"]} for each in found["consents"]],
        "pots": [pot(account, found["balances"], found["transactions"]) for account in found["accounts"]],
    }


class OwnNames:
    """Replaces the module ``state`` for the hooks only; pages are those of the reference app."""

    of_end_user = staticmethod(of_end_user)


harness_hooks.state = OwnNames
build = app.build
