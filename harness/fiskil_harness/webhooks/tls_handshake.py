"""TLS handshakes with a given version: find out if the server supports it, and which certificate the server presents.

A handshake delivers no message and verifies no certificate. Deliveries verify the certificate themselves.
"""

import socket
import ssl
import warnings
from pathlib import Path

from msgspec import Struct

OLD = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
MODERN = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
VERSIONS = OLD | MODERN
TURNS = 8
"""The most turns of client and server in one handshake; more than any handshake needs."""


class HandshakeResult(Struct, frozen=True, kw_only=True):
    """The result of a handshake: whether it succeeded, and the certificate of the server as DER."""

    is_supported: bool
    certificate: bytes = b""


def handshake(host: str, port: int, version: str, *, timeout_s: float) -> HandshakeResult:
    """Connect with the TLS *version*, close the connection, and return the result."""
    context = _limited_to(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), version)
    try:
        with (
            socket.create_connection((host, port), timeout=timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            return HandshakeResult(is_supported=True, certificate=connection.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return HandshakeResult(is_supported=False)


def is_supported_here(version: str, *, chain_file: Path, key_file: Path) -> bool:
    """Return true if this machine supports the TLS *version* as client and as server; old versions may be disabled."""
    server = _limited_to(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), version)
    server.load_cert_chain(chain_file, key_file)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        _limited_to(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), version).wrap_bio(
            to_client, to_server, server_hostname="localhost"
        ),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    finished: set[int] = set()
    for turn in range(TURNS):
        try:
            sides[turn % 2].do_handshake()
            finished.add(turn % 2)
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError:
            return False
    return len(finished) == len(sides)


def certificate_of(chain_file: Path) -> bytes:
    """Return the first certificate in the PEM file *chain_file*, as DER."""
    text = chain_file.read_text(encoding="ascii")
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(text[: text.index(end) + len(end)])


def _limited_to(context: ssl.SSLContext, version: str) -> ssl.SSLContext:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        # Python warns about old versions, which are intended here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = VERSIONS[version]
    if version in OLD:
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context
