"""Is the money that the app shows exactly the money that it was handed, whatever its size and form?"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation
from typing import Any, ClassVar

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Journal
from fiskil_harness.journal.queries.amounts import Handed, handed
from fiskil_harness.journal.queries.json_leaves import Path, at, leaves
from fiskil_harness.journal.queries.rows import Place, latest_rows, places
from fiskil_harness.probes.probe import PlainProbe

LEAST = 3
"""So many rows of different amounts must agree on where a record has its amount."""

_EXACT = Context(prec=100)


class ShownAmounts(Struct, frozen=True):
    """What one look shows for a row, at the place where ordinary rows have their amount."""

    fiskil_id: str
    value: Any


class HoldsExactAmounts(PlainProbe, frozen=True, kw_only=True, tag="holds_exact_amounts"):
    """Wherever the app's state shows the amount of a row, it is one that the API has handed over for that row, to the cent.

    Dollars or cents, text or number, signed or not, and rounded to two places or more: all are exact enough. An app that
    refuses an odd amount shows the one before, or none. A fraction that comes as a JSON number is compared as a double.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "each amount as it was served, with every digit"
    source: ClassVar[str] = "data.changes"
    fix: ClassVar[str] = "keep money as the text that came, as a decimal or as whole cents; let no float near it"

    def examine(self, journal: Journal) -> Finding:
        """Find out where amounts stand, and compare each of them."""
        rows = latest_rows(journal, self.dataset)
        if rows is None or not rows.rows:
            return self.inconclusive(f"the API served no {self.dataset}")
        given = handed(journal, rows)
        if not given.odd:
            return self.inconclusive(f"no amount of {self.dataset} was unusual")
        looks = [effects for effects in journal.all(Effects) if effects.participant == rows.participant]
        path = _learnt(looks, given)
        if path is None:
            return self.inconclusive(f"the app's state shows no amounts of {self.dataset} by their fiskil_id", hook=EFFECTS)
        later = [look for look in looks if look.at_s > given.since_s]
        return self._compare(
            [
                shown_amounts
                for look in later
                for shown_amounts in _shown(look, given, path)
                if shown_amounts.fiskil_id in given.odd
            ],
            given,
        )

    def _compare(self, shown: list[ShownAmounts], given: Handed) -> Finding:
        wrong = {
            shown_amounts.fiskil_id
            for shown_amounts in shown
            if not any(_is_exact(shown_amounts.value, amount) for amount in given.of[shown_amounts.fiskil_id])
        }
        if wrong and given.is_partial:
            return self.inconclusive("an answer was too long to be kept, so what it handed over is not known")
        if wrong:
            seen = f"amounts of {self.dataset} are shown that the API never served"
            return self.fails(seen, evidence=given.names(wrong, "not exact"), examined=len(given.odd))
        held = {shown_amounts.fiskil_id for shown_amounts in shown if _is_any(shown_amounts, given.odd)}
        if not held:
            return self.inconclusive("none of the unusual amounts is shown")
        return self.passes(f"{len(held)} unusual amounts are shown exactly", examined=len(held))


def _learnt(looks: list[Effects], given: Handed) -> Path | None:
    """Where in a record the amount stands, as the rows tell that have an ordinary one."""
    for look in looks:
        found = places(look.state, given.plain)
        ways = [
            {path for place in ones for path in _paths_to(place, given.plain[text])} for text, ones in found.items() if ones
        ]
        amounts = {given.plain[text] for text, ones in found.items() if ones}
        common = set.intersection(*ways) if ways else set()
        if common and len(amounts) >= LEAST:
            return min(common)
    return None


def _paths_to(place: Place, amount: Decimal) -> list[Path]:
    return [path for path, value in leaves(place.record) if _is_exact(value, amount)]


def _shown(look: Effects, given: Handed, path: Path) -> list[ShownAmounts]:
    found = places(look.state, given.of)
    told = [(text, at(place.record, path)) for text, ones in found.items() for place in ones]
    return [ShownAmounts(text, value) for text, value in told if _number(value) is not None]


def _is_any(shown: ShownAmounts, amounts: Mapping[str, set[Decimal]]) -> bool:
    return any(_is_exact(shown.value, amount) for amount in amounts[shown.fiskil_id])


def _number(value: Any) -> Decimal | None:
    """The number that a value is, ``NaN`` included; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None


def _is_exact(value: Any, amount: Decimal) -> bool:
    """Whether *value* is *amount*, in dollars or in cents, with two places of it at least."""
    number = _number(value)
    if number is None or not number.is_finite():
        return False
    dollars = abs(amount)
    if isinstance(value, float):
        return abs(value) in {float(dollars), float(_EXACT.multiply(dollars, Decimal(100)))}
    given = _EXACT.abs(number)
    return any(given in (rounding, _EXACT.multiply(rounding, Decimal(100))) for rounding in _roundings(dollars))


def _roundings(amount: Decimal) -> set[Decimal]:
    """The amount itself, and what comes of it with fewer places, two at least."""
    exponent = amount.as_tuple().exponent
    places_given = -exponent if isinstance(exponent, int) else 0
    found = {amount}
    for count in range(2, places_given):
        unit = Decimal(1).scaleb(-count)
        found |= {amount.quantize(unit, rounding=way, context=_EXACT) for way in (ROUND_FLOOR, ROUND_CEILING)}
    return found
