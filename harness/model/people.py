"""Who takes part: institutions, the people who bank there, and the end users an app creates for them."""

from msgspec import Struct

from harness.model.energy import EnergyAccountSpec, EnergyPlan


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


class Movement(Struct, frozen=True, kw_only=True):
    """A regular movement on an account: ``amount`` is signed decimal text, once every ``every_days`` days.

    ``type`` is the wire's, where sign and category do not say it.
    """

    amount: str
    every_days: int
    merchant: str
    description: str
    category: str = "GENERAL_MERCHANDISE"
    mcc: str | None = None
    varies_percent: int = 0
    first_day: int = 0
    type: str | None = None


class AccountSpec(Struct, frozen=True, kw_only=True):
    """An account as a person's file describes it; rows are derived from it and the seed.

    Args:
        ownership: The wire's word for how many hold it; ``joint_with`` is the name of the other holder's file.
        opens_on_day: Days of sandbox time from the store's first moment until the account is opened; it is there already
            without one, and never closed without ``closes_on_day``.
        is_shareable: Whether every holder has agreed to sharing it; while one has not, a consent brings nothing of it.
    """

    key: str
    name: str
    category: str = "TRANS_AND_SAVINGS_ACCOUNTS"
    product: str = "Everyday Account"
    opening: str = "1000.00"
    credit_limit: str | None = None
    moves: tuple[Movement, ...] = ()
    pending: int = 0
    ownership: str = "ONE_PARTY"
    joint_with: str | None = None
    opens_on_day: int | None = None
    closes_on_day: int | None = None
    is_shareable: bool = True


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
