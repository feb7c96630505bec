"""Steps of an app that serves TLS by itself: started so, called in each version of TLS, and without any."""

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import TLS
from fiskil_harness.errors import AppError
from fiskil_harness.journal import Handshake, TlsServed
from fiskil_harness.scenario.steps.deliveries import outgoing_of, settle
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import Sender, Target
from fiskil_harness.webhooks.tls_handshake import VERSIONS, can_speak, certificate_of, shake

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

HANDSHAKE_S = 5.0
PLACES = {"tls_port": "at the TLS port", "plain_port": "at the plain port"}


class RestartAppOverTls(PlainStep, frozen=True, kw_only=True, tag="restart_app_over_tls"):
    """The app is started again as it serves TLS; what is handed over from now on goes there. Nothing without ``[app.tls]``.

    At the end it is started as usual.
    """

    def perform(self, stage: "Stage") -> None:
        """Start it, and say whether it is there."""
        from fiskil_harness.scenario.steps.app import restart

        tls = stage.settings.app.tls
        if tls is None:
            return
        ca_file = stage.fiskil.certificates.ca_file
        has_plain_port = urlsplit(stage.app.url).port
        url = stage.app.serve_tls()
        if tls.command or tls.env:
            stage.must_restart = True
            try:
                restart(stage)
            except AppError as error:
                stage.trouble(str(error))
                stage.cut_short("the app does not start as [app.tls] says", hook=TLS)
                stage.journal.write(TlsServed(**stage.journal.stamp(), is_up=False))
                return
        target = Target.of(url + stage.settings.app.webhook.path, allow_hosts=stage.settings.sandbox.allow_hosts)
        timeout_s = stage.settings.app.limits.ack_s + 5
        stage.sender = Sender(stage.fiskil.loop, target, ca_file=ca_file, timeout_s=timeout_s)
        is_apart = target.port != has_plain_port
        stage.journal.write(TlsServed(**stage.journal.stamp(), is_up=True, has_plain_port=is_apart))


class TryHandshakes(PlainStep, frozen=True, kw_only=True, tag="try_handshakes"):
    """Clients of each version of TLS call where the app serves TLS, and look at its certificate."""

    def perform(self, stage: "Stage") -> None:
        """Call, in the versions that this machine speaks."""
        if not _is_served(stage):
            return
        made = stage.fiskil.certificates
        given = certificate_of(made.chain_file) if app_has_certificate(stage.settings) else b""
        target = stage.sender.target
        for version in VERSIONS:
            seen = None
            if can_speak(version, chain_file=made.chain_file, key_file=made.key_file):
                seen = shake(target.host, target.port, version, timeout_s=HANDSHAKE_S)
            entry = Handshake(
                **stage.journal.stamp(),
                version=version,
                is_spoken=seen.is_spoken if seen else None,
                is_our_certificate=seen.certificate == given if seen and seen.certificate and given else None,
            )
            stage.journal.write(entry)


class DeliverWithoutTls(PlainStep, frozen=True, tag="deliver_without_tls"):
    """The next attempt for an event, without TLS: where the app serves TLS, or at another port of its if it has one."""

    event: str
    at: Literal["tls_port", "plain_port"] = "tls_port"

    def perform(self, stage: "Stage") -> None:
        """Hand it over, whatever is answered."""
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
        parcel.next_attempt()
        outgoing = outgoing_of(stage, parcel)
        note = msgspec.structs.replace(outgoing.note, kind="plain", name=PLACES[self.at])
        sender = Sender(stage.fiskil.loop, target, timeout_s=stage.settings.app.limits.ack_s + 5)
        delivery = sender.attempt(msgspec.structs.replace(outgoing, note=note), stage.journal)
        settle(stage, parcel, [delivery])


def _is_served(stage: "Stage") -> bool:
    served = stage.journal.all(TlsServed)
    return bool(served) and served[-1].is_up


def app_has_certificate(settings: Settings) -> bool:
    """Whether the app is told of our certificate."""
    app = settings.app
    tls = app.tls
    texts = [app.command or "", *app.env.values()]
    texts += [tls.command or "", *tls.env.values()] if tls else []
    return any("{tls_cert_file}" in text for text in texts)
