"""Faults of TLS as a plain client sees them: each is felt, each has bitten, and the next connection is good."""

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
from fiskil_harness.journal import Abandoned, Bite, Journal
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
    """A local Fiskil that speaks TLS."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("tls"), is_tls=True) as local:
        yield local


@pytest.fixture
def trusting(fiskil: LocalFiskil) -> ssl.SSLContext:
    """What a client trusts that knows our authority."""
    return client_context(fiskil.certificates.ca_file)


@pytest.fixture
def careless() -> ssl.SSLContext:
    """What a client trusts that checks nothing."""
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


def answer_on(sock: ssl.SSLSocket) -> bytes:
    """The first line of an answer."""
    sock.sendall(REQUEST)
    return sock.recv(65_536)[:8]


def is_served(fiskil: LocalFiskil, context: ssl.SSLContext) -> bool:
    """Whether a new connection is good."""
    with connect(fiskil, context) as sock:
        return answer_on(sock) == b"HTTP/1.1"


@pytest.mark.parametrize(("fault", "text"), [*REFUSED_BY_THE_CLIENT, *REFUSED_BY_THE_SERVER])
def test_no_handshake_comes_to_its_end(
    fiskil: LocalFiskil, trusting: ssl.SSLContext, fault: ConnectionFault, text: str
) -> None:
    """The client says why, the fault has bitten, and the next connection is good."""
    with fiskil.broken(CONNECTION, fault), pytest.raises(ssl.SSLError, match=text):
        connect(fiskil, trusting)

    assert is_served(fiskil, trusting)


@pytest.mark.parametrize(("fault", "text"), [*REFUSED_BY_THE_CLIENT, *REFUSED_BY_THE_SERVER])
def test_an_http_client_sees_a_connect_error(
    fiskil: LocalFiskil, trusting: ssl.SSLContext, fault: ConnectionFault, text: str
) -> None:
    """Before any request is sent."""
    with fiskil.broken(CONNECTION, fault), pytest.raises(httpx.ConnectError, match=text):
        httpx.get(fiskil.api_url, verify=trusting, trust_env=False)


@pytest.mark.parametrize(("fault", "_text"), REFUSED_BY_THE_CLIENT)
def test_a_client_that_checks_nothing_goes_on(
    fiskil: LocalFiskil, careless: ssl.SSLContext, fault: ConnectionFault, _text: str
) -> None:
    """It is served, and the fault has bitten all the same: what follows is the app's fault."""
    with fiskil.broken(CONNECTION, fault):
        assert is_served(fiskil, careless)


def test_a_client_of_old_versions_goes_on(fiskil: LocalFiskil, careless: ssl.SSLContext) -> None:
    """TLS 1.1 is spoken with who speaks it."""
    careless.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        careless.minimum_version = ssl.TLSVersion.TLSv1_1

    with fiskil.broken(CONNECTION, faults.OldTls()), connect(fiskil, careless) as sock:
        assert sock.version() == "TLSv1.1"
        assert answer_on(sock) == b"HTTP/1.1"


def test_a_client_that_names_its_host_is_spared(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """Who calls by a name sends it."""
    with (
        pytest.raises(FaultUnbitten),
        fiskil.broken(CONNECTION, faults.SniRequired()),
        connect(fiskil, trusting, host="localhost") as sock,
    ):
        assert answer_on(sock) == b"HTTP/1.1"


def test_a_client_certificate_is_missed_after_the_handshake(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """With TLS 1.3 the client is done with its own part when the server looks."""
    with fiskil.broken(CONNECTION, faults.ClientCertificateRequired()), connect(fiskil, trusting) as sock:
        assert sock.version() == "TLSv1.3"
        with pytest.raises(ssl.SSLError, match="certificate required"):
            answer_on(sock)

    assert is_served(fiskil, trusting)


def test_a_client_without_a_certificate_sees_a_read_error(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """As if the connection had been reset."""
    with fiskil.broken(CONNECTION, faults.ClientCertificateRequired()), pytest.raises(httpx.ReadError):
        httpx.get(fiskil.api_url, verify=trusting, trust_env=False)


def test_a_certificate_of_nobody_is_refused_as_well(fiskil: LocalFiskil, trusting: ssl.SSLContext, tmp_path: Path) -> None:
    """Only our own authority's would do."""
    own = tmp_path / "own.pem"
    trustme.CA().issue_cert("client.invalid").private_key_and_cert_chain_pem.write_to_path(str(own))
    trusting.load_cert_chain(own)

    with (
        fiskil.broken(CONNECTION, faults.ClientCertificateRequired()),
        connect(fiskil, trusting) as sock,
        pytest.raises(ssl.SSLError, match="unknown ca"),
    ):
        answer_on(sock)


def test_a_client_with_a_certificate_is_spared(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """The server's own will do."""
    trusting.load_cert_chain(fiskil.certificates.chain_file, fiskil.certificates.key_file)

    with (
        pytest.raises(FaultUnbitten),
        fiskil.broken(CONNECTION, faults.ClientCertificateRequired()),
        connect(fiskil, trusting) as sock,
    ):
        assert answer_on(sock) == b"HTTP/1.1"


def test_a_handshake_may_be_reset(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """RST at the client's hello."""
    with fiskil.broken(CONNECTION, faults.HandshakeReset()), pytest.raises(ConnectionResetError):
        connect(fiskil, trusting)

    assert is_served(fiskil, trusting)


def test_a_handshake_may_never_be_answered(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """It takes as long as the client has patience."""
    with fiskil.broken(CONNECTION, faults.HandshakeStall()):
        (waiting,) = fiskil.link.rules.waiting()
        with pytest.raises(TimeoutError):
            connect(fiskil, trusting, timeout_s=0.2)
        assert wait_until(lambda: waiting.left == 0, cap_s=PATIENCE_S)

    assert is_served(fiskil, trusting)


def test_a_truncation_says_no_farewell(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """So many bytes of the answer, and then an end that TLS tells from a close."""
    with fiskil.broken(CONNECTION, faults.TlsTruncation(after_bytes=8)), connect(fiskil, trusting) as sock:
        assert answer_on(sock) == b"HTTP/1.1"
        with pytest.raises(ssl.SSLEOFError):
            sock.recv(10)


def test_a_rotated_certificate_is_another_and_as_good(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """Who checks it goes on."""
    with connect(fiskil, trusting) as before:
        shown_before = before.getpeercert(binary_form=True)

    with fiskil.broken(CONNECTION, faults.RotatedCertificate()), connect(fiskil, trusting) as sock:
        assert sock.getpeercert(binary_form=True) != shown_before
        assert answer_on(sock) == b"HTTP/1.1"


def test_who_leaves_without_a_hello_was_not_bitten(fiskil: LocalFiskil) -> None:
    """A look whether somebody listens has seen no certificate."""
    port = int(fiskil.api_url.rpartition(":")[2])

    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.ExpiredCertificate()):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()


def test_who_speaks_no_tls_was_not_bitten(fiskil: LocalFiskil) -> None:
    """Plain HTTP is no hello."""
    port = int(fiskil.api_url.rpartition(":")[2])

    waiting = fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.ExpiredCertificate()))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as plain:
        plain.sendall(REQUEST)
        assert b"HTTP" not in plain.recv(100)
    fiskil.link.rules.lift(waiting)

    assert waiting.left == 1


def test_a_reset_meets_a_handshake_as_well(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """A fault of any connection is one of a TLS connection."""
    with fiskil.broken(CONNECTION, faults.ResetOnAccept()), pytest.raises(ConnectionResetError):
        connect(fiskil, trusting)


def test_a_kept_connection_may_be_reset_under_tls(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """RST on the wire; Python's own TLS tells its reader of an end."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive(by="rst")), connect(fiskil, trusting) as sock:
        assert answer_on(sock) == b"HTTP/1.1"
        sock.sendall(REQUEST)
        with socket.socket(fileno=os.dup(sock.fileno())) as below:
            below.settimeout(PATIENCE_S)
            with pytest.raises(ConnectionResetError):
                below.recv(10)


def test_bites_are_written_down(fiskil: LocalFiskil, trusting: ssl.SSLContext) -> None:
    """With the fault's name, on the route of connections."""
    journal = Journal()
    fiskil.link.begin(journal, is_stray=lambda _: False)

    with fiskil.broken(CONNECTION, faults.WrongHost()), pytest.raises(ssl.SSLError):
        connect(fiskil, trusting)

    assert [(bite.fault, bite.route, bite.byte_offset) for bite in journal.all(Bite)] == [("WrongHost()", "connection", -1)]


def test_a_client_that_gives_up_is_noted(fiskil: LocalFiskil) -> None:
    """It ended a handshake that nobody answered; one that we end is none of its doing."""
    journal = Journal()
    fiskil.link.begin(journal, is_stray=lambda _: False)
    port = int(fiskil.api_url.rpartition(":")[2])

    with fiskil.broken(CONNECTION, faults.HandshakeStall()), socket.create_connection(("127.0.0.1", port)) as held:
        held.sendall(b"\x16")
        wait_until(lambda: journal.all(Bite), cap_s=PATIENCE_S)
        held.close()
        wait_until(lambda: journal.all(Abandoned), cap_s=PATIENCE_S)
    with fiskil.broken(CONNECTION, faults.HandshakeReset()), socket.create_connection(("127.0.0.1", port)) as sent_away:
        sent_away.sendall(b"\x16")
        wait_until(lambda: len(journal.all(Bite)) > 1, cap_s=PATIENCE_S)
    fiskil.link.end()

    (left,) = journal.all(Abandoned)
    assert left.connection == journal.all(Bite)[0].connection > 0
