"""Reads transactions up to this time yesterday, so a row that is posted today is not read until tomorrow.

Leave out `to`: the event says that every row up to now can be read.
"""

from datetime import UTC, datetime, timedelta

from reference_app import app
from reference_app.fiskil import api

_selections = api.selections


def selections(dataset, history_days):
    """Return the usual selections; the one with a first day ends a day ago."""
    until = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    return tuple({**each, "to": until} if "from" in each else each for each in _selections(dataset, history_days))


api.selections = selections
build = app.build
