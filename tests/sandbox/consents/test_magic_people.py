"""Magic people and codes: the effects of an address or a code."""

from typing import Any

import httpx
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Ending
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents.journey_rules import MAGIC_CODES, unmagical
from fiskil_harness.sandbox.consents.magic_people import CONSENTS, ENDINGS, expected_outcome, grouped
from fiskil_harness.sandbox.consents.shortcut import OUTCOMES_TO_CONCLUDE
from tests.paths import DOCS
from tests.sandbox.consents.walks import walk_to
from tests.sandbox.still import Still


def log_in(still: Still, form_browser: FormBrowser, name: str, code: str = "123456") -> str:
    """Open a new session's page, log in as a person, enter a code, and return the session id."""
    opened = still.invite(institution_id="88888")
    form_browser.open(still.page_of(opened))
    form_browser.submit("identify", email=catalog.person(name).email)
    form_browser.submit("enter_code", code=code)
    return opened.session_id


def connect(still: Still, form_browser: FormBrowser, name: str) -> Consent:
    """Return the consent of a person who shares everything that the page offers."""
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
    """Return the number of transactions that the API serves."""
    response = api.get("/v1/banking/transactions", params={"end_user_id": consent.end_user_id, "page[size]": "1000"})
    return len(response.json()["transactions"])


def test_the_magic_right_code_is_always_accepted(still: Still, form_browser: FormBrowser) -> None:
    """123456 is accepted, although the page shows another code."""
    session_id = log_in(still, form_browser, "rosa")

    session = still.sandbox.session(session_id)
    assert session is not None
    assert session.stage == "accounts"
    assert session.code not in MAGIC_CODES


def test_the_magic_wrong_code_is_always_refused(still: Still, form_browser: FormBrowser) -> None:
    """000000 three times ends the journey. Source: journey.code-attempts"""
    session_id = log_in(still, form_browser, "rosa", code="000000")
    assert b"That is not the code." in form_browser.page.body
    form_browser.submit("enter_code", code="000 000")
    form_browser.submit("enter_code", code="000000")

    session = still.sandbox.session(session_id)
    assert session is not None
    assert session.ending is Ending.OTP_FAILURE


def test_an_expired_code_is_sent_again(still: Still, form_browser: FormBrowser) -> None:
    """999999 produces a new code without counting as wrong, and the old code is no longer valid.

    Source: journey.code-expired
    """
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
    """Each expiry produces a different code."""
    walk_to("code", still, form_browser)
    codes = [form_browser.text_of("data-code")]
    for _ in range(5):
        form_browser.submit("enter_code", code="999999")
        codes.append(form_browser.text_of("data-code"))

    assert len(set(codes)) == 6


def test_no_session_gets_a_magic_code() -> None:
    """A generated code is never a magic one."""
    assert unmagical(["000000", "123456", "999999", "000042", "000043"]) == "000042"


@pytest.mark.parametrize("code", ["123456", "its own"])
@pytest.mark.parametrize("allowed", [1, 3, 5])
def test_for_one_person_no_code_is_right(still: Still, form_browser: FormBrowser, code: str, allowed: int) -> None:
    """Neither the magic code nor the shown one is accepted, as often as the screen says. Source: journey.code-attempts"""
    still.sandbox.choose_interpretations({"journey.code-attempts": str(allowed)})
    opened = still.invite(institution_id="88888")
    form_browser.open(still.page_of(opened))
    form_browser.submit("identify", email="wrong.code@example.com")

    endings = []
    for _ in range(allowed):
        form_browser.submit("enter_code", code=form_browser.text_of("data-code") if code == "its own" else code)
        endings.append(still.standing(opened).ending)

    assert endings == [*[None] * (allowed - 1), Ending.OTP_FAILURE]


@pytest.mark.parametrize(
    ("name", "offered", "withheld"),
    [
        ("some_accounts", ("everyday",), [b"Family Trust: cannot be shared", b"Kids&#39; Saver: cannot be shared"]),
        ("joint_withheld", ("own",), [b"Joint Savings: cannot be shared"]),
        ("hana", ("hana", "household", "loan"), []),
    ],
)
def test_an_account_that_cannot_be_shared_is_not_offered(
    still: Still, form_browser: FormBrowser, name: str, offered: tuple[str, ...], withheld: list[bytes]
) -> None:
    """The page shows it, but neither a form nor the Python call accepts it. Source: accounts.offered"""
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
def test_a_person_with_nothing_to_share_is_ineligible(still: Still, form_browser: FormBrowser, name: str) -> None:
    """A withheld joint account, no account, and a business without a nominated representative lead to it.

    Source: accounts.offered
    """
    session_id = log_in(still, form_browser, name)

    session = still.sandbox.session(session_id)
    assert session is not None
    assert session.ending is Ending.INELIGIBLE


def test_an_institution_revokes_by_itself(still: Still, form_browser: FormBrowser) -> None:
    """It revokes on the third day with an event at that instant; earlier events stay. Source: consents.by-institution"""
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


def test_a_jump_over_sync_and_revocation_emits_both_in_order(still: Still, form_browser: FormBrowser) -> None:
    """A sync that was ready before the revocation has its event before it. Source: consents.by-institution"""
    connect(still, form_browser, "revoked_later")

    still.sandbox.clock.advance(days=30)

    event_kinds = kinds(still)
    assert event_kinds.index("banking.transactions.sync.completed") < event_kinds.index("consent.revoked")


def test_a_first_sync_may_be_slow(still: Still, form_browser: FormBrowser) -> None:
    """Rows appear after an hour, and later syncs take the usual time. Source: sync.timing"""
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
    """Accounts and balances are synced, transactions emit a failure event, and a later sync serves them.

    Source: sync.failed
    """
    consent = connect(still, form_browser, "failed_sync")
    still.sandbox.clock.advance(minutes=5)
    api = still.client()
    assert rows(api, consent) == 0
    assert kinds(still) == [
        "consent.received",
        "banking.products.sync.completed",
        "banking.accounts.sync.completed",
        "banking.balances.sync.completed",
        "banking.transactions.sync.failed",
    ]

    still.sandbox.sync(consent, "transactions")

    assert rows(api, consent) > 50
    assert kinds(still)[-1] == "banking.transactions.sync.completed"


def test_an_institution_may_grant_less(still: Still, form_browser: FormBrowser) -> None:
    """A withheld permission is in no consent, and its dataset is not synced. Source: permissions.usual"""
    consent = connect(still, form_browser, "fewer_permissions")
    still.sandbox.clock.advance(minutes=5)

    assert consent.permissions == ("accounts", "balances")
    assert rows(still.client(), consent) == 0
    assert "banking.transactions.sync.completed" not in kinds(still)


def test_conclude_continues_from_the_current_stage(still: Still, form_browser: FormBrowser) -> None:
    """The choices made at the page stay, and the rest is completed."""
    opened = walk_to("accounts", still, form_browser, name="ben")

    session = still.sandbox.conclude(opened.session_id, "approved", account_keys=("card",))

    (consent,) = still.sandbox.consents_of(opened.end_user_id)
    assert (session.ending, consent.person, consent.account_keys) == (Ending.APPROVED, "ben.okafor@example.com", ("card",))
    form_browser.open(still.page_of(opened))
    assert form_browser.redirects[-1] == still.sandbox.redirect_address(opened.session_id)


@pytest.mark.parametrize("stage", ["accounts", "confirm"])
def test_conclude_can_cancel_after_the_code(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """It has the effect of the button on the screen."""
    opened = walk_to(stage, still, form_browser)

    assert still.sandbox.conclude(opened.session_id, "cancelled").ending is Ending.CANCELLED


@pytest.mark.parametrize(("stage", "outcome"), [("accounts", "times_out"), ("confirm", "denied"), ("confirm", "unknown")])
def test_an_outcome_that_is_no_longer_possible_is_refused(
    still: Still, form_browser: FormBrowser, stage: str, outcome: str
) -> None:
    """An earlier result of the institution stays, and the journey stays open."""
    opened = walk_to(stage, still, form_browser)

    with pytest.raises(UsageError, match=f"is at '{stage}', where '{outcome}' is no longer possible"):
        still.sandbox.conclude(opened.session_id, outcome)

    assert still.standing(opened).ending is None


@pytest.mark.parametrize("outcome", OUTCOMES_TO_CONCLUDE)
def test_an_ended_session_cannot_be_concluded_again(still: Still, outcome: str) -> None:
    """A second call is refused for every outcome. Source: auth-session.single-use"""
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
def test_an_impossible_conclusion_is_explained(still: Still, more: dict[str, object], words: str) -> None:
    """The error has the nearest match or the current stage, and nothing is granted."""
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
def test_a_refused_conclusion_changes_nothing(still: Still, first: dict[str, Any]) -> None:
    """The session stays as it was, and the next call works as if it were the first."""
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
def test_a_conclusion_that_contradicts_earlier_choices_is_refused(
    still: Still, form_browser: FormBrowser, order: dict[str, Any], words: str
) -> None:
    """A contradiction grants nothing; repeating the earlier choices is accepted."""
    opened = walk_to("accounts", still, form_browser)
    form_browser.submit("select", account=["everyday"])

    with pytest.raises(UsageError, match=words):
        still.sandbox.conclude(opened.session_id, "approved", **order)

    same = {"email": "Rosa.Keane@example.com", "institution_id": "88888", "account_keys": ("everyday",)}
    assert still.sandbox.conclude(opened.session_id, "approved", **same).ending is Ending.APPROVED  # type: ignore[arg-type]


def test_a_person_with_only_closed_accounts_gets_an_explanation(still: Still) -> None:
    """The error names the closed accounts and what reopens them. Source: accounts.closed"""
    rosa = still.enrol().person
    still.sandbox.close_account(rosa, "savings")
    still.sandbox.close_account(rosa, "everyday")

    with pytest.raises(UsageError, match=r"everyday, savings closed since the last reset, and a reset opens them again\."):
        still.sandbox.conclude(still.invite().session_id, "approved")


def test_the_page_names_every_magic_address() -> None:
    """docs/local-fiskil.md lists each magic address with its effect, and no other address."""
    page = (DOCS / "local-fiskil.md").read_text(encoding="utf-8")
    table = page.partition("## Magic people")[2].partition("The one-time code")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    named = {address.strip("`"): about for addresses, about in rows for address in addresses.split(", ")}

    groups = grouped(catalog.people().values())
    expected = [*groups[ENDINGS], *groups[CONSENTS], catalog.person("approved")]
    assert set(named) == {person.email for person in expected}
    assert [
        person.email
        for person in expected
        if not named[person.email].startswith(expected_outcome(person).split(" ")[0].rstrip(";"))
    ] == []
    assert [code for code in MAGIC_CODES if code not in page] == []
