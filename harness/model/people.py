"""Who takes part: institutions, the people who bank there, and the end users an app creates for them."""

import re

from msgspec import Struct

from harness.model.energy import EnergyAccountSpec, EnergyPlan

_AMOUNT = re.compile(r"-?\d{1,9}\.\d\d", re.ASCII)


class Institution(Struct, frozen=True, kw_only=True):
    """A bank or energy retailer. ``industry`` is ``banking`` or ``energy``.

    ``brand`` is the id under which the energy regulator knows a retailer, and ``plans`` are what it offers.
    """

    institution_id: str
    name: str
    industry: str = "banking"
    is_accessible: bool = False
    priority: int = 1
    connection_status: str = "HEALTHY"
    brand: str | None = None
    plans: tuple[EnergyPlan, ...] = ()


MOST_A_DAY = 5000


class Movement(Struct, frozen=True, kw_only=True):
    """A regular movement on an account: ``amount`` is signed decimal text, ``times_a_day`` on every ``every_days``-th day.

    ``first_day`` counts days back from the day on which the history ends; from there the movement goes on both ways, into
    the history and with the clock. ``type`` is the wire's, where sign and category do not say it.
    """

    amount: str
    every_days: int
    merchant: str
    description: str
    category: str = "GENERAL_MERCHANDISE"
    mcc: str | None = None
    varies_percent: int = 0
    first_day: int = 0
    times_a_day: int = 1
    type: str | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no rows, or more than a day holds."""
        if not _AMOUNT.fullmatch(self.amount):
            raise ValueError(f"amount must be signed decimal text with two places, like '-12.50'; got {self.amount!r}")
        if self.every_days < 1:
            raise ValueError(f"every_days counts from 1; got {self.every_days}")
        if self.first_day < 0:
            raise ValueError(f"first_day counts from 0; got {self.first_day}")
        if not 1 <= self.times_a_day <= MOST_A_DAY:
            raise ValueError(f"times_a_day must be from 1 to {MOST_A_DAY}; got {self.times_a_day}")


class AccountSpec(Struct, frozen=True, kw_only=True):
    """An account as a person's file describes it; rows are derived from it and the seed."""

    key: str
    name: str
    category: str = "TRANS_AND_SAVINGS_ACCOUNTS"
    product: str = "Everyday Account"
    opening: str = "1000.00"
    credit_limit: str | None = None
    moves: tuple[Movement, ...] = ()
    pending: int = 0


class Person(Struct, frozen=True, kw_only=True):
    """Somebody with accounts at an institution, found there by *email*.

    ``outcome`` is what the institution says when this person logs in: ``eligible``, ``unknown``, ``ineligible``,
    ``upstream_failure`` or ``times_out``.
    """

    name: str
    given_name: str
    family_name: str
    email: str
    phone: str
    why: str
    outcome: str = "eligible"
    history_days: int = 90
    accounts: tuple[AccountSpec, ...] = ()
    energy: tuple[EnergyAccountSpec, ...] = ()


class EndUser(Struct, frozen=True, kw_only=True):
    """The person whose data is shared, as an app registered them with Fiskil."""

    end_user_id: str
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    abn: str | None = None
