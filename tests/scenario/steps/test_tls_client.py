"""Steps of TLS: an app is told an https address, meets bad certificates, and is as it was afterwards."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.journal import (
    CA_FILE_IN_ENV,
    Bite,
    CutShort,
    Exchange,
    FaultSet,
    Journal,
    Secured,
    Started,
    Trouble,
    Unencrypted,
)
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import PlainStep
from tests.paths import APPS

Drive = Callable[..., Driver]

FETCHER = APPS / "fetcher.py"
EXPIRED = faults.ExpiredCertificate()


def fetching(manner: str, *, ca: str = "{ca_file}", is_tls: bool = False) -> Settings:
    """A config of the small app that asks when it is told to."""
    app = {
        "command": f"{{python}} {FETCHER} {{port}}",
        "env": {"MANNER": manner, "API": "{api_url}", "CA": ca, "MARK": "{workdir}/asked"},
        "drive": {"refresh": {"request": "POST /refresh"}},
        "limits": {"fresh_s": 0.5},
    }
    return parse({"app": app, "sandbox": {"tls": is_tls}}, folder=FETCHER.parent)


def performed(driver: Driver, *given: steps.AnyStep) -> Journal:
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    assert not crashed
    return journal


class AsksAt(PlainStep, frozen=True, kw_only=True, tag="asks_at"):
    """Somebody else than the app asks an address, and is sent away."""

    address: str

    def perform(self, stage: Any) -> None:
        """Ask."""
        assert stage.fiskil.api_url != self.address
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{self.address}/v1/institutions", trust_env=False)


def served(journal: Journal) -> list[int]:
    """The steps in which calls of the app were answered."""
    return [call.step for call in journal.all(Exchange)]


def test_the_app_calls_over_tls_and_then_as_before(drive: Drive) -> None:
    """The control is a call that is answered; the next scenario finds the app at the first address."""
    driver = drive(fetching("careful"))
    plain = driver.fiskil.api_url

    journal = performed(driver, steps.Refresh(), steps.ServeApiOverTls(), steps.Refresh())
    again = performed(driver, steps.Refresh())

    assert [secured.is_reached for secured in journal.all(Secured)] == [True]
    assert served(journal) == [0, 1, 2]
    assert (driver.fiskil.api_url, driver.app.values["api_url"]) == (plain, plain)
    assert served(again) == [0]


def test_an_api_that_speaks_tls_anyway_keeps_its_address(drive: Drive) -> None:
    """With tls = true there is no other."""
    driver = drive(fetching("careful", is_tls=True))
    address = driver.fiskil.api_url

    journal = performed(driver, steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert address.startswith("https:")
    assert driver.fiskil.api_url == address
    assert [secured.is_reached for secured in journal.all(Secured)] == [True]
    assert served(journal) == [0]


def test_a_careful_client_leaves_without_a_word(drive: Drive) -> None:
    """The fault has bitten, and nothing was asked."""
    journal = performed(drive(fetching("careful")), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert served(journal) == [0]
    assert [fault_set.unbitten for fault_set in journal.all(FaultSet)] == [0]
    assert "the client went on" not in [bite.observed for bite in journal.all(Bite)]
    assert journal.all(Unencrypted) == []


def test_a_careless_client_is_served(drive: Drive) -> None:
    """On the very connection that showed the certificate."""
    journal = performed(drive(fetching("careless")), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    (bite,) = journal.all(Bite)
    assert bite.observed == "the client went on"
    assert [call.connection for call in journal.all(Exchange) if call.step == 1] == [bite.connection]


@pytest.mark.parametrize("is_tls", [False, True])
def test_plain_http_is_noted_and_never_served(drive: Drive, is_tls: bool) -> None:
    """Whoever tries http where https was told gets no answer."""
    driver = drive(fetching("plain", is_tls=is_tls))

    journal = performed(driver, steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert {unencrypted.is_former for unencrypted in journal.all(Unencrypted)} == {False}
    assert served(journal) == [0]


def test_plain_http_is_noted_after_a_handshake_that_broke(drive: Drive) -> None:
    """With no fault left on the connection that follows."""
    broken = steps.InjectFault("connection", faults.HandshakeReset())

    journal = performed(drive(fetching("plain")), steps.ServeApiOverTls(), broken, steps.Refresh())

    assert [unencrypted.is_former for unencrypted in journal.all(Unencrypted)] == [False]


def test_the_former_address_swallows_what_it_is_told(drive: Drive) -> None:
    """A process that knows no other is noted and gets no answer; afterwards it is served again."""
    driver = drive(fetching("careful"))
    former = driver.fiskil.api_url

    journal = performed(driver, steps.ServeApiOverTls(), AsksAt(address=former))

    assert [unencrypted.is_former for unencrypted in journal.all(Unencrypted)] == [True]
    assert served(journal) == [0]
    assert httpx.get(f"{former}/v1/institutions", trust_env=False).status_code < 500


@pytest.mark.parametrize(("manner", "ca", "hook"), [("careful", "", CA_FILE_IN_ENV), ("deaf", "{ca_file}", "")])
def test_without_the_control_nothing_more_is_tried(drive: Drive, manner: str, ca: str, hook: str) -> None:
    """An app that was not told whom to trust says nothing by what it refuses, and neither does one that never calls."""
    journal = performed(drive(fetching(manner, ca=ca)), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    (cut,) = journal.all(CutShort)
    assert cut.hook == hook
    assert "{ca_file} in [app.env], as SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE" in cut.what
    assert [secured.is_reached for secured in journal.all(Secured)] == [False]
    assert journal.all(FaultSet) == []


def test_an_app_that_asks_no_more_is_started_anew(drive: Drive) -> None:
    """The second certificate is met as the first was."""
    shown = (steps.ShowCertificate(EXPIRED), steps.ShowCertificate(faults.WrongHost()))

    journal = performed(drive(fetching("hurt")), steps.ServeApiOverTls(), *shown)

    assert [fault_set.unbitten for fault_set in journal.all(FaultSet)] == [0, 0]


def test_an_app_may_not_start_without_an_api_that_it_trusts(drive: Drive) -> None:
    """It is down as long as the certificate is bad, and comes back."""
    journal = performed(drive(fetching("early")), steps.ServeApiOverTls(), steps.Restart(), steps.ShowCertificate(EXPIRED))

    assert [fault_set.unbitten for fault_set in journal.all(FaultSet)] == [0]
    assert journal.all(Started)[-1].how == "restart"
    assert {trouble.what for trouble in journal.all(Trouble)} <= {"the app does not start without an API that it trusts"}


def test_a_certificate_that_nobody_met_has_not_bitten(drive: Drive) -> None:
    """Which makes the scenario INCONCLUSIVE."""
    journal = performed(drive(fetching("once")), steps.ServeApiOverTls(), steps.ShowCertificate(EXPIRED))

    assert [(fault_set.unbitten, fault_set.problem) for fault_set in journal.all(FaultSet)] == [(1, "nothing matched it")]
