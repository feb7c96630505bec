"""What a receiver sees of each reading that concerns events and their deliveries, and a client of Retry-After."""

import base64
import hashlib
import hmac
from email.utils import parsedate_to_datetime

from fiskil_harness import faults
from tests.interpretations.differences_core import Sights
from tests.interpretations.world import World

SYNCED = ".sync.completed"


def signature(world: World) -> str:
    """Which recipe gives the signature that came. Source: webhooks.signature"""
    world.connect(is_synced=False)
    world.told()
    request = world.receiver.log[0][0]
    secret, body = world.fiskil.credentials.webhook_secret, request.get_data()
    decoded = hmac.new(base64.b64decode(secret), body, hashlib.sha256)
    raw = hmac.new(secret.encode(), body, hashlib.sha256)
    recipes = {
        base64.b64encode(decoded.digest()).decode(): "decoded key, base64",
        "sha256=" + decoded.hexdigest(): "decoded key, prefixed hex",
        raw.hexdigest(): "raw key, hex",
    }
    return recipes[request.headers["X-Fiskil-Signature"]]


def attempts(world: World) -> list[int]:
    """The attempt numbers of a message that is always refused. Source: webhooks.attempts"""
    world.connect(is_synced=False)
    world.refuse()
    world.told(attempts=9)
    bodies = [request.get_json() for request, _ in world.receiver.log]
    return [body["delivery_attempt"] for body in bodies if body["data"]["event"] == "consent.received"]


def order(world: World) -> int:
    """How many different messages arrive while the first is refused. Source: webhooks.order"""
    world.connect()
    world.refuse()
    world.told(attempts=1)
    return min(2, len({request.get_json()["message_id"] for request, _ in world.receiver.log}))


def addresses(world: World) -> int:
    """Source: webhooks.source-ip"""
    world.connect()
    world.told()
    return len({request.remote_addr for request, _ in world.receiver.log})


def seconds_to_ready(world: World) -> bool:
    """Whether anything is there a minute after the consent. Source: sync.latency"""
    end_user_id = world.connect(is_synced=False)
    world.fiskil.sandbox.clock.advance(minutes=1)
    return bool(world.read("/v1/banking/accounts", end_user_id).json()["accounts"])


def first_dataset(world: World) -> str:
    """Source: sync.order"""
    world.connect()
    synced = [kind for kind in world.kinds() if kind.endswith(SYNCED)]
    first, last = (kind.split(".")[1] for kind in (synced[0], synced[-1]))
    return f"{first} before {last}"


def batches(world: World) -> tuple[int, int]:
    """How many events tell the accounts' sync, and how many accounts each names. Source: sync.account-batch"""
    world.connect()
    world.told()
    told = [request.get_json()["data"] for request, _ in world.receiver.log]
    named = [len(value["account_ids"]) for value in told if value["event"] == "banking.accounts.sync.completed"]
    return len(named), max(named)


def early(world: World) -> list[str]:
    """Which events tell that transactions are there. Source: sync.early-transactions"""
    world.connect()
    kinds = [kind.removesuffix(SYNCED) for kind in world.kinds()]
    return [kind.removeprefix("banking.") for kind in kinds if kind.startswith("banking.transactions")]


def told_wait(world: World) -> str:
    """How a busy API tells the wait. Source: errors.retry-after"""
    with world.fiskil.broken("end_users.list", faults.Status(status=429, retry_after_s=7)):
        answer = world.api.get("/v1/end-users")
    text = answer.headers.get("retry-after", "")
    if not text.endswith("GMT"):
        return text
    left = parsedate_to_datetime(text) - parsedate_to_datetime(answer.headers["date"])
    return f"in {left.seconds - 1}"


HOOKS: Sights = {
    "webhooks.signature": (
        signature,
        {
            "base64-decoded-key": "decoded key, base64",
            "raw-key-hex": "raw key, hex",
            "prefixed-hex": "decoded key, prefixed hex",
        },
    ),
    "webhooks.attempts": (attempts, {"5": [1, 2, 3, 4, 5], "6": [1, 2, 3, 4, 5, 6]}),
    "webhooks.order": (order, {"any": 2, "in-turn": 1}),
    "webhooks.source-ip": (addresses, {"one-address": 1, "two-addresses": 2}),
    "sync.latency": (seconds_to_ready, {"seconds": True, "minutes": False}),
    "sync.order": (
        first_dataset,
        {"accounts-first": "accounts before transactions", "accounts-last": "transactions before accounts"},
    ),
    "sync.account-batch": (batches, {"per-consent": (1, 2), "per-account": (2, 1)}),
    "sync.early-transactions": (
        early,
        {
            "untold": ["transactions"],
            "basic": ["transactions.basic", "transactions"],
            "recent-and-basic": ["transactions.recent", "transactions.basic", "transactions"],
        },
    ),
    "errors.retry-after": (told_wait, {"seconds": "7", "http-date": "in 7", "absent": ""}),
}
"""By clause: what is looked at, and what is seen under each reading."""
