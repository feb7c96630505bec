"""A fault in words, and back: its name, then each parameter by the words of its field, with the unit of it.

A fault has no grammar of its own. ``ResetPeer(after_bytes=20)`` is ``reset_peer after 20 bytes`` because the field says so,
``Latency(latency_ms=250, jitter_ms=50)`` is ``latency 250 ms jitter 50 ms``: what a fault is named after, or its only
parameter, needs no words. Other defaults are left out. ``reset_peer(after_bytes=20)`` says the same as a program would.
"""

from collections.abc import Container, Sequence
from typing import Any, NoReturn

import msgspec

from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import ConfigError, UnknownName, nearest
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.fault import PlainFault
from fiskil_harness.faults.lexer import Tokens
from fiskil_harness.faults.parameters import Parameter, parameters

ENDS = (",", "+", "then", ")")


def fault_text(fault: PlainFault) -> str:
    """*fault* in words."""
    known = parameters(type(fault))
    parts = [_name_of(fault)]
    for parameter in sorted(known, key=lambda parameter: not parameter.is_bare):
        value = getattr(fault, parameter.field)
        if parameter.is_bare:
            parts.append(parameter.written(value))
        elif parameter.is_required or value != parameter.default:
            parts.append(f"{parameter.words} {parameter.written(value)}")
    return " ".join(parts)


def usage(name: str) -> str:
    """How the fault called *name* is said, with all its parameters and their defaults; what can be left out in brackets."""
    said = [parameter.usage if parameter.is_required else f"[{parameter.usage}]" for parameter in parameters(FAULTS[name])]
    return " ".join([name, *said])


def read_fault(tokens: Tokens, *, stops: Container[str] = ()) -> PlainFault:
    """The fault that comes next, up to a comma, a further fault, or one of *stops*.

    Raises:
        UnknownName: No fault, or no parameter of it, is called so.
        ConfigError: A unit is missing, or a value makes no sense.
    """
    if tokens.is_empty or tokens.shown in ENDS:
        tokens.refuse("no fault is named where one was expected")
    name = tokens.word()
    if name not in FAULTS:
        raise UnknownName("fault", name, FAULTS, now=new_name("faults", name))
    known = parameters(FAULTS[name])
    values = _called(tokens, name, known) if tokens.takes("(") else _worded(tokens, name, known, stops)
    try:
        fault = msgspec.convert({"type": name, **values}, FAULTS[name])
    except msgspec.ValidationError as error:
        tokens.refuse(f"{name} cannot be told so: {str(error).replace('`', repr(chr(39))[1])}")
    fault.check()
    return fault


def bare_parameter(known: Sequence[Parameter]) -> Parameter | None:
    """The one whose value needs no words: the fault is named after it, or has no other."""
    named = [parameter for parameter in known if parameter.is_bare]
    return named[0] if named else (known[0] if len(known) == 1 else None)


def _worded(tokens: Tokens, name: str, known: Sequence[Parameter], stops: Container[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    bare = bare_parameter(known)
    longest_first = sorted(
        (parameter for parameter in known if parameter.words), key=lambda parameter: -len(parameter.words.split())
    )
    while not tokens.is_empty and tokens.shown not in ENDS:
        found = next((parameter for parameter in longest_first if tokens.takes(*parameter.words.split())), None)
        if found is None and bare is not None and not values and not _is_a_typo(tokens, bare) and tokens.shown not in stops:
            found = bare
        if found is None and tokens.shown in stops:
            tokens.refuse(f"{tokens.shown!r} says when, so a comma comes before it")
        if found is None:
            _refuse_word(tokens, name, known)
        if found.field in values:
            tokens.refuse(f"{name} is told {found.words!r} twice")
        values[found.field] = found.read(tokens)
    return values


def _is_a_typo(tokens: Tokens, bare: Parameter) -> bool:
    """Whether what comes next is a word, where the parameter that needs none takes a number."""
    return tokens.is_word and bare.kind in (int, float) and tokens.shown != "none"


def _called(tokens: Tokens, name: str, known: Sequence[Parameter]) -> dict[str, Any]:
    """Parameters as a program names them: the unit is in the name, and may not be missing from the value's."""
    values: dict[str, Any] = {}
    by_field = {parameter.field: parameter for parameter in known}
    while not tokens.takes(")"):
        if values and not tokens.takes(","):
            tokens.refuse("the call is not closed: ')' is missing")
        field = tokens.name(f"a parameter of {name}")
        if field not in by_field:
            raise UnknownName("parameter", field, by_field, place=f"the fault {name!r}")
        if not tokens.takes("="):
            tokens.refuse(f"{field} is given a value with '='")
        values[field] = msgspec.structs.replace(by_field[field], unit=None).read(tokens)
    return values


def _refuse_word(tokens: Tokens, name: str, known: Sequence[Parameter]) -> NoReturn:
    said = tokens.shown
    if not known:
        tokens.refuse(f"{name} has no parameters, got {said!r}")
    phrases = [parameter.words for parameter in known]
    near = nearest(said, [*phrases, *(words.split()[0] for words in phrases)])
    hint = f" Did you mean {near!r}?" if near else ""
    raise ConfigError(f"In the fault {tokens.text!r}: {name} has no parameter {said!r}.{hint} Known: {', '.join(phrases)}.")


def _name_of(fault: PlainFault) -> str:
    return str(fault.__struct_config__.tag)
