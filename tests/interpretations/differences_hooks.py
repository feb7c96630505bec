"""The behaviour that a receiver observes under each interpretation of events, deliveries and Retry-After."""

import base64
import hashlib
import hmac
from email.utils import parsedate_to_datetime

from fiskil_harness import faults
from tests.interpretations.differences_core import Observations
from tests.interpretations.world import World

SYNCED = ".sync.completed"


def signature(world: World) -> str:
    """Return the recipe of the received signature. Source: webhooks.signature"""
    world.connect(is_synced=False)
    world.deliver()
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
    """Return the attempt numbers of a message that is always refused. Source: webhooks.attempts"""
    world.connect(is_synced=False)
    world.refuse()
    world.deliver(attempts=9)
    bodies = [request.get_json() for request, _ in world.receiver.log]
    return [body["delivery_attempt"] for body in bodies if body["data"]["event"] == "consent.received"]


def order(world: World) -> int:
    """Return how many different messages arrive while the first is refused. Source: webhooks.order"""
    world.connect()
    world.refuse()
    world.deliver(attempts=1)
    return min(2, len({request.get_json()["message_id"] for request, _ in world.receiver.log}))


def addresses(world: World) -> int:
    """Source: webhooks.source-ip"""
    world.connect()
    world.deliver()
    return len({request.remote_addr for request, _ in world.receiver.log})


def seconds_to_ready(world: World) -> bool:
    """Return true if rows are served a minute after the consent. Source: sync.latency"""
    end_user_id = world.connect(is_synced=False)
    world.fiskil.sandbox.clock.advance(minutes=1)
    return bool(world.read("/v1/banking/accounts", end_user_id).json()["accounts"])


def first_dataset(world: World) -> str:
    """Source: sync.order"""
    world.connect()
    synced = [kind for kind in world.kinds() if kind.endswith(SYNCED) and "products" not in kind]
    first, last = (kind.split(".")[1] for kind in (synced[0], synced[-1]))
    return f"{first} before {last}"


def batches(world: World) -> tuple[int, int]:
    """Return the number of events of the accounts' sync, and the most accounts in one. Source: sync.account-batch"""
    world.connect()
    world.deliver()
    events = [request.get_json()["data"] for request, _ in world.receiver.log]
    counts = [len(event["account_ids"]) for event in events if event["event"] == "banking.accounts.sync.completed"]
    return len(counts), max(counts)


def transaction_events(world: World) -> list[str]:
    """Return the events that report transactions. Source: sync.early-transactions"""
    world.connect()
    kinds = [kind.removesuffix(SYNCED) for kind in world.kinds()]
    return [kind.removeprefix("banking.") for kind in kinds if kind.startswith("banking.transactions")]


def public_events(world: World) -> list[str]:
    """Return the events that report public data of a bank and of an energy retailer. Source: sync.public-data"""
    world.connect()
    world.energy()
    return [kind.removesuffix(SYNCED) for kind in world.kinds() if kind.startswith(("banking.products", "energy.plans"))]


def reported_wait(world: World) -> str:
    """Return the wait that a busy API reports. Source: errors.retry-after"""
    with world.fiskil.broken("end_users.list", faults.Status(status=429, retry_after_s=7)):
        response = world.api.get("/v1/end-users")
    text = response.headers.get("retry-after", "")
    if not text.endswith("GMT"):
        return text
    left = parsedate_to_datetime(text) - parsedate_to_datetime(response.headers["date"])
    return f"in {left.seconds - 1}"


HOOKS: Observations = {
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
        transaction_events,
        {
            "none": ["transactions"],
            "basic": ["transactions.basic", "transactions"],
            "recent-and-basic": ["transactions.recent", "transactions.basic", "transactions"],
        },
    ),
    "sync.public-data": (public_events, {"reported": ["banking.products", "energy.plans"], "silent": []}),
    "errors.retry-after": (reported_wait, {"seconds": "7", "http-date": "in 7", "absent": ""}),
}
"""By clause: the observation, and its result under each interpretation."""
