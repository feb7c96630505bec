"""Permissions of a consent: one for each kind of data, with Fiskil's names."""

from collections.abc import Iterable

from msgspec import Struct


class Permission(Struct, frozen=True, kw_only=True):
    """One kind of data as the consent page shows it. ``industry`` is ``banking``, ``energy`` or ``common``."""

    name: str
    industry: str
    scope: str
    description: str


PERMISSIONS: dict[str, Permission] = {
    name: Permission(name=name, industry=industry, scope=scope, description=description)
    for name, industry, scope, description in (
        ("accounts", "banking", "bank:accounts.basic:read", "Names, numbers and features of your accounts"),
        ("balances", "banking", "bank:accounts.basic:read", "How much your accounts hold"),
        ("transactions", "banking", "bank:transactions:read", "Money that came in and went out"),
        ("payees", "banking", "bank:payees:read", "People and businesses that you saved to pay"),
        ("direct_debits", "banking", "bank:regular_payments:read", "Who may take money from your accounts"),
        ("scheduled_payments", "banking", "bank:regular_payments:read", "Payments that you set up for later"),
        ("energy_accounts", "energy", "energy:accounts.basic:read", "Your energy accounts and their plans"),
        ("energy_balances", "energy", "energy:billing:read", "What you owe on your energy accounts"),
        ("usage", "energy", "energy:electricity.usage:read", "How much electricity you used and when"),
        ("billing", "energy", "energy:billing:read", "What you were charged and what you paid"),
        ("invoices", "energy", "energy:billing:read", "Your energy bills"),
        ("concessions", "energy", "energy:accounts.concessions:read", "Concessions and assistance that you get"),
        ("service_points", "energy", "energy:electricity.servicepoints.basic:read", "Where and how you are connected"),
        ("der", "energy", "energy:electricity.der:read", "Solar panels, batteries and what else makes energy"),
        ("payment_schedule", "energy", "energy:accounts.paymentschedule:read", "How you pay your energy bills"),
        ("identity", "common", "common:customer.detail:read", "Your name, occupation and contact details"),
    )
}
"""Every permission by name. Source: permissions.list"""

USUAL_PERMISSIONS = ("accounts", "balances", "transactions")
"""The permissions that the console requests by default. Source: permissions.usual"""

USUAL_ENERGY_PERMISSIONS = ("energy_accounts", "invoices", "usage")
"""The permissions that the console of an app without banking data requests."""


def permitted_at(industry: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the permissions in *wanted* that exist at institutions of *industry*: first its own, then common ones."""
    return tuple(name for kind in (industry, "common") for name in wanted if PERMISSIONS[name].industry == kind)


def all_of(industry: str) -> tuple[str, ...]:
    """Return every permission of *industry*, without common ones."""
    return tuple(name for name, permission in PERMISSIONS.items() if permission.industry == industry)


def untried_in_a_run(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of *names* that are of energy retailers, if usual ones are of banks: a run tries one of the two."""
    known = [name for name in names if name in PERMISSIONS]
    if not {*known} & {*USUAL_PERMISSIONS}:
        return ()
    return tuple(name for name in known if PERMISSIONS[name].industry == "energy")
