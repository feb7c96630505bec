"""The purchases of an account that are PENDING first, and how often; they replace regular rows, they are not additional.

When the history ends, a slot takes over from the movement that it belongs to, at the pace of that movement.
"""

from msgspec import Struct

from fiskil_harness.core.model.people import AccountSpec, Movement

# Payments by order or by law are not card purchases.
_NO_PURCHASE = ("BANK_FEES", "GOVERNMENT", "INCOME", "LOAN_PAYMENTS", "RENT_AND_UTILITIES", "TRANSFER_")
_RARE_DAYS = 30


class SlotSchedule(Struct, frozen=True, kw_only=True):
    """The schedule of one slot: each purchase waits ``waits_days``, and the next comes ``every_days`` after it.

    ``move`` is the index of the movement on the account. With ``takes_over`` the movement has no other rows from then on.
    """

    move: int
    waits_days: int
    every_days: int
    takes_over: bool


def slot_schedules(spec: AccountSpec) -> list[SlotSchedule]:
    """Return the schedule of each slot of an account; the most frequent purchases are PENDING most often.

    Several slots of one movement share its purchases. A movement with purchases faster than they are posted keeps its rows.
    """
    moves = _waiting(spec)
    move_numbers = [moves[number % len(moves)] for number in range(spec.pending if moves else 0)]
    schedules: list[SlotSchedule] = []
    for place, number in enumerate(move_numbers):
        move, shared, waits = spec.moves[number], move_numbers.count(number), _waits(place)
        longest = max(_waits(other_place) for other_place, other_number in enumerate(move_numbers) if other_number == number)
        schedules.append(
            SlotSchedule(
                move=number,
                waits_days=waits,
                every_days=max(waits, shared * move.every_days),
                takes_over=move.times_a_day == 1 and shared * move.every_days >= longest,
            )
        )
    return schedules


def _waits(place: int) -> int:
    return 2 + place % 3


def _waiting(spec: AccountSpec) -> list[int]:
    """Return the indices of movements with PENDING rows, most frequent first: card purchases, else purchases, else all."""
    moves = spec.moves
    bought = [n for n, move in enumerate(moves) if move.amount.startswith("-") and not move.category.startswith("TRANSFER_")]
    waiting = [n for n in bought if _is_purchase(moves[n])] or bought or list(range(len(moves)))
    return sorted(waiting, key=lambda n: moves[n].every_days / moves[n].times_a_day)


def _is_purchase(move: Movement) -> bool:
    is_bill = move.type is not None or move.category.startswith(_NO_PURCHASE)
    return move.mcc is not None and not is_bill and move.every_days < _RARE_DAYS
