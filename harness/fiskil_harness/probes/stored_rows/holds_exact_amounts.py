"""Does the app show exactly the amounts that the API served, even if they are huge or written unusually?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Journal
from fiskil_harness.journal.queries.amounts import ServedAmounts, served_amounts
from fiskil_harness.journal.queries.json_leaves import Path, at, leaves
from fiskil_harness.journal.queries.money_texts import amount_of
from fiskil_harness.journal.queries.rows import Place, latest_rows, places, shown, snapshots
from fiskil_harness.probes.probe import Finding, Probe

MIN_AMOUNTS = 3
"""Minimum number of different amounts at the same path from which the path of amounts in a record is concluded."""

CENT = Decimal("0.01")
_EXACT = Context(prec=100)


class ShownAmount(Struct, frozen=True):
    """The value that a state shows for one row, at the path at which ordinary rows have their amounts."""

    fiskil_id: str
    value: Any


class HoldsExactAmounts(Probe, frozen=True, kw_only=True, tag="holds_exact_amounts"):
    """Check that each amount in the app's state is one that the API served for that row, exact to the cent.

    The app may show dollars or cents, text or a number, with or without the sign, the currency and commas, rounded to two
    decimal places or more. If it rejects an unusual amount, it may show the previous amount or none. A JSON number with a
    fraction is compared as a double.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    expected = "each amount as it was served, with every digit"
    source = "data.changes"
    fix = "store money as the received text, as a decimal or as whole cents; never convert it to a float"

    def examine(self, journal: Journal) -> Finding:
        """Find the path of amounts in the state, and compare each amount there with the served amounts."""
        rows = latest_rows(journal, self.dataset)
        if rows is None or not rows.rows:
            return self.inconclusive(f"the API served no {self.dataset}")
        served = served_amounts(journal, rows)
        if not served.unusual:
            return self.inconclusive(f"no amount of {self.dataset} was unusual")
        states = snapshots(journal, rows.participant)
        path = _amount_path(states, served)
        if path is None:
            if any(shown(effects.state, served.plain) for effects in states):
                return self.inconclusive(f"the app's state shows {self.dataset}, but no amounts that the harness can read")
            return self.inconclusive(f"the app's state contains no fiskil_id of {self.dataset}", hook=STATE)
        later = [effects for effects in states if effects.at_s > served.since_s]
        amounts = [amount for effects in later for amount in _shown_amounts(effects, served, path)]
        compared = [amount for amount in amounts if amount.fiskil_id in served.unusual or _is_almost(amount, served)]
        return self._compare(compared, served)

    def _compare(self, shown: list[ShownAmount], served: ServedAmounts) -> Finding:
        wrong = {
            amount.fiskil_id
            for amount in shown
            if not any(_is_exact(amount.value, served_amount) for served_amount in served.all[amount.fiskil_id])
        }
        if wrong and served.is_partial:
            return self.inconclusive("a response was too long for the journal, so its amounts are not known")
        if wrong:
            observed = f"the app shows amounts of {self.dataset} that the API never served"
            return self.fails(observed, evidence=served.names(wrong, "not exact"))
        exact = {amount.fiskil_id for amount in shown if _is_among(amount, served.unusual)}
        if not exact:
            return self.inconclusive("none of the unusual amounts is shown")
        return self.passes(f"{len(exact)} unusual amounts are shown exactly", examined=len(exact))


def _amount_path(states: list[Effects], served: ServedAmounts) -> Path | None:
    """Return the path at which four of five ordinary rows, or more, have their amount; None if there is none."""
    for effects in states:
        mentions = {row: found for row, found in places(effects.state, served.plain).items() if found}
        right = Counter(path for row, found in mentions.items() for path in _paths_to(found, served.plain[row]))
        common = [path for path, count in right.items() if count * 5 >= len(mentions) * 4]
        if common and len({served.plain[row] for row in mentions}) >= MIN_AMOUNTS:
            return min(common, key=lambda path: (-right[path], path))
    return None


def _paths_to(row_places: Iterable[Place], amount: Decimal) -> set[Path]:
    """Return the paths at which a record has *amount*, as a value or as an object with units and billionths."""
    found: set[Path] = set()
    for record in (place.record for place in row_places):
        paths = {path for path, _ in leaves(record)}
        objects = {path[:-1] for path in paths if path[-1:] == ("units",) and path[:-1]}
        found |= {path for path in paths | objects if _is_exact(at(record, path), amount)}
    return found


def _shown_amounts(effects: Effects, served: ServedAmounts, path: Path) -> list[ShownAmount]:
    mentions = places(effects.state, served.all)
    values = [(fiskil_id, at(place.record, path)) for fiskil_id, row_places in mentions.items() for place in row_places]
    return [ShownAmount(fiskil_id, value) for fiskil_id, value in values if amount_of(value) is not None]


def _is_almost(shown: ShownAmount, served: ServedAmounts) -> bool:
    """Return True if the amount of an ordinary row is off by a cent, as after a computation with floats."""
    amount, number = served.plain.get(shown.fiskil_id), amount_of(shown.value)
    if amount is None or number is None or not number.is_finite() or _is_exact(shown.value, amount):
        return False
    return any(abs(abs(number) - abs(amount) * unit) <= CENT * unit for unit in (1, 100))


def _is_among(shown: ShownAmount, amounts: Mapping[str, set[Decimal]]) -> bool:
    return any(_is_exact(shown.value, amount) for amount in amounts[shown.fiskil_id])


def _is_exact(value: Any, amount: Decimal) -> bool:
    """Return True if *value* is *amount* in dollars or cents, without the sign, rounded to two decimal places or more."""
    number = amount_of(value)
    if number is None or not number.is_finite():
        return False
    dollars = abs(amount)
    if isinstance(value, float):
        return abs(value) in {float(dollars), float(_EXACT.multiply(dollars, Decimal(100)))}
    unsigned = _EXACT.abs(number)
    return any(unsigned in (rounding, _EXACT.multiply(rounding, Decimal(100))) for rounding in _roundings(dollars))


def _roundings(amount: Decimal) -> set[Decimal]:
    """Return *amount*, and *amount* rounded down and up to fewer decimal places, but at least two."""
    exponent = amount.as_tuple().exponent
    places_given = -exponent if isinstance(exponent, int) else 0
    roundings = {amount}
    for count in range(2, places_given):
        unit = Decimal(1).scaleb(-count)
        roundings |= {amount.quantize(unit, rounding=mode, context=_EXACT) for mode in (ROUND_FLOOR, ROUND_CEILING)}
    return roundings
