"""The JSON bodies of control requests; unknown fields are refused."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Struct

from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import UnknownName
from fiskil_harness.faults import FAULTS, AnyFault


class ClockAdvance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move of sandbox time forward, by the sum of all fields."""

    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    days: float = 0


class Redelivery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The message to deliver once more."""

    message_id: str


class FaultExpression(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault to set, as a fault expression. A request may contain the fields of a ``Rule`` instead."""

    fault: str


class SyncResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dataset whose sync completes now, or fails; "" means every dataset of the consent."""

    dataset: str = ""
    fails: bool = False


class Revocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A revocation of the end user's latest active consent; ``by`` is the party that revokes it."""

    by: Literal["end_user", "institution"] = "end_user"


class AccountChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of an account at the institution; ``account`` is its key in the person's file."""

    account: str
    action: Literal["open", "close", "approve", "withdraw"]


class ConsoleSetting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the team's console; omitted fields keep their value. ``consent_days`` 0 means one-off consents."""

    permissions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    version: str = ""
    consent_days: int | None = None


class Conclusion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome of a consent journey; ``email`` is the e-mail address that logs in (default: the end user's own)."""

    outcome: str
    email: str = ""
    institution_id: str = ""
    accounts: tuple[str, ...] = ()


class Connection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The state of the connection between Fiskil and an institution: HEALTHY, DEGRADED or OUTAGE."""

    status: str


def refuse_unknown_names(body: Any, shape: Any) -> None:
    """Raise UnknownName if *body* has a field that *shape* does not have, or a value that its field does not allow.

    The decoder reports all other errors in *body*.

    Raises:
        UnknownName: The first unknown field, value, fault or field of a fault, with the nearest match.
    """
    if not (isinstance(body, dict) and isinstance(shape, type) and issubclass(shape, Struct)):
        return
    hints = {name: kind for name, kind in get_type_hints(shape).items() if name in shape.__struct_fields__}
    for name, value in body.items():
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
    fields = FAULTS[kind].__struct_fields__
    for name in fault:
        if name != "type" and name not in fields:
            raise UnknownName("field", name, fields, place=f"the fault {kind!r}")
