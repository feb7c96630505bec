"""The hours of the day at which rows are posted: banks process regular payments in the morning, shops sell while open."""

from fiskil_harness.core.model.people import Movement
from fiskil_harness.sandbox.bank.business_days import is_on_business_days
from fiskil_harness.sandbox.bank.series import OPEN

_HOUR = 60
# The hours begin at four, because clocks change earlier in the night.
_BATCH = (4 * _HOUR + 30, 150)
_OF_CATEGORY = {
    "FOOD_AND_DRINK:COFFEE": (6 * _HOUR + 30, 270),
    "FOOD_AND_DRINK:FAST_FOOD": (11 * _HOUR, 600),
    "FOOD_AND_DRINK:RESTAURANT": (12 * _HOUR, 600),
    "FOOD_AND_DRINK:GROCERIES": (8 * _HOUR, 780),
    "ENTERTAINMENT:": (10 * _HOUR, 720),
    "GENERAL_MERCHANDISE:": (9 * _HOUR, 600),
    "MEDICAL:": (9 * _HOUR, 540),
    "TRANSPORTATION:PUBLIC_TRANSIT": (6 * _HOUR + 30, 780),
}


def hours_of(move: Movement) -> tuple[int, int]:
    """Return the first minute of the day at which a movement's rows are posted, and the number of minutes from there."""
    if is_on_business_days(move):
        return _BATCH
    return next((hours for category, hours in _OF_CATEGORY.items() if move.category.startswith(category)), OPEN)
