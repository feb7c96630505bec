"""Conditions under which a plugin may register a class of faults: it changes something, and an expression can contain it."""

import enum
from typing import Any, Literal, cast, get_args, get_origin

from fiskil_harness.faults.fault import Fault

ACTIONS = (
    "disturb_sandbox",
    "before_request",
    "change_request",
    "response_instead",
    "change_response",
    "shape",
)
"""The methods of a fault that change something, in the order in which the proxy calls them."""


def problem_of(kind: type[Any]) -> str:
    """Return why a plugin cannot register the class of faults *kind*, as the rest of a sentence; "" if it can."""
    from fiskil_harness.faults.conditions import CONDITIONS
    from fiskil_harness.faults.parameters import parameters

    if kind.where != "exchange":
        return "acts on connections, which only the harness's own faults can. Leave out `where`."
    if all(getattr(kind, action) is getattr(Fault, action) for action in ACTIONS):
        return f"changes nothing. Override one of {', '.join(ACTIONS)}."
    if kind.__struct_config__.tag in {*CONDITIONS, "then"}:
        return "has the name of a word of fault expressions. Choose another name."
    wrong = next(
        (parameter.field for parameter in parameters(cast("type[Fault]", kind)) if not _is_readable(parameter.kind)), ""
    )
    if wrong:
        return (
            f"has the field {wrong!r}, which a fault expression cannot contain. Use a number, text, bool, Literal or Enum."
        )
    return ""


def _is_readable(kind: Any) -> bool:
    if get_origin(kind) is tuple:
        return _is_readable(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return True
    return isinstance(kind, type) and issubclass(kind, int | float | str | enum.Enum)
