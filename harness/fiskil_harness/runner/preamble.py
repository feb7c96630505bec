"""Facts known before a scenario begins: template values for the app, and the config's statements for the journal."""

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from fiskil_harness.app.browser.form_browser import is_loopback
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.urls import origin_of
from fiskil_harness.core.net.server import free_port
from fiskil_harness.journal import (
    FORGERY_ADDRESSES,
    AllowedAddresses,
    ApiUrlMissing,
    Declared,
    Entry,
    History,
    KeyInUse,
    Limits,
    Production,
    Reduction,
    UsedEvents,
)
from fiskil_harness.server.fiskil import Fiskil
from fiskil_harness.webhooks.signature_schemes import public_key_of


def values_of(settings: Settings, fiskil: Fiskil, workdir: Path) -> dict[str, str]:
    """Return the template values by name: a free port, *workdir*, and the URLs and credentials of *fiskil*."""
    port = free_port()
    credentials = fiskil.credentials
    values = {
        "port": str(port),
        "workdir": str(workdir),
        "public_url": f"http://127.0.0.1:{port}",
        "api_url": fiskil.api_url,
        "auth_url": fiskil.auth_origin,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "webhook_secret": credentials.webhook_secret,
        "webhook_public_key": public_key_of(credentials.webhook_secret, fiskil.dialect.scheme),
        "webhook_source_ips": allowed_addresses(fiskil),
        "alert_url": fiskil.alerts.url,
        "otlp_url": fiskil.telemetry.url,
        "python": sys.executable,
    }
    if "{ca_file}" in str(settings.app) or "{tls_" in str(settings.app):
        certificates = fiskil.certificates
        values |= {
            "ca_file": str(certificates.ca_file),
            "tls_cert_file": str(certificates.chain_file),
            "tls_key_file": str(certificates.key_file),
            "tls_port": str(free_port()),
        }
    if settings.app.url:
        values["public_url"] = settings.app.url.format_map(values).rstrip("/")
    return values


def consent_page_address(fiskil: Fiskil) -> dict[str, str]:
    """Return where the browser finds the consent page, by host, if the app knows it at another host."""
    host = urlsplit(fiskil.auth_origin).hostname or ""
    return {} if is_loopback(host) else {host: urlsplit(fiskil.auth_url).netloc}


def allowed_addresses(fiskil: Fiskil) -> str:
    """Return the value ``webhook_source_ips``: the addresses of genuine messages, and those of forgeries.

    With the latter an app reads forgeries as it reads genuine messages, so that their signature is what it refuses.
    """
    return ",".join((*fiskil.webhook_sources, *FORGERY_ADDRESSES))


def config_statements(settings: Settings, fiskil: Fiskil) -> Iterator[Entry]:
    """Yield the statements of the config that probes need, as journal entries: limits, used events, declared facts ..."""
    limits, facts = settings.app.limits, settings.app.facts
    yield Limits(
        call_deadline_s=limits.call_deadline_s,
        request_deadline_s=limits.request_deadline_s,
        fresh_s=limits.fresh_s,
        ack_s=limits.ack_s,
        body_bytes=limits.body_bytes,
        body_s=limits.body_s,
        last_attempt=int(fiskil.interpretations.of("webhooks.attempts")),
        assumed=_default_limits(settings),
    )
    if not settings.app.passes("api_url") and not settings.app.object:
        yield ApiUrlMissing()
    if facts.uses_events is not None:
        yield UsedEvents(patterns=facts.uses_events)
    if facts.allowed_ips is not None and not settings.app.passes("webhook_source_ips"):
        yield AllowedAddresses(networks=facts.allowed_ips)
    if settings.app.observe.reducer is not None:
        yield Reduction(becomes=settings.app.observe.reducer.becomes)
    if facts.history_days is not None:
        yield History(days=facts.history_days)
    yield Declared(
        datasets=facts.datasets,
        consent_days=facts.consent_days,
        one_off=facts.one_off,
        dataset_words=facts.dataset_words,
        revoke_words=facts.revoke_words,
        purpose=facts.purpose,
        privacy_url=facts.privacy_url,
        key_age_days=(real_now().date() - facts.key_created).days if facts.key_created else None,
        rotate_days=facts.rotate_days,
        syncing_words=facts.syncing_words,
    )
    yield Production(webhook_url=facts.production_webhook_url and origin_of(facts.production_webhook_url))
    secret = fiskil.credentials.client_secret
    yield KeyInUse(client_secret=secret, is_in_env=settings.app.passes("client_secret") or bool(settings.app.object))


def _default_limits(settings: Settings) -> tuple[str, ...]:
    """Return the names of the limits that apply by default, not because the config states them."""
    limits = msgspec.structs.asdict(settings.app.limits)
    return tuple(name for name, limit in limits.items() if limit is not None and name not in settings.stated_limits)
