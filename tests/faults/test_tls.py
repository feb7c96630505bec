"""TLS faults as a plain client observes them: the client notices each, each has bitten, and the next connection works."""

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import client_context
from fiskil_harness.errors import FaultUnbitten
from fiskil_harness.faults.connection_fault import ConnectionFault
from fiskil_harness.faults.proxy import CONNECTION, Rule
from fiskil_harness.journal import Bite, ConnectionAbandoned, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil

REQUEST = b"GET /v1/institutions HTTP/1.1\r\nHost: api\r\n\r\n"
PATIENCE_S = 30
"""For what surely comes, however busy the machine is."""

REFUSED_BY_THE_CLIENT = [
    (faults.ExpiredCertificate(), "certificate has expired"),
    (faults.FutureCertificate(), "certificate is not yet valid"),
    (faults.WrongHost(), "certificate is not valid for '127.0.0.1'"),
    (faults.SelfSigned(), "self-signed certificate"),
    (faults.UnknownAuthority(), "unable to get local issuer certificate"),
    (faults.MissingIntermediate(), "unable to get local issuer certificate"),
]
REFUSED_BY_THE_SERVER = [
    (faults.OldTls(), "alert protocol version"),
    (faults.AlpnMismatch(), "alert no application protocol"),
    (faults.SniRequired(), "unrecognized name"),
    (faults.HandshakeClose(), "EOF occurred"),
    (faults.PlainHttp(), "wrong version number"),
]


@pytest.fixture(scope="module")
def fiskil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFiskil]:
    """Yield a LocalFiskil with TLS."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("tls"), is_tls=True) as local:
        yield local


@pytest.fixture
def trusting(fiskil: LocalFiskil) -> ssl.SSLContext:
    """Return the context of a client that trusts our authority."""
    return client_context(fiskil.certificates.ca_file)


@pytest.fixture
def careless() -> ssl.SSLContext:
    """Return the context of a client that checks nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(
    fiskil: LocalFiskil, context: ssl.SSLContext, *, host: str = "127.0.0.1", timeout_s: float = PATIENCE_S
) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", int(fiskil.api_url.rpartition(":")[2])), timeout=timeout_s)
    try:
        return context.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)
    except BaseException:
        plain.close()
        raise


def response_on(sock: ssl.SSLSocket) -> bytes:
    """Return the first eight bytes of a response."""
    sock.sendall(REQUEST)
    return sock.makefile("rb").read(8)


def is_served(fiskil: LocalFiskil, context: ssl.SSLContext) -> bool:
    """Return True if a new connection works."""
    with connect(fiskil, context) as sock:
        return response_on(sock) == b"HTTP/1.1"


@pytest.mark.parametrize(("fault", "text"), [*REFUSED_BY_THE_CLIENT, *REFUSED_BY_THE_SERVER])
def test_the_handshake_fails(fiskil: LocalFiskil, trusting: ssl.SSLContext, fault: ConnectionFault, text: str) -> None:
    """The client reports the reason, the fault has bitten, and the next connection works."""
    with fiskil.broken(CONNECTION, fault), pytest.raises(ssl.SSLError, match=text):
        connect(fiskil, trusting)

    assert is_served(fiskil, trusting)


@pytest.mark.parametrize(("fault", "text"), [*REFUSED_BY_THE_CLIENT, *REFUSED_BY_THE_SERVER])
def test_an_http_client_gets_a_connect_error(
    fiskil: LocalFiskil, trusting: ssl.SSLContext, fault: ConnectionFault, text: str
) -> None:
    """The error comes before any request is sent."""
    with fiskil.broken(CONNECTION, fault), pytest.raises(httpx.ConnectError, match=text):
        httpx.get(fiskil.api_url, verify=trusting, trust_env=False, timeout=30)


@pytest.mark.parametrize(("fault", "_text"), REFUSED_BY_THE_CLIENT)
def test_a_client_that_checks_nothing_goes_on(
    fiskil: LocalFiskil, careless: ssl.SSLContext, fault: ConnectionFault, _text: str
) -> None:
    """The client is served, and the fault has bitten: the app is at fault."""
    with fiskil.broken(CONNECTION, fault):
        assert is_served(fiskil, careless)


def test_a_client_with_an_old_version_goes_on(fiskil: LocalFiskil, careless: ssl.SSLContext) -> None:
    """A client that supports TLS 1.1 is served."""
    careless.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        careless.minimum_version = ssl.TLSVersion.TLSv1_1

    with fiskil.broken(CONNECTION, faults.OldTls()), connect(fiskil, careless) as sock:
        assert sock.version() == "TLSv1.1"
        assert response_on(sock) == b"HTTP/1.1"


def test_a_client_that_names_its_host_is_spared(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """A client that calls the API by a name sends it."""
    with (
        pytest.raises(FaultUnbitten),
        fiskil.broken(CONNECTION, faults.SniRequired()),
        connect(fiskil, trusting, host="localhost") as sock,
    ):
        assert response_on(sock) == b"HTTP/1.1"


def test_a_client_certificate_is_missed_after_the_handshake(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """In TLS 1.3 the client has finished its part when the server checks."""
    with fiskil.broken(CONNECTION, faults.ClientCertificateRequired()), connect(fiskil, trusting) as sock:
        assert sock.version() == "TLSv1.3"
        with pytest.raises(ssl.SSLError, match="certificate required"):
            response_on(sock)

    assert is_served(fiskil, trusting)


def test_a_client_without_a_certificate_gets_a_read_error(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """The error looks like a reset connection."""
    with fiskil.broken(CONNECTION, faults.ClientCertificateRequired()), pytest.raises(httpx.ReadError):
        httpx.get(fiskil.api_url, verify=trusting, trust_env=False, timeout=30)


def test_an_untrusted_client_certificate_is_refused(fiskil: LocalFiskil, trusting: ssl.SSLContext, tmp_path: Path) -> None:
    """Only a certificate of our own authority is accepted."""
    certificate_file = tmp_path / "own.pem"
    trustme.CA().issue_cert("client.invalid").private_key_and_cert_chain_pem.write_to_path(str(certificate_file))
    trusting.load_cert_chain(certificate_file)

    with (
        fiskil.broken(CONNECTION, faults.ClientCertificateRequired()),
        connect(fiskil, trusting) as sock,
        pytest.raises(ssl.SSLError, match="unknown ca"),
    ):
        response_on(sock)


def test_a_client_with_a_certificate_is_spared(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """The server's own certificate is accepted."""
    trusting.load_cert_chain(fiskil.certificates.chain_file, fiskil.certificates.key_file)

    with (
        pytest.raises(FaultUnbitten),
        fiskil.broken(CONNECTION, faults.ClientCertificateRequired()),
        connect(fiskil, trusting) as sock,
    ):
        assert response_on(sock) == b"HTTP/1.1"


def test_a_handshake_may_be_reset(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """RST follows the client's hello."""
    with fiskil.broken(CONNECTION, faults.HandshakeReset()), pytest.raises(ConnectionResetError):
        connect(fiskil, trusting)

    assert is_served(fiskil, trusting)


def test_a_handshake_may_stall(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """The handshake takes as long as the client's timeout."""
    with fiskil.broken(CONNECTION, faults.HandshakeStall()):
        (waiting,) = fiskil.proxy.rules.waiting()
        with pytest.raises(TimeoutError):
            connect(fiskil, trusting, timeout_s=0.2)
        assert wait_until(lambda: waiting.left == 0, cap_s=PATIENCE_S)

    assert is_served(fiskil, trusting)


def test_a_truncation_sends_no_close_notify(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """After these bytes of the response the connection ends in a way that TLS distinguishes from a close."""
    with fiskil.broken(CONNECTION, faults.TlsTruncation(after_bytes=8)), connect(fiskil, trusting) as sock:
        assert response_on(sock) == b"HTTP/1.1"
        with pytest.raises(ssl.SSLEOFError):
            sock.recv(10)


def test_a_rotated_certificate_is_different_and_valid(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """A client that checks it continues."""
    with connect(fiskil, trusting) as before:
        shown_before = before.getpeercert(binary_form=True)

    with fiskil.broken(CONNECTION, faults.RotatedCertificate()), connect(fiskil, trusting) as sock:
        assert sock.getpeercert(binary_form=True) != shown_before
        assert response_on(sock) == b"HTTP/1.1"


def test_a_client_without_a_hello_was_not_bitten(fiskil: LocalFiskil) -> None:
    """A client that only connects has seen no certificate."""
    port = int(fiskil.api_url.rpartition(":")[2])

    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.ExpiredCertificate()):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()


def test_a_client_without_tls_was_not_bitten(fiskil: LocalFiskil) -> None:
    """Plain HTTP is not a hello."""
    port = int(fiskil.api_url.rpartition(":")[2])

    waiting = fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.ExpiredCertificate()))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as plain:
        plain.sendall(REQUEST)
        assert b"HTTP" not in plain.recv(100)
    fiskil.proxy.rules.lift(waiting)

    assert waiting.left == 1


def test_a_reset_acts_on_a_tls_connection_too(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """A fault of any connection acts on a TLS connection."""
    with fiskil.broken(CONNECTION, faults.ResetOnAccept()), pytest.raises(ConnectionResetError):
        connect(fiskil, trusting)


def test_a_kept_connection_may_be_reset_under_tls(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """The RST is on the wire; Python's TLS reports it as a normal end."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive(by="rst")), connect(fiskil, trusting) as sock:
        assert response_on(sock) == b"HTTP/1.1"
        sock.sendall(REQUEST)
        with socket.socket(fileno=os.dup(sock.fileno())) as below:
            below.settimeout(PATIENCE_S)
            with pytest.raises(ConnectionResetError):
                below.recv(10)


def test_bites_are_recorded(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """The bite has the fault's name and the route of connections."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _: False)

    with fiskil.broken(CONNECTION, faults.WrongHost()), pytest.raises(ssl.SSLError):
        connect(fiskil, trusting)

    assert [(bite.fault, bite.route, bite.byte_offset) for bite in journal.all(Bite)] == [("WrongHost()", "connection", -1)]


def test_a_client_that_gives_up_is_recorded(fiskil: LocalFiskil) -> None:
    """The journal records that it ended a stalled handshake, but not one that the server ended."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _: False)
    port = int(fiskil.api_url.rpartition(":")[2])

    with fiskil.broken(CONNECTION, faults.HandshakeStall()), socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\x16")
        wait_until(lambda: journal.all(Bite), cap_s=PATIENCE_S)
        connection.close()
        wait_until(lambda: journal.all(ConnectionAbandoned), cap_s=PATIENCE_S)
    with fiskil.broken(CONNECTION, faults.HandshakeReset()), socket.create_connection(("127.0.0.1", port)) as sent_away:
        sent_away.sendall(b"\x16")
        wait_until(lambda: len(journal.all(Bite)) > 1, cap_s=PATIENCE_S)
    fiskil.proxy.end()

    (left,) = journal.all(ConnectionAbandoned)
    assert left.connection == journal.all(Bite)[0].connection > 0
