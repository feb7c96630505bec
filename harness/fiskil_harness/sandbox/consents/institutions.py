"""The state of institutions: accessibility and connection status."""

import msgspec

from fiskil_harness.core.model import Institution
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.problems import ApiProblem
from fiskil_harness.sandbox.store import Store

CONNECTION_STATUSES = ("HEALTHY", "DEGRADED", "OUTAGE")


def picture(store: Store, institution: Institution, kind: str) -> str:
    """Return the URL of an institution's ``icon`` or ``logo``, which the consent page serves; "" without pictures."""
    return f"{store.auth_url}/pictures/{institution.institution_id}-{kind}.svg" if institution.has_pictures else ""


def set_connection(store: Store, institution_id: str, status: str) -> None:
    """Set the connection status of an institution, until the next reset.

    Raises:
        UnknownName: No such institution or status.

    Source: institutions.status
    """
    if institution_id not in store.institutions:
        raise UnknownName("institution", institution_id, store.institutions)
    if status not in CONNECTION_STATUSES:
        raise UnknownName("connection status", status, CONNECTION_STATUSES)
    institution = store.institutions[institution_id]
    store.institutions = {
        **store.institutions,
        institution_id: msgspec.structs.replace(institution, connection_status=status),
    }


def is_accessible(store: Store, institution: Institution) -> bool:
    """Return True if end users can consent at an institution with sandbox keys.

    Source: institutions.sandbox-bank, institutions.sandbox-retailer
    """
    is_industry_accessible = (
        institution.industry != "energy" or store.interpretation("institutions.sandbox-retailer") == "accessible"
    )
    return institution.is_accessible and is_industry_accessible


def require_reachable(store: Store, institution_id: str) -> None:
    """Raise ApiProblem while the institution has an outage.

    Raises:
        ApiProblem: 502, the institution has an outage.

    Source: data.fetch-outage
    """
    if store.institutions[institution_id].connection_status == "OUTAGE":
        raise ApiProblem(502, "BadGateway", "the institution did not respond")
