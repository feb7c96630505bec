"""The plan of a run: everything that a worker needs, as one value that travels to other machines.

It contains the signing secret, so it is written only into the run's private folder and sent only to Locust's workers.
"""

from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.core.version import version
from fiskil_harness.soak.shapes import Timetable, phases_of

SHARES = {"retry": 0.05, "repeat": 0.05, "replay": 0.05, "late": 0.05, "burst": 0.02, "forgery": 0.05}
"""The default share of each disturbance among the slots; the rest are genuine first deliveries.

``retry``: the response is not read, and the message is sent again as its next attempt. ``repeat``: an acknowledged message
is sent once more as its next attempt. ``replay``: the same bytes are sent again. ``late``: a message is published before,
and sent after, another one. ``burst``: three copies at the same time. ``forgery``: a message that Fiskil did not sign.
"""

BURST_COPIES = 3
PLAN_VARIABLE = "FISKIL_HARNESS_SOAK_PLAN"
"""The environment variable with the path of the plan, for Locust's master or single process."""
FOLDER_VARIABLE = "FISKIL_HARNESS_SOAK_FOLDER"
"""The environment variable with the folder in which a worker writes its ledger."""


class ConnectedEndUser(Struct, frozen=True, array_like=True):
    """An end user whose consent the app knows. ``ref`` is the app's own name for the end user."""

    end_user_id: str
    consent_id: str
    institution_id: str
    ref: str
    account_ids: tuple[str, ...] = ()


class PlannedRequest(Struct, frozen=True):
    """A request to the app. The texts may contain ``{end_user_ref}`` and ``{end_user_id}``."""

    name: str
    method: str
    path: str
    body: str = ""
    headers: dict[str, str] = {}


class Target(Struct, frozen=True):
    """The app's address, in parts."""

    host: str
    port: int
    is_tls: bool
    webhook_path: str


class SoakPlan(Struct, frozen=True, kw_only=True):
    """Everything that the workers of one run need. ``version`` is that of the package, which all workers must have."""

    run_id: str
    seed: int
    shape: str
    rate: float
    duration_s: float
    drain_s: float
    timeout_s: float
    target: Target
    secret: str
    dialect: Dialect
    client_id: str
    kinds: tuple[str, ...]
    account_kinds: tuple[str, ...]
    forgeries: tuple[str, ...]
    shares: dict[str, float]
    end_users: tuple[ConnectedEndUser, ...]
    workers: int = 1
    users: int = 10
    readers: int = 0
    journeys: int = 0
    reads: tuple[PlannedRequest, ...] = ()
    start_session: PlannedRequest | None = None
    refresh: PlannedRequest | None = None
    revoke: PlannedRequest | None = None
    lives: tuple[tuple[str, ...], ...] = ()
    clock_offset_s: float = 0.0
    control_url: str = ""
    folder: str = ""
    is_remote: bool = False
    version: str = msgspec.field(default_factory=version)

    def timetable(self) -> Timetable:
        """Return the slots of the run."""
        return Timetable(phases_of(self.shape, rate=self.rate, duration_s=self.duration_s))


def encoded(plan: SoakPlan) -> bytes:
    """Return *plan* as JSON."""
    return msgspec.json.encode(plan)


def decoded(content: bytes) -> SoakPlan:
    """Return the plan in *content*.

    Raises:
        msgspec.ValidationError: *content* is the plan of another version.
    """
    return msgspec.json.decode(content, type=SoakPlan)


def filled(text: str, **values: Any) -> str:
    """Replace ``{name}`` in *text* by the value of the same name."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
