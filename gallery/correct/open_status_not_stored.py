"""Stores accounts without `open_status`, because none of its pages needs it."""

from dataclasses import replace

from reference_app import app, datasets

datasets.ACCOUNTS = replace(
    datasets.ACCOUNTS, columns=tuple(name for name in datasets.ACCOUNTS.columns if name != "open_status")
)
datasets.ALL = (datasets.ACCOUNTS, datasets.BALANCES, datasets.TRANSACTIONS)
build = app.build
