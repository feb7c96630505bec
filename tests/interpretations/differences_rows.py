"""The behaviour that a reader of data observes under each interpretation of rows, filters and pages."""

from decimal import Decimal
from typing import Any

import httpx

from tests.interpretations.differences_core import Observations
from tests.interpretations.world import World


def after_revocation(world: World) -> tuple[int, int]:
    """Return the status of data calls before and after the institution ended the consent. Source: data.ended-consent"""
    end_user_id = world.connect()
    before = world.read("/v1/banking/accounts", end_user_id).status_code
    sandbox = world.fiskil.sandbox
    sandbox.revoke(sandbox.consents_of(end_user_id)[0])
    return before, world.read("/v1/banking/accounts", end_user_id).status_code


def shared_twice(world: World) -> list[bool]:
    """Return for each dataset whether a second consent at the bank adds rows. Source: data.shared-twice"""
    end_user_id = world.connect()
    before = [_count(world, path, end_user_id) for path in SHARED]
    world.walk(world.invite(end_user_id=end_user_id))
    world.fiskil.sandbox.clock.advance(minutes=30)
    return [_count(world, path, end_user_id) > count for path, count in zip(SHARED, before, strict=True)]


SHARED = ("accounts", "balances", "transactions")


def _count(world: World, path: str, end_user_id: str) -> int:
    return len(world.read(f"/v1/banking/{path}", end_user_id, **{"page[size]": 1000}).json()[path])


def unpermitted(world: World) -> tuple[int, int]:
    """Return the status of a data call with permission, and without. Source: data.missing-permission"""
    end_user_id = world.connect()
    permitted, other = (world.read(f"/v1/banking/{path}", end_user_id) for path in ("accounts", "payees"))
    return permitted.status_code, other.status_code


def unknown_end_user(world: World) -> tuple[int, int]:
    """Return the status for an unknown end user, and for a deleted one. Source: data.unknown-end-user"""
    deleted_id = world.connect()
    world.api.delete(f"/v1/end-users/{deleted_id}")
    unknown, deleted = (world.read("/v1/banking/accounts", end_user_id) for end_user_id in ("eu_nobody", deleted_id))
    return unknown.status_code, deleted.status_code


def unknown_account(world: World) -> tuple[int, int]:
    """Return the status for an unknown account, and for an existing one. Source: data.unknown-account"""
    end_user_id = world.connect()
    existing_id = world.read("/v1/banking/accounts", end_user_id).json()["accounts"][0]["account_id"]
    unknown, existing = (
        world.read("/v1/banking/transactions", end_user_id, account_id=account_id) for account_id in ("0", existing_id)
    )
    return unknown.status_code, existing.status_code


def by_fiskil_id(world: World) -> tuple[bool, bool]:
    """Return whether the filter accepts the institution's id, and Fiskil's. Source: data.account-filter"""
    end_user_id = world.connect()
    account = world.read("/v1/banking/accounts", end_user_id).json()["accounts"][0]
    own, fiskils = (
        world.read("/v1/banking/balances", end_user_id, account_id=account[name]).json()["balances"]
        for name in ("account_id", "fiskil_id")
    )
    return bool(own), bool(fiskils)


def posted(world: World) -> tuple[bool, int]:
    """Return whether a posted row keeps its id, and how much the list grows. Source: data.pending-posted"""
    end_user_id = world.connect()
    before = _pending_and_posted(world, end_user_id)
    _post_one(world, end_user_id)
    after = _pending_and_posted(world, end_user_id)
    return before["PENDING"] <= after["PENDING"] | after["POSTED"], sum(map(len, after.values())) - sum(
        map(len, before.values())
    )


def loses_pending_row(world: World) -> bool:
    """Return true if a PENDING row is gone eight days later, posted or not. Source: data.pending-vanishes"""
    end_user_id = world.connect()
    pending: set[str] = set()
    listed = _pending_and_posted(world, end_user_id)
    sandbox = world.fiskil.sandbox
    for _ in range(8):
        pending |= listed["PENDING"]
        sandbox.clock.advance(days=1)
        sandbox.sync(sandbox.consents_of(end_user_id)[0], "transactions")
        listed = _pending_and_posted(world, end_user_id)
    removed = pending - listed["PENDING"] - listed["POSTED"]
    assert removed == set(sandbox.removed_ids(sandbox.consents_of(end_user_id)[0]))
    return bool(removed)


def current_balance(world: World) -> bool:
    """Return true if the balance includes PENDING rows. Source: data.balances-add-up"""
    end_user_id = world.connect()
    rows = world.read("/v1/banking/transactions", end_user_id, **{"page[size]": "1000"}).json()["transactions"]
    account_id = next(row["account_id"] for row in rows if row["status"] == "PENDING")
    before = _balance(world, end_user_id, account_id)
    pending = [Decimal(row["amount"]) for row in rows if row["status"] == "PENDING" and row["account_id"] == account_id]
    for _ in range(sum(row["status"] == "PENDING" for row in rows)):
        _post_one(world, end_user_id)
    difference = _balance(world, end_user_id, account_id) - before
    assert difference in {sum(pending), 0}
    return difference == 0


def first_page(world: World) -> int:
    """Source: paging.default-size"""
    return len(world.read("/v1/banking/transactions", world.connect()).json()["transactions"])


def link_path(world: World) -> str:
    """Return the beginning of the link to the next page, which must lead to rows. Source: paging.link-form"""
    end_user_id = world.connect()
    url = _next(world, end_user_id)
    rows = world.client.get(httpx.URL(world.fiskil.api_url).join(url)).json()["transactions"]
    assert len(rows) == 2
    return url.partition("?")[0].replace(world.fiskil.api_url, "ORIGIN")


def brackets(world: World) -> tuple[bool, bool]:
    """Return whether the link contains brackets as they are, and whether encoded. Source: paging.brackets"""
    url = _next(world, world.connect())
    return "page[after]=" in url, "page%5Bafter%5D=" in url


def repeats_row_after_new_one(world: World) -> bool:
    """Return true if the second page repeats a row after a new row has come before it. Source: paging.moving-rows"""
    end_user_id = world.connect()
    first = world.read("/v1/banking/transactions", end_user_id, **{"page[size]": "3", "status": "POSTED"}).json()
    sandbox = world.fiskil.sandbox
    consent = sandbox.consents_of(end_user_id)[0]
    ledger = sandbox.ledger(consent)
    newest = ledger.statement_newest_first().where(status="POSTED")[0]
    ledger.repeat(newest.key, ledger.free_key(f"{newest.key}:again"), posted=sandbox.clock.now())
    sandbox.sync(consent, "transactions")
    second = world.client.get(first["links"]["next"]).json()
    listed = [row["fiskil_id"] for row in first["transactions"]]
    assert len(second["transactions"]) == 3
    return second["transactions"][0]["fiskil_id"] == listed[-1]


def _next(world: World, end_user_id: str) -> str:
    return str(world.read("/v1/banking/transactions", end_user_id, **{"page[size]": "2"}).json()["links"]["next"])


def _pending_and_posted(world: World, end_user_id: str) -> dict[str, set[str]]:
    rows = world.read("/v1/banking/transactions", end_user_id, **{"page[size]": "1000"}).json()["transactions"]
    return {status: {row["fiskil_id"] for row in rows if row["status"] == status} for status in ("PENDING", "POSTED")}


def _post_one(world: World, end_user_id: str) -> None:
    sandbox = world.fiskil.sandbox
    consent = sandbox.consents_of(end_user_id)[0]
    ledger = sandbox.ledger(consent)
    pending = next(row for row in ledger.statement_newest_first() if row.status == "PENDING")
    ledger.post(pending.key, at=sandbox.clock.now())
    for dataset in ("transactions", "balances"):
        sandbox.sync(consent, dataset)


def _balance(world: World, end_user_id: str, account_id: str) -> Decimal:
    rows: list[dict[str, Any]] = world.read("/v1/banking/balances", end_user_id, account_id=account_id).json()["balances"]
    return Decimal(rows[0]["current_balance"])


ROWS: Observations = {
    "data.ended-consent": (after_revocation, {"empty": (200, 200), "403": (200, 403)}),
    "data.shared-twice": (shared_twice, {"once": [False] * 3, "each-consent": [True] * 3}),
    "data.missing-permission": (unpermitted, {"empty": (200, 200), "403": (200, 403)}),
    "data.unknown-end-user": (unknown_end_user, {"empty": (200, 200), "404": (404, 200)}),
    "data.unknown-account": (unknown_account, {"empty": (200, 200), "404": (404, 200)}),
    "data.account-filter": (by_fiskil_id, {"account-id": (True, False), "either": (True, True)}),
    "data.pending-posted": (posted, {"kept": (True, 0), "new": (False, 0)}),
    "data.pending-vanishes": (loses_pending_row, {"none": False, "some": True}),
    "data.balances-add-up": (current_balance, {"posted-only": False, "with-pending": True}),
    "paging.moving-rows": (repeats_row_after_new_one, {"position": True, "row": False}),
    "paging.default-size": (first_page, {"25": 25, "50": 50}),
    "paging.link-form": (link_path, {"absolute": "ORIGIN/v1/banking/transactions", "path": "/v1/banking/transactions"}),
    "paging.brackets": (brackets, {"encoded": (False, True), "plain": (True, False)}),
}
"""By clause: the observation, and its result under each interpretation."""
