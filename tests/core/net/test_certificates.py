"""Certificates: none before it is asked for, none on a disk that nobody reads, each good or bad in its own way."""

import ssl
import stat
from pathlib import Path

import pytest

from fiskil_harness.core.net.certificates import Authority, ServerCertificate


def test_nothing_is_minted_before_it_is_asked_for(tmp_path: Path) -> None:
    """An authority costs nothing as long as nobody speaks TLS."""
    Authority(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_only_what_an_app_reads_lies_in_files(tmp_path: Path) -> None:
    """The authority's certificate and one pair; no bad certificate and no other key."""
    authority = Authority(tmp_path)

    made = [authority.context(shown) for shown in ServerCertificate]
    before = list(tmp_path.iterdir())
    files = authority.files

    assert len(made) == len(ServerCertificate)
    assert before == []
    assert sorted(tmp_path.iterdir()) == sorted([files.ca_file, files.chain_file, files.key_file])


def test_a_private_key_is_its_owner_s_alone(tmp_path: Path) -> None:
    """From the first moment on."""
    files = Authority(tmp_path).files

    assert stat.S_IMODE(files.key_file.stat().st_mode) == 0o600


def test_files_are_made_once(tmp_path: Path) -> None:
    """Who asks again gets the same."""
    authority = Authority(tmp_path)

    first = authority.files.chain_file.read_bytes()

    assert authority.files.chain_file.read_bytes() == first


def test_a_good_certificate_is_trusted_by_who_knows_the_authority(tmp_path: Path) -> None:
    """And says what it is for."""
    authority = Authority(tmp_path)

    shown = handshake(authority, ServerCertificate.GOOD)

    assert shown["subjectAltName"] == (("DNS", "localhost"), ("IP Address", "127.0.0.1"))


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (ServerCertificate.EXPIRED, "expired"),
        (ServerCertificate.NOT_YET_VALID, "not yet valid"),
        (ServerCertificate.WRONG_HOST, "not valid for 'localhost'"),
        (ServerCertificate.SELF_SIGNED, "self-signed"),
        (ServerCertificate.UNKNOWN_AUTHORITY, "local issuer"),
        (ServerCertificate.NO_INTERMEDIATE, "local issuer"),
    ],
)
def test_a_bad_certificate_is_bad_in_its_own_way(tmp_path: Path, shown: ServerCertificate, text: str) -> None:
    """The client says what is wrong with it, and that is the one thing."""
    with pytest.raises(ssl.SSLCertVerificationError, match=text):
        handshake(Authority(tmp_path), shown)


def test_a_hello_is_heard(tmp_path: Path) -> None:
    """Once for each client."""
    heard: list[bool] = []

    handshake(Authority(tmp_path), ServerCertificate.ROTATED, heard=heard)

    assert heard == [True]


def handshake(authority: Authority, shown: ServerCertificate, *, heard: list[bool] | None = None) -> dict[str, object]:
    """Let a client who knows the authority meet a server, and return the certificate that it saw."""
    notes = heard if heard is not None else []
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=str(authority.files.ca_file)).wrap_bio(
        to_client, to_server, server_hostname="localhost"
    )
    server = authority.context(shown, lambda: notes.append(True)).wrap_bio(to_server, to_client, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    client.do_handshake()
    return dict(client.getpeercert() or {})
