"""``LocalFiskil`` listens at once, leaves nothing behind, and gives a test its data in three calls."""

import socket
import threading
from pathlib import Path

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.model import Ending
from fiskil_harness.core.net.server import free_port
from fiskil_harness.errors import FaultUnbitten, UnknownName, UsageError
from fiskil_harness.sandbox import tokens
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client


def test_everything_listens_at_once(fiskil: LocalFiskil) -> None:
    """API, consent page, alert sink and telemetry sink each listen on a separate port."""
    urls = [fiskil.api_url, fiskil.auth_url, fiskil.alerts.url, fiskil.telemetry.url]

    assert len(set(urls)) == 4
    assert [httpx.get(url, trust_env=False, timeout=30).status_code for url in urls] == [404, 404, 204, 405]


def test_links_and_addresses_have_the_right_origins(fiskil: LocalFiskil) -> None:
    """auth_url has the origin of the consent page, and paging links have that of the API. Source: paging.links"""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with plain_client(base_url=fiskil.api_url) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        page = client.get("/v1/banking/transactions", params={"end_user_id": rosa.end_user_id}).json()
        session = client.post(
            "/v1/auth/session", json={"end_user_id": rosa.end_user_id, "redirect_uri": "", "cancel_uri": ""}
        ).json()

    assert page["links"]["next"].startswith(f"{fiskil.api_url}/v1/banking/transactions?")
    assert session["auth_url"].startswith(f"{fiskil.auth_url}?sess_id=")


def test_only_the_keys_of_the_app_outlive_a_scenario(fiskil: LocalFiskil) -> None:
    """A token of a second key is refused after the scenario, so an app that stores tokens exchanges its own key again."""
    pairs = [
        {"client_id": fiskil.credentials.client_id, "client_secret": secret}
        for secret in (fiskil.credentials.client_secret, tokens.mint_key(fiskil.sandbox.store))
    ]
    with plain_client(base_url=fiskil.api_url) as client:
        headers = [{"authorization": "Bearer " + client.post("/v1/token", json=pair).json()["token"]} for pair in pairs]
        fiskil.sandbox.set_key(is_accepted=False)

        fiskil.restore()

        assert [client.get("/v1/end-users", headers=own).status_code for own in headers] == [200, 401]
        assert [client.post("/v1/token", json=pair).status_code for pair in pairs] == [200, 401]


def test_an_enrolled_end_user_has_rows_after_consent(fiskil: LocalFiskil) -> None:
    """After enrol and authorise the API serves transactions."""
    rosa = fiskil.enrol("rosa")
    assert rosa.transaction_ids == set()

    consent = fiskil.authorise(rosa)

    assert len(rosa.transaction_ids) > 50
    assert consent.end_user_id == rosa.end_user_id
    assert fiskil.sandbox.store.end_users[rosa.end_user_id].email == "rosa.keane@example.com"


def test_a_journey_ends_as_requested(fiskil: LocalFiskil) -> None:
    """Conclude ends a session with the requested outcome, without the page. Source: journey.error-types"""
    rosa = fiskil.enrol("rosa")
    with fiskil.sandbox.store.changing() as store:
        opened = [
            sessions.open_session(store, end_user_id=rosa.end_user_id, redirect_uri="", cancel_uri="https://a.example/no")
            for _ in range(2)
        ]

    denied = fiskil.conclude(opened[0].session_id, "denied")
    approved = fiskil.conclude(opened[1].session_id, "approved", account_keys=("savings",))

    (consent,) = fiskil.sandbox.consents_of(rosa.end_user_id)
    assert (denied.ending, approved.ending, consent.account_keys) == (Ending.DENIED, Ending.APPROVED, ("savings",))
    assert "error_type=CONSENT_ENDUSER_DENIED" in (fiskil.sandbox.redirect_address(denied.session_id) or "")


def test_an_end_user_may_be_generated(fiskil: LocalFiskil) -> None:
    """Without a name a person is generated from the seed, another one at each call."""
    first, second = fiskil.enrol(), fiskil.enrol()

    assert first.person != second.person
    fiskil.authorise(first)
    assert len(first.transaction_ids) > 30


def test_a_consent_may_wait_for_its_syncs(fiskil: LocalFiskil) -> None:
    """With is_synced False the API serves no rows yet. Source: data.after-sync"""
    rosa = fiskil.enrol("rosa")

    fiskil.authorise(rosa, is_synced=False)

    assert rosa.transaction_ids == set()


def test_an_unknown_name_is_an_error(fiskil: LocalFiskil) -> None:
    """The error suggests the nearest name."""
    with pytest.raises(UnknownName, match="Did you mean 'rosa'"):
        fiskil.enrol("rossa")


def test_an_unknown_route_is_an_error(fiskil: LocalFiskil) -> None:
    """The error is raised before the block begins."""
    with (
        pytest.raises(UnknownName, match=r"No route 'banking\.transaction'\. Did you mean 'banking\.transactions'\?"),
        fiskil.broken("banking.transaction", faults.ResetPeer()),
    ):
        pass


def test_a_fault_that_fires_too_rarely_is_an_error(fiskil: LocalFiskil) -> None:
    """The error states how often the fault bit and how often it was expected to."""
    with (
        pytest.raises(FaultUnbitten, match="bit 1 of 2 times"),
        fiskil.broken("institutions.list", faults.Status(status=503), times=2),
    ):
        httpx.get(f"{fiskil.api_url}/v1/institutions?client_id=x", trust_env=False, timeout=30)


def test_a_reset_lifts_faults_and_removes_end_users(fiskil: LocalFiskil) -> None:
    """After a reset there are no events, end users and faults, and sandbox time is real time."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    fiskil.sandbox.clock.advance(days=3)

    fiskil.reset()

    assert fiskil.sandbox.clock.offset.total_seconds() == 0
    assert (fiskil.sandbox.events, fiskil.sandbox.store.end_users, fiskil.proxy.rules.waiting()) == ((), {}, [])


def test_the_sink_keeps_what_it_received(fiskil: LocalFiskil) -> None:
    """The sink keeps each body sent to any path, up to 64 KiB of it."""
    httpx.post(f"{fiskil.alerts.url}/any/path", content=b"an alert", trust_env=False, timeout=30)
    httpx.put(fiskil.alerts.url, content=b"x" * 100_000, trust_env=False, timeout=30)

    assert [chunk[:8] for chunk in fiskil.alerts.received] == [b"an alert", b"x" * 8]
    assert [len(chunk) for chunk in fiskil.alerts.received] == [8, 65_536]


def test_an_incomplete_alert_is_ignored(fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> None:
    """An alert whose connection ends early is not kept, and nothing is printed."""
    with socket.create_connection(("127.0.0.1", int(fiskil.alerts.url.rpartition(":")[2])), timeout=30) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal")

    assert httpx.post(fiskil.alerts.url, content=b"whole", trust_env=False, timeout=30).status_code == 204
    assert fiskil.alerts.received == [b"whole"]
    assert [crash.trace for crash in fiskil.sandbox.crashes] == []
    assert capfd.readouterr().err == ""


def test_ports_may_be_chosen(tmp_path: Path) -> None:
    """The API and the consent page listen on the given ports."""
    api, auth = free_port(), free_port()

    with LocalFiskil(workdir=tmp_path, api_port=api, auth_port=auth) as fiskil:
        assert (fiskil.api_url, fiskil.auth_url) == (f"http://127.0.0.1:{api}", f"http://127.0.0.1:{auth}")


def test_a_port_in_use_leaves_nothing_behind(tmp_path: Path) -> None:
    """UsageError is raised, and the servers that had started are stopped."""
    threads, taken = set(threading.enumerate()), free_port()
    with LocalFiskil(workdir=tmp_path, api_port=taken), pytest.raises(UsageError, match=f"Port {taken} is in use"):
        LocalFiskil(workdir=tmp_path, auth_port=taken)

    assert set(threading.enumerate()) <= threads


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    """After close no thread and no port is left, and a second close does nothing."""
    threads, port = set(threading.enumerate()), free_port()
    fiskil = LocalFiskil(workdir=tmp_path, api_port=port)

    fiskil.close()
    fiskil.close()

    assert set(threading.enumerate()) <= threads
    with socket.socket() as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("127.0.0.1", port))


def test_the_same_seed_serves_the_same_rows(tmp_path: Path) -> None:
    """With the same seed amounts and descriptions are equal, ids are not."""
    runs = []
    for _ in range(2):
        with LocalFiskil(workdir=tmp_path, seed=5) as fiskil:
            rosa = fiskil.enrol("rosa")
            rows = fiskil.sandbox.rows(fiskil.authorise(rosa), "transactions")
            runs.append(([(row.amount, row.description, row.status) for row in rows], rosa.transaction_ids))

    assert runs[0][0] == runs[1][0]
    assert not runs[0][1] & runs[1][1]


def test_a_private_key_is_private(tmp_path: Path) -> None:
    """Only the owner can read the private key, and it is in the given folder."""
    with LocalFiskil(workdir=tmp_path, is_tls=True) as fiskil:
        key_file = fiskil.certificates.key_file

    assert key_file.parent == tmp_path
    assert key_file.stat().st_mode & 0o077 == 0


def test_the_webhook_secret_may_be_given(tmp_path: Path) -> None:
    """A given webhook secret replaces the generated one."""
    with LocalFiskil(workdir=tmp_path, webhook_secret="c2VjcmV0") as fiskil:
        assert fiskil.credentials.webhook_secret == "c2VjcmV0"
