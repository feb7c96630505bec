"""Stores the totals of meter reads with two decimals, so their sum differs from the bill.

Store each number with every digit, and round only where you show it.
"""

import dataclasses

from correct import energy_only
from reference_app import datasets
from reference_app.fiskil import responses

_row = responses.row


def row(record, dataset):
    """Parse one row, with the total of a meter read rounded."""
    total = {"aggregate_value": f"{float(record['kwh']):.2f}"} if "kwh" in record else {}
    return _row({**record, **total}, dataset)


def with_total(dataset):
    """Return *dataset* with the column ``aggregate_value`` in place of ``kwh``."""
    columns = tuple("aggregate_value" if name == "kwh" else name for name in dataset.columns)
    return dataclasses.replace(dataset, columns=columns)


datasets.ALL = tuple(map(with_total, datasets.ALL))
responses.row = row
build = energy_only.build
