"""What the control API is told, as JSON: unknown fields are refused."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Struct

from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import UnknownName
from fiskil_harness.faults import FAULTS, AnyFault


class Jump(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far sandbox time is to move forward."""

    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    days: float = 0


class Redelivery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The message for which one more attempt is to be made by hand."""

    message_id: str


class Wording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that is to wait, as a fault expression; without words it is the fields of a ``Rule``."""

    fault: str


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


def refuse_unknown_names(order: Any, shape: Any) -> None:
    """Refuse a field that *shape* does not have, or a name that one of its fields does not know, with the nearest one.

    Whatever else is wrong with *order* is for the decoder to say.

    Raises:
        UnknownName: Of the first such name.
    """
    if not (isinstance(order, dict) and isinstance(shape, type) and issubclass(shape, Struct)):
        return
    hints = {name: kind for name, kind in get_type_hints(shape).items() if name in shape.__struct_fields__}
    for name, value in order.items():
        if name not in hints:
            raise UnknownName("field", name, hints)
        if get_origin(hints[name]) is Literal and isinstance(value, str) and value not in get_args(hints[name]):
            raise UnknownName("value", value, get_args(hints[name]), place=f"the field {name!r}")
        if hints[name] == AnyFault and isinstance(value, dict):
            _refuse_unknown_fault(value)


def _refuse_unknown_fault(fault: dict[str, Any]) -> None:
    kind = fault.get("type")
    if not isinstance(kind, str):
        return
    if kind not in FAULTS:
        raise UnknownName("fault", kind, FAULTS, now=new_name("faults", kind))
    known = FAULTS[kind].__struct_fields__
    for name in fault:
        if name != "type" and name not in known:
            raise UnknownName("field", name, known, place=f"the fault {kind!r}")
