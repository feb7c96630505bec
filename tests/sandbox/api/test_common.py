"""``/v1/common/identity``: the identity of the end user at each institution."""

from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.still import BANKING, Still


def identities(api: httpx.Client, consent: Consent, **query: str) -> list[dict[str, Any]]:
    response = api.get("/v1/common/identity", params={"end_user_id": consent.end_user_id, **query})
    assert response.status_code == 200
    assert set(response.json()) == {"identities"}
    served: list[dict[str, Any]] = response.json()["identities"]
    return served


def test_the_identity_is_that_of_the_person_who_logged_in(still: Still, api: httpx.Client) -> None:
    """Name, e-mail, telephone and address are Rosa's."""
    consent = still.everything("rosa")

    (identity,) = identities(api, consent)
    person = identity["customer"]["person"]

    assert (identity["arrangement_id"], identity["institution_id"]) == (consent.arrangement_id, "88888")
    assert identity["customer"]["customer_u_type"] == "person"
    assert (person["first_name"], person["last_name"]) == ("Rosa", "Keane")
    assert [row["address"] for row in person["email_addresses"]] == ["rosa.keane@example.com"]
    assert [row["full_number"] for row in person["phone_numbers"]] == ["tel:+61491570156"]
    (address,) = person["physical_addresses"]
    place = address[address["address_u_type"]]
    assert place.get("city", place.get("locality_name", "")).upper() == "MARRICKVILLE"
    assert place["postcode"] == "2204"


def test_customers_come_in_both_kinds(still: Still, api: httpx.Client) -> None:
    """Persons and organisations, simple and postal addresses occur; exactly one member of each union is present.

    Source: identity.unions
    """
    kinds: set[str] = set()
    for number in range(14):
        (identity,) = identities(api, still.everything(generated_person(seed=number, number=number)))
        customer = identity["customer"]
        kind = customer["customer_u_type"]
        assert set(customer) == {"customer_u_type", kind}
        for address in customer[kind]["physical_addresses"]:
            assert set(address) == {"purpose", "address_u_type", address["address_u_type"]}
            kinds.add(address["address_u_type"])
        kinds.add(kind)

    assert kinds == {"person", "organisation", "simple", "paf"}


def test_the_newest_consent_decides_the_identity(still: Still, api: httpx.Client) -> None:
    """Two consents at one bank give one identity, that of the later consent. Source: identity.most-recent"""
    still.sandbox.configure(permissions=BANKING)
    end_user = still.enrol("rosa")
    for holder in (end_user.person, still.enrol("ben").person):
        consent = still.sandbox.authorise(EndUser(still.sandbox, holder, end_user_id=end_user.end_user_id))
        still.sandbox.sync(consent, "identity")

    (identity,) = identities(api, consent)

    assert identity["arrangement_id"] == consent.arrangement_id
    assert identity["customer"]["person"]["first_name"] == "Ben"


def test_an_institution_may_be_chosen(still: Still, api: httpx.Client) -> None:
    """The filter returns the identity of that institution, or none."""
    consent = still.everything("rosa")

    assert len(identities(api, consent, institution_id="88888")) == 1
    assert identities(api, consent, institution_id="22") == []


def test_two_institutions_have_two_identities(still: Still, api: httpx.Client) -> None:
    """The newest is first; v1 repeats the first beside the list. Source: identity.most-recent, versions.customer"""
    consent = still.everything("rosa")
    end_user = EndUser(still.sandbox, still.enrol("rosa").person, end_user_id=consent.end_user_id)
    other = still.sandbox.authorise(end_user, institution_id="40")
    still.sandbox.sync(other, "identity")

    served = identities(api, consent)
    older = api.get(
        "/v1/common/identity", params={"end_user_id": consent.end_user_id}, headers={"X-Fiskil-Version": "v1"}
    ).json()

    assert [row["institution_id"] for row in served] == ["40", "88888"]
    assert older["identities"] == served
    assert older["customer"]["arrangement_id"] == other.arrangement_id


def test_identity_needs_its_permission(still: Still, api: httpx.Client) -> None:
    """The usual consent does not permit it. Source: permissions.usual, data.missing-permission"""
    assert identities(api, still.consent("rosa")) == []


def test_identity_needs_an_end_user(still: Still, api: httpx.Client) -> None:
    """A request without an end user gets 400. Source: data.end-user-required"""
    response = api.get("/v1/common/identity")

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


def test_identity_has_a_sync_event(still: Still) -> None:
    """The event has no account ids. Source: webhooks.events"""
    still.everything("rosa")

    (event,) = [event for event in still.sandbox.events if event.kind == "common.identity.sync.completed"]
    assert event.account_ids is None


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_unknown_end_user_has_no_identity(still: Still, api: httpx.Client, version: str) -> None:
    """The list is empty, and v1 has no customer. Source: data.deleted-end-user, versions.customer"""
    response = api.get("/v1/common/identity?end_user_id=eu_nobody", headers={"X-Fiskil-Version": version})

    assert response.json() == {"identities": []}
