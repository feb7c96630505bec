"""keeps_urls_clean: what a URL or a User-Agent gives away is found in every spelling, and ids never are."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from fiskil_harness.journal import Exchange
from fiskil_harness.probes import KeepsUrlsClean, Verdict
from tests.probes.tape import ALICE, Tape

PROBE = KeepsUrlsClean()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
SECRET = "fsk_1234567890abcdefghijklmnopqrstuvwxyz"
WEBHOOK_SECRET = base64.b64encode(bytes(range(180, 220))).decode()
NUMBER, EMAIL, NAME, PHONE = "123456789", "rosa.marino+bank@mail.example", "Rosa Marino", "+61491570006"
OF_ROSA = {"email": EMAIL, "name": NAME, "phone": PHONE}


def called(
    tape: Tape,
    route: str = "banking.accounts",
    *,
    path: str = "/v1/banking/accounts",
    query: str = "",
    agent: str = "budget/1.0",
    body: dict[str, str] | None = None,
    end_user_id: str = ALICE,
) -> None:
    """The app called the API with its token."""
    tape.journal.write(
        Exchange(
            at_s=tape.now_s,
            number=len(tape.journal),
            route=route,
            method="GET",
            path=path,
            query=query,
            end_user_id=end_user_id,
            request_headers=(("authorization", f"Bearer {TOKEN}"), ("user-agent", agent)),
            request_body=json.dumps(body).encode() if body else b"",
            status=200,
        )
    )
    tape.wait(0.1)


def creates(tape: Tape, end_user_id: str = ALICE, **told: str) -> None:
    """The app created an end user, of whom it told this."""
    called(tape, "end_users.create", path="/v1/end-users", body=told, end_user_id=end_user_id)


@pytest.fixture
def tape() -> Tape:
    """A scenario in which secrets were minted and Rosa became an end user."""
    made = Tape()
    made.canaries(access_token=TOKEN, client_secret=SECRET, webhook_secret=WEBHOOK_SECRET, account_number=NUMBER)
    creates(made, **OF_ROSA)
    return made


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (f"access_token={TOKEN}", "the access token"),
        (f"client_secret={SECRET}", "the client secret"),
        ("auth=" + base64.b64encode(f"id:{SECRET}".encode()).decode(), "the client secret"),
        ("key=" + quote(WEBHOOK_SECRET, safe=""), "the webhook secret"),
        (f"account={NUMBER}", "the account number"),
        (f"user={EMAIL}", "the end user's e-mail address"),
        ("user=" + quote(EMAIL.upper(), safe=""), "the end user's e-mail address"),
        ("user=" + quote_plus(NAME), "the end user's name"),
        ("user=" + quote(NAME), "the end user's name"),
        ("phone=" + quote(PHONE), "the end user's phone number"),
        ("phone=0491570006", "the end user's phone number"),
    ],
)
def test_every_spelling_in_a_query_fails(tape: Tape, query: str, what: str) -> None:
    """The finding says what it is and where, and never the value."""
    called(tape, query=query)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, f"{what} stands in the query of banking.accounts")
    assert not any(value in repr(finding) for value in (TOKEN, SECRET, WEBHOOK_SECRET, NUMBER, EMAIL, NAME, PHONE))


@pytest.mark.parametrize(("value", "what"), [(EMAIL, "the end user's e-mail address"), (TOKEN, "the access token")])
def test_a_path_is_searched(tape: Tape, value: str, what: str) -> None:
    """Also where no endpoint has such a path."""
    called(tape, "", path=f"/v1/people/{value}")

    assert PROBE.examine(tape.journal).observed == f"{what} stands in the path of an unknown endpoint"


def test_a_user_agent_is_searched(tape: Tape) -> None:
    """It is logged wherever the address is."""
    called(tape, agent=f"budget/1.0 (for {EMAIL})")

    assert (
        PROBE.examine(tape.journal).observed == "the end user's e-mail address stands in the User-Agent of banking.accounts"
    )


@pytest.mark.parametrize(
    "query",
    [
        f"end_user_id={ALICE}&account_id=acc_1{NUMBER}",
        f"end_user_id={ALICE}&from=2026-10-01T00%3A00%3A00Z",
        "contact=rosa.marino%2Bbank%40mail.example.org",
        "contact=not.rosa.marino%2Bbank%40mail.example",
        "page=491570006491570006",
        "name=rosa",
    ],
)
def test_ids_and_what_only_looks_alike_pass(tape: Tape, query: str) -> None:
    """An address within another one is another one, and so is a number within a number."""
    called(tape, query=query)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_filter_of_the_api_is_advised_against_and_no_more(tape: Tape) -> None:
    """Whoever uses what the API documents has done nothing wrong."""
    called(tape, "end_users.list", path="/v1/end-users", query="email=" + quote(EMAIL, safe=""))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert [text.partition(",")[0] for text in finding.advice] == ["end users are looked up by e-mail address in the query"]


def test_the_filter_is_for_addresses_alone(tape: Tape) -> None:
    """Its own parameter is let pass, and no other of the same call."""
    called(tape, "end_users.list", path="/v1/end-users", query=f"email=x%40y.example&access_token={TOKEN}")

    assert PROBE.examine(tape.journal).observed == "the access token stands in the query of end_users.list"


def test_an_address_of_several_end_users_is_nobody_s(tape: Tape) -> None:
    """A team may give its own to every end user, and to its User-Agent as the one to complain to."""
    creates(tape, "eu_one", email="team@shop.example", name="Budget App")
    creates(tape, "eu_two", email="team@shop.example", name="Budget App")
    called(tape, agent="Budget App/1.0 (team@shop.example)")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_name_in_the_user_agent_may_be_the_app_s(tape: Tape) -> None:
    """An app that calls its first end user as itself has given nobody away."""
    creates(tape, "eu_one", email="a@shop.example", name="Budget App")
    called(tape, agent="Budget App/1.0")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_without_a_call_nothing_is_said() -> None:
    """There is no address to look at."""
    assert PROBE.examine(Tape().journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff", b"{" * 2000, b'{"email": 1, "phone": null}'])
def test_any_body_can_be_read(tape: Tape, body: bytes) -> None:
    """What an app sends may be anything."""
    tape.call("end_users.create", request_body=body)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
