"""The control API of serve: what a console would do, said in JSON, for this machine alone."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from fiskil_harness.core.net.server import Server
from fiskil_harness.sandbox.consents import end_users, sessions
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.local_fiskil import LocalFiskil

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(fiskil: LocalFiskil) -> Iterator[Ask]:
    """Ask the control API, over HTTP."""
    server = Server(fiskil.loop, control_application(fiskil))
    with httpx.Client(base_url=f"{server.url}/_sandbox", trust_env=False) as client:
        yield client.request
    server.close()


def test_the_state_tells_everybody_and_no_secret(ask: Ask, fiskil: LocalFiskil) -> None:
    """End users, consents and events as they stand now; credentials are not among them."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)

    answer = ask("GET", "/state")

    told = answer.json()
    assert [value["end_user_id"] for value in told["end_users"]] == [rosa.end_user_id]
    assert told["events"][0]["kind"] == "consent.received"
    assert len(told["consents"]) == 1
    assert not [value for values in fiskil.sandbox.canaries().values() for value in values if value in answer.text]


def test_the_clock_moves_forward_only(ask: Ask, fiskil: LocalFiskil) -> None:
    """Minutes, hours and days add up; backwards and absurd jumps are refused."""
    assert ask("POST", "/clock/advance", json={"minutes": 5, "hours": 1}).status_code == 200

    assert fiskil.sandbox.clock.offset.total_seconds() == 3900
    refused = [ask("POST", "/clock/advance", json=jump).status_code for jump in ({"days": -1}, {"days": 1e300})]
    assert refused == [400, 400]
    assert fiskil.sandbox.clock.offset.total_seconds() == 3900


def test_the_clock_stops_before_the_calendar_does(ask: Ask, fiskil: LocalFiskil) -> None:
    """The jump that would be too far in all is refused in words; everything else still answers, and a reset helps."""
    answers = [ask("POST", "/clock/advance", json={"days": 3660}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [400]
    assert answers[-1].json()["error"].startswith("Sandbox time comes at most 36600 days ahead of real time.")
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa, is_synced=False)
    assert ask("POST", f"/end-users/{rosa.end_user_id}/sync", json={}).status_code == 400
    assert ask("GET", "/state").status_code == 200
    assert ask("POST", "/reset").status_code == 200
    assert fiskil.sandbox.crashes == []


class Torn(dict[str, Any]):
    """A table that raises whoever looks through it."""

    def values(self) -> Any:
        """Break."""
        raise ZeroDivisionError("looked through")


def test_a_defect_of_our_own_is_noted_and_answered(ask: Ask, fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> None:
    """500 in the house's shape without a traceback; the note has it, and the next command is obeyed."""
    whole, fiskil.sandbox.store.end_users = fiskil.sandbox.store.end_users, Torn()  # type: ignore[assignment]
    answer = ask("GET", "/state")
    fiskil.sandbox.store.end_users = whole

    (crash,) = fiskil.sandbox.crashes
    fiskil.sandbox.crashes.clear()
    assert (answer.status_code, list(answer.json())) == (500, ["error"])
    assert answer.json()["error"] == "The sandbox itself failed. This is no fault of yours."
    assert (crash.place, crash.error) == ("control", "ZeroDivisionError: looked through")
    assert ask("GET", "/state").status_code == 200
    assert capfd.readouterr().err == ""


def test_a_fault_waits_bites_and_is_lifted(ask: Ask, fiskil: LocalFiskil) -> None:
    """Set by its name in plans; what is left of it is told."""
    wanted = {"route": "institutions.*", "fault": {"type": "status", "status": 503}, "times": 2}
    assert ask("POST", "/faults", json=wanted).status_code == 200

    bitten = httpx.get(f"{fiskil.api_url}/v1/institutions", trust_env=False)

    assert bitten.status_code == 503
    (told,) = ask("GET", "/faults").json()["faults"]
    assert (told["route"], told["left"], told["bites"], told["spared"]) == ("institutions.*", 1, 1, 0)
    assert told["text"] == "institutions.*: status 503, first 2"
    assert ask("DELETE", "/faults").json() == {"faults": []}
    assert not fiskil.link.rules.waiting()


def test_faults_are_set_in_words_and_lifted_one_by_one(ask: Ask, fiskil: LocalFiskil) -> None:
    """An expression may set several at once; each has a number that no later one gets again."""
    told = ask("POST", "/faults", json={"fault": "banking.accounts: stall after 20 bytes + truncated_json, first 3"})
    first, second = (value["number"] for value in told.json()["faults"])
    assert [value["text"] for value in told.json()["faults"]] == [
        "banking.accounts: stall after 20 bytes, first 3",
        "banking.accounts: truncated_json, first 3",
    ]

    assert [value["number"] for value in ask("DELETE", f"/faults/{first}").json()["faults"]] == [second]
    ask("POST", "/faults", json={"fault": "*: status 500"})
    assert [waiting.number for waiting in fiskil.link.rules.waiting()] == [second, second + 1]
    gone = ask("DELETE", f"/faults/{first}")
    assert gone.status_code == 404
    assert gone.json()["error"] == f"No fault '{first}' waits. Known: {second}, {second + 1}."


def test_a_fault_is_told_with_every_condition(ask: Ask) -> None:
    """As fields of a rule, in JSON, and back as an expression."""
    wanted = {"route": "banking.*", "page": 2, "p": 0.5, "seed": 7, "times": 0, "fault": {"type": "stall", "after_bytes": 9}}

    told = ask("POST", "/faults", json=wanted).json()["faults"][0]

    assert told["text"] == "banking.* page 2: stall after 9 bytes, with probability 0.5 seed 7"
    assert {name: told[name] for name in wanted} == wanted


def test_a_sync_completes_and_its_events_are_told(ask: Ask, fiskil: LocalFiskil) -> None:
    """One dataset, or every one."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa, is_synced=False)
    before = len(fiskil.sandbox.events)

    assert ask("POST", f"/end-users/{rosa.end_user_id}/sync", json={"dataset": "transactions"}).status_code == 200

    assert len(fiskil.sandbox.events) > before
    assert rosa.transaction_ids


def test_a_reset_forgets_everything(ask: Ask, fiskil: LocalFiskil) -> None:
    """People, faults, events and the clock."""
    fiskil.authorise(fiskil.enrol("rosa"))
    ask("POST", "/clock/advance", json={"days": 3})

    assert ask("POST", "/reset").status_code == 200

    told = ask("GET", "/state").json()
    assert (told["end_users"], told["events"], told["ahead_s"]) == ([], [], 0.0)


def test_the_console_is_set_until_a_reset(ask: Ask, fiskil: LocalFiskil) -> None:
    """What is left out stays; consents from then on cover it. Source: permissions.usual, versions.pin"""
    before = ask("POST", "/console", json={"version": "v2"}).json()
    after = ask("POST", "/console", json={"permissions": ["accounts", "payees"]}).json()
    consent = fiskil.authorise(fiskil.enrol("rosa"))
    ask("POST", "/reset")

    assert before["permissions"] == ["accounts", "balances", "transactions"]
    assert (after["version"], after["permissions"]) == ("v2", ["accounts", "payees"])
    assert consent.permissions == ("accounts", "payees")
    assert ask("POST", "/console", json={}).json()["version"] == "v3"


def invited(fiskil: LocalFiskil) -> str:
    """The id of an auth session for a new end user."""
    with fiskil.sandbox.store.changing() as store:
        end_user_id = fiskil.enrol("rosa").end_user_id
        return sessions.open_session(
            store, end_user_id=end_user_id, redirect_uri="https://a.example/in", cancel_uri=""
        ).session_id


def test_a_journey_comes_to_what_is_ordered(ask: Ask, fiskil: LocalFiskil) -> None:
    """With the accounts that are named, and the way back for the browser. Source: journey.error-types"""
    approved, denied = invited(fiskil), invited(fiskil)

    first = ask("POST", f"/sessions/{approved}", json={"outcome": "approved", "accounts": ["savings"]}).json()
    second = ask("POST", f"/sessions/{denied}", json={"outcome": "denied", "email": "ben.okafor@example.com"}).json()

    (consent,) = ask("GET", "/state").json()["consents"]
    assert first == {
        "ending": "APPROVED",
        "arrangement_id": consent["arrangement_id"],
        "redirect": f"https://a.example/in?session_id={approved}",
    }
    assert consent["account_keys"] == ["savings"]
    assert second == {"ending": "CONSENT_ENDUSER_DENIED", "arrangement_id": None, "redirect": None}


@pytest.mark.parametrize(("outcome", "ending"), [("approved", "APPROVED"), ("denied", "CONSENT_ENDUSER_DENIED")])
def test_a_journey_ends_for_somebody_without_an_email_as_well(
    ask: Ask, fiskil: LocalFiskil, outcome: str, ending: str
) -> None:
    """They log in with an address that is made for them, the same one each time. Source: end-users.email"""
    with fiskil.sandbox.store.changing() as store:
        end_user_id = end_users.create(store, name="No Address").end_user_id
        opened = [
            sessions.open_session(store, end_user_id=end_user_id, redirect_uri="https://a.example/in", cancel_uri="")
            for _ in range(2)
        ]

    answers = [ask("POST", f"/sessions/{auth_session.session_id}", json={"outcome": outcome}) for auth_session in opened]

    assert [answer.json()["ending"] for answer in answers] == [ending, ending]
    emails = {
        auth_session.email
        for auth_session in map(fiskil.sandbox.session, [auth_session.session_id for auth_session in opened])
        if auth_session is not None
    }
    assert emails == {f"{end_user_id.lower()}@example.com"}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"outcome": "decline"}, "Did you mean 'denied'"),
        ({"outcme": "denied"}, "No field 'outcme'. Did you mean 'outcome'?"),
        ({}, "missing required field 'outcome'"),
        ({"outcome": "approved", "accounts": ["saving"]}, "Did you mean 'savings'"),
        ({"outcome": "approved", "email": "no.accounts@example.com"}, "has no account that can be shared there"),
        ({"outcome": "approved", "institution_id": "22"}, "stays at 'institution'"),
    ],
)
def test_an_ending_that_cannot_be_is_refused_in_words(
    ask: Ask, fiskil: LocalFiskil, order: dict[str, Any], words: str
) -> None:
    """400, and nothing is granted."""
    answer = ask("POST", f"/sessions/{invited(fiskil)}", json=order)

    assert (answer.status_code, words in answer.json()["error"]) == (400, True), answer.text
    assert ask("GET", "/state").json()["consents"] == []


def test_an_institution_goes_out(ask: Ask, fiskil: LocalFiskil) -> None:
    """And the API says so. Source: institutions.status"""
    told = ask("POST", "/institutions/88888", json={"status": "OUTAGE"}).json()

    seen = httpx.get(f"{fiskil.api_url}/v1/institutions/88888", trust_env=False).json()["status"]
    assert told["connection_status"] == "OUTAGE"
    assert seen == {"connections": {"status": "OUTAGE"}}


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "words"),
    [
        ("POST", "/clock/advance", b"{", 400, "does not fit"),
        ("POST", "/clock/advance", b'{"minuets": 1}', 400, "No field 'minuets'. Did you mean 'minutes'?"),
        ("POST", "/clock/advance", b'{"day": 1}', 400, "'days'? Known: days, hours, minutes, seconds."),
        ("POST", "/clock/advance", b'{"days": "1"}', 400, "does not fit: Expected 'float', got 'str' - at '$.days'"),
        ("POST", "/clock/advance", b"[1]", 400, "does not fit: Expected 'object', got 'array'"),
        ("POST", "/clock/advance", b"\xff\xfe", 400, "does not fit"),
        ("POST", "/clock/advance", b"[" * 60_000, 400, "does not fit"),
        ("POST", "/clock/advance", b" " * 70_000, 413, "larger than"),
        ("POST", "/faults", b'{"route": "banking.transactons", "fault": {"type": "stall"}}', 400, "Did you mean"),
        (
            "POST",
            "/faults",
            b'{"route": "*", "fault": {"type": "stal"}}',
            400,
            "No fault 'stal'. Did you mean 'stall'? Known: ",
        ),
        ("POST", "/faults", b'{"route": "*", "fault": {"type": "ResetPeer"}}', 400, "Did you mean 'reset_peer'?"),
        ("POST", "/faults", b'{"route": "*", "fault": {}}', 400, "`list faults` names them"),
        ("POST", "/faults", b'{"route": "*", "fault": "stall"}', 400, "No field 'route'"),
        ("POST", "/faults", b'{"fault": "*: stal"}', 400, "No fault 'stal'. Did you mean 'stall'?"),
        ("POST", "/faults", b'{"fault": "*: stall after 20"}', 400, "Did you mean 'after 20 bytes'?"),
        ("POST", "/faults", b'{"route": "*", "page": 2, "fault": {"type": "stall"}, "nth": [0]}', 400, "nth count from 1"),
        ("POST", "/faults", b'{"route": "token", "page": 2, "fault": {"type": "stall"}}', 400, "'token' has no pages"),
        ("DELETE", "/faults/one", b"", 404, "No fault 'one' waits. Known: none."),
        (
            "POST",
            "/faults",
            b'{"route": "*", "fault": {"type": "reset_peer", "after": 1}}',
            400,
            "No field 'after' in the fault 'reset_peer'. Did you mean 'after_bytes'? Known: after_bytes",
        ),
        ("POST", "/faults", b'{"route": "*", "fault": {"type": "stall"}, "times": -1}', 400, "times and skip count from 0"),
        ("POST", "/faults", b'{"route": "*", "fault": {"type": "drip", "every_ms": 0}}', 400, "every_ms must be"),
        ("POST", "/faults", b'{"route": "*", "fault": {"type": "status", "status": 99999}}', 400, "from 200 to 599"),
        ("POST", "/end-users/eu_nobody/sync", b"", 404, "no active consent"),
        ("POST", "/sessions/nothing", b'{"outcome": "denied"}', 400, "There is no auth session 'nothing'"),
        ("POST", "/console", b'{"permissions": ["payee"]}', 400, "Did you mean 'payees'"),
        ("POST", "/console", b'{"permission": ["payees"]}', 400, "No field 'permission'. Did you mean 'permissions'?"),
        ("POST", "/institutions/88888", b'{"status": "DOWN"}', 400, "Known: "),
        ("POST", "/institutions/88889", b'{"status": "OUTAGE"}', 400, "Did you mean '88888'"),
        ("GET", "/nothing", b"", 404, "Known: GET /_sandbox/state"),
        ("PUT", "/reset", b"", 405, "Known: GET /_sandbox/state"),
    ],
)
def test_nonsense_is_refused_in_words(ask: Ask, method: str, path: str, content: bytes, status: int, words: str) -> None:
    """The documented refusal, never a traceback, never a 500."""
    answer = ask(method, path, content=content)

    assert answer.status_code == status
    assert words in answer.json()["error"]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_a_page_in_a_browser_cannot_give_orders(ask: Ask, headers: dict[str, Any]) -> None:
    """Neither from another origin nor through a name that points here."""
    assert ask("POST", "/reset", headers=headers).status_code == 403


def test_a_consent_is_revoked_at_the_institution(ask: Ask, fiskil: LocalFiskil) -> None:
    """By somebody; who has no active consent any more is answered 404. Source: consents.termination-reason"""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    path = f"/end-users/{rosa.end_user_id}/revoke"

    refused = ask("POST", path, json={"by": "instituton"})
    answer = ask("POST", path, json={"by": "institution"})

    assert refused.status_code == 400
    assert refused.json()["error"] == (
        "No value 'instituton' in the field 'by'. Did you mean 'institution'? Known: end_user, institution."
    )
    assert (answer.json()["ended_by"], answer.json()["termination_reason"]) == ("institution", "Revoked")
    assert ask("POST", path).status_code == 404


def test_accounts_come_and_go(ask: Ask, fiskil: LocalFiskil) -> None:
    """By their keys; the last one takes the consent along. Source: consents.accounts-closed"""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    path = f"/end-users/{rosa.end_user_id}/accounts"

    unknown = ask("POST", path, json={"account": "saving", "what": "close"})
    one = ask("POST", path, json={"account": "savings", "what": "close"})
    again = ask("POST", path, json={"account": "savings", "what": "open"})
    alone = ask("POST", path, json={"account": "savings", "what": "withdraw"})
    misspelt = ask("POST", path, json={"account": "savings", "what": "opne"})
    ask("POST", path, json={"account": "savings", "what": "close"})
    both = ask("POST", path, json={"account": "everyday", "what": "close"})

    assert (unknown.status_code, "Did you mean 'savings'" in unknown.text) == (400, True)
    assert (one.json()["accounts_close_at"], again.json()["accounts_close_at"]) == (None, None)
    assert (alone.status_code, "has one holder" in alone.text) == (400, True)
    assert (misspelt.status_code, "Did you mean 'open'? Known: approve, close," in misspelt.text) == (400, True)
    assert both.json()["accounts_close_at"] is not None
    assert fiskil.sandbox.events[-1].kind == "consent.revoked"


def test_a_sync_can_be_made_to_fail(ask: Ask, fiskil: LocalFiskil) -> None:
    """Its event is told, and everything stays as the last sync saw it. Source: sync.failed"""
    rosa = fiskil.enrol("rosa")
    consent = fiskil.authorise(rosa)
    fiskil.sandbox.ledger(consent).remove("everyday:0:6")
    before = fiskil.sandbox.rows(consent, "transactions")

    answer = ask("POST", f"/end-users/{rosa.end_user_id}/sync", json={"dataset": "transactions", "fails": True})

    assert answer.status_code == 200
    assert fiskil.sandbox.events[-1].kind == "banking.transactions.sync.failed"
    assert fiskil.sandbox.rows(consent, "transactions") == before


def test_the_console_sets_how_long_consents_last(ask: Ask, fiskil: LocalFiskil) -> None:
    """From then on; more than a year is refused. Source: consents.period"""
    assert ask("POST", "/console", json={"consent_days": 7}).json()["consent_days"] == 7
    refused = ask("POST", "/console", json={"consent_days": 400})

    consent = fiskil.authorise(fiskil.enrol("rosa"))

    assert (consent.expires_at - consent.created_at).days == 7
    assert (refused.status_code, "from 1 to 365 days" in refused.text) == (400, True)
