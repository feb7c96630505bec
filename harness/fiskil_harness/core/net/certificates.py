"""The harness's own certificate authority, which issues valid and invalid certificates when they are first needed.

The dates in certificates come from the real clock. Files that an app must read are on disk; all other keys stay in memory.
"""

import contextlib
import enum
import os
import ssl
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.net.origins import API_HOST, AUTH_HOST

if TYPE_CHECKING:
    import trustme

NAMES = ("localhost", "127.0.0.1", API_HOST, AUTH_HOST)
WRONG_NAME = "not-this-host.invalid"
DAY, LONG = timedelta(days=1), timedelta(days=90)
NO_APPLICATION_PROTOCOL = 120
"""The TLS alert ``no_application_protocol`` of RFC 7301; the standard library has no name for it."""


class Certificates(Struct, frozen=True, kw_only=True):
    """Paths of the authority's certificate, and of a valid certificate chain and its key for servers."""

    ca_file: Path
    chain_file: Path
    key_file: Path


class ServerCertificate(enum.Enum):
    """The kinds of certificate that a server can present, and of TLS behaviour that it can have."""

    GOOD = "good"
    ROTATED = "rotated"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "wrong host"
    SELF_SIGNED = "self-signed"
    UNKNOWN_AUTHORITY = "unknown authority"
    NO_INTERMEDIATE = "no intermediate"
    OLD_VERSION = "old version"
    NO_PROTOCOL = "no protocol"
    NEEDS_NAME = "needs a name"
    NEEDS_CLIENT_CERTIFICATE = "needs a client's certificate"


class Authority:
    """Issues certificates for this machine and Fiskil's hosts. An app that trusts ``files.ca_file`` accepts valid ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pems: dict[ServerCertificate, bytes] = {}

    @cached_property
    def files(self) -> Certificates:
        """The paths of the authority's certificate, and of a valid certificate and its key; first use writes the files."""
        files = Certificates(
            ca_file=self._folder / "ca.pem", chain_file=self._folder / "cert.pem", key_file=self._folder / "key.pem"
        )
        good = self._authority.issue_cert(*NAMES)
        self._authority.cert_pem.write_to_path(str(files.ca_file))
        files.key_file.touch(mode=0o600)
        files.key_file.write_bytes(_pkcs8(good.private_key_pem.bytes()))
        files.chain_file.write_bytes(b"".join(pem.bytes() for pem in good.cert_chain_pems))
        return files

    def context(self, kind: ServerCertificate, on_hello: Callable[[], object] = lambda: None) -> ssl.SSLContext:
        """Return a new TLS context for a server with a certificate of *kind*; each TLS client hello calls *on_hello*."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind not in self._pems:
            self._pems[kind] = self._key_and_chain(kind)
        with _file_of(self._pems[kind]) as path:
            context.load_cert_chain(path)
        if kind is ServerCertificate.OLD_VERSION:
            _speak_only_old_versions(context)
        if kind is ServerCertificate.NEEDS_CLIENT_CERTIFICATE:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self._authority.cert_pem.bytes().decode())

        def respond_to_hello(_connection: object, name: str | None, _context: object) -> int | None:
            on_hello()
            if kind is ServerCertificate.NO_PROTOCOL:
                return NO_APPLICATION_PROTOCOL
            if kind is ServerCertificate.NEEDS_NAME and name is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            return None

        context.sni_callback = respond_to_hello
        return context

    @cached_property
    def _authority(self) -> "trustme.CA":
        return _new_authority()

    def _key_and_chain(self, kind: ServerCertificate) -> bytes:
        """Return a new private key, followed by the certificates that the server sends."""
        if kind is ServerCertificate.SELF_SIGNED:
            signer = _new_authority()
            return signer.private_key_pem.bytes() + signer.cert_pem.bytes()
        leaf = self._issue(kind)
        sent = leaf.cert_chain_pems[:1] if kind is ServerCertificate.NO_INTERMEDIATE else leaf.cert_chain_pems
        return leaf.private_key_pem.bytes() + b"".join(pem.bytes() for pem in sent)

    def _issue(self, kind: ServerCertificate) -> "trustme.LeafCert":
        authority, now = self._authority, real_now()
        match kind:
            case ServerCertificate.EXPIRED:
                return authority.issue_cert(*NAMES, not_before=now - LONG, not_after=now - DAY)
            case ServerCertificate.NOT_YET_VALID:
                return authority.issue_cert(*NAMES, not_before=now + DAY, not_after=now + LONG)
            case ServerCertificate.WRONG_HOST:
                return authority.issue_cert(WRONG_NAME)
            case ServerCertificate.UNKNOWN_AUTHORITY:
                return _new_authority().issue_cert(*NAMES)
            case ServerCertificate.NO_INTERMEDIATE:
                return authority.create_child_ca().issue_cert(*NAMES)
            case _:
                return authority.issue_cert(*NAMES)


def _new_authority() -> "trustme.CA":
    import trustme

    return trustme.CA()


def _pkcs8(private_key: bytes) -> bytes:
    """Return a private key in PKCS #8, the only format that Java reads without a library; both forms are PEM."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(private_key, password=None)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _speak_only_old_versions(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        # Python warns about old TLS versions, but this server must have an old version.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


@contextlib.contextmanager
def _file_of(pem: bytes) -> Iterator[str]:
    """Yield a path from which *pem* can be read once: the standard library reads keys only from files."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("certificate"), "wb", buffering=0) as file:
            file.write(pem)
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(pem)
            file.flush()
            yield file.name
