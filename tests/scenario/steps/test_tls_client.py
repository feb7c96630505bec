"""Steps that serve the API over TLS: the app gets an https URL, meets bad certificates, and is restored afterwards."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.journal import (
    CA_FILE_IN_ENV,
    ApiServedOverTls,
    Bite,
    Exchange,
    FaultSet,
    Journal,
    ProcessChanged,
    StepFailed,
    StepIncomplete,
    Unencrypted,
)
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import Step
from tests.paths import APPS

Drive = Callable[..., Driver]

FETCHER = APPS / "fetcher.py"
EXPIRED = faults.ExpiredCertificate()


def fetching(manner: str, *, ca: str = "{ca_file}", is_tls: bool = False) -> Settings:
    """Return a config of the small app that calls the API on request."""
    app = {
        "command": f"{{python}} {FETCHER} {{port}}",
        "env": {"MANNER": manner, "API": "{api_url}", "CA": ca, "MARK": "{workdir}/asked"},
        "drive": {"refresh": {"request": "POST /refresh"}},
        "limits": {"fresh_s": 0.5},
    }
    return parse({"app": app, "sandbox": {"tls": is_tls}}, folder=FETCHER.parent)


def performed(driver: Driver, *sequence: steps.AnyStep) -> Journal:
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    assert not crashed
    return journal


class CallFormerUrl(Step, frozen=True, kw_only=True, tag="call_former_url"):
    """Another client than the app calls a former URL of the API, and its connection is closed."""

    address: str

    def perform(self, stage: Any) -> None:
        """Call the URL."""
        assert stage.fiskil.api_url != self.address
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{self.address}/v1/institutions", trust_env=False, timeout=30)


def served_steps(journal: Journal) -> list[int]:
    """Return the steps in which calls of the app got a response."""
    return [call.step for call in journal.all(Exchange)]


def test_the_app_calls_over_tls_and_then_as_before(drive: Drive) -> None:
    """A successful call is the control; the next scenario finds the app at the first URL."""
    driver = drive(fetching("careful"))
    plain = driver.fiskil.api_url

    journal = performed(driver, steps.Refresh(), steps.ServeApiOverTls(), steps.Refresh())
    again = performed(driver, steps.Refresh())

    assert [secured.is_reached for secured in journal.all(ApiServedOverTls)] == [True]
    assert served_steps(journal) == [0, 1, 2]
    assert (driver.fiskil.api_url, driver.app.values["api_url"]) == (plain, plain)
    assert served_steps(again) == [0]


def test_an_api_with_tls_keeps_its_url(drive: Drive) -> None:
    """With tls = true there is no other URL."""
    driver = drive(fetching("careful", is_tls=True))
    address = driver.fiskil.api_url

    journal = performed(driver, steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert address.startswith("https:")
    assert driver.fiskil.api_url == address
    assert [secured.is_reached for secured in journal.all(ApiServedOverTls)] == [True]
    assert served_steps(journal) == [0]


def test_a_careful_client_sends_no_request(drive: Drive) -> None:
    """The fault has bitten, and no request was sent."""
    journal = performed(drive(fetching("careful")), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert served_steps(journal) == [0]
    assert [fault_set.missing_bites for fault_set in journal.all(FaultSet)] == [0]
    assert "the client went on" not in [bite.observed for bite in journal.all(Bite)]
    assert journal.all(Unencrypted) == []


def test_a_careless_client_is_served(drive: Drive) -> None:
    """It gets a response on the connection that presented the certificate."""
    journal = performed(drive(fetching("careless")), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    (bite,) = journal.all(Bite)
    assert bite.observed == "the client went on"
    assert [call.connection for call in journal.all(Exchange) if call.step == 1] == [bite.connection]


@pytest.mark.parametrize("is_tls", [False, True])
def test_plain_http_is_recorded_and_never_served(drive: Drive, is_tls: bool) -> None:
    """A client that uses http in place of https gets no response."""
    driver = drive(fetching("plain", is_tls=is_tls))

    journal = performed(driver, steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert {unencrypted.is_former for unencrypted in journal.all(Unencrypted)} == {False}
    assert served_steps(journal) == [0]


def test_plain_http_is_recorded_after_a_broken_handshake(drive: Drive) -> None:
    """No fault is left on the next connection."""
    broken = steps.InjectFault("connection", faults.HandshakeReset())

    journal = performed(drive(fetching("plain")), steps.ServeApiOverTls(), broken, steps.Refresh())

    assert [unencrypted.is_former for unencrypted in journal.all(Unencrypted)] == [False]


def test_a_call_to_the_former_url_is_recorded_without_a_response(drive: Drive) -> None:
    """Afterwards that URL is served again."""
    driver = drive(fetching("careful"))
    former = driver.fiskil.api_url

    journal = performed(driver, steps.ServeApiOverTls(), CallFormerUrl(address=former))

    assert [unencrypted.is_former for unencrypted in journal.all(Unencrypted)] == [True]
    assert served_steps(journal) == [0]
    assert httpx.get(f"{former}/v1/institutions", trust_env=False, timeout=30).status_code < 500


@pytest.mark.parametrize(("manner", "ca", "hook"), [("careful", "", CA_FILE_IN_ENV), ("deaf", "{ca_file}", "")])
def test_without_a_successful_call_no_certificate_is_presented(drive: Drive, manner: str, ca: str, hook: str) -> None:
    """An app without our CA file, or one that never calls, would refuse every certificate."""
    journal = performed(drive(fetching(manner, ca=ca)), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    (cut_short,) = journal.all(StepIncomplete)
    assert cut_short.hook == hook
    assert "{ca_file} in [app.env], as SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE" in cut_short.reason
    assert [secured.is_reached for secured in journal.all(ApiServedOverTls)] == [False]
    assert journal.all(FaultSet) == []


def test_an_app_that_stops_calling_is_restarted(drive: Drive) -> None:
    """It meets the second certificate like the first."""
    certificates = (steps.ShowCertificate(EXPIRED), steps.ShowCertificate(faults.WrongHost()))

    journal = performed(drive(fetching("hurt")), steps.ServeApiOverTls(), *certificates)

    assert [fault_set.missing_bites for fault_set in journal.all(FaultSet)] == [0, 0]


def test_an_app_may_refuse_to_start_without_a_trusted_api(drive: Drive) -> None:
    """It is down as long as the certificate is bad, and starts again afterwards."""
    journal = performed(drive(fetching("early")), steps.ServeApiOverTls(), steps.Restart(), steps.ShowCertificate(EXPIRED))

    assert [fault_set.missing_bites for fault_set in journal.all(FaultSet)] == [0]
    assert journal.all(ProcessChanged)[-1].change == "restart"
    assert {trouble.reason for trouble in journal.all(StepFailed)} <= {
        "the app does not start without an API that it trusts"
    }


def test_a_certificate_that_no_client_met_has_not_bitten(drive: Drive) -> None:
    """The scenario is INCONCLUSIVE then."""
    journal = performed(drive(fetching("once")), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert [(fault_set.missing_bites, fault_set.problem) for fault_set in journal.all(FaultSet)] == [
        (1, "nothing matched it")
    ]
