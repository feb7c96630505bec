"""Steps of an app that serves TLS: a real server, tried with each TLS version and without TLS."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core.config import parse
from fiskil_harness.core.net.certificates import Authority
from fiskil_harness.journal import Delivery, Handshake, Journal, TlsServed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.tls_handshake import MODERN, OLD, VERSIONS, certificate_of, handshake, is_supported_here

STEPS = (
    steps.Authorise(),
    steps.RestartAppOverTls(),
    steps.TryHandshakes(),
    steps.DeliverWithoutTls("e0"),
    steps.DeliverWithoutTls("e0", at="plain_port"),
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority other than the harness's own."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secure(authority: Authority) -> Iterator[HTTPServer]:
    """A TLS server that acknowledges everything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.files.chain_file, authority.files.key_file)
    with HTTPServer(host="127.0.0.1", port=0, ssl_context=context, threaded=True) as http_server:
        http_server.expect_request("/webhooks/fiskil").respond_with_data(status=204)
        yield http_server


def perform(driver: Driver) -> Journal:
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=STEPS, probes=()))
    assert not crashed
    return journal


def test_without_tls_settings_nothing_is_tried(driver: Driver) -> None:
    """A reverse proxy may serve TLS for the app."""
    journal = perform(driver)

    assert journal.all(TlsServed) == journal.all(Handshake) == journal.all(Delivery) == []


def test_each_version_and_plain_http_are_tried(secure: HTTPServer, server: HTTPServer, drive: Callable[..., Driver]) -> None:
    """The plain port is another address, and the server does not have the harness's certificate."""
    server.clear()
    server.expect_request("/webhooks/fiskil").respond_with_data(status=403)
    app = {"url": server.url_for("").rstrip("/"), "tls": {"url": secure.url_for("").rstrip("/")}, "limits": {"ack_s": 2}}

    journal = perform(drive(parse({"app": app}, folder=Path())))

    (served,) = journal.all(TlsServed)
    assert (served.is_up, served.has_plain_port) == (True, True)
    results = {shake.version: (shake.is_supported, shake.is_our_certificate) for shake in journal.all(Handshake)}
    assert results | {"TLS 1.0": (False, None), "TLS 1.1": (False, None)} == results
    assert [results[version] for version in MODERN] == [(True, None), (True, None)]
    assert [(delivery.kind, delivery.name, delivery.status) for delivery in journal.all(Delivery)] == [
        ("plain", "at the TLS port", None),
        ("plain", "at the plain port", 403),
    ]


def test_a_handshake_returns_the_certificate(secure: HTTPServer, authority: Authority) -> None:
    """The version is one that both sides support."""
    shaken = handshake("127.0.0.1", secure.port, "TLS 1.3", timeout_s=5)

    assert (shaken.is_supported, shaken.certificate) == (True, certificate_of(authority.files.chain_file))


def test_a_plain_server_supports_no_tls_version(server: HTTPServer) -> None:
    """Plain HTTP does not respond to a TLS hello."""
    assert not handshake("127.0.0.1", server.port, "TLS 1.2", timeout_s=5).is_supported


def test_this_machine_supports_modern_versions(authority: Authority) -> None:
    """It may support old versions or not."""
    files = authority.files

    supported = [
        version for version in VERSIONS if is_supported_here(version, chain_file=files.chain_file, key_file=files.key_file)
    ]

    assert set(MODERN) <= set(supported) <= set(MODERN) | set(OLD)
