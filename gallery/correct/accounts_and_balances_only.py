"""Reads accounts and balances, and no transactions."""

from reference_app import app, datasets

datasets.ALL = (datasets.ACCOUNTS, datasets.BALANCES)
build = app.build
