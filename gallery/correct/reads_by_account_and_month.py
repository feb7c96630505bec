"""Reads transactions account by account and month by month, three lists at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from reference_app import app
from reference_app.datasets import ACCOUNTS, TRANSACTIONS
from reference_app.fiskil import paging, responses
from reference_app.fiskil.api import Api

AT_ONCE = 3
_rows = Api.rows


def selections(days):
    """Return the selections of an account: what is pending, and each period of thirty days."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [end - timedelta(days=ago) for ago in range(days, 0, -30)]
    bounds = [f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in starts]
    periods = [{"from": start, "to": until} for start, until in pairwise(bounds)]
    return [{"status": "PENDING"}, *periods, {"from": bounds[-1]}]


async def rows(self, dataset, end_user_id, deadline):
    """Read the accounts first, and then each selection of each account; without accounts, each selection of all."""
    if dataset is not TRANSACTIONS:
        return await _rows(self, dataset, end_user_id, deadline)
    slots, found = asyncio.Semaphore(AT_ONCE), {}

    async def read(account, selection):
        async with slots:
            params = {"end_user_id": end_user_id, **account, **selection}
            return await paging.every_record(self._client, dataset.path, dataset.name, params, deadline)

    account_ids = sorted({row.account_id for row in await _rows(self, ACCOUNTS, end_user_id, deadline)})
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(read(account, selection))
            for account in [{"account_id": account_id} for account_id in account_ids] or [{}]
            for selection in selections(self._history_days)
        ]
    for task in tasks:
        for record in task.result():
            row = responses.row(record, dataset)
            found[row.fiskil_id] = row
    return tuple(found.values())


async def unwrapped(self, dataset, end_user_id, deadline):
    """Raise the first error of a group instead of the group."""
    try:
        return await rows(self, dataset, end_user_id, deadline)
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


Api.rows = unwrapped
build = app.build
