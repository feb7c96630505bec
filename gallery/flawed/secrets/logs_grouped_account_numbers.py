"""Logs the full number of each account that it stores, in groups of three digits, as statements print it.

Log the id of the account, or the last four digits of its number.
"""

from reference_app import app, logs
from reference_app.fiskil import responses

_row = responses.row


def row(record, dataset):
    """Log the account number with spaces."""
    number = record.get("account_number")
    if number:
        logs.write("account_read", number=" ".join(number[at : at + 3] for at in range(0, len(number), 3)))
    return _row(record, dataset)


responses.row = row
build = app.build
