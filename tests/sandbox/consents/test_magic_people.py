"""Magic people and codes: what an address or a code brings about, without any order."""

from typing import Any

import httpx
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Ending
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents.journey_rules import MAGIC_CODES, unmagical
from fiskil_harness.sandbox.consents.magic_people import CONSENTS, ENDINGS, grouped, what_happens
from fiskil_harness.sandbox.consents.shortcut import CONCLUSIONS
from tests.paths import ROOT
from tests.sandbox.consents.walks import walk_to
from tests.sandbox.still import Still


def log_in(still: Still, form_browser: FormBrowser, name: str, code: str = "123456") -> str:
    """Open a new session's page, log in as somebody and type a code; the session's id."""
    opened = still.invite(institution_id="88888")
    form_browser.open(still.page_of(opened))
    form_browser.submit("identify", email=catalog.person(name).email)
    form_browser.submit("enter_code", code=code)
    return opened.session_id


def connect(still: Still, form_browser: FormBrowser, name: str) -> Consent:
    """The consent of somebody who shares what the page offers."""
    session_id = log_in(still, form_browser, name)
    form_browser.submit("select", account=list(form_browser.choices("account")))
    form_browser.submit("confirm")
    session = still.sandbox.session(session_id)
    assert session is not None
    (consent,) = still.sandbox.consents_of(session.end_user_id)
    return consent


def kinds(still: Still) -> list[str]:
    return [event.kind for event in still.sandbox.events]


def rows(api: httpx.Client, consent: Consent) -> int:
    """How many transactions the API serves."""
    response = api.get("/v1/banking/transactions", params={"end_user_id": consent.end_user_id, "page[size]": "1000"})
    return len(response.json()["transactions"])


def test_the_right_code_is_right_everywhere(still: Still, form_browser: FormBrowser) -> None:
    """123456 goes on, though the page shows another."""
    session_id = log_in(still, form_browser, "rosa")

    session = still.sandbox.session(session_id)
    assert session is not None
    assert session.stage == "accounts"
    assert session.code not in MAGIC_CODES


def test_the_wrong_code_is_wrong_everywhere(still: Still, form_browser: FormBrowser) -> None:
    """000000 three times ends the journey. Source: journey.code-attempts"""
    session_id = log_in(still, form_browser, "rosa", code="000000")
    assert b"That is not the code." in form_browser.page.body
    form_browser.submit("enter_code", code="000 000")
    form_browser.submit("enter_code", code="000000")

    session = still.sandbox.session(session_id)
    assert session is not None
    assert session.ending is Ending.OTP_FAILURE


def test_an_expired_code_is_sent_again(still: Still, form_browser: FormBrowser) -> None:
    """999999 brings a new code, counts for nothing, and the old one is good no more. Source: journey.code-expired"""
    opened = walk_to("code", still, form_browser)
    first = form_browser.text_of("data-code")
    form_browser.submit("enter_code", code="999999")
    second = form_browser.text_of("data-code")

    assert b"That code has expired." in form_browser.page.body
    form_browser.submit("enter_code", code=first)
    assert still.standing(opened).wrong_codes == 1
    form_browser.submit("enter_code", code=second)
    assert still.standing(opened).stage == "accounts"
    assert first != second


def test_codes_expire_again_and_again(still: Still, form_browser: FormBrowser) -> None:
    """Each time another one comes."""
    walk_to("code", still, form_browser)
    codes = [form_browser.text_of("data-code")]
    for _ in range(5):
        form_browser.submit("enter_code", code="999999")
        codes.append(form_browser.text_of("data-code"))

    assert len(set(codes)) == 6


def test_nobody_is_sent_a_magic_code() -> None:
    """What means something in every session is no session's own code."""
    assert unmagical(["000000", "123456", "999999", "000042", "000043"]) == "000042"


@pytest.mark.parametrize("code", ["123456", "its own"])
def test_for_some_no_code_is_right(still: Still, form_browser: FormBrowser, code: str) -> None:
    """Neither the magic one nor the one on the screen."""
    opened = still.invite(institution_id="88888")
    form_browser.open(still.page_of(opened))
    form_browser.submit("identify", email="wrong.code@example.com")

    form_browser.submit("enter_code", code=form_browser.text_of("data-code") if code == "its own" else code)

    assert still.standing(opened).ending is Ending.OTP_FAILURE


@pytest.mark.parametrize(
    ("name", "offered", "withheld"),
    [
        ("some_accounts", ("everyday",), [b"Family Trust: cannot be shared", b"Kids&#39; Saver: cannot be shared"]),
        ("joint_withheld", ("own",), [b"Joint Savings: cannot be shared"]),
        ("hana", ("hana", "household", "loan"), []),
    ],
)
def test_what_may_not_be_shared_is_not_offered(
    still: Still, form_browser: FormBrowser, name: str, offered: tuple[str, ...], withheld: list[bytes]
) -> None:
    """It is shown, and neither a form nor the direct way takes it. Source: accounts.offered"""
    session_id = log_in(still, form_browser, name)
    assert form_browser.choices("account") == offered
    assert form_browser.page.body.count(b": cannot be shared") == len(withheld)
    assert [chunk for chunk in withheld if chunk not in form_browser.page.body] == []

    form_browser.submit("select", account=[spec.key for spec in catalog.person(name).accounts])
    form_browser.submit("confirm")

    session = still.sandbox.session(session_id)
    assert session is not None
    (consent,) = still.sandbox.consents_of(session.end_user_id)
    assert consent.account_keys == offered == still.consent(name).account_keys


@pytest.mark.parametrize("name", ["joint_only", "noel", "otto", "ines"])
def test_who_has_nothing_to_share_is_ineligible(still: Still, form_browser: FormBrowser, name: str) -> None:
    """A joint account withheld, no account at all, a business that nobody nominated them for. Source: accounts.offered"""
    session_id = log_in(still, form_browser, name)

    session = still.sandbox.session(session_id)
    assert session is not None
    assert session.ending is Ending.INELIGIBLE


def test_an_institution_revokes_by_itself(still: Still, form_browser: FormBrowser) -> None:
    """On the third day, told at that moment; whatever was ready before stays told. Source: consents.by-institution"""
    consent = connect(still, form_browser, "revoked_later")
    still.sandbox.clock.advance(days=2, hours=23, minutes=59)
    assert still.sandbox.consents_of(consent.end_user_id)[0].is_active
    assert "consent.revoked" not in kinds(still)

    still.sandbox.clock.advance(days=2)

    (ended,) = still.sandbox.consents_of(consent.end_user_id)
    assert (ended.termination_reason, ended.ended_at) == (
        "Revoked",
        consent.created_at.replace(day=consent.created_at.day + 3),
    )
    assert kinds(still)[-1] == "consent.revoked"
    assert "banking.transactions.sync.completed" in kinds(still)
    assert rows(still.client(), consent) == 0
    still.sandbox.clock.advance(days=2)
    assert kinds(still).count("consent.revoked") == 1


def test_a_jump_over_both_tells_in_order(still: Still, form_browser: FormBrowser) -> None:
    """A sync that was ready before the revocation is told before it, in one jump. Source: consents.by-institution"""
    connect(still, form_browser, "revoked_later")

    still.sandbox.clock.advance(days=30)

    event_kinds = kinds(still)
    assert event_kinds.index("banking.transactions.sync.completed") < event_kinds.index("consent.revoked")


def test_a_first_sync_may_be_slow(still: Still, form_browser: FormBrowser) -> None:
    """Nothing for an hour, then everything; later syncs take as long as for anybody. Source: sync.timing"""
    api, consent = still.client(), connect(still, form_browser, "slow_sync")

    still.sandbox.clock.advance(minutes=59)
    api = still.client()
    assert (rows(api, consent), kinds(still)) == (0, ["consent.received"])
    still.sandbox.clock.advance(minutes=2)
    assert rows(api, consent) > 50
    count_before = len(kinds(still))
    still.sandbox.begin_sync(consent, "transactions")
    still.sandbox.clock.advance(seconds=30)
    assert len(kinds(still)) == count_before + 1


def test_a_first_sync_may_fail(still: Still, form_browser: FormBrowser) -> None:
    """Accounts and balances come, of transactions it is told that they do not, until another sync. Source: sync.failed"""
    consent = connect(still, form_browser, "failed_sync")
    still.sandbox.clock.advance(minutes=5)
    api = still.client()
    assert rows(api, consent) == 0
    assert kinds(still) == [
        "consent.received",
        "banking.accounts.sync.completed",
        "banking.balances.sync.completed",
        "banking.transactions.sync.failed",
    ]

    still.sandbox.sync(consent, "transactions")

    assert rows(api, consent) > 50
    assert kinds(still)[-1] == "banking.transactions.sync.completed"


def test_an_institution_may_grant_less(still: Still, form_browser: FormBrowser) -> None:
    """What it does not grant is in no consent, and is not synced. Source: permissions.usual"""
    consent = connect(still, form_browser, "fewer_permissions")
    still.sandbox.clock.advance(minutes=5)

    assert consent.permissions == ("accounts", "balances")
    assert rows(still.client(), consent) == 0
    assert "banking.transactions.sync.completed" not in kinds(still)


def test_an_order_goes_on_from_where_somebody_stands(still: Still, form_browser: FormBrowser) -> None:
    """What was typed at the page stays; the rest is done."""
    opened = walk_to("accounts", still, form_browser, name="ben")

    session = still.sandbox.conclude(opened.session_id, "approved", account_keys=("card",))

    (consent,) = still.sandbox.consents_of(opened.end_user_id)
    assert (session.ending, consent.person, consent.account_keys) == (Ending.APPROVED, "ben.okafor@example.com", ("card",))
    form_browser.open(still.page_of(opened))
    assert form_browser.redirects[-1] == still.sandbox.way_back(opened.session_id)


@pytest.mark.parametrize("stage", ["accounts", "confirm"])
def test_past_the_code_one_may_still_cancel(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """As with the button on the screen."""
    opened = walk_to(stage, still, form_browser)

    assert still.sandbox.conclude(opened.session_id, "cancelled").ending is Ending.CANCELLED


@pytest.mark.parametrize(("stage", "outcome"), [("accounts", "times_out"), ("confirm", "denied"), ("confirm", "unknown")])
def test_what_happens_no_more_is_refused(still: Still, form_browser: FormBrowser, stage: str, outcome: str) -> None:
    """An answer of the institution that has been given is not taken back; the journey stays open."""
    opened = walk_to(stage, still, form_browser)

    with pytest.raises(UsageError, match=f"is at '{stage}', where '{outcome}' is no longer possible"):
        still.sandbox.conclude(opened.session_id, outcome)

    assert still.standing(opened).ending is None


@pytest.mark.parametrize("outcome", CONCLUSIONS)
def test_what_is_over_stays_over(still: Still, outcome: str) -> None:
    """A second order is refused, whatever it asks for. Source: auth-session.single-use"""
    opened = still.invite()
    ended = still.sandbox.conclude(opened.session_id, outcome)

    with pytest.raises(UsageError, match="has already ended"):
        still.sandbox.conclude(opened.session_id, "approved")

    assert still.standing(opened) == ended


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"outcome": "aproved"}, "Did you mean 'approved'"),
        ({"account_keys": ("everyda",)}, "No account that can be shared 'everyda'. Did you mean 'everyday'"),
        ({"institution_id": "22"}, "stays at 'institution': the result of choose is 'unknown'"),
        ({"email": "nonsense"}, "stays at 'login': the result of identify is 'malformed'"),
        ({"email": "nobody@example.com"}, "nobody@example.com has no account that can be shared there"),
    ],
)
def test_an_order_that_cannot_be_done_says_why(still: Still, more: dict[str, object], words: str) -> None:
    """The nearest match, or where the journey stays; nothing is granted."""
    opened = still.invite()
    outcome = str(more.pop("outcome", "approved"))

    with pytest.raises((UsageError, UnknownName), match=words):
        still.sandbox.conclude(opened.session_id, outcome, **more)  # type: ignore[arg-type]

    assert still.sandbox.consents_of(opened.end_user_id) == []
    assert (still.standing(opened).ending, still.standing(opened).outcome) == (None, "")


@pytest.mark.parametrize(
    "first",
    [
        {"email": "rosa.keane@example.com", "account_keys": ("evryday",)},
        {"email": "ines@example.com"},
        {"email": "nobody@example.com"},
        {"institution_id": "22"},
    ],
)
def test_an_order_that_was_refused_leaves_no_trace(still: Still, first: dict[str, Any]) -> None:
    """The session stands as before, and the next order is obeyed as if it were the first."""
    opened = still.invite()
    with pytest.raises(UsageError):
        still.sandbox.conclude(opened.session_id, "approved", **first)
    after_refusal = still.standing(opened)

    still.sandbox.conclude(opened.session_id, "approved", email="ben.okafor@example.com")

    (consent,) = still.sandbox.consents_of(opened.end_user_id)
    assert (after_refusal, consent.person) == (opened, "ben.okafor@example.com")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (
            {"email": "ben.okafor@example.com"},
            "after the choice of email, which was rosa.keane@example.com. Leave email out",
        ),
        ({"institution_id": "77777"}, "after the choice of institution_id, which was 88888. Leave institution_id out"),
        ({"account_keys": ("savings",)}, "after the choice of accounts, which was everyday. Leave accounts out"),
    ],
)
def test_what_the_end_user_answered_otherwise_is_refused(
    still: Still, form_browser: FormBrowser, order: dict[str, Any], words: str
) -> None:
    """An order that comes too late for a part of it grants nothing, and what was said there already is no trouble."""
    opened = walk_to("accounts", still, form_browser)
    form_browser.submit("select", account=["everyday"])

    with pytest.raises(UsageError, match=words):
        still.sandbox.conclude(opened.session_id, "approved", **order)

    same = {"email": "Rosa.Keane@example.com", "institution_id": "88888", "account_keys": ("everyday",)}
    assert still.sandbox.conclude(opened.session_id, "approved", **same).ending is Ending.APPROVED  # type: ignore[arg-type]


def test_whose_accounts_have_closed_is_told_so(still: Still) -> None:
    """The refusal names them, and what opens them again. Source: accounts.closed"""
    _, rosa = still.enrol()
    still.sandbox.close_account(rosa, "savings")
    still.sandbox.close_account(rosa, "everyday")

    with pytest.raises(UsageError, match=r"everyday, savings closed since the last reset, and a reset opens them again\."):
        still.sandbox.conclude(still.invite().session_id, "approved")


def test_the_readme_names_every_magic_address() -> None:
    """Each address under which something happens, beside what happens; nobody else."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Magic people")[2].partition("The one-time code")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    named = {address.strip("`"): about for addresses, about in rows for address in addresses.split(", ")}

    groups = grouped(catalog.people().values())
    expected = [*groups[ENDINGS], *groups[CONSENTS], catalog.person("approved")]
    assert set(named) == {person.email for person in expected}
    assert [
        person.email
        for person in expected
        if not named[person.email].startswith(what_happens(person).split(" ")[0].rstrip(";"))
    ] == []
    assert [code for code in MAGIC_CODES if code not in readme] == []
