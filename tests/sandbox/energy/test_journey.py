"""A consent with the energy retailer on the hosted page, from the choice of the institution to the first rows."""

from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.core.model.events import is_extra
from tests.sandbox.energy.households import LISTS, RETAILER, household, rows
from tests.sandbox.still import BACK, GONE, Still


def walk_with(still: Still, form_browser: FormBrowser, name: str, *, until: str = "confirm") -> AuthSession:
    """Open a session and continue with the retailer up to a stage, with every account of the household."""
    session = still.invite()
    form_browser.open(still.page_of(session))
    steps = {
        "login": lambda: form_browser.submit("choose", institution_id=RETAILER),
        "code": lambda: form_browser.submit("identify", email=catalog.person(name).email),
        "accounts": lambda: form_browser.submit("enter_code", code=form_browser.text_of("data-code")),
        "confirm": lambda: form_browser.submit("select", account=list(form_browser.choices("account"))),
    }
    for stage, step in steps.items():
        step()
        if stage == until:
            break
    return session


def test_a_household_consents_on_the_page(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """The browser returns to the app, the consent covers energy, and its rows are served. Source: energy.permissions"""
    session = walk_with(still, form_browser, "priya")
    form_browser.submit("confirm")
    still.sandbox.clock.advance(seconds=20)

    ended = still.standing(session)
    (consent,) = still.sandbox.consents_of(session.end_user_id)

    assert ended.ending is Ending.APPROVED
    assert form_browser.redirects[-1] == f"{BACK}&session_id={session.session_id}"
    assert (consent.institution_id, consent.account_keys) == (RETAILER, ("house", "gas"))
    kinds = [event.kind for event in still.sandbox.events if not is_extra(event.kind)]
    assert kinds[:2] == ["consent.received", "energy.accounts.sync.completed"]
    assert all(rows(api, path, consent) for path in LISTS)


def test_the_page_lists_supplies_not_bank_accounts(still: Still, form_browser: FormBrowser) -> None:
    """Only the person's contracts at the retailer can be chosen."""
    walk_with(still, form_browser, "priya", until="accounts")

    assert form_browser.choices("account") == ("house", "gas")
    assert b"House in Newtown<small>Electricity</small>" in form_browser.page.body
    assert b"Gas in Newtown<small>Gas</small>" in form_browser.page.body
    assert b"Everyday Account" not in form_browser.page.body


def test_the_page_lists_the_energy_data_to_share(still: Still, form_browser: FormBrowser) -> None:
    """The last screen shows retailer, data and accounts, and no banking data."""
    walk_with(still, form_browser, "rosa")

    page = form_browser.page.body.decode()
    assert "Energy Sandbox Data Holder" in page
    assert "How much electricity you used and when" in page
    assert "Home electricity" in page
    assert "Money that came in and went out" not in page


def test_the_page_lists_the_banking_data_to_share(still: Still, form_browser: FormBrowser) -> None:
    """With the bank chosen, the last screen shows banking data only."""
    session = still.invite(institution_id="88888")
    form_browser.open(still.page_of(session))
    form_browser.submit("identify", email="rosa.keane@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    form_browser.submit("select", account="savings")

    page = form_browser.page.body.decode()
    assert "Money that came in and went out" in page
    assert "How much electricity you used and when" not in page


def test_one_supply_of_two_can_be_shared(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """Rows of the other account are not served."""
    session = walk_with(still, form_browser, "priya", until="accounts")
    form_browser.submit("select", account="gas")
    form_browser.submit("confirm")
    still.sandbox.clock.advance(seconds=20)
    (consent,) = still.sandbox.consents_of(session.end_user_id)

    assert [row["display_name"] for row in rows(api, "accounts", consent)] == ["Gas in Newtown"]
    assert len({row["account_id"] for row in rows(api, "billing", consent)}) == 1
    assert rows(api, "usage", consent) == rows(api, "service-points", consent) == []


def test_a_bank_account_cannot_be_chosen_at_the_retailer(still: Still, form_browser: FormBrowser) -> None:
    """The key of a bank account selects nothing at the retailer."""
    session = walk_with(still, form_browser, "rosa", until="accounts")

    form_browser.submit("select", account="everyday")

    assert still.standing(session).stage == "accounts"
    assert b"Choose at least one account." in form_browser.page.body


def test_a_session_can_name_the_retailer(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """The log-in of the retailer is then the first screen. Source: institutions.sandbox-retailer"""
    end_user = still.enrol("rosa")
    body = {"end_user_id": end_user.end_user_id, "redirect_uri": BACK, "cancel_uri": GONE, "institution_id": RETAILER}

    opened = api.post("/v1/auth/session", json=body).json()
    form_browser.open(opened["auth_url"])

    assert b"Log in at Energy Sandbox Data Holder" in form_browser.page.body


def test_real_retailers_cannot_be_named(still: Still, api: httpx.Client) -> None:
    """A real retailer gets 400 invalid_institution_id. Source: institutions.sandbox-retailer"""
    end_user = still.enrol("rosa")
    body = {"end_user_id": end_user.end_user_id, "redirect_uri": "", "cancel_uri": "", "institution_id": "140"}

    response = api.post("/v1/auth/session", json=body)

    assert (response.status_code, response.json()["name"]) == (400, "invalid_institution_id")


def test_the_retailer_may_be_inaccessible(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """Under the other interpretation it is listed as inaccessible and cannot be chosen.

    Source: institutions.sandbox-retailer
    """
    still.sandbox.choose_interpretations({"institutions.sandbox-retailer": "inaccessible"})
    session = still.invite()
    form_browser.open(still.page_of(session))
    offered = form_browser.choices("institution_id")

    form_browser.submit("choose", institution_id=RETAILER)

    listed = api.get("/v1/institutions", params={"client_id": still.pair["client_id"]}).json()
    assert offered == ("88888",)
    assert still.standing(session).stage == "institution"
    assert [row["id"] for row in listed if row["is_accessible"]] == ["88888"]


def test_a_person_without_supply_is_ineligible(still: Still, form_browser: FormBrowser) -> None:
    """A person who has only bank accounts has nothing to share here. Source: journey.error-types"""
    person = msgspec.structs.replace(catalog.person("rosa"), email="no.power@example.com", energy=())
    still.sandbox.add_person(person)
    session = still.invite(institution_id=RETAILER)
    form_browser.open(still.page_of(session))
    form_browser.submit("identify", email="no.power@example.com")

    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))

    assert still.standing(session).ending is Ending.INELIGIBLE
    assert parse_qs(urlsplit(form_browser.redirects[-1]).query)["error_type"] == ["CONSENT_ENDUSER_INELIGIBLE"]


def test_any_address_has_a_household(still: Still, form_browser: FormBrowser) -> None:
    """A new address gets a generated person with energy accounts. Source: journey.any-email"""
    session = still.invite(institution_id=RETAILER)
    form_browser.open(still.page_of(session))
    form_browser.submit("identify", email="somebody.new@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))

    assert still.standing(session).stage == "accounts"
    assert form_browser.choices("account")[0] == "electricity"


@pytest.mark.parametrize("stage", ["login", "code", "accounts"])
def test_energy_consent_can_be_declined(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """Every screen of the retailer can decline; the app is notified, and no consent exists.

    Source: journey.error-redirect
    """
    session = walk_with(still, form_browser, "rosa", until=stage)

    form_browser.submit("deny")

    assert parse_qs(urlsplit(form_browser.redirects[-1]).query)["error_type"] == ["CONSENT_ENDUSER_DENIED"]
    assert still.sandbox.consents_of(session.end_user_id) == []


def test_bank_and_retailer_can_both_be_shared(still: Still, api: httpx.Client) -> None:
    """One end user has a consent with each, and each serves its own rows. Source: energy.permissions"""
    end_user = still.enrol("rosa")
    for institution_id in ("88888", RETAILER):
        consent = still.sandbox.authorise(end_user, institution_id=institution_id)
        for dataset in ("accounts", "energy_accounts"):
            if dataset in consent.permissions:
                still.sandbox.sync(consent, dataset)

    banking = api.get("/v1/banking/accounts", params={"end_user_id": end_user.end_user_id}).json()["accounts"]
    listed = api.get("/v1/consent", params={"end_user_id": end_user.end_user_id}).json()["consents"]

    assert {row["institution_id"] for row in banking} == {"88888"}
    assert {row["institution_id"] for row in rows(api, "accounts", consent)} == {RETAILER}
    assert [row["institution_type"] for row in listed] == ["banking", "energy"]


def test_console_permissions_limit_a_retailer_consent(still: Still, api: httpx.Client) -> None:
    """A retailer grants the chosen permissions of energy and identity; before any choice, all of energy.

    Source: permissions.usual, identity.unions
    """
    unlimited = household(still, "ben")
    still.sandbox.configure(permissions=("accounts", "usage", "identity"))
    limited = household(still, "rosa")

    identities = api.get("/v1/common/identity", params={"end_user_id": limited.end_user_id}).json()["identities"]

    assert limited.permissions == ("usage", "identity")
    assert sorted(unlimited.permissions) == sorted(dataset for _, dataset, _ in LISTS.values())
    assert [row["institution_id"] for row in identities] == [RETAILER]
    assert rows(api, "usage", limited)
    assert rows(api, "billing", limited) == []


def test_energy_account_numbers_are_secrets(still: Still, api: httpx.Client) -> None:
    """The account numbers on the bills are among the values that must not appear in logs."""
    consent = household(still, "priya")

    numbers = {row["account_number"] for row in rows(api, "accounts", consent)}

    assert numbers == set(still.sandbox.canaries()["account number"])


def test_renewing_an_energy_consent_keeps_it(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """The arrangement stays, over another choice of accounts, and consent.updated is emitted.

    Source: auth-session.renewal
    """
    session = walk_with(still, form_browser, "priya")
    form_browser.submit("confirm")
    (consent,) = still.sandbox.consents_of(session.end_user_id)
    body = {
        "end_user_id": session.end_user_id,
        "redirect_uri": BACK,
        "cancel_uri": GONE,
        "institution_id": RETAILER,
        "arrangement_id": consent.arrangement_id,
    }

    form_browser.open(api.post("/v1/auth/session", json=body).json()["auth_url"])
    form_browser.submit("identify", email=catalog.person("priya").email)
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    form_browser.submit("select", account="house")
    form_browser.submit("confirm")

    (renewed,) = still.sandbox.consents_of(session.end_user_id)
    assert (renewed.arrangement_id, renewed.account_keys) == (consent.arrangement_id, ("house",))
    assert "consent.updated" in [event.kind for event in still.sandbox.events]
