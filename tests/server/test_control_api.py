"""The control API of ``serve`` changes the sandbox as a console would, by JSON requests from this machine only."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from fiskil_harness.core.net.server import Server
from fiskil_harness.sandbox.consents import end_users, sessions
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

Send = Callable[..., httpx.Response]


@pytest.fixture
def send(fiskil: LocalFiskil) -> Iterator[Send]:
    """Send requests to the control API, over HTTP."""
    server = Server(fiskil.loop, control_application(fiskil))
    with plain_client(base_url=f"{server.url}/_sandbox") as client:
        yield client.request
    server.close()


def test_the_state_contains_everything_but_secrets(send: Send, fiskil: LocalFiskil) -> None:
    """The state contains the present end users, consents and events, and no credentials."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)

    response = send("GET", "/state")

    state = response.json()
    assert [end_user["end_user_id"] for end_user in state["end_users"]] == [rosa.end_user_id]
    assert state["events"][0]["kind"] == "consent.received"
    assert len(state["consents"]) == 1
    assert not [value for values in fiskil.sandbox.canaries().values() for value in values if value in response.text]


def test_the_clock_moves_forward_only(send: Send, fiskil: LocalFiskil) -> None:
    """Minutes, hours and days add up; negative and huge steps are refused."""
    assert send("POST", "/clock/advance", json={"minutes": 5, "hours": 1}).status_code == 200

    assert fiskil.sandbox.clock.offset.total_seconds() == 3900
    refused = [send("POST", "/clock/advance", json=step).status_code for step in ({"days": -1}, {"days": 1e300})]
    assert refused == [400, 400]
    assert fiskil.sandbox.clock.offset.total_seconds() == 3900


def test_the_clock_has_a_limit(send: Send, fiskil: LocalFiskil) -> None:
    """A step beyond the limit is refused with a reason; other requests still work, and a reset restores real time."""
    responses = [send("POST", "/clock/advance", json={"days": 3660}) for _ in range(11)]

    assert [response.status_code for response in responses] == [200] * 10 + [400]
    assert responses[-1].json()["error"].startswith("Sandbox time can be at most 36600 days ahead of real time.")
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa, is_synced=False)
    assert send("POST", f"/end-users/{rosa.end_user_id}/sync", json={}).status_code == 400
    assert send("GET", "/state").status_code == 200
    assert send("POST", "/reset").status_code == 200
    assert fiskil.sandbox.crashes == []


class Broken(dict[str, Any]):
    """A table that raises an error when its values are read."""

    def values(self) -> Any:
        """Raise ZeroDivisionError."""
        raise ZeroDivisionError("values were read")


def test_an_internal_error_is_recorded(send: Send, fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> None:
    """The response is 500 without a traceback, which is recorded; the next request works."""
    end_users_before, fiskil.sandbox.store.end_users = fiskil.sandbox.store.end_users, Broken()  # type: ignore[assignment]
    response = send("GET", "/state")
    fiskil.sandbox.store.end_users = end_users_before

    (crash,) = fiskil.sandbox.crashes
    fiskil.sandbox.crashes.clear()
    assert (response.status_code, list(response.json())) == (500, ["error"])
    assert response.json()["error"] == "The sandbox itself failed. Your request did not cause this."
    assert (crash.place, crash.error) == ("control", "ZeroDivisionError: values were read")
    assert send("GET", "/state").status_code == 200
    assert capfd.readouterr().err == ""


def test_a_fault_is_set_bites_and_is_lifted(send: Send, fiskil: LocalFiskil) -> None:
    """A fault is set by its name in plans, and its remaining bites are returned."""
    rule = {"route": "institutions.*", "fault": {"type": "status", "status": 503}, "times": 2}
    assert send("POST", "/faults", json=rule).status_code == 200

    bitten = httpx.get(f"{fiskil.api_url}/v1/institutions", trust_env=False, timeout=30)

    assert bitten.status_code == 503
    (fault,) = send("GET", "/faults").json()["faults"]
    assert (fault["route"], fault["left"], fault["bites"], fault["spared"]) == ("institutions.*", 1, 1, 0)
    assert fault["text"] == "institutions.*: status 503, first 2"
    assert send("DELETE", "/faults").json() == {"faults": []}
    assert not fiskil.proxy.rules.waiting()


def test_faults_are_set_by_expression_and_lifted_one_by_one(send: Send, fiskil: LocalFiskil) -> None:
    """An expression may set several faults; each has a unique number."""
    response = send("POST", "/faults", json={"fault": "banking.accounts: stall after 20 bytes + truncated_json, first 3"})
    first, second = (value["number"] for value in response.json()["faults"])
    assert [value["text"] for value in response.json()["faults"]] == [
        "banking.accounts: stall after 20 bytes, first 3",
        "banking.accounts: truncated_json, first 3",
    ]

    assert [value["number"] for value in send("DELETE", f"/faults/{first}").json()["faults"]] == [second]
    send("POST", "/faults", json={"fault": "*: status 500"})
    assert [waiting.number for waiting in fiskil.proxy.rules.waiting()] == [second, second + 1]
    repeated = send("DELETE", f"/faults/{first}")
    assert repeated.status_code == 404
    assert repeated.json()["error"] == f"No fault '{first}' is set. Known: {second}, {second + 1}."


def test_a_fault_is_returned_with_every_condition(send: Send) -> None:
    """The fields of the rule are returned in JSON and as an expression."""
    rule = {"route": "banking.*", "page": 2, "p": 0.5, "seed": 7, "times": 0, "fault": {"type": "stall", "after_bytes": 9}}

    fault = send("POST", "/faults", json=rule).json()["faults"][0]

    assert fault["text"] == "banking.* page 2: stall after 9 bytes, with probability 0.5 seed 7"
    assert {name: fault[name] for name in rule} == rule


def test_a_sync_completes_with_its_events(send: Send, fiskil: LocalFiskil) -> None:
    """The sync of a dataset makes its rows available and creates events."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa, is_synced=False)
    before = len(fiskil.sandbox.events)

    assert send("POST", f"/end-users/{rosa.end_user_id}/sync", json={"dataset": "transactions"}).status_code == 200

    assert len(fiskil.sandbox.events) > before
    assert rosa.transaction_ids


def test_a_reset_forgets_everything(send: Send, fiskil: LocalFiskil) -> None:
    """A reset removes end users and events and restores real time."""
    fiskil.authorise(fiskil.enrol("rosa"))
    send("POST", "/clock/advance", json={"days": 3})

    assert send("POST", "/reset").status_code == 200

    state = send("GET", "/state").json()
    assert (state["end_users"], state["events"], state["ahead_s"]) == ([], [], 0.0)


def test_the_console_is_set_until_a_reset(send: Send, fiskil: LocalFiskil) -> None:
    """Omitted settings keep their value, and later consents use the settings. Source: permissions.usual, versions.pin"""
    before = send("POST", "/console", json={"version": "v2"}).json()
    after = send("POST", "/console", json={"permissions": ["accounts", "payees"]}).json()
    consent = fiskil.authorise(fiskil.enrol("rosa"))
    send("POST", "/reset")

    assert before["permissions"] == ["accounts", "balances", "transactions"]
    assert (after["version"], after["permissions"]) == ("v2", ["accounts", "payees"])
    assert consent.permissions == ("accounts", "payees")
    assert send("POST", "/console", json={}).json()["version"] == "v3"


def new_session(fiskil: LocalFiskil) -> str:
    """Open an auth session for a new end user, and return its id."""
    with fiskil.sandbox.store.changing() as store:
        end_user_id = fiskil.enrol("rosa").end_user_id
        return sessions.open_session(
            store, end_user_id=end_user_id, redirect_uri="https://a.example/in", cancel_uri=""
        ).session_id


def test_a_journey_ends_as_requested(send: Send, fiskil: LocalFiskil) -> None:
    """The response contains the ending, the consent of the named accounts and the redirect. Source: journey.error-types"""
    approved, denied = new_session(fiskil), new_session(fiskil)

    first = send("POST", f"/sessions/{approved}", json={"outcome": "approved", "accounts": ["savings"]}).json()
    second = send("POST", f"/sessions/{denied}", json={"outcome": "denied", "email": "ben.okafor@example.com"}).json()

    (consent,) = send("GET", "/state").json()["consents"]
    assert first == {
        "ending": "APPROVED",
        "arrangement_id": consent["arrangement_id"],
        "redirect": f"https://a.example/in?session_id={approved}",
    }
    assert consent["account_keys"] == ["savings"]
    assert second == {"ending": "CONSENT_ENDUSER_DENIED", "arrangement_id": None, "redirect": None}


@pytest.mark.parametrize(("outcome", "ending"), [("approved", "APPROVED"), ("denied", "CONSENT_ENDUSER_DENIED")])
def test_a_journey_of_an_end_user_without_an_email_ends_too(
    send: Send, fiskil: LocalFiskil, outcome: str, ending: str
) -> None:
    """The end user logs in with a generated address, the same one each time. Source: end-users.email"""
    with fiskil.sandbox.store.changing() as store:
        end_user_id = end_users.create(store, name="No Address").end_user_id
        opened = [
            sessions.open_session(store, end_user_id=end_user_id, redirect_uri="https://a.example/in", cancel_uri="")
            for _ in range(2)
        ]

    responses = [send("POST", f"/sessions/{auth_session.session_id}", json={"outcome": outcome}) for auth_session in opened]

    assert [response.json()["ending"] for response in responses] == [ending, ending]
    emails = {
        auth_session.email
        for auth_session in map(fiskil.sandbox.session, [auth_session.session_id for auth_session in opened])
        if auth_session is not None
    }
    assert emails == {f"{end_user_id.lower()}@example.com"}


@pytest.mark.parametrize(
    ("conclusion", "words"),
    [
        ({"outcome": "decline"}, "Did you mean 'denied'"),
        ({"outcme": "denied"}, "No field 'outcme'. Did you mean 'outcome'?"),
        ({}, "missing required field 'outcome'"),
        ({"outcome": "approved", "accounts": ["saving"]}, "Did you mean 'savings'"),
        ({"outcome": "approved", "email": "no.accounts@example.com"}, "has no account that can be shared there"),
        ({"outcome": "approved", "institution_id": "22"}, "stays at 'institution'"),
    ],
)
def test_an_impossible_ending_is_refused(send: Send, fiskil: LocalFiskil, conclusion: dict[str, Any], words: str) -> None:
    """The response is 400 with the reason, and no consent is granted."""
    response = send("POST", f"/sessions/{new_session(fiskil)}", json=conclusion)

    assert (response.status_code, words in response.json()["error"]) == (400, True), response.text
    assert send("GET", "/state").json()["consents"] == []


def test_an_institution_has_an_outage(send: Send, fiskil: LocalFiskil) -> None:
    """The API returns the state of the connection that was set. Source: institutions.status"""
    institution = send("POST", "/institutions/88888", json={"status": "OUTAGE"}).json()

    api_status = httpx.get(f"{fiskil.api_url}/v1/institutions/88888", trust_env=False, timeout=30).json()["status"]
    assert institution["connection_status"] == "OUTAGE"
    assert api_status == {"connections": {"status": "OUTAGE"}}


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "words"),
    [
        ("POST", "/clock/advance", b"{", 400, "is invalid"),
        ("POST", "/clock/advance", b'{"minuets": 1}', 400, "No field 'minuets'. Did you mean 'minutes'?"),
        ("POST", "/clock/advance", b'{"day": 1}', 400, "'days'? Known: days, hours, minutes, seconds."),
        ("POST", "/clock/advance", b'{"days": "1"}', 400, "is invalid: Expected 'float', got 'str' - at '$.days'"),
        ("POST", "/clock/advance", b"[1]", 400, "is invalid: Expected 'object', got 'array'"),
        ("POST", "/clock/advance", b"\xff\xfe", 400, "is invalid"),
        ("POST", "/clock/advance", b"[" * 60_000, 400, "is invalid"),
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
        ("POST", "/faults", b'{"route": "*", "fault": {}}', 400, "`list faults` prints them"),
        ("POST", "/faults", b'{"route": "*", "fault": "stall"}', 400, "No field 'route'"),
        ("POST", "/faults", b'{"fault": "*: stal"}', 400, "No fault 'stal'. Did you mean 'stall'?"),
        ("POST", "/faults", b'{"fault": "*: stall after 20"}', 400, "Did you mean 'after 20 bytes'?"),
        ("POST", "/faults", b'{"route": "*", "page": 2, "fault": {"type": "stall"}, "nth": [0]}', 400, "nth count from 1"),
        ("POST", "/faults", b'{"route": "token", "page": 2, "fault": {"type": "stall"}}', 400, "'token' has no pages"),
        ("DELETE", "/faults/one", b"", 404, "No fault 'one' is set. Known: none."),
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
def test_an_invalid_request_is_refused(send: Send, method: str, path: str, content: bytes, status: int, words: str) -> None:
    """The response is a client error with a reason, never 500."""
    response = send(method, path, content=content)

    assert response.status_code == status
    assert words in response.json()["error"]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_a_page_in_a_browser_is_refused(send: Send, headers: dict[str, Any]) -> None:
    """Requests with another origin or another host name are refused."""
    assert send("POST", "/reset", headers=headers).status_code == 403


def test_a_consent_is_revoked_at_the_institution(send: Send, fiskil: LocalFiskil) -> None:
    """The institution ends the consent; without an active one the response is 404. Source: consents.termination-reason"""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    path = f"/end-users/{rosa.end_user_id}/revoke"

    refused = send("POST", path, json={"by": "instituton"})
    response = send("POST", path, json={"by": "institution"})

    assert refused.status_code == 400
    assert refused.json()["error"] == (
        "No value 'instituton' in the field 'by'. Did you mean 'institution'? Known: end_user, institution."
    )
    assert (response.json()["ended_by"], response.json()["termination_reason"]) == ("institution", "Revoked")
    assert send("POST", path).status_code == 404


def test_accounts_open_and_close(send: Send, fiskil: LocalFiskil) -> None:
    """Accounts change by key, and closing the last one ends the consent. Source: consents.accounts-closed"""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    path = f"/end-users/{rosa.end_user_id}/accounts"

    unknown = send("POST", path, json={"account": "saving", "action": "close"})
    closed = send("POST", path, json={"account": "savings", "action": "close"})
    reopened = send("POST", path, json={"account": "savings", "action": "open"})
    sole_holder = send("POST", path, json={"account": "savings", "action": "withdraw"})
    misspelt = send("POST", path, json={"account": "savings", "action": "opne"})
    send("POST", path, json={"account": "savings", "action": "close"})
    last_closed = send("POST", path, json={"account": "everyday", "action": "close"})

    assert (unknown.status_code, "Did you mean 'savings'" in unknown.text) == (400, True)
    assert (closed.json()["accounts_close_at"], reopened.json()["accounts_close_at"]) == (None, None)
    assert (sole_holder.status_code, "has one holder" in sole_holder.text) == (400, True)
    assert (misspelt.status_code, "Did you mean 'open'? Known: approve, close," in misspelt.text) == (400, True)
    assert last_closed.json()["accounts_close_at"] is not None
    assert fiskil.sandbox.events[-1].kind == "consent.revoked"


def test_a_sync_can_be_made_to_fail(send: Send, fiskil: LocalFiskil) -> None:
    """The event of a failed sync is created, and the rows stay as the last sync read them. Source: sync.failed"""
    rosa = fiskil.enrol("rosa")
    consent = fiskil.authorise(rosa)
    ledger = fiskil.sandbox.ledger(consent)
    ledger.remove(next(iter(ledger.statement_newest_first().where(status="POSTED"))).key)
    before = fiskil.sandbox.rows(consent, "transactions")

    response = send("POST", f"/end-users/{rosa.end_user_id}/sync", json={"dataset": "transactions", "fails": True})

    assert response.status_code == 200
    assert fiskil.sandbox.events[-1].kind == "banking.transactions.sync.failed"
    assert fiskil.sandbox.rows(consent, "transactions") == before


def test_the_console_sets_how_long_consents_last(send: Send, fiskil: LocalFiskil) -> None:
    """Later consents last as set, and more than a year is refused. Source: consents.period"""
    assert send("POST", "/console", json={"consent_days": 7}).json()["consent_days"] == 7
    refused = send("POST", "/console", json={"consent_days": 400})

    consent = fiskil.authorise(fiskil.enrol("rosa"))

    assert (consent.expires_at - consent.created_at).days == 7
    assert (refused.status_code, "from 1 to 365 days" in refused.text) == (400, True)
