"""Certificates: made when first used, written to disk only for an app, and each invalid one wrong in one way."""

import ssl
import stat
from pathlib import Path

import pytest

from fiskil_harness.core.net.certificates import Authority, ServerCertificate


def test_no_certificate_is_made_before_it_is_used(tmp_path: Path) -> None:
    """An authority costs nothing until something uses TLS."""
    Authority(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_only_files_that_an_app_reads_are_on_disk(tmp_path: Path) -> None:
    """The folder contains the authority's certificate and one valid chain with its key; all else stays in memory."""
    authority = Authority(tmp_path)

    contexts = [authority.context(kind) for kind in ServerCertificate]
    before = list(tmp_path.iterdir())
    files = authority.files

    assert len(contexts) == len(ServerCertificate)
    assert before == []
    assert sorted(tmp_path.iterdir()) == sorted([files.ca_file, files.chain_file, files.key_file])


def test_only_its_owner_can_read_a_private_key(tmp_path: Path) -> None:
    """The key file has mode 0600."""
    files = Authority(tmp_path).files

    assert stat.S_IMODE(files.key_file.stat().st_mode) == 0o600


def test_the_private_key_is_in_pkcs_8(tmp_path: Path) -> None:
    """Java reads no other format without a library."""
    key = Authority(tmp_path).files.key_file.read_text()

    assert key.startswith("-----BEGIN PRIVATE KEY-----\n")


def test_files_are_written_once(tmp_path: Path) -> None:
    """A second access returns the same certificate."""
    authority = Authority(tmp_path)

    first = authority.files.chain_file.read_bytes()

    assert authority.files.chain_file.read_bytes() == first


def test_a_client_that_trusts_the_authority_trusts_a_good_certificate(tmp_path: Path) -> None:
    """The certificate names localhost and 127.0.0.1."""
    authority = Authority(tmp_path)

    certificate = handshake(authority, ServerCertificate.GOOD)

    assert certificate["subjectAltName"] == (
        ("DNS", "localhost"),
        ("IP Address", "127.0.0.1"),
        ("DNS", "api.fiskil.com"),
        ("DNS", "auth.fiskil.com"),
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (ServerCertificate.EXPIRED, "expired"),
        (ServerCertificate.NOT_YET_VALID, "not yet valid"),
        (ServerCertificate.WRONG_HOST, "not valid for 'localhost'"),
        (ServerCertificate.SELF_SIGNED, "self-signed"),
        (ServerCertificate.UNKNOWN_AUTHORITY, "local issuer"),
        (ServerCertificate.NO_INTERMEDIATE, "local issuer"),
    ],
)
def test_a_bad_certificate_fails_for_its_own_reason(tmp_path: Path, kind: ServerCertificate, reason: str) -> None:
    """The client's error names the one thing that is wrong with the certificate."""
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        handshake(Authority(tmp_path), kind)


def test_a_client_hello_is_reported(tmp_path: Path) -> None:
    """The callback is called once for each client."""
    hellos: list[bool] = []

    handshake(Authority(tmp_path), ServerCertificate.ROTATED, hellos=hellos)

    assert hellos == [True]


def handshake(authority: Authority, kind: ServerCertificate, *, hellos: list[bool] | None = None) -> dict[str, object]:
    """Perform a handshake with a client that trusts the authority, and return the certificate that the client received."""
    hellos = [] if hellos is None else hellos
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=str(authority.files.ca_file)).wrap_bio(
        to_client, to_server, server_hostname="localhost"
    )
    server = authority.context(kind, lambda: hellos.append(True)).wrap_bio(to_server, to_client, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    client.do_handshake()
    return dict(client.getpeercert() or {})
