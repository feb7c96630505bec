"""The behaviour that an app's server observes under each interpretation of consents and syncs over time."""

from typing import Any

import msgspec

from fiskil_harness.core import catalog
from tests.interpretations.differences_core import Observations
from tests.interpretations.world import BANK, World


def one_off_is_active(world: World) -> bool:
    """Return true if a one-off consent is active after everything was read. Source: consents.one-off"""
    world.fiskil.sandbox.configure(consent_days=0)
    return bool(world.consents(world.connect())[0]["active"])


def accounts_after_withdrawal(world: World) -> tuple[int, int]:
    """Return the number of accounts after a joint holder withdrew one, and after the next sync.

    Source: consents.account-withdrawn
    """
    rosa = catalog.person("rosa")
    joint = tuple(msgspec.structs.replace(spec, ownership="TWO_PARTY") for spec in rosa.accounts)
    world.fiskil.sandbox.add_person(msgspec.structs.replace(rosa, accounts=joint))
    end_user_id = world.connect()
    world.fiskil.sandbox.withdraw_sharing(msgspec.structs.replace(rosa, accounts=joint), "savings")
    before = len(_accounts(world, end_user_id))
    _sync_accounts(world, end_user_id)
    return before, len(_accounts(world, end_user_id))


def statuses_after_closing(world: World) -> list[str]:
    """Return the statuses of the accounts after one was closed. Source: accounts.closed"""
    end_user_id = world.connect()
    world.fiskil.sandbox.close_account(catalog.person("rosa"), "savings")
    _sync_accounts(world, end_user_id)
    return [account["open_status"] for account in _accounts(world, end_user_id)]


def accounts_after_opening(world: World) -> int:
    """Return the number of accounts after one was opened. Source: accounts.opened-later"""
    rosa, sandbox = catalog.person("rosa"), world.fiskil.sandbox
    sandbox.close_account(rosa, "savings")
    end_user_id = world.connect()
    sandbox.open_account(rosa, "savings")
    _sync_accounts(world, end_user_id)
    return len(_accounts(world, end_user_id))


def renewal_of_ended(world: World) -> tuple[int, int]:
    """Return the status of opening a session for it, and of an open session's page. Source: auth-session.renewal-of-ended"""
    end_user_id = world.connect()
    first = world.consents(end_user_id)[0]["arrangement_id"]
    session = world.invite(end_user_id=end_user_id, arrangement_id=first)
    world.api.delete(f"/v1/consent/{first}")
    refused = world.client.get(session["auth_url"]).status_code
    return world.invite(end_user_id=end_user_id, arrangement_id=first)["status"], refused


def events_of_outage(world: World) -> tuple[list[str], list[str]]:
    """Return the events of a sync during an outage, and after it. Source: sync.outage"""
    world.connect(is_synced=False)
    world.fiskil.sandbox.set_connection(BANK, "OUTAGE")
    world.fiskil.sandbox.clock.advance(minutes=1)
    during = world.kinds()
    world.fiskil.sandbox.set_connection(BANK, "HEALTHY")
    world.fiskil.sandbox.clock.advance(minutes=1)
    return during[1:], [kind for kind in world.kinds()[len(during) :] if kind.startswith("banking.transactions.sync")]


def has_event_of_failure(world: World) -> bool:
    """Return true if an event reports a failed sync of transactions. Source: sync.failed"""
    end_user_id = world.connect(is_synced=False)
    world.fiskil.sandbox.fail_sync(world.fiskil.sandbox.consents_of(end_user_id)[0], "transactions")
    return "banking.transactions.sync.failed" in world.kinds()


def events_in_three_days(world: World) -> int:
    """Return how many events report accounts in three days. Source: sync.recurrence"""
    world.connect()
    world.fiskil.sandbox.clock.advance(days=2)
    return world.kinds().count("banking.accounts.sync.completed")


def _accounts(world: World, end_user_id: str) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = world.read("/v1/banking/accounts", end_user_id).json()["accounts"]
    return accounts


def _sync_accounts(world: World, end_user_id: str) -> None:
    world.fiskil.sandbox.sync(world.fiskil.sandbox.consents_of(end_user_id)[0], "accounts")


TIME: Observations = {
    "consents.one-off": (one_off_is_active, {"one-day": True, "ends-when-read": False}),
    "consents.account-withdrawn": (accounts_after_withdrawal, {"next-sync": (2, 1), "at-once": (1, 1)}),
    "accounts.closed": (statuses_after_closing, {"listed": ["OPEN", "CLOSED"], "left-out": ["OPEN"]}),
    "accounts.opened-later": (accounts_after_opening, {"when-chosen": 1, "joins": 2}),
    "auth-session.renewal-of-ended": (renewal_of_ended, {"new-consent": (200, 200), "refused": (400, 410)}),
    "sync.outage": (
        events_of_outage,
        {
            "delayed": ([], ["banking.transactions.sync.completed"]),
            "failed": (["banking.transactions.sync.failed"], []),
        },
    ),
    "sync.failed": (has_event_of_failure, {"reported": True, "unreported": False}),
    "sync.recurrence": (events_in_three_days, {"daily": 3, "on-demand": 1}),
}
"""By clause: the observation, and its result under each interpretation."""
