"""Amounts of the rows of one movement (a regular payment): 64 random amounts, in a different order in each 64 rows.

The amount of a row is computed without other rows. The sum of a range reads single amounts of at most two partial blocks.
"""

import random
from array import array
from decimal import Decimal
from functools import lru_cache

from fiskil_harness.core.model.people import Movement

CENT = Decimal("0.01")
BLOCK = 64
_SPREAD = 0x9E3779B97F4A7C15
_ALL = 2**64 - 1


class Amounts:
    """The amounts of a movement's rows, by row index, which may be negative."""

    def __init__(self, move: Movement, chance: random.Random) -> None:
        factors = [round(chance.random() * 2 - 1, 4) for _ in range(BLOCK)] if move.varies_percent else [0.0]
        self._salt = chance.getrandbits(64)
        # An array takes a tenth of the memory of texts; a crowd of end users has millions of amounts.
        self._cents = array("q", (_varied(move, factor) for factor in factors))
        self._whole = sum(self._cents)

    def text(self, index: int) -> str:
        """Return the amount of the row at *index*, as decimal text."""
        return money(self.cents(index))

    def cents(self, index: int) -> int:
        """Return the amount of the row at *index*, in cents."""
        if len(self._cents) == 1:
            return self._cents[0]
        # An odd factor makes each block a permutation of all 64 amounts.
        dealt = ((index >> 6) * _SPREAD + self._salt) & _ALL
        return self._cents[(index * (dealt >> 50 | 1) + (dealt >> 40)) & 63]

    def sum(self, first: int, after: int) -> int:
        """Return the sum of the rows from *first* up to but excluding *after*, in cents."""
        if len(self._cents) == 1:
            return self._cents[0] * max(0, after - first)
        whole_from, whole_to = -(-first // BLOCK), after // BLOCK
        if whole_from >= whole_to:
            return sum(self.cents(index) for index in range(first, after))
        broken = (*range(first, whole_from * BLOCK), *range(whole_to * BLOCK, after))
        return self._whole * (whole_to - whole_from) + sum(self.cents(index) for index in broken)


def cents_of(amount: str) -> int:
    """Return decimal text as cents."""
    return int(Decimal(amount) * 100)


@lru_cache(maxsize=4096)
def money(cents: int) -> str:
    """Return cents as decimal text."""
    units, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{units}.{rest:02d}"


def _varied(move: Movement, factor: float) -> int:
    """Return the amount in cents, changed by the share *factor* of the movement's variation; half a cent goes to even."""
    share = 1 + Decimal(move.varies_percent) * Decimal(str(factor)) / 100
    return int((Decimal(move.amount) * share).quantize(CENT) * 100)
