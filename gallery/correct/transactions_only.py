"""Reads transactions and no other dataset, so its page shows no accounts."""

from reference_app import app, datasets, pages

datasets.ALL = (datasets.TRANSACTIONS,)
pages._balances = lambda _state: ""
build = app.build
