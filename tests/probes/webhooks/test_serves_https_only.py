"""serves_https_only: production's URL is https, and an app that serves TLS applies nothing over plain HTTP."""

from typing import Any

import pytest

from fiskil_harness.journal import Handshake, Production, TlsServed
from fiskil_harness.probes import Finding, ServesHttpsOnly, Verdict
from tests.probes.receivers import receiver_journal

HTTPS = "https://api.example.com/webhooks/fiskil"
SUPPORTED = {"TLS 1.0": False, "TLS 1.1": False, "TLS 1.2": True, "TLS 1.3": True}
APPLIED = {"applied": {"e0": 1}}


def examined(
    *,
    url: str | None = HTTPS,
    is_up: bool = True,
    supported: dict[str, bool | None] | None = None,
    is_configured: bool | None = True,
    after_plain: dict[str, Any] | None = None,
    retry_status: int | None = 204,
    after_retry: dict[str, Any] | None = None,
) -> Finding:
    """Return the finding for an app that serves TLS and gets a message over plain HTTP and then over TLS."""
    courier = receiver_journal()
    courier.journal.write(Production(webhook_url=url))
    courier.journal.write(TlsServed(is_up=is_up))
    for version, value in {**SUPPORTED, **(supported or {})}.items():
        courier.journal.write(
            Handshake(version=version, is_supported=value, is_our_certificate=is_configured if value else None)
        )
    courier.event("e0")
    courier.effects(applied={}, moment="before")
    courier.deliver("e0", kind="plain", name="at the TLS port", status=None)
    courier.effects(**(after_plain or {"applied": {}}), moment="after")
    courier.next_step()
    courier.effects(**(after_plain or {"applied": {}}), moment="before")
    courier.deliver(
        "e0", attempt=2, status=retry_status, problem="" if retry_status else "TLS refused: certificate has expired"
    )
    courier.effects(**(after_retry or APPLIED), moment="after")
    return ServesHttpsOnly().examine(courier.journal)


def test_tls_only_passes() -> None:
    """The same message has its effect when it comes over TLS."""
    finding = examined()

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


@pytest.mark.parametrize(
    ("situation", "text"),
    [
        ({"url": "http://api.example.com/hooks"}, "is not an https URL: it begins with 'http'"),
        ({"url": "api.example.com/hooks"}, "is not an https URL: it begins with 'something else'"),
        ({"supported": {"TLS 1.0": True, "TLS 1.1": True}}, "the app supports TLS 1.0 and TLS 1.1"),
        ({"is_configured": False, "retry_status": None}, "the app presents a certificate other than the configured one"),
        ({"after_plain": APPLIED}, "a message that came over plain HTTP was applied"),
        ({"after_plain": APPLIED, "url": None}, "a message that came over plain HTTP was applied"),
    ],
)
def test_plain_http_old_tls_or_a_wrong_certificate_fails(situation: dict[str, Any], text: str) -> None:
    """Each of the URL, an old version, another certificate or an effect is a failure."""
    finding = examined(**situation)

    assert finding.verdict is Verdict.FAIL
    assert text in finding.observed


@pytest.mark.parametrize(
    ("situation", "hook", "text"),
    [
        ({"url": None}, "app.facts.production_webhook_url", "does not state app.facts.production_webhook_url"),
        ({"is_up": False}, "app.tls", "the app did not start with the settings in [app.tls]"),
        ({"supported": {"TLS 1.2": False, "TLS 1.3": False}}, "app.tls", "no TLS server listens"),
        ({"is_configured": None, "retry_status": None}, "app.tls", "could not be delivered over TLS: TLS refused"),
        ({"after_retry": {"applied": {}}}, "app.observe.effects", "over TLS had no visible effect either"),
    ],
)
def test_an_incomplete_experiment_is_inconclusive(situation: dict[str, Any], hook: str, text: str) -> None:
    """Without a configured certificate, the app may use its own."""
    finding = examined(**situation)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)
    assert text in finding.observed


def test_without_the_experiment_the_result_is_inconclusive() -> None:
    """The URL in the config is not enough, and the finding names the hook."""
    courier = receiver_journal()
    courier.journal.write(Production(webhook_url=HTTPS))

    finding = ServesHttpsOnly().examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.tls")
    assert "the experiment was not run" in finding.observed


def test_an_unsupported_version_is_reported() -> None:
    """A version that this machine cannot test does not fail, and the advice names it."""
    finding = examined(supported={"TLS 1.0": None, "TLS 1.1": None})

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("this machine does not support TLS 1.0 or TLS 1.1, so it was not tested",)
