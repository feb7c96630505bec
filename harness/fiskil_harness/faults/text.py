"""Converts faults to text and back: the text is the fault's name, then each parameter with its words, value and unit.

The syntax follows from the fields of a fault, so no fault needs its own grammar. ``ResetPeer(after_bytes=20)`` is
``reset_peer after 20 bytes``, and ``Latency(latency_ms=250, jitter_ms=50)`` is ``latency 250 ms jitter 50 ms``. A
parameter needs no words if it has the fault's name or is its only parameter. All other parameters are left out if they
have their default values. Python's notation, ``reset_peer(after_bytes=20)``, can be read as well.
"""

from collections.abc import Container, Sequence
from typing import Any, NoReturn

import msgspec

from fiskil_harness.core.renamed import new_name
from fiskil_harness.core.tags import name_of
from fiskil_harness.errors import ConfigError, UnknownName, nearest
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.fault import Fault
from fiskil_harness.faults.lexer import Tokens
from fiskil_harness.faults.parameters import Parameter, parameters

ENDS = (",", "+", "then", ")")


def fault_text(fault: Fault) -> str:
    """Return *fault* as text."""
    known = parameters(type(fault))
    parts = [name_of(fault)]
    for parameter in sorted(known, key=lambda parameter: not parameter.is_bare):
        value = getattr(fault, parameter.field)
        if parameter.is_bare:
            parts.append(parameter.written(value))
        elif parameter.is_required or value != parameter.default:
            parts.append(f"{parameter.words} {parameter.written(value)}")
    return " ".join(parts)


def usage(name: str) -> str:
    """Return the syntax of the fault called *name*, with defaults as values and optional parameters in brackets."""
    phrases = [
        parameter.usage if parameter.is_required else f"[{parameter.usage}]" for parameter in parameters(FAULTS[name])
    ]
    return " ".join([name, *phrases])


def read_fault(tokens: Tokens, *, stops: Container[str] = ()) -> Fault:
    """Read and return the next fault; its text ends before a comma, a further fault, or a word in *stops*.

    Raises:
        UnknownName: The fault or one of its parameters does not exist.
        ConfigError: A unit is missing, or a value is invalid.
    """
    if tokens.is_empty or tokens.next_text in ENDS:
        tokens.refuse("the name of a fault is missing")
    name = tokens.word()
    if name not in FAULTS:
        raise UnknownName("fault", name, FAULTS, now=new_name("faults", name))
    known = parameters(FAULTS[name])
    values = _called(tokens, name, known) if tokens.takes("(") else _worded(tokens, name, known, stops)
    try:
        fault = msgspec.convert({"type": name, **values}, FAULTS[name])
    except msgspec.ValidationError as error:
        tokens.refuse(f"the parameters of {name} are invalid: {str(error).replace('`', repr(chr(39))[1])}")
    fault.check()
    return fault


def bare_parameter(known: Sequence[Parameter]) -> Parameter | None:
    """Return the parameter whose value needs no words, if any: it has the fault's name, or is its only parameter."""
    named = [parameter for parameter in known if parameter.is_bare]
    return named[0] if named else (known[0] if len(known) == 1 else None)


def _worded(tokens: Tokens, name: str, known: Sequence[Parameter], stops: Container[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    bare = bare_parameter(known)
    longest_first = sorted(
        (parameter for parameter in known if parameter.words), key=lambda parameter: -len(parameter.words.split())
    )
    while not tokens.is_empty and tokens.next_text not in ENDS:
        parameter = next((parameter for parameter in longest_first if tokens.takes(*parameter.words.split())), None)
        if (
            parameter is None
            and bare is not None
            and not values
            and not _is_a_typo(tokens, bare)
            and tokens.next_text not in stops
        ):
            parameter = bare
        if parameter is None and tokens.next_text in stops:
            tokens.refuse(f"{tokens.next_text!r} begins a condition, so it needs a comma before it")
        if parameter is None:
            _refuse_word(tokens, name, known)
        if parameter.field in values:
            tokens.refuse(f"{name} has {parameter.words!r} twice")
        values[parameter.field] = parameter.read(tokens)
    return values


def _is_a_typo(tokens: Tokens, bare: Parameter) -> bool:
    """Return True if a word comes next although the parameter *bare* takes a number."""
    return tokens.is_word and bare.kind in (int, float) and tokens.next_text != "none"


def _called(tokens: Tokens, name: str, known: Sequence[Parameter]) -> dict[str, Any]:
    """Read parameters in Python's notation: the field name states the unit, so the value has none."""
    values: dict[str, Any] = {}
    by_field = {parameter.field: parameter for parameter in known}
    while not tokens.takes(")"):
        if values and not tokens.takes(","):
            tokens.refuse("the call is not closed: ')' is missing")
        field = tokens.name(f"a parameter of {name}")
        if field not in by_field:
            raise UnknownName("parameter", field, by_field, place=f"the fault {name!r}")
        if not tokens.takes("="):
            tokens.refuse(f"{field} needs a '=' before its value")
        values[field] = msgspec.structs.replace(by_field[field], unit=None).read(tokens)
    return values


def _refuse_word(tokens: Tokens, name: str, known: Sequence[Parameter]) -> NoReturn:
    word = tokens.next_text
    if not known:
        tokens.refuse(f"{name} has no parameters, got {word!r}")
    phrases = [parameter.words for parameter in known]
    near = nearest(word, [*phrases, *(words.split()[0] for words in phrases)])
    hint = f" Did you mean {near!r}?" if near else ""
    raise ConfigError(f"In the fault {tokens.text!r}: {name} has no parameter {word!r}.{hint} Known: {', '.join(phrases)}.")
