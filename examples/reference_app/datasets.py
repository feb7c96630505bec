"""Which data the app asks for, which columns it keeps, and which events announce it.

What the app does not need, such as full account numbers, is never stored.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Dataset:
    """One kind of data. ``columns`` are kept beside the ids, as text exactly as on the wire."""

    name: str
    path: str
    columns: tuple[str, ...]


ACCOUNTS = Dataset(
    "accounts",
    "/v1/banking/accounts",
    ("display_name", "nickname", "masked_number", "product_name", "product_category", "open_status"),
)
BALANCES = Dataset(
    "balances",
    "/v1/banking/balances",
    ("current_balance", "available_balance", "credit_limit", "currency"),
)
TRANSACTIONS = Dataset(
    "transactions",
    "/v1/banking/transactions",
    (
        "amount",
        "currency",
        "description",
        "reference",
        "status",
        "type",
        "posting_date_time",
        "execution_date_time",
        "value_date_time",
        "merchant_name",
        "primary_category",
        "secondary_category",
    ),
)
ALL = (ACCOUNTS, BALANCES, TRANSACTIONS)

_SYNC = re.compile(r"banking\.(accounts|balances|transactions)(\.basic|\.recent)?\.sync\.completed")


def announced_by(event: str) -> Dataset | None:
    """The dataset that an event says is ready, if the app uses it."""
    found = _SYNC.fullmatch(event)
    return next((one for one in ALL if found and one.name == found.group(1)), None)
