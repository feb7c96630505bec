"""Which purchases of an account wait to be posted, and how often: no more is bought because some of it is PENDING.

From the end of the history on, what waits takes over from the movement that it belongs to, at that movement's own pace.
"""

from msgspec import Struct

from fiskil_harness.core.model.people import AccountSpec, Movement

# What is paid by order or by law is never a purchase at a till.
_NO_PURCHASE = ("BANK_FEES", "GOVERNMENT", "INCOME", "LOAN_PAYMENTS", "RENT_AND_UTILITIES", "TRANSFER_")
_RARE_DAYS = 30


class Turns(Struct, frozen=True, kw_only=True):
    """How the purchases of one slot take turns: each waits ``waits_days``, and the next comes ``every_days`` after it.

    ``move`` is the place of their movement on the account. ``takes_over`` says that it has no other rows from then on.
    """

    move: int
    waits_days: int
    every_days: int
    takes_over: bool


def turns_of(spec: AccountSpec) -> list[Turns]:
    """The turns of each slot of an account: what is bought most often waits most often.

    Several slots of one movement share its purchases. One that comes faster than purchases are posted goes on beside them.
    """
    moves = _waiting(spec)
    chosen = [moves[number % len(moves)] for number in range(spec.pending if moves else 0)]
    made: list[Turns] = []
    for place, number in enumerate(chosen):
        move, shared, waits = spec.moves[number], chosen.count(number), _waits(place)
        longest = max(_waits(other) for other, each_number in enumerate(chosen) if each_number == number)
        made.append(
            Turns(
                move=number,
                waits_days=waits,
                every_days=max(waits, shared * move.every_days),
                takes_over=move.times_a_day == 1 and shared * move.every_days >= longest,
            )
        )
    return made


def _waits(place: int) -> int:
    return 2 + place % 3


def _waiting(spec: AccountSpec) -> list[int]:
    """The movements whose purchases wait: with a card, else whatever is bought, else anything; the most frequent first."""
    moves = spec.moves
    bought = [n for n, move in enumerate(moves) if move.amount.startswith("-") and not move.category.startswith("TRANSFER_")]
    found = [n for n in bought if _is_purchase(moves[n])] or bought or list(range(len(moves)))
    return sorted(found, key=lambda n: moves[n].every_days / moves[n].times_a_day)


def _is_purchase(move: Movement) -> bool:
    is_bill = move.type is not None or move.category.startswith(_NO_PURCHASE)
    return move.mcc is not None and not is_bill and move.every_days < _RARE_DAYS
