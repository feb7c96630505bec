"""Steps that serve the API over TLS, and present certificates that no client may trust."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import COMMAND, REFRESH
from fiskil_harness.errors import AppError
from fiskil_harness.faults.proxy import CONNECTION, Rule
from fiskil_harness.faults.proxy.bite_log import fault_set
from fiskil_harness.faults.tls import (
    ExpiredCertificate,
    FutureCertificate,
    MissingIntermediate,
    SelfSigned,
    UnknownAuthority,
    WrongHost,
)
from fiskil_harness.journal import CA_FILE_IN_ENV, ApiServedOverTls, Exchange
from fiskil_harness.scenario.steps.app import restart
from fiskil_harness.scenario.steps.consents_and_syncs import call_hook
from fiskil_harness.scenario.steps.step import Step, TwinStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

VARIABLES = "SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE"

BadCertificate = ExpiredCertificate | FutureCertificate | MissingIntermediate | SelfSigned | UnknownAuthority | WrongHost


class ServeApiOverTls(TwinStep, frozen=True, kw_only=True, tag="serve_api_over_tls"):
    """The app is restarted with an https URL of the API (valid certificate), and is requested to read all data.

    If no call succeeds, the scenario is incomplete and later ``ShowCertificate`` steps do nothing. At the end the app gets
    the former URL again. Needs ``app.command`` and ``app.drive.refresh``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_slow: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (COMMAND, REFRESH)

    def perform(self, stage: "Stage") -> None:
        """Restart the app, refresh, and record whether a call succeeded."""
        stage.must_restart = True
        stage.fiskil.serve_tls()
        stage.app.values["api_url"] = stage.fiskil.api_url
        began_s = stage.journal.elapsed_s()
        _restart(stage)
        is_reached = stage.app.process.is_alive() and _is_served(stage, self.twin, since_s=began_s)
        stage.record(ApiServedOverTls, is_reached=is_reached)
        if not is_reached:
            stage.record_incomplete(
                "no call of the app to an https URL with a valid certificate succeeded; "
                f"pass {{ca_file}} in [app.env], as {VARIABLES}",
                hook="" if stage.app.passes_value("ca_file") else CA_FILE_IN_ENV,
            )


class ShowCertificate(Step, frozen=True, tag="show_certificate"):
    """The API presents a certificate that no client may trust, while the app is requested to read all data again.

    Comes after ``ServeApiOverTls``. Needs ``app.command`` and ``app.drive.refresh``.

    Args:
        fault: What is wrong with the certificate.
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND, REFRESH)
    fault: BadCertificate
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Present the certificate until the app has connected; if the app does not call the API, restart it once."""
        if not any(secured.is_reached for secured in stage.journal.all(ApiServedOverTls)):
            return
        rules = stage.fiskil.proxy.rules
        waiting = rules.set(Rule(route=CONNECTION, fault=self.fault, times=0))

        def was_presented() -> bool:
            return not waiting.left

        patience_s = stage.settings.app.limits.fresh_s
        try:
            _refresh(stage, self.twin)
            if not wait_until(was_presented, cap_s=patience_s):
                _restart(stage)
                _refresh(stage, self.twin)
                wait_until(was_presented, cap_s=patience_s)
        finally:
            rules.lift(waiting)
            stage.record(fault_set, waiting)
        if not stage.app.process.is_alive():
            _restart(stage)


def _is_served(stage: "Stage", twin: str, *, since_s: float) -> bool:
    """Return true if the app calls the API over TLS, which may happen after its response to the refresh."""
    _refresh(stage, twin)

    def has_called() -> bool:
        return any(call.at_s >= since_s and not call.is_of_earlier_scenario for call in stage.journal.all(Exchange))

    return bool(wait_until(has_called, cap_s=stage.settings.app.limits.fresh_s))


def _refresh(stage: "Stage", twin: str) -> None:
    if stage.app.process.is_alive():
        call_hook(stage, stage.end_user(twin), "refresh")


def _restart(stage: "Stage") -> None:
    """Restart the app; it may refuse to start without a trusted API."""
    try:
        restart(stage)
    except AppError:
        stage.record_failure("the app does not start without an API that it trusts")
