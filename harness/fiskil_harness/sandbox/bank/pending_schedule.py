"""The schedule of purchases that are PENDING before they are POSTED; they replace regular rows of the account.

When the history ends, a slot (a sequence of such purchases) takes over from its movement, with the same frequency.
"""

from msgspec import Struct

from fiskil_harness.core.model.people import AccountSpec, Movement

# Payment orders and payments that the law requires are not card purchases.
_NO_PURCHASE = ("BANK_FEES", "GOVERNMENT", "INCOME", "LOAN_PAYMENTS", "RENT_AND_UTILITIES", "TRANSFER_")
_RARE_DAYS = 30


class SlotSchedule(Struct, frozen=True, kw_only=True):
    """The schedule of one slot: a purchase begins every ``every_days`` days, and is PENDING for ``waits_days`` days.

    ``move`` is the index of the movement on the account. If ``takes_over`` is set, the movement has no other rows after the
    end of the history.
    """

    move: int
    waits_days: int
    every_days: int
    takes_over: bool


def slot_schedules(spec: AccountSpec) -> list[SlotSchedule]:
    """Return the schedule of each slot of an account; the most frequent movements get slots first.

    If a movement has several slots, they share its purchases. A movement that is too frequent for its slots also keeps its
    regular rows.
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
    """Return the indices of the movements that can have PENDING rows, most frequent first.

    These are card purchases; if there are none, all outgoing payments except transfers; if there are none, all movements.
    """
    moves = spec.moves
    bought = [n for n, move in enumerate(moves) if move.amount.startswith("-") and not move.category.startswith("TRANSFER_")]
    waiting = [n for n in bought if _is_purchase(moves[n])] or bought or list(range(len(moves)))
    return sorted(waiting, key=lambda n: moves[n].every_days / moves[n].times_a_day)


def _is_purchase(move: Movement) -> bool:
    is_bill = move.type is not None or move.category.startswith(_NO_PURCHASE)
    return move.mcc is not None and not is_bill and move.every_days < _RARE_DAYS
