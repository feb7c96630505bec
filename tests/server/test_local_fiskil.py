"""Fiskil on loopback: everything listens, nothing is left, and a test has what it needs in three calls."""

import socket
import threading
from pathlib import Path

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.model import Ending
from fiskil_harness.core.net.server import free_port
from fiskil_harness.errors import FaultUnbitten, UnknownName, UsageError
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.server.local_fiskil import LocalFiskil


def test_everything_listens_at_once(fiskil: LocalFiskil) -> None:
    """API, page, alert sink and telemetry sink, each on a port of its own."""
    urls = [fiskil.api_url, fiskil.auth_url, fiskil.alerts.url, fiskil.telemetry.url]

    assert len(set(urls)) == 4
    assert [httpx.get(url, trust_env=False).status_code for url in urls] == [404, 404, 204, 405]


def test_links_and_addresses_carry_the_right_origins(fiskil: LocalFiskil) -> None:
    """auth_url is the page's, links are the API's. Source: paging.links"""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with httpx.Client(base_url=fiskil.api_url, trust_env=False) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        page = client.get("/v1/banking/transactions", params={"end_user_id": rosa.end_user_id}).json()
        session = client.post(
            "/v1/auth/session", json={"end_user_id": rosa.end_user_id, "redirect_uri": "", "cancel_uri": ""}
        ).json()

    assert page["links"]["next"].startswith(f"{fiskil.api_url}/v1/banking/transactions?")
    assert session["auth_url"].startswith(f"{fiskil.auth_url}?sess_id=")


def test_an_enrolled_end_user_is_found_and_has_rows(fiskil: LocalFiskil) -> None:
    """enrol, authorise, and the rows are there."""
    rosa = fiskil.enrol("rosa")
    assert rosa.transaction_ids == set()

    consent = fiskil.authorise(rosa)

    assert len(rosa.transaction_ids) > 50
    assert consent.end_user_id == rosa.end_user_id
    assert rosa.end_user.email == "rosa.keane@example.com"


def test_a_journey_comes_to_what_is_asked_for(fiskil: LocalFiskil) -> None:
    """A session that the app opened ends as a test says, without a page. Source: journey.error-types"""
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
    assert "error_type=CONSENT_ENDUSER_DENIED" in (fiskil.sandbox.way_back(denied.session_id) or "")


def test_an_end_user_may_be_made_up(fiskil: LocalFiskil) -> None:
    """Without a name somebody is made from the seed, each time somebody else."""
    first, second = fiskil.enrol(), fiskil.enrol()

    assert first.person != second.person
    fiskil.authorise(first)
    assert len(first.transaction_ids) > 30


def test_a_consent_may_wait_for_its_syncs(fiskil: LocalFiskil) -> None:
    """With is_synced false nothing is served yet. Source: data.after-sync"""
    rosa = fiskil.enrol("rosa")

    fiskil.authorise(rosa, is_synced=False)

    assert rosa.transaction_ids == set()


def test_an_unknown_name_is_said(fiskil: LocalFiskil) -> None:
    """With the nearest."""
    with pytest.raises(UnknownName, match="Did you mean 'rosa'"):
        fiskil.enrol("rossa")


def test_an_unknown_route_is_said(fiskil: LocalFiskil) -> None:
    """Before the block begins."""
    with (
        pytest.raises(UnknownName, match=r"No route 'banking\.transaction'\. Did you mean 'banking\.transactions'\?"),
        fiskil.broken("banking.transaction", faults.ResetPeer()),
    ):
        pass


def test_a_fault_that_bites_once_of_twice_is_said(fiskil: LocalFiskil) -> None:
    """How often it bit, of how often it should have."""
    with (
        pytest.raises(FaultUnbitten, match="bit 1 of 2 times"),
        fiskil.broken("institutions.list", faults.Status(status=503), times=2),
    ):
        httpx.get(f"{fiskil.api_url}/v1/institutions?client_id=x", trust_env=False)


def test_a_reset_lifts_faults_and_forgets_people(fiskil: LocalFiskil) -> None:
    """As between two scenarios."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    fiskil.sandbox.clock.advance(days=3)

    fiskil.reset()

    assert fiskil.sandbox.clock.offset.total_seconds() == 0
    assert (fiskil.sandbox.events, fiskil.sandbox.store.end_users, fiskil.link.rules.waiting()) == ((), {}, [])


def test_the_sink_remembers_what_came(fiskil: LocalFiskil) -> None:
    """Whatever is sent to it, under any path, up to 64 kB each."""
    httpx.post(f"{fiskil.alerts.url}/any/path", content=b"an alert", trust_env=False)
    httpx.put(fiskil.alerts.url, content=b"x" * 100_000, trust_env=False)

    assert [chunk[:8] for chunk in fiskil.alerts.received] == [b"an alert", b"x" * 8]
    assert [len(chunk) for chunk in fiskil.alerts.received] == [8, 65_536]


def test_a_client_that_leaves_a_sink_is_forgotten(fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> None:
    """Half an alert is none, and nobody writes about it."""
    with socket.create_connection(("127.0.0.1", int(fiskil.alerts.url.rpartition(":")[2])), timeout=30) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal")

    assert httpx.post(fiskil.alerts.url, content=b"whole", trust_env=False).status_code == 204
    assert fiskil.alerts.received == [b"whole"]
    assert [crash.trace for crash in fiskil.sandbox.crashes] == []
    assert capfd.readouterr().err == ""


def test_ports_may_be_chosen(tmp_path: Path) -> None:
    """For ``serve``."""
    api, auth = free_port(), free_port()

    with LocalFiskil(workdir=tmp_path, api_port=api, auth_port=auth) as fiskil:
        assert (fiskil.api_url, fiskil.auth_url) == (f"http://127.0.0.1:{api}", f"http://127.0.0.1:{auth}")


def test_a_port_in_use_leaves_nothing_behind(tmp_path: Path) -> None:
    """The error is the reader's, and what had been started is stopped."""
    threads, taken = set(threading.enumerate()), free_port()
    with LocalFiskil(workdir=tmp_path, api_port=taken), pytest.raises(UsageError, match=f"Port {taken} is in use"):
        LocalFiskil(workdir=tmp_path, auth_port=taken)

    assert set(threading.enumerate()) <= threads


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    """No thread, no port; twice is fine."""
    threads, port = set(threading.enumerate()), free_port()
    fiskil = LocalFiskil(workdir=tmp_path, api_port=port)

    fiskil.close()
    fiskil.close()

    assert set(threading.enumerate()) <= threads
    with socket.socket() as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("127.0.0.1", port))


def test_the_same_seed_serves_the_same_rows(tmp_path: Path) -> None:
    """Amounts and descriptions are equal, ids are not."""
    told = []
    for _ in range(2):
        with LocalFiskil(workdir=tmp_path, seed=5) as fiskil:
            rosa = fiskil.enrol("rosa")
            rows = fiskil.sandbox.rows(fiskil.authorise(rosa), "transactions")
            told.append(([(row.amount, row.description, row.status) for row in rows], rosa.transaction_ids))

    assert told[0][0] == told[1][0]
    assert not told[0][1] & told[1][1]


def test_a_private_key_is_private(tmp_path: Path) -> None:
    """Nobody else may read it, and it lies in the given folder."""
    with LocalFiskil(workdir=tmp_path, is_tls=True) as fiskil:
        key_file = fiskil.certificates.key_file

    assert key_file.parent == tmp_path
    assert key_file.stat().st_mode & 0o077 == 0


def test_a_secret_of_the_app_may_be_given(tmp_path: Path) -> None:
    """Where the harness may not choose it."""
    with LocalFiskil(workdir=tmp_path, webhook_secret="c2VjcmV0") as fiskil:
        assert fiskil.credentials.webhook_secret == "c2VjcmV0"
