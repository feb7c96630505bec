"""The consent journey: every entry of the table is reached through the page, and no other act has an effect."""

import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.model import Ending
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.sandbox.consents import journey_table
from tests.sandbox.consents.walks import WAYS, WHO, finish, walk_to
from tests.sandbox.still import Still

ACTS = ("choose", "identify", "enter_code", "select", "confirm", "cancel", "deny", "wait_too_long", "", "approve")
IMPOSSIBLE = [
    (stage, act)
    for stage in journey_table.STAGES
    for act in ACTS
    if act not in journey_table.acts_at(stage) or act == "wait_too_long"
]
EVERYTHING = {
    "institution_id": "88888",
    "email": "rosa.keane@example.com",
    "code": "000000",
    "account": "everyday",
}


def test_every_entry_of_the_table_has_a_way() -> None:
    """The tests below cover every entry. Source: journey.stages"""
    assert set(WAYS) == set(journey_table.TABLE)


@pytest.mark.parametrize("entry", journey_table.TABLE, ids="-".join)
def test_the_page_follows_the_table(still: Still, form_browser: FormBrowser, entry: tuple[str, str, str]) -> None:
    """With real forms, each act at each stage leads to the table's stage or ending. Source: journey.stages"""
    stage, _, response = entry
    session = walk_to(stage, still, form_browser, name=WHO.get(response, "rosa"))

    WAYS[entry](still, session, form_browser)

    after = still.standing(session)
    assert (after.ending or after.stage) == journey_table.TABLE[entry]


@pytest.mark.parametrize(("stage", "act"), IMPOSSIBLE)
def test_an_act_outside_the_table_changes_nothing(still: Still, form_browser: FormBrowser, stage: str, act: str) -> None:
    """A form for another stage, or for none, leaves the session as it was. Source: journey.stages"""
    before = walk_to(stage, still, form_browser)

    form_browser.open(still.page_of(before))
    reply = _post(still, {"sess_id": before.session_id, "act": act, **EVERYTHING})

    assert still.standing(before) == before
    assert reply == 303
    assert form_browser.page.status == 200


def test_a_given_institution_cannot_be_changed(still: Still, form_browser: FormBrowser) -> None:
    """With institution_id the journey begins at the log-in, without a choice. Source: journey.stages"""
    session = still.invite(institution_id="88888")

    form_browser.open(still.page_of(session))

    assert still.standing(session).stage == "login"
    assert b"Log in at Banking Sandbox Data Holder" in form_browser.page.body
    assert form_browser.choices("institution_id") == ()


def test_an_approval_becomes_a_consent(still: Still, form_browser: FormBrowser) -> None:
    """The consent has the chosen accounts, the institution and the person, and its syncs begin. Source: consents.received"""
    opened = walk_to("accounts", still, form_browser)
    form_browser.submit("select", account="savings")
    form_browser.submit("confirm")

    (consent,) = still.sandbox.consents_of(opened.end_user_id)
    assert (consent.account_keys, consent.institution_id, consent.person) == (
        ("savings",),
        "88888",
        "rosa.keane@example.com",
    )
    assert [event.kind for event in still.sandbox.events] == ["consent.received"]
    still.sandbox.clock.advance(seconds=10)
    assert {row.account_id for row in still.sandbox.rows(consent, "transactions")} == {
        still.sandbox.ledger(consent).accounts["savings"].account_id
    }


@pytest.mark.parametrize("entry", [pair for pair, to in journey_table.TABLE.items() if isinstance(to, Ending)], ids="-".join)
def test_only_an_approval_leaves_a_consent(still: Still, form_browser: FormBrowser, entry: tuple[str, str, str]) -> None:
    """Every other ending leaves no consent and no event. Source: journey.error-types"""
    stage, _, response = entry
    session = walk_to(stage, still, form_browser, name=WHO.get(response, "rosa"))

    WAYS[entry](still, session, form_browser)

    ended = still.standing(session)
    consents = still.sandbox.consents_of(session.end_user_id)
    assert len(consents) == len(still.sandbox.events) == (1 if ended.ending is Ending.APPROVED else 0)


def test_an_institutions_screen_times_out_after_ten_minutes(still: Still, form_browser: FormBrowser) -> None:
    """At ten minutes the journey is still open, and each act restarts the limit. Source: journey.timeout"""
    session = walk_to("code", still, form_browser)

    still.sandbox.clock.advance(minutes=10)
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    still.sandbox.clock.advance(minutes=10)

    assert still.standing(session).ending is None
    still.sandbox.clock.advance(seconds=0.000001)
    assert still.standing(session).ending is Ending.TIMED_OUT


def test_opening_a_page_starts_its_time_limit(still: Still, form_browser: FormBrowser) -> None:
    """Opening a log-in starts its limit; an unopened page is valid for five days. Source: journey.timeout"""
    opened, unopened = still.invite(institution_id="88888"), still.invite(institution_id="88888")
    form_browser.open(still.page_of(opened))

    still.sandbox.clock.advance(minutes=11)

    assert still.standing(opened).ending is Ending.TIMED_OUT
    assert still.standing(unopened).ending is None


def test_fiskils_own_screen_has_no_time_limit(still: Still, form_browser: FormBrowser) -> None:
    """The choice of an institution is not an institution's screen and does not time out. Source: journey.timeout"""
    session = walk_to("institution", still, form_browser)

    still.sandbox.clock.advance(days=4)

    assert still.standing(session).ending is None


def test_a_person_without_accounts_is_ineligible(still: Still, form_browser: FormBrowser) -> None:
    """A person with nothing to share cannot continue, whatever outcome their file sets. Source: journey.error-types"""
    import msgspec

    from fiskil_harness.core import catalog

    still.sandbox.add_person(msgspec.structs.replace(catalog.person("ben"), email="poor@example.com", accounts=()))
    session = walk_to("login", still, form_browser)
    form_browser.submit("identify", email="poor@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))

    assert still.standing(session).ending is Ending.INELIGIBLE


def test_any_address_logs_in_a_person(still: Still, form_browser: FormBrowser) -> None:
    """A new address gets a generated person with accounts, and the same person the next time. Source: journey.any-email"""
    accounts_by_visit = []
    for _ in range(2):
        walk_to("login", still, form_browser)
        form_browser.submit("identify", email="someone.new@example.com")
        form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
        accounts_by_visit.append(form_browser.choices("account"))

    assert accounts_by_visit[0] == accounts_by_visit[1]
    assert len(accounts_by_visit[0]) >= 2


@pytest.mark.parametrize(
    "email", ["", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\x00", "a@\u202eb", "x" * 65 + "@b", "a@" + "b" * 190, "\ufeff"]
)
def test_an_invalid_address_gets_a_complaint(still: Still, form_browser: FormBrowser, email: str) -> None:
    """The log-in stays and shows the complaint. Source: journey.stages"""
    session = walk_to("login", still, form_browser)

    form_browser.submit("identify", email=email)

    assert still.standing(session).stage == "login"
    assert b"That is no e-mail address." in form_browser.page.body


@pytest.mark.parametrize("way", ["{0}", " {0} ", "{1} {2}"])
def test_a_code_may_be_typed_with_spaces(still: Still, form_browser: FormBrowser, way: str) -> None:
    """Spaces are not part of the code."""
    session = walk_to("code", still, form_browser)
    code = form_browser.text_of("data-code")

    form_browser.submit("enter_code", code=way.format(code, code[:3], code[3:]))

    assert still.standing(session).stage == "accounts"


def test_a_renewal_keeps_the_consent(still: Still, form_browser: FormBrowser) -> None:
    """The arrangement_id stays, with another end and other accounts, and consent.updated is emitted.

    Source: auth-session.renewal
    """
    consent = still.consent("rosa")
    still.sandbox.clock.advance(days=60)
    client = still.client()
    body = {
        "end_user_id": consent.end_user_id,
        "redirect_uri": "",
        "cancel_uri": "",
        "arrangement_id": consent.arrangement_id,
    }
    form_browser.open(client.post("/v1/auth/session", json=body).json()["auth_url"])
    form_browser.submit("choose", institution_id="88888")
    form_browser.submit("identify", email="rosa.keane@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    form_browser.submit("select", account="savings")
    form_browser.submit("confirm")

    (renewed,) = client.get("/v1/consent", params={"end_user_id": consent.end_user_id}).json()["consents"]
    assert (renewed["arrangement_id"], renewed["duration"]) == (consent.arrangement_id, 7_776_000)
    assert renewed["expires_at"] == "2026-07-30T12:00:10Z"
    assert len(renewed["account_ids"]) == 1
    assert still.sandbox.events[-1].kind == "consent.updated"


def test_another_person_cannot_renew(still: Still, form_browser: FormBrowser) -> None:
    """Another person at the institution gives a new consent, and the old one stays. Source: auth-session.renewal"""
    consent = still.consent("ben")
    body = {
        "end_user_id": consent.end_user_id,
        "redirect_uri": "",
        "cancel_uri": "",
        "arrangement_id": consent.arrangement_id,
    }
    form_browser.open(still.client().post("/v1/auth/session", json=body).json()["auth_url"])
    form_browser.submit("choose", institution_id="88888")
    form_browser.submit("identify", email="rosa.keane@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    form_browser.submit("select", account="savings")
    form_browser.submit("confirm")

    assert [other.is_active for other in still.sandbox.consents_of(consent.end_user_id)] == [True, True]


def test_confirming_twice_at_once_makes_one_consent(still: Still, form_browser: FormBrowser) -> None:
    """Concurrent posts of the last form make one consent. Source: auth-session.single-use"""
    import concurrent.futures

    session = walk_to("confirm", still, form_browser)
    form = {"sess_id": session.session_id, "act": "confirm"}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: _post(still, form), range(16)))

    assert statuses.count(303) == 1
    assert statuses.count(410) == 15
    assert len(still.sandbox.consents_of(session.end_user_id)) == 1


def test_one_end_user_may_consent_twice(still: Still, form_browser: FormBrowser) -> None:
    """Each session makes its own consent. Source: auth-session.single-use"""
    first = finish(still, form_browser)
    with still.sandbox.store.changing() as store:
        from fiskil_harness.sandbox.consents import sessions

        again = sessions.open_session(store, end_user_id=first.end_user_id, redirect_uri="", cancel_uri="")
    form_browser.open(still.page_of(again))
    form_browser.submit("choose", institution_id="88888")
    form_browser.submit("identify", email="ben.okafor@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    form_browser.submit("select", account="daily")
    form_browser.submit("confirm")

    assert len(still.sandbox.consents_of(first.end_user_id)) == 2


def _post(still: Still, form: dict[str, str]) -> int | None:
    with HttpClient() as browser:
        return browser.request("POST", still.auth_url, form=form).status
