"""The datasets that the app reads, the columns that it stores, and the events that announce them.

Data that the app does not need, such as full account numbers, is never stored.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Dataset:
    """One kind of data. ``columns`` are stored beside the ids, as text exactly as received."""

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
    """Return the dataset that a sync event announces; None if the app does not use it."""
    match = _SYNC.fullmatch(event)
    return next((dataset for dataset in ALL if match and dataset.name == match.group(1)), None)
