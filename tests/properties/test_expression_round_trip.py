"""Every rule survives its text form: every fault, with any valid parameters and any conditions.

Numbers are small, because large numbers have the same form and most parameters have a bound.
"""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import FAULTS, AnyFault
from fiskil_harness.faults.expression import rules_of, text_of
from fiskil_harness.faults.parameters import Parameter, parameters
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.rules import CONNECTION
from fiskil_harness.faults.text import fault_text

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.integers(0, 600)
FRACTIONS = st.floats(0, 600, allow_nan=False, allow_infinity=False)

KINDS = {int: st.one_of(NUMBERS, st.integers(-600, 100_000)), float: FRACTIONS, bool: st.booleans(), str: TEXTS}


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a parameter, including its default."""
    drawn = KINDS[parameter.kind] if parameter.kind in KINDS else st.sampled_from(get_args(parameter.kind))
    default = [] if parameter.is_required else [st.just(parameter.default)]
    return st.one_of(*default, drawn, *([st.none()] if parameter.is_optional else []))


def is_valid(fault: Any) -> bool:
    """Return true if the fault accepts its parameters."""
    try:
        fault.check()
    except ConfigError:
        return False
    return True


def drawn_faults(name: str) -> st.SearchStrategy[AnyFault]:
    """Return a strategy for the fault with any valid parameters."""
    fields = {parameter.field: values(parameter) for parameter in parameters(FAULTS[name])}
    return st.builds(FAULTS[name], **fields).filter(is_valid)


CONDITIONS = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "times": NUMBERS,
            "skip": NUMBERS,
            "every": st.integers(1, 130),
            "p": st.floats(0, 1),
            "seed": st.integers(-5, 10**12),
        },
    ),
    st.fixed_dictionaries({"nth": st.lists(st.integers(1, 50), min_size=1, max_size=3).map(tuple)}),
)
LASTING = st.fixed_dictionaries({}, optional={"times": NUMBERS})
PLACES = st.fixed_dictionaries(
    {"route": st.sampled_from(["*", "banking.*", "banking.transactions"])},
    optional={
        "method": st.just("GET"),
        "page": st.integers(0, 9),
        "version": st.sampled_from(["", "v1", "v3"]),
        "end_user_id": TEXTS,
        "session_id": TEXTS,
        "from_event": st.sampled_from(["", *EVENT_KINDS]),
        "until_event": st.sampled_from(["", *EVENT_KINDS]),
        "between_s": st.tuples(st.floats(0, 10), st.floats(10.5, 1e9)),
        "scope": st.sampled_from(["all", "end_user", "route", "connection"]),
    },
)


@pytest.mark.parametrize(
    "name", [pytest.param(fault, marks=pytest.mark.full) if number % 2 else fault for number, fault in enumerate(FAULTS)]
)
@given(drawing=st.data())
@settings(max_examples=25, deadline=None)
def test_a_rule_survives_its_expression(name: str, drawing: st.DataObject) -> None:
    """Printing and reading a rule returns the same rule."""
    place = {"route": CONNECTION} if FAULTS[name].where == CONNECTION else drawing.draw(PLACES)
    conditions = drawing.draw(LASTING if FAULTS[name].is_lasting else CONDITIONS)
    rule = Rule(fault=drawing.draw(drawn_faults(name)), **place, **conditions)

    assert rules_of(text_of(rule)) == (rule,)
    assert fault_text(rule.fault) in text_of(rule)
