"""Internal errors of the sandbox: recorded with their place, reported as ``fault``, and the next request is served."""

from typing import Any

import httpx
import pytest

from fiskil_harness.server.local_fiskil import LocalFiskil


class Broken(dict[Any, Any]):
    """A table that raises on every lookup."""

    def get(self, key: object, _default: object = None) -> object:
        """Raise ZeroDivisionError."""
        raise ZeroDivisionError(f"looked up {key}")


def test_a_core_endpoint_reports_a_fault(fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> None:
    """The response is 500 in the goa form with fault true; the record has place, error and traceback. Source: errors.goa"""
    whole, fiskil.sandbox.store.institutions = fiskil.sandbox.store.institutions, Broken()
    response = httpx.get(f"{fiskil.api_url}/v1/institutions/88888", timeout=30, trust_env=False)
    fiskil.sandbox.store.institutions = whole

    assert response.status_code == 500
    assert response.json() == {
        "id": response.json()["id"],
        "name": "internal_error",
        "message": "internal error",
        "temporary": False,
        "timeout": False,
        "fault": True,
    }
    (crash,) = fiskil.sandbox.crashes
    assert (crash.place, crash.error) == ("api institutions.get", "ZeroDivisionError: looked up 88888")
    assert "Traceback" in crash.trace
    assert httpx.get(f"{fiskil.api_url}/v1/institutions/88888", timeout=30, trust_env=False).status_code == 200
    assert capfd.readouterr().err == ""


def test_a_data_endpoint_reports_a_fault_in_the_simple_form(fiskil: LocalFiskil) -> None:
    """The response is 500 with id, name and message. Source: errors.simple"""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    token = httpx.post(f"{fiskil.api_url}/v1/token", json=pair, timeout=30, trust_env=False).json()["token"]
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    fiskil.sandbox.store.served = Broken()

    response = httpx.get(
        f"{fiskil.api_url}/v1/banking/accounts?end_user_id={rosa.end_user_id}",
        headers={"authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
    )

    assert response.status_code == 500
    assert set(response.json()) == {"id", "name", "message"}
    assert [crash.place for crash in fiskil.sandbox.crashes] == ["api banking.accounts"]


def test_the_page_reports_a_defect_of_the_sandbox(fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> None:
    """The page shows that the sandbox failed, and the record has the place ``page``."""
    fiskil.sandbox.store.sessions = Broken()
    response = httpx.get(f"{fiskil.auth_url}?sess_id=x", timeout=30, trust_env=False)

    assert response.status_code == 500
    assert "The sandbox itself failed. This is no fault of yours." in response.text
    assert [crash.place for crash in fiskil.sandbox.crashes] == ["page"]
    assert capfd.readouterr().err == ""


def test_a_reset_keeps_recorded_errors(fiskil: LocalFiskil) -> None:
    """A scenario is evaluated after the reset, so the record must stay."""
    fiskil.sandbox.store.sessions = Broken()
    httpx.get(f"{fiskil.auth_url}?sess_id=x", timeout=30, trust_env=False)

    fiskil.reset()

    assert len(fiskil.sandbox.crashes) == 1
