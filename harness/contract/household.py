"""The local sandbox with somebody in it: an end user with data at a bank and at an energy retailer, ready to be read."""

from typing import Any

import httpx

from harness import catalog
from harness.contract.exercise import Target
from harness.local import LocalFiskil
from harness.model import PERMISSIONS

BANK, RETAILER = "88888", "99999"
PERSON = "rosa"
END_USER_ID = "eu_contract0000000000000000000"


class Household:
    """Keeps the same end user id through every ``begin``, so that what was drawn for one walk fits the next."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        """Begin at once."""
        self._fiskil = fiskil
        self.begin()
        with httpx.Client(base_url=fiskil.api_url, timeout=30, trust_env=False) as client:
            self._token = client.post("/v1/token", json=self._pair).json()["token"]
            client.headers["authorization"] = f"Bearer {self._token}"
            self._known = {**self._pair, **_ids(client), "end_user_id": END_USER_ID, "arrangement_id": self._arrangement_id}

    def begin(self) -> None:
        """Forget everything and let the person consent again, at both."""
        sandbox = self._fiskil.sandbox
        self._fiskil.reset()
        sandbox.configure(permissions=tuple(PERMISSIONS))
        person = sandbox.admit(catalog.person(PERSON))
        end_user = sandbox.create_end_user(person, end_user_id=END_USER_ID)
        for institution_id in (RETAILER, BANK):
            consent = sandbox.authorise(end_user, person, institution_id=institution_id)
            for dataset in consent.permissions:
                sandbox.sync(consent, dataset)
        self._arrangement_id = consent.arrangement_id

    def target(self) -> Target:
        """Where to send requests, and what is known there."""
        return Target(base_url=self._fiskil.api_url, token=self._token, known=self._known)

    @property
    def _pair(self) -> dict[str, str]:
        given = self._fiskil.credentials
        return {"client_id": given.client_id, "client_secret": given.client_secret}


def _ids(client: httpx.Client) -> dict[str, Any]:
    def first(path: str, root: str, **query: str) -> dict[str, Any]:
        found: dict[str, Any] = client.get(path, params=query).json()[root][0]
        return found

    row = first("/v1/banking/transactions", "transactions", end_user_id=END_USER_ID)
    return {
        "fiskil_transaction_id": row["fiskil_id"],
        "account_id": row["account_id"],
        "instituition_id": BANK,
        "product_id": first("/v1/banking/products", "products", instituition_id=BANK)["product_id"],
        "service_point_id": first("/v1/energy/service-points", "service_points", end_user_id=END_USER_ID)[
            "service_point_id"
        ],
        "plan_id": first("/v1/energy/plans", "plans", institution_id=RETAILER)["plan_id"],
    }
