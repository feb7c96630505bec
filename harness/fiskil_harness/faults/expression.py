"""Fault expressions: each is a line of text that states what breaks, where and when. They are converted to rules and back.

::

    banking.transactions: reset_peer after 20 bytes, first 2
    token: status 429 retry after 30 s, every 3rd
    POST end_users.create: reset_peer, once
    banking.transactions page 2: truncated_json keep 40 %
    banking.*: latency 250 ms jitter 50 ms + truncated_json, with probability 0.2 seed 7
    connection: refuse, first 2

    expression  where ":" fault ("+" fault)* ("," when)*             "then" means the same as "+"
    where       [METHOD] route ["page" N] ["version" V] ["end user" ID] ["session" ID]
    fault       its name and its parameters, as ``fiskil_harness.faults.text`` reads them
    when        "first" N, "once" (first 1), "always" (every time) | "skip" N | "every" N"th"
                "calls" N "and" N ... (and "connections") | "with probability" P | "seed" N
                "between" N "s and" N "s" | "from" EVENT | "until" EVENT
                "per end user", "per route", "per connection"

Without a count a fault bites once; with ``every``, a probability, a time or an event, it bites as often as that allows.
"""

from typing import Any

from msgspec import structs

from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.applicability import require_place, require_possible
from fiskil_harness.faults.conditions import CONDITIONS, is_repeated, read_conditions, when_text
from fiskil_harness.faults.fault import Fault
from fiskil_harness.faults.lexer import Tokens, quoted
from fiskil_harness.faults.rules import Rule
from fiskil_harness.faults.text import fault_text, read_fault
from fiskil_harness.sandbox.api.routes import ROUTES

METHODS = tuple(dict.fromkeys(route.method for route in ROUTES))
PLACE = {"page": ("page",), "version": ("version",), "end_user_id": ("end", "user"), "session_id": ("session",)}
"""The fields of a rule that select requests on its route, with the words for each field in an expression."""


def rules_of(text: str) -> tuple[Rule, ...]:
    """Return the rules that the expression *text* describes, one for each fault in it, from left to right.

    Raises:
        UnknownName: A route, fault, parameter, event or word is unknown; the message suggests the nearest known name.
        ConfigError: A unit is missing, or the rule is impossible.
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


def _rule(fault: Fault, place: dict[str, str | int], when: dict[str, Any]) -> Rule:
    rule = Rule(fault=fault, **place, **when)  # type: ignore[arg-type]
    if is_repeated(rule) and not rule.nth and "times" not in when:
        rule = structs.replace(rule, times=0)
    return require_possible(rule.check())


EXAMPLE = "Write it like 'banking.transactions: reset_peer after 20 bytes, first 2'."


def text_of(*rules: Rule) -> str:
    """Return *rules* as one expression, which ``rules_of`` converts back to equal rules.

    Raises:
        ConfigError: The rules differ in more than the fault.
    """
    first, *others = rules
    if any(structs.replace(rule, fault=first.fault) != first for rule in others):
        raise ConfigError(
            "Rules with different places or different times cannot be written as one expression. Write one for each."
        )
    places = [
        f"{' '.join(words)} {_written(getattr(first, field))}" for field, words in PLACE.items() if getattr(first, field)
    ]
    place_text = " ".join([*([first.method] if first.method else []), first.route, *places])
    fault_texts = " + ".join(fault_text(rule.fault) for rule in rules)
    return ", ".join([f"{place_text}: {fault_texts}", *when_text(first)])


def _written(value: str | int) -> str:
    return str(value) if isinstance(value, int) else quoted(value)


def _place(tokens: Tokens) -> dict[str, str | int]:
    place: dict[str, str | int] = {}
    if tokens.next_text in METHODS:
        place["method"] = tokens.word()
    if tokens.is_empty or tokens.next_text == ":":
        tokens.refuse(f"no route is named. {EXAMPLE[:-1]}")
    place["route"] = require_place(tokens.word())
    while not tokens.takes(":"):
        if tokens.is_empty:
            tokens.refuse(f"the ':' between the route and the fault is missing. {EXAMPLE[:-1]}")
        field = next((name for name, words in PLACE.items() if tokens.takes(*words)), "")
        if not field and tokens.next_text in FAULTS:
            tokens.refuse(f"a ':' is missing before {tokens.next_text!r}")
        if not field:
            raise UnknownName("word", tokens.next_text, map(" ".join, PLACE.values()), place="the place of a fault")
        if field in place:
            tokens.refuse(f"{' '.join(PLACE[field])!r} occurs twice")
        place[field] = tokens.counted("page") if field == "page" else tokens.name(" ".join(PLACE[field]))
    return place
