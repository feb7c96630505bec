"""A consent with the energy retailer by the hosted page, from the choice of the institution to the first rows."""

from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.model import AuthSession, Ending
from tests.sandbox.energy.households import LISTS, RETAILER, household, rows
from tests.sandbox.still import BACK, GONE, Still


def walk_with(still: Still, visitor: FormBrowser, name: str, *, until: str = "confirm") -> AuthSession:
    """Open a session and walk with the retailer to a stage, with every account of the household."""
    session = still.invite()
    visitor.open(still.page_of(session))
    steps = {
        "login": lambda: visitor.submit("choose", institution_id=RETAILER),
        "code": lambda: visitor.submit("identify", email=catalog.person(name).email),
        "accounts": lambda: visitor.submit("enter_code", code=visitor.text_of("data-code")),
        "confirm": lambda: visitor.submit("select", account=list(visitor.choices("account"))),
    }
    for stage, step in steps.items():
        step()
        if stage == until:
            break
    return session


def test_a_household_consents_on_the_page(still: Still, api: httpx.Client, visitor: FormBrowser) -> None:
    """The browser goes back to the app, the consent is energy's, and its rows come. Source: energy.permissions"""
    session = walk_with(still, visitor, "priya")
    visitor.submit("confirm")
    still.sandbox.clock.advance(seconds=20)

    ended = still.standing(session)
    (consent,) = still.sandbox.consents_of(session.end_user_id)

    assert ended.ending is Ending.APPROVED
    assert visitor.redirects[-1] == f"{BACK}&session_id={session.session_id}"
    assert (consent.institution_id, consent.account_keys) == (RETAILER, ("house", "gas"))
    assert [event.kind for event in still.sandbox.events][:2] == ["consent.received", "energy.accounts.sync.completed"]
    assert all(rows(api, path, consent) for path in LISTS)


def test_the_page_lists_supplies_not_bank_accounts(still: Still, visitor: FormBrowser) -> None:
    """What the person has at the retailer can be chosen, and nothing they have at the bank."""
    walk_with(still, visitor, "priya", until="accounts")

    assert visitor.choices("account") == ("house", "gas")
    assert b"House in Newtown<small>Electricity</small>" in visitor.page.body
    assert b"Gas in Newtown<small>Gas</small>" in visitor.page.body
    assert b"Everyday Account" not in visitor.page.body


def test_the_page_says_which_energy_data_is_shared(still: Still, visitor: FormBrowser) -> None:
    """Retailer, kinds of data and accounts are on the last screen, and no word of a bank's."""
    walk_with(still, visitor, "rosa")

    page = visitor.page.body.decode()
    assert "Energy Sandbox Data Holder" in page
    assert "How much electricity you used and when" in page
    assert "Home electricity" in page
    assert "Money that came in and went out" not in page


def test_the_bank_page_shares_bank_data(still: Still, visitor: FormBrowser) -> None:
    """With the bank chosen it is the other way round."""
    session = still.invite(institution_id="88888")
    visitor.open(still.page_of(session))
    visitor.submit("identify", email="rosa.keane@example.com")
    visitor.submit("enter_code", code=visitor.text_of("data-code"))
    visitor.submit("select", account="savings")

    page = visitor.page.body.decode()
    assert "Money that came in and went out" in page
    assert "How much electricity you used and when" not in page


def test_one_supply_of_two_can_be_shared(still: Still, api: httpx.Client, visitor: FormBrowser) -> None:
    """Rows of the other account do not come."""
    session = walk_with(still, visitor, "priya", until="accounts")
    visitor.submit("select", account="gas")
    visitor.submit("confirm")
    still.sandbox.clock.advance(seconds=20)
    (consent,) = still.sandbox.consents_of(session.end_user_id)

    assert [row["display_name"] for row in rows(api, "accounts", consent)] == ["Gas in Newtown"]
    assert len({row["account_id"] for row in rows(api, "billing", consent)}) == 1
    assert rows(api, "usage", consent) == rows(api, "service-points", consent) == []


def test_a_supply_of_nobody_is_not_taken(still: Still, visitor: FormBrowser) -> None:
    """The key of a bank account chooses nothing at the retailer."""
    session = walk_with(still, visitor, "rosa", until="accounts")

    visitor.submit("select", account="everyday")

    assert still.standing(session).stage == "accounts"
    assert b"Choose at least one account." in visitor.page.body


def test_a_session_can_name_the_retailer(still: Still, api: httpx.Client, visitor: FormBrowser) -> None:
    """Then its log-in is the first screen. Source: institutions.sandbox-retailer"""
    end_user, _ = still.enrol("rosa")
    wanted = {"end_user_id": end_user.end_user_id, "redirect_uri": BACK, "cancel_uri": GONE, "institution_id": RETAILER}

    opened = api.post("/v1/auth/session", json=wanted).json()
    visitor.open(opened["auth_url"])

    assert b"Log in at Energy Sandbox Data Holder" in visitor.page.body


def test_real_retailers_cannot_be_named(still: Still, api: httpx.Client) -> None:
    """400 invalid_institution_id. Source: institutions.sandbox-retailer"""
    end_user, _ = still.enrol("rosa")
    wanted = {"end_user_id": end_user.end_user_id, "redirect_uri": "", "cancel_uri": "", "institution_id": "140"}

    answer = api.post("/v1/auth/session", json=wanted)

    assert (answer.status_code, answer.json()["name"]) == (400, "invalid_institution_id")


def test_the_retailer_may_be_out_of_reach(still: Still, api: httpx.Client, visitor: FormBrowser) -> None:
    """Under the other reading it is listed as inaccessible and cannot be chosen. Source: institutions.sandbox-retailer"""
    still.sandbox.read_as({"institutions.sandbox-retailer": "inaccessible"})
    session = still.invite()
    visitor.open(still.page_of(session))
    offered = visitor.choices("institution_id")

    visitor.submit("choose", institution_id=RETAILER)

    listed = api.get("/v1/institutions", params={"client_id": "team"}).json()
    assert offered == ("88888",)
    assert still.standing(session).stage == "institution"
    assert [value["id"] for value in listed if value["is_accessible"]] == ["88888"]


def test_somebody_without_supply_is_ineligible(still: Still, visitor: FormBrowser) -> None:
    """Who has bank accounts only has nothing to share here. Source: journey.error-types"""
    person = msgspec.structs.replace(catalog.person("rosa"), email="no.power@example.com", energy=())
    still.sandbox.admit(person)
    session = still.invite(institution_id=RETAILER)
    visitor.open(still.page_of(session))
    visitor.submit("identify", email="no.power@example.com")

    visitor.submit("enter_code", code=visitor.text_of("data-code"))

    assert still.standing(session).ending is Ending.INELIGIBLE
    assert parse_qs(urlsplit(visitor.redirects[-1]).query)["error_type"] == ["CONSENT_ENDUSER_INELIGIBLE"]


def test_any_address_has_a_household(still: Still, visitor: FormBrowser) -> None:
    """A new address gets a person with supply of their own. Source: journey.any-email"""
    session = still.invite(institution_id=RETAILER)
    visitor.open(still.page_of(session))
    visitor.submit("identify", email="somebody.new@example.com")
    visitor.submit("enter_code", code=visitor.text_of("data-code"))

    assert still.standing(session).stage == "accounts"
    assert visitor.choices("account")[0] == "electricity"


@pytest.mark.parametrize("stage", ["login", "code", "accounts"])
def test_energy_consent_can_be_declined(still: Still, visitor: FormBrowser, stage: str) -> None:
    """On every screen of the retailer; the app is told and no consent is left. Source: journey.error-redirect"""
    session = walk_with(still, visitor, "rosa", until=stage)

    visitor.submit("deny")

    assert parse_qs(urlsplit(visitor.redirects[-1]).query)["error_type"] == ["CONSENT_ENDUSER_DENIED"]
    assert still.sandbox.consents_of(session.end_user_id) == []


def test_bank_and_retailer_can_both_be_shared(still: Still, api: httpx.Client) -> None:
    """One end user has a consent with each, and each serves its own rows. Source: energy.permissions"""
    end_user, person = still.enrol("rosa")
    for institution_id in ("88888", RETAILER):
        consent = still.sandbox.authorise(end_user, person, institution_id=institution_id)
        for dataset in ("accounts", "energy_accounts"):
            if dataset in consent.permissions:
                still.sandbox.sync(consent, dataset)

    banking = api.get("/v1/banking/accounts", params={"end_user_id": end_user.end_user_id}).json()["accounts"]
    listed = api.get("/v1/consent", params={"end_user_id": end_user.end_user_id}).json()["consents"]

    assert {row["institution_id"] for row in banking} == {"88888"}
    assert {row["institution_id"] for row in rows(api, "accounts", consent)} == {RETAILER}
    assert [value["institution_type"] for value in listed] == ["banking", "energy"]


def test_the_console_rules_what_a_retailer_is_asked_for(still: Still, api: httpx.Client) -> None:
    """Of what a team ticks, a retailer gives energy's and identity; before, all.

    Source: permissions.usual, identity.unions
    """
    many = household(still, "ben")
    still.sandbox.configure(permissions=("accounts", "usage", "identity"))
    few = household(still, "rosa")

    who = api.get("/v1/common/identity", params={"end_user_id": few.end_user_id}).json()["identities"]

    assert few.permissions == ("usage", "identity")
    assert sorted(many.permissions) == sorted(dataset for _, dataset, _ in LISTS.values())
    assert [value["institution_id"] for value in who] == [RETAILER]
    assert rows(api, "usage", few)
    assert rows(api, "billing", few) == []


def test_energy_account_numbers_are_canaries(still: Still, api: httpx.Client) -> None:
    """The numbers on the bills may not show in logs."""
    consent = household(still, "priya")

    numbers = {row["account_number"] for row in rows(api, "accounts", consent)}

    assert numbers == set(still.sandbox.canaries()["account number"])


def test_renewing_an_energy_consent_keeps_it(still: Still, api: httpx.Client, visitor: FormBrowser) -> None:
    """The same arrangement over another choice of accounts, told as consent.updated. Source: auth-session.renewal"""
    session = walk_with(still, visitor, "priya")
    visitor.submit("confirm")
    (consent,) = still.sandbox.consents_of(session.end_user_id)
    wanted = {
        "end_user_id": session.end_user_id,
        "redirect_uri": BACK,
        "cancel_uri": GONE,
        "institution_id": RETAILER,
        "arrangement_id": consent.arrangement_id,
    }

    visitor.open(api.post("/v1/auth/session", json=wanted).json()["auth_url"])
    visitor.submit("identify", email=catalog.person("priya").email)
    visitor.submit("enter_code", code=visitor.text_of("data-code"))
    visitor.submit("select", account="house")
    visitor.submit("confirm")

    (renewed,) = still.sandbox.consents_of(session.end_user_id)
    assert (renewed.arrangement_id, renewed.account_keys) == (consent.arrangement_id, ("house",))
    assert "consent.updated" in [event.kind for event in still.sandbox.events]
