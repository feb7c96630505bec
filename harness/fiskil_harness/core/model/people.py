"""Institutions, and the people who have accounts there."""

import re

from msgspec import Struct

from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan

_AMOUNT = re.compile(r"-?\d{1,9}\.\d\d", re.ASCII)


class Institution(Struct, frozen=True, kw_only=True):
    """A bank or energy retailer. ``industry`` is ``banking`` or ``energy``.

    ``brand`` is the id of an energy retailer at the regulator, and ``plans`` are the plans that it offers. An institution
    without pictures has an empty icon and logo.
    """

    institution_id: str
    name: str
    industry: str = "banking"
    is_accessible: bool = False
    priority: int = 1
    connection_status: str = "HEALTHY"
    brand: str | None = None
    has_pictures: bool = True
    plans: tuple[EnergyPlan, ...] = ()


MOST_A_DAY = 5000


class Movement(Struct, frozen=True, kw_only=True):
    """A regular payment into or out of an account; ``amount`` is signed decimal text.

    The movement occurs every ``every_days`` days, ``times_a_day`` times on such a day. ``first_day`` selects these days: it
    is one of them, as a number of days before the end of the history. The movement repeats before this day, and after it
    as sandbox time advances. ``type`` is the API's type of transaction, if sign and category do not determine it.
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
        """Check that every field is in its range, so that rows can be generated.

        Raises:
            ValueError: A field is out of range.
        """
        if not _AMOUNT.fullmatch(self.amount):
            raise ValueError(f"amount must be signed decimal text with two places, like '-12.50'; got {self.amount!r}")
        if self.every_days < 1:
            raise ValueError(f"every_days counts from 1; got {self.every_days}")
        if self.first_day < 0:
            raise ValueError(f"first_day counts from 0; got {self.first_day}")
        if not 1 <= self.times_a_day <= MOST_A_DAY:
            raise ValueError(f"times_a_day must be from 1 to {MOST_A_DAY}; got {self.times_a_day}")


class AccountSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank account, as a person's fixture file describes it; rows are generated from this description and the seed.

    Days are counted from the sandbox's epoch, the day on which the history ends. A negative day is before the epoch.

    Args:
        joint_with: Name of the other holder's file; both files describe the account with the same values.
        is_shareable: False until the other holder agrees to sharing; until then, the API serves no data of the account.
        is_offered: False if the institution's screen does not offer the account, for example if the other holder refuses.
        open_status: The API still serves a ``CLOSED`` account, but without new rows.
        lodged_days_ago: Number of days since a term deposit was made; its term is ``term_days``.
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
    is_offered: bool = True
    open_status: str = "OPEN"
    repayment_type: str = "PRINCIPAL_AND_INTEREST"
    lodged_days_ago: int = 120
    term_days: int = 365


class Organisation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The business that a person represents at the institution. ``established`` is an ISO date; ``abn`` has only digits."""

    legal_name: str
    business_name: str
    abn: str
    acn: str | None = None
    agent_role: str = "Director"
    organisation_type: str = "COMPANY"
    industry_code: str = "4511"
    established: str = "2015-07-01"


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person with accounts at an institution, identified there by *email*.

    Args:
        outcome: The outcome of this person's journeys; one of ``OUTCOMES``.
        organisation: The business that the person represents; the identity dataset shows it.
        withholds: Permissions that the institution does not grant, even if the app requests them.
        revokes_after_days: Number of days after which the institution ends a consent; None for never.
        first_sync_after_minutes: Additional delay of the first syncs after a consent.
        first_sync_fails: Permissions whose first sync fails; later syncs succeed.
        optional_fields: The documented optional fields that the institutions send: ``usual`` (some), ``every``, ``none``, or
            ``parts`` (objects and lists, which then have required fields only).
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
    organisation: Organisation | None = None
    withholds: tuple[str, ...] = ()
    revokes_after_days: int | None = None
    first_sync_after_minutes: int = 0
    first_sync_fails: tuple[str, ...] = ()
    optional_fields: str = "usual"

    @property
    def full_name(self) -> str:
        """The given name and the family name."""
        return f"{self.given_name} {self.family_name}"

    def holder_of(self, spec: AccountSpec) -> str:
        """Return an identifier of the holder of *spec*: the person's e-mail address, or both names for a joint account."""
        return "&".join(sorted((self.name, spec.joint_with))) if spec.joint_with else self.email
