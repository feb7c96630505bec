"""Steps of TLS: the app is told an address under https, and certificates are shown that nobody may trust."""

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
from fiskil_harness.journal import CA_FILE_IN_ENV, Exchange, Secured
from fiskil_harness.scenario.steps.app import restart
from fiskil_harness.scenario.steps.consents_and_syncs import call_hook
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

VARIABLES = "SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE"

BadCertificate = ExpiredCertificate | FutureCertificate | MissingIntermediate | SelfSigned | UnknownAuthority | WrongHost


class ServeApiOverTls(PlainStep, frozen=True, kw_only=True, tag="serve_api_over_tls"):
    """The app is started again with an address of the API under https and a good certificate, and reads everything.

    Without a call that gets through nothing could be said of what follows. At the end the app is told the first address.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND, REFRESH)
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Restart and refresh; where no call gets through, the next steps of this kind do nothing."""
        stage.must_restart = True
        stage.fiskil.serve_tls()
        stage.app.values["api_url"] = stage.fiskil.api_url
        began_s = stage.journal.elapsed_s()
        _restart(stage)
        is_reached = stage.app.body.is_alive() and _is_served(stage, self.twin, since_s=began_s)
        stage.journal.write(Secured(**stage.journal.stamp(), is_reached=is_reached))
        if not is_reached:
            stage.cut_short(
                "the app got no call through to an https address with a good certificate; "
                f"tell it of {{ca_file}} in [app.env], as {VARIABLES}",
                hook="" if stage.app.passes_value("ca_file") else CA_FILE_IN_ENV,
            )


class ShowCertificate(PlainStep, frozen=True, tag="show_certificate"):
    """The API shows a certificate that nobody may trust, while the app is asked to read everything again."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND, REFRESH)
    fault: BadCertificate
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Show it until the app has seen it; one that has learnt to leave the API alone is started anew."""
        if not any(secured.is_reached for secured in stage.journal.all(Secured)):
            return
        rules = stage.fiskil.link.rules
        waiting = rules.set(Rule(route=CONNECTION, fault=self.fault, times=0))

        def is_seen() -> bool:
            return not waiting.left

        patience_s = stage.settings.app.limits.fresh_s
        try:
            _refresh(stage, self.twin)
            if not wait_until(is_seen, cap_s=patience_s):
                _restart(stage)
                _refresh(stage, self.twin)
                wait_until(is_seen, cap_s=patience_s)
        finally:
            rules.lift(waiting)
            stage.journal.write(fault_set(waiting, **stage.journal.stamp()))
        if not stage.app.body.is_alive():
            _restart(stage)


def _is_served(stage: "Stage", twin: str, *, since_s: float) -> bool:
    """Whether the app calls the API over TLS, which it may do only after it has answered the refresh."""
    _refresh(stage, twin)

    def has_called() -> bool:
        return any(call.at_s >= since_s and not call.is_stray for call in stage.journal.all(Exchange))

    return bool(wait_until(has_called, cap_s=stage.settings.app.limits.fresh_s))


def _refresh(stage: "Stage", twin: str) -> None:
    if stage.app.body.is_alive():
        call_hook(stage, stage.participant(twin), "refresh")


def _restart(stage: "Stage") -> None:
    """Start it again; an app that does not start without the API is down, which is lawful."""
    try:
        restart(stage)
    except AppError:
        stage.trouble("the app does not start without an API that it trusts")
