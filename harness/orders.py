"""What the control API is told, as JSON: unknown fields are refused."""

from typing import Literal

from msgspec import Struct

from harness.faults import AnyFault


class Jump(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far sandbox time is to move forward."""

    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    days: float = 0


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that is to wait on a route."""

    route: str
    fault: AnyFault
    times: int = 1
    skip: int = 0


class Syncing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dataset's sync is to complete, or to fail; without one, every dataset's."""

    dataset: str = ""
    fails: bool = False


class Revocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who ends the end user's latest consent at the institution."""

    by: Literal["end_user", "institution"] = "end_user"


class AccountChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to an account, by its key in the person's file."""

    account: str
    what: Literal["open", "close", "approve", "withdraw"]


class ConsoleSetting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the team sets in the console; what is left out stays as it is. A consent of 0 days is a one-off one."""

    permissions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    version: str = ""
    consent_days: int | None = None


class Conclusion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a consent journey is to end; whoever logs in is the end user unless ``email`` says otherwise."""

    outcome: str
    email: str = ""
    institution_id: str = ""
    accounts: tuple[str, ...] = ()


class Connection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Fiskil gets through to an institution: HEALTHY, DEGRADED or OUTAGE."""

    status: str
