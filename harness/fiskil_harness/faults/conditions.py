"""The conditions of a rule as text: the part of a fault expression after the first comma."""

from collections.abc import Callable
from typing import Any

from fiskil_harness.errors import UnknownName
from fiskil_harness.faults.lexer import Tokens, quoted
from fiskil_harness.faults.rules import Rule
from fiskil_harness.faults.units import UNITS

ORDINALS = {1: "st", 2: "nd", 3: "rd"}
SCOPES = {"end_user": "end user", "route": "route", "connection": "connection"}
_COUNTS = {"times", "skip", "every", "p"}


def read_conditions(tokens: Tokens) -> dict[str, Any]:
    """Read the conditions in the rest of an expression, and return them as fields of a rule.

    Raises:
        UnknownName: A condition begins with an unknown word.
        ConfigError: A condition is invalid, occurs twice, or excludes another.
    """
    when: dict[str, Any] = {}
    while not tokens.is_empty:
        is_seed_of_probability = tokens.next_text == "seed" and "p" in when
        if not tokens.takes(",") and not is_seed_of_probability:
            tokens.refuse(f"{tokens.next_text!r} is in a place where a comma or the end is expected")
        word = tokens.word()
        if word not in CONDITIONS:
            raise UnknownName("condition", word, CONDITIONS, place=f"the fault {tokens.text!r}")
        field, value = CONDITIONS[word](tokens)
        if field in when:
            tokens.refuse(f"{word!r} repeats or contradicts an earlier condition")
        when[field] = value
    if "nth" in when and _COUNTS & when.keys():
        tokens.refuse("'calls' selects exchanges by number, so it excludes every other count")
    return when


def when_text(rule: Rule) -> list[str]:
    """Return the conditions of *rule* as texts that ``read_conditions`` accepts."""
    conditions: list[str] = []
    if rule.skip:
        conditions.append(f"skip {rule.skip}")
    if rule.every != 1:
        conditions.append(f"every {_ordinal(rule.every)}")
    if rule.nth:
        conditions.append(f"calls {' and '.join(map(str, rule.nth))}")
    seed = f"seed {rule.seed}" if rule.seed else ""
    if rule.p != 1:
        conditions.append(f"with probability {rule.p!r} {seed}".rstrip())
    elif seed:
        conditions.append(seed)
    if rule.between_s is not None:
        begin, end = map(_short, rule.between_s)
        conditions.append(f"between {begin} s and {end} s")
    conditions += [
        f"{word} {quoted(kind)}" for word, kind in (("from", rule.from_event), ("until", rule.until_event)) if kind
    ]
    if rule.scope != "all":
        conditions.append(f"per {SCOPES[rule.scope]}")
    default_times = 0 if is_repeated(rule) else 1
    if rule.times != default_times and not rule.nth:
        conditions.append({0: "always", 1: "once"}.get(rule.times, f"first {rule.times}"))
    return conditions


def is_repeated(rule: Rule) -> bool:
    """Return True if *rule* has a condition (such as ``every``) that makes it bite repeatedly unless a count is given."""
    defaults = {"every": 1, "p": 1.0, "between_s": None, "from_event": "", "until_event": ""}
    return any(getattr(rule, field) != value for field, value in defaults.items())


def _ordinal(number: int) -> str:
    is_teen = 10 <= number % 100 <= 20
    return f"{number}{'th' if is_teen else ORDINALS.get(number % 10, 'th')}"


def _short(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


def _every(tokens: Tokens) -> tuple[str, Any]:
    if tokens.takes("time"):
        return "times", 0
    number = tokens.counted("every")
    if tokens.next_text in {*ORDINALS.values(), "th"}:
        tokens.word()
    return "every", number


def _calls(tokens: Tokens) -> tuple[str, Any]:
    numbers = [tokens.counted("calls")]
    while tokens.takes("and"):
        numbers.append(tokens.counted("calls"))
    return "nth", tuple(numbers)


def _with(tokens: Tokens) -> tuple[str, Any]:
    if not tokens.takes("probability"):
        tokens.refuse(f"'with' must be followed by 'probability', got {tokens.next_text!r}")
    return "p", float(tokens.number("probability"))


def _between(tokens: Tokens) -> tuple[str, Any]:
    begin = _seconds(tokens)
    if not tokens.takes("and"):
        tokens.refuse("'between' needs two times, as in 'between 10 s and 30 s'")
    return "between_s", (begin, _seconds(tokens))


def _seconds(tokens: Tokens) -> float:
    amount, number = tokens.next_text, tokens.number("between")
    if tokens.next_text not in UNITS["s"].spellings:
        tokens.refuse(f"'between {amount}' has no unit. Did you mean 'between {amount} s'?")
    return float(number * UNITS["s"].spellings[tokens.word()])


def _per(tokens: Tokens) -> tuple[str, Any]:
    for scope, words in SCOPES.items():
        if tokens.takes(*words.split()):
            return "scope", scope
    raise UnknownName("counter", tokens.next_text, SCOPES.values(), place="'per'")


CONDITIONS: dict[str, Callable[[Tokens], tuple[str, Any]]] = {
    "first": lambda tokens: ("times", tokens.counted("first")),
    "once": lambda _: ("times", 1),
    "twice": lambda _: ("times", 2),
    "always": lambda _: ("times", 0),
    "skip": lambda tokens: ("skip", tokens.counted("skip")),
    "every": _every,
    "calls": _calls,
    "connections": _calls,
    "with": _with,
    "seed": lambda tokens: ("seed", tokens.whole("seed")),
    "between": _between,
    "from": lambda tokens: ("from_event", tokens.name("from")),
    "until": lambda tokens: ("until_event", tokens.name("until")),
    "per": _per,
}
"""Functions that read a condition, by its first word; each reads the rest, and returns a field of a rule and its value."""
