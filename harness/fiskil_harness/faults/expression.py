"""Fault expressions: one line of text that says what breaks, where and when; as rules, and back.

::

    banking.transactions: reset_peer after 20 bytes, first 2
    token: status 429 retry after 30 s, every 3rd
    POST end_users.create: reset_peer, once
    banking.transactions page 2: truncated_json keep 40 %
    banking.*: latency 250 ms jitter 50 ms + truncated_json, with probability 0.2 seed 7
    connection: refuse, first 2

    expression  where ":" fault ("+" fault)* ("," when)*             "then" says the same as "+"
    where       [METHOD] route ["page" N] ["version" V] ["end user" ID] ["session" ID]
    fault       its name and its parameters, as ``fiskil_harness.faults.text`` reads them
    when        "first" N, "once" (first 1), "always" (again and again) | "skip" N | "every" N"th"
                "calls" N "and" N ... (and "connections") | "with probability" P | "seed" N
                "between" N "s and" N "s" | "from" EVENT | "until" EVENT
                "per end user", "per route", "per connection"

Without a count a fault bites once; with ``every``, a probability, a time or an event, as often as that says.
"""

from typing import Any

from msgspec import structs

from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.applicability import require_place, require_possible
from fiskil_harness.faults.conditions import CONDITIONS, is_repeated, read_conditions, when_text
from fiskil_harness.faults.fault import PlainFault
from fiskil_harness.faults.lexer import Tokens, quoted
from fiskil_harness.faults.rules import Rule
from fiskil_harness.faults.text import fault_text, read_fault
from fiskil_harness.sandbox.api.routes import ROUTES

METHODS = tuple(dict.fromkeys(route.method for route in ROUTES))
PLACE = {"page": ("page",), "version": ("version",), "end_user_id": ("end", "user"), "session_id": ("session",)}
"""The fields of a rule that narrow its route down, by the words for them."""


def rules_of(text: str) -> tuple[Rule, ...]:
    """The rules that *text* asks for, one for each fault in it, from left to right.

    Raises:
        UnknownName: No route, fault, parameter, event or word is called so; the nearest is in the complaint.
        ConfigError: A unit is missing, or it cannot be.
    """
    tokens = Tokens(text)
    place = _place(tokens)
    faults = [read_fault(tokens, stops=CONDITIONS)]
    while tokens.takes("+") or tokens.takes("then"):
        faults.append(read_fault(tokens, stops=CONDITIONS))
    when = read_conditions(tokens)
    ending = [fault_text(fault).split()[0] for fault in faults if fault.ends]
    if len(ending) > 1:
        tokens.refuse(f"{' and '.join(ending)} each end an exchange, so only the first would bite. Write two expressions")
    return tuple(_rule(fault, place, when) for fault in faults)


def _rule(fault: PlainFault, place: dict[str, str | int], when: dict[str, Any]) -> Rule:
    rule = Rule(fault=fault, **place, **when)  # type: ignore[arg-type]
    if is_repeated(rule) and not rule.nth and "times" not in when:
        rule = structs.replace(rule, times=0)
    return require_possible(rule.check())


EXAMPLE = "Say it like 'banking.transactions: reset_peer after 20 bytes, first 2'."


def text_of(*rules: Rule) -> str:
    """The rules as one expression, which ``rules_of`` reads as the same rules again.

    Raises:
        ConfigError: They wait in different places or bite at different times.
    """
    first, *others = rules
    if any(structs.replace(rule, fault=first.fault) != first for rule in others):
        raise ConfigError("Rules that wait in different places or bite at different times have no expression in common.")
    places = [
        f"{' '.join(words)} {_written(getattr(first, field))}" for field, words in PLACE.items() if getattr(first, field)
    ]
    where = " ".join([*([first.method] if first.method else []), first.route, *places])
    what = " + ".join(fault_text(rule.fault) for rule in rules)
    return ", ".join([f"{where}: {what}", *when_text(first)])


def _written(value: str | int) -> str:
    return str(value) if isinstance(value, int) else quoted(value)


def _place(tokens: Tokens) -> dict[str, str | int]:
    place: dict[str, str | int] = {}
    if tokens.shown in METHODS:
        place["method"] = tokens.word()
    if tokens.is_empty or tokens.shown == ":":
        tokens.refuse(f"no route is named. {EXAMPLE[:-1]}")
    place["route"] = require_place(tokens.word())
    while not tokens.takes(":"):
        if tokens.is_empty:
            tokens.refuse(f"there is no ':' between where and what. {EXAMPLE[:-1]}")
        field = next((name for name, words in PLACE.items() if tokens.takes(*words)), "")
        if not field and tokens.shown in FAULTS:
            tokens.refuse(f"a ':' is missing before {tokens.shown!r}")
        if not field:
            raise UnknownName("word", tokens.shown, map(" ".join, PLACE.values()), place="the place of a fault")
        if field in place:
            tokens.refuse(f"{' '.join(PLACE[field])!r} is said twice")
        place[field] = tokens.counted("page") if field == "page" else tokens.name(" ".join(PLACE[field]))
    return place
