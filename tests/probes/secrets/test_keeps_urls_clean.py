"""keeps_urls_clean: secrets and personal data in a URL or User-Agent are found in every encoding; ids pass."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from fiskil_harness.journal import Exchange
from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.probes import KeepsUrlsClean, Verdict

PROBE = KeepsUrlsClean()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
SECRET = "fsk_1234567890abcdefghijklmnopqrstuvwxyz"
WEBHOOK_SECRET = base64.b64encode(bytes(range(180, 220))).decode()
NUMBER, EMAIL, NAME, PHONE = "123456789", "rosa.marino+bank@mail.example", "Rosa Marino", "+61491570006"
ROSA = {"email": EMAIL, "name": NAME, "phone": PHONE}


def call_api(
    tape: JournalBuilder,
    route: str = "banking.accounts",
    *,
    path: str = "/v1/banking/accounts",
    query: str = "",
    agent: str = "budget/1.0",
    name: str = "accept",
    body: dict[str, str] | None = None,
    end_user_id: str = END_USER,
) -> None:
    """Record an API call of the app with its token."""
    tape.journal.write(
        Exchange(
            at_s=tape.now_s,
            number=len(tape.journal),
            route=route,
            method="GET",
            path=path,
            query=query,
            end_user_id=end_user_id,
            request_headers=(("authorization", f"Bearer {TOKEN}"), ("user-agent", agent), (name, "1")),
            request_body=json.dumps(body).encode() if body else b"",
            status=200,
        )
    )
    tape.wait(0.1)


def create_end_user(tape: JournalBuilder, end_user_id: str = END_USER, **fields: str) -> None:
    """Record that the app created an end user with these fields."""
    call_api(tape, "end_users.create", path="/v1/end-users", body=fields, end_user_id=end_user_id)


@pytest.fixture
def tape() -> JournalBuilder:
    """A scenario in which secrets were issued and Rosa became an end user."""
    recorded = JournalBuilder()
    recorded.canaries(access_token=TOKEN, client_secret=SECRET, webhook_secret=WEBHOOK_SECRET, account_number=NUMBER)
    create_end_user(recorded, **ROSA)
    return recorded


@pytest.mark.parametrize(
    ("query", "kind"),
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
def test_every_encoding_in_a_query_fails(tape: JournalBuilder, query: str, kind: str) -> None:
    """The finding names the kind and the place, never the value."""
    call_api(tape, query=query)

    finding = PROBE.examine(tape.build())

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, f"{kind} is in the query of banking.accounts")
    assert not any(value in repr(finding) for value in (TOKEN, SECRET, WEBHOOK_SECRET, NUMBER, EMAIL, NAME, PHONE))


@pytest.mark.parametrize(("value", "kind"), [(EMAIL, "the end user's e-mail address"), (TOKEN, "the access token")])
def test_a_path_is_searched(tape: JournalBuilder, value: str, kind: str) -> None:
    """A path without a known endpoint is searched too."""
    call_api(tape, "", path=f"/v1/people/{value}")

    assert PROBE.examine(tape.build()).observed == f"{kind} is in the path of an unknown endpoint"


def test_a_user_agent_is_searched(tape: JournalBuilder) -> None:
    """Logs contain it together with the URL."""
    call_api(tape, agent=f"budget/1.0 (for {EMAIL})")

    assert PROBE.examine(tape.build()).observed == "the end user's e-mail address is in the User-Agent of banking.accounts"


@pytest.mark.parametrize(
    "query",
    [
        f"end_user_id={END_USER}&account_id=acc_1{NUMBER}",
        f"end_user_id={END_USER}&from=2026-10-01T00%3A00%3A00Z",
        "contact=rosa.marino%2Bbank%40mail.example.org",
        "contact=not.rosa.marino%2Bbank%40mail.example",
        "page=491570006491570006",
        "name=rosa",
    ],
)
def test_ids_and_similar_values_pass(tape: JournalBuilder, query: str) -> None:
    """A longer address or number that contains the value is another one."""
    call_api(tape, query=query)

    assert PROBE.examine(tape.build()).verdict is Verdict.PASS


def test_the_filter_of_the_api_gives_advice_only(tape: JournalBuilder) -> None:
    """Using a documented filter is not a failure."""
    call_api(tape, "end_users.list", path="/v1/end-users", query="email=" + quote(EMAIL, safe=""))

    finding = PROBE.examine(tape.build())

    assert finding.verdict is Verdict.PASS
    assert [text.partition(",")[0] for text in finding.advice] == ["end users are searched by e-mail address in the query"]


def test_only_the_email_filter_is_exempt(tape: JournalBuilder) -> None:
    """Other parameters of the same call are searched."""
    call_api(tape, "end_users.list", path="/v1/end-users", query=f"email=x%40y.example&access_token={TOKEN}")

    assert PROBE.examine(tape.build()).observed == "the access token is in the query of end_users.list"


def test_an_address_shared_by_end_users_passes(tape: JournalBuilder) -> None:
    """An app may use its team's address for every end user and in its User-Agent."""
    create_end_user(tape, "eu_one", email="team@shop.example", name="Budget App")
    create_end_user(tape, "eu_two", email="team@shop.example", name="Budget App")
    call_api(tape, agent="Budget App/1.0 (team@shop.example)")

    assert PROBE.examine(tape.build()).verdict is Verdict.PASS


def test_a_name_in_the_user_agent_passes(tape: JournalBuilder) -> None:
    """An app whose first end user has the app's name reveals no end user."""
    create_end_user(tape, "eu_one", email="a@shop.example", name="Budget App")
    call_api(tape, agent="Budget App/1.0")

    assert PROBE.examine(tape.build()).verdict is Verdict.PASS


def test_without_a_call_the_result_is_inconclusive() -> None:
    """There is no URL to search."""
    assert PROBE.examine(JournalBuilder().journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff", b"{" * 2000, b'{"email": 1, "phone": null}'])
def test_any_request_body_is_accepted(tape: JournalBuilder, body: bytes) -> None:
    """An app may send any bytes."""
    tape.call("end_users.create", request_body=body)

    assert PROBE.examine(tape.build()).verdict is Verdict.PASS


def test_a_secret_as_the_name_of_a_header_is_found(tape: JournalBuilder) -> None:
    """HTTP clients and proxies change the letter case of header names."""
    call_api(tape, name=SECRET.title())

    finding = PROBE.examine(tape.build())

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the client secret is in the headers' names of banking.accounts",
    )
