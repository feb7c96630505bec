"""Steps of an app that serves TLS by itself: restart it with TLS, try each TLS version, and deliver without TLS."""

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import TLS
from fiskil_harness.errors import AppError
from fiskil_harness.journal import Handshake, TlsServed
from fiskil_harness.scenario.steps.step import EventStep, Step
from fiskil_harness.webhooks import Sender, Target
from fiskil_harness.webhooks.tls_handshake import VERSIONS, certificate_of, handshake, is_supported_here

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

HANDSHAKE_S = 5.0
PLACES = {"tls_port": "at the TLS port", "plain_port": "at the plain port"}


class RestartAppOverTls(Step, frozen=True, kw_only=True, tag="restart_app_over_tls"):
    """The app is restarted with TLS as ``[app.tls]`` configures it; later deliveries go to its TLS port.

    Without ``[app.tls]`` nothing happens. At the end the app is restarted without TLS.
    """

    def perform(self, stage: "Stage") -> None:
        """Restart the app, and record whether it is up."""
        from fiskil_harness.scenario.steps.app import restart

        tls = stage.settings.app.tls
        if tls is None:
            return
        ca_file = stage.fiskil.certificates.ca_file
        plain_port = urlsplit(stage.app.url).port
        url = stage.app.serve_tls()
        if tls.command or tls.env:
            stage.must_restart = True
            try:
                restart(stage)
            except AppError as error:
                stage.record_failure(str(error))
                stage.record_incomplete("the app does not start with the settings of [app.tls]", hook=TLS)
                stage.record(TlsServed, is_up=False)
                return
        target = Target.of(url + stage.settings.app.webhook.path, allow_hosts=stage.settings.sandbox.allow_hosts)
        timeout_s = stage.settings.app.limits.ack_s + 5
        stage.sender = Sender(stage.fiskil.loop, target, ca_file=ca_file, timeout_s=timeout_s)
        has_plain_port = target.port != plain_port
        stage.record(TlsServed, is_up=True, has_plain_port=has_plain_port)


class TryHandshakes(Step, frozen=True, kw_only=True, tag="try_handshakes"):
    """Clients with each TLS version connect to the app's TLS port and read its certificate.

    Nothing happens unless ``RestartAppOverTls`` came before.
    """

    def perform(self, stage: "Stage") -> None:
        """Try the TLS versions that this machine supports."""
        if not _is_served(stage):
            return
        certificates = stage.fiskil.certificates
        own_certificate = certificate_of(certificates.chain_file) if app_has_certificate(stage.settings) else b""
        target = stage.sender.target
        for version in VERSIONS:
            shaken = None
            if is_supported_here(version, chain_file=certificates.chain_file, key_file=certificates.key_file):
                shaken = handshake(target.host, target.port, version, timeout_s=HANDSHAKE_S)
            is_ours = shaken.certificate == own_certificate if shaken and shaken.certificate and own_certificate else None
            is_supported = shaken.is_supported if shaken else None
            stage.record(Handshake, version=version, is_supported=is_supported, is_our_certificate=is_ours)


class DeliverWithoutTls(EventStep, frozen=True, tag="deliver_without_tls"):
    """The next attempt for an event is made without TLS. Nothing happens unless ``RestartAppOverTls`` came before.

    Args:
        event: Symbol of the event, such as ``e0``.
        at: "tls_port", or "plain_port" for the app's other port; without such a port nothing happens.
    """

    at: Literal["tls_port", "plain_port"] = "tls_port"

    def perform(self, stage: "Stage") -> None:
        """Deliver the event; any response is accepted.

        Raises:
            UnknownName: No event has this symbol.
        """
        if not _is_served(stage):
            return
        target = msgspec.structs.replace(stage.sender.target, is_tls=False)
        if self.at == "plain_port":
            if not stage.journal.all(TlsServed)[-1].has_plain_port:
                return
            target = Target.of(
                stage.app.url + stage.settings.app.webhook.path, allow_hosts=stage.settings.sandbox.allow_hosts
            )
        parcel = stage.outbox.find(self.event)
        sender = Sender(stage.fiskil.loop, target, timeout_s=stage.settings.app.limits.ack_s + 5)
        stage.dispatcher.attempt(
            parcel, lambda outgoing: sender.attempt(outgoing, stage.journal), kind="plain", name=PLACES[self.at]
        )


def _is_served(stage: "Stage") -> bool:
    served = stage.journal.all(TlsServed)
    return bool(served) and served[-1].is_up


def app_has_certificate(settings: Settings) -> bool:
    """Return true if the config passes the harness's certificate to the app."""
    app = settings.app
    tls = app.tls
    texts = [app.command or "", *app.env.values()]
    texts += [tls.command or "", *tls.env.values()] if tls else []
    return any("{tls_cert_file}" in text for text in texts)
