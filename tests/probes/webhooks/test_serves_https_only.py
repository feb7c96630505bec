"""serves_https_only: what the team says of production, and what was seen of the app as a server of TLS."""

from typing import Any

import pytest

from fiskil_harness.journal import Handshake, Production, TlsServed
from fiskil_harness.probes import Finding, ServesHttpsOnly, Verdict
from tests.probes.courier import Courier

HTTPS = "https://api.example.com/webhooks/fiskil"
SPOKEN = {"TLS 1.0": False, "TLS 1.1": False, "TLS 1.2": True, "TLS 1.3": True}
APPLIED = {"applied": {"e0": 1}}


def served(
    *,
    url: str | None = HTTPS,
    is_up: bool = True,
    spoken: dict[str, bool | None] | None = None,
    is_given: bool | None = True,
    plain: dict[str, Any] | None = None,
    honest: int | None = 204,
    finally_: dict[str, Any] | None = None,
) -> Finding:
    """TLS is served and tried, a message comes in plain HTTP, and then over TLS."""
    courier = Courier()
    courier.journal.write(Production(webhook_url=url))
    courier.journal.write(TlsServed(is_up=is_up))
    for version, value in {**SPOKEN, **(spoken or {})}.items():
        courier.journal.write(Handshake(version=version, is_spoken=value, is_our_certificate=is_given if value else None))
    courier.event("e0")
    courier.effects(applied={}, moment="before")
    courier.deliver("e0", kind="plain", name="at the TLS port", status=None)
    courier.effects(**(plain or {"applied": {}}), moment="after")
    courier.next_step()
    courier.effects(**(plain or {"applied": {}}), moment="before")
    courier.deliver("e0", attempt=2, status=honest, trouble="" if honest else "TLS refused: certificate has expired")
    courier.effects(**(finally_ or APPLIED), moment="after")
    return ServesHttpsOnly().examine(courier.journal)


def test_tls_alone_passes() -> None:
    """The same message has its effect when it comes over TLS."""
    finding = served()

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"url": "http://api.example.com/hooks"}, "is no https URL: it begins with 'http'"),
        ({"url": "api.example.com/hooks"}, "is no https URL: it begins with 'something else'"),
        ({"spoken": {"TLS 1.0": True, "TLS 1.1": True}}, "the app speaks TLS 1.0 and TLS 1.1"),
        ({"is_given": False, "honest": None}, "shows another certificate than the one that it was given"),
        ({"plain": APPLIED}, "a message that came in plain HTTP was applied"),
        ({"plain": APPLIED, "url": None}, "a message that came in plain HTTP was applied"),
    ],
)
def test_whatever_lets_plain_or_broken_connections_in_fails(seen: dict[str, Any], words: str) -> None:
    """The fact, an old version, another certificate, or an effect."""
    finding = served(**seen)

    assert finding.verdict is Verdict.FAIL
    assert words in finding.observed


@pytest.mark.parametrize(
    ("seen", "hook", "words"),
    [
        ({"url": None}, "app.facts.production_webhook_url", "does not state app.facts.production_webhook_url"),
        ({"is_up": False}, "app.tls", "the app did not start as [app.tls] says"),
        ({"spoken": {"TLS 1.2": False, "TLS 1.3": False}}, "app.tls", "nobody speaks TLS"),
        ({"is_given": None, "honest": None}, "app.tls", "could not be handed over there: TLS refused"),
        ({"finally_": {"applied": {}}}, "app.observe.effects", "over TLS had no visible effect either"),
    ],
)
def test_what_was_not_seen_is_not_proven(seen: dict[str, Any], hook: str, words: str) -> None:
    """A certificate of the team's own is none that was given, so it accuses nobody."""
    finding = served(**seen)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)
    assert words in finding.observed


def test_a_proxy_leaves_the_experiment_out() -> None:
    """What the team says is not enough, and the hook that would help is named."""
    courier = Courier()
    courier.journal.write(Production(webhook_url=HTTPS))

    finding = ServesHttpsOnly().examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.tls")
    assert "the experiment was not run" in finding.observed


def test_a_version_that_this_machine_cannot_speak_is_said() -> None:
    """It accuses nobody, and nobody is told that it was refused."""
    finding = served(spoken={"TLS 1.0": None, "TLS 1.1": None})

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("this machine cannot speak TLS 1.0 or TLS 1.1, so that was not tried",)
