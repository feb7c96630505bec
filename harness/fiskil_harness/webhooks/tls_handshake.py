"""Clients of TLS that speak one version each: whether the other side does, and which certificate it shows.

Nothing is handed over, and no certificate is believed: who sends messages checks it for himself.
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
"""More often than a handshake goes to and fro."""


class Shaken(Struct, frozen=True, kw_only=True):
    """What came of a handshake: whether it succeeded, and the certificate that was shown, as DER."""

    is_spoken: bool
    certificate: bytes = b""


def shake(host: str, port: int, version: str, *, timeout_s: float) -> Shaken:
    """Call at *port* in one version, and hang up."""
    context = _speaking(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), version)
    try:
        with (
            socket.create_connection((host, port), timeout=timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=host) as line,
        ):
            return Shaken(is_spoken=True, certificate=line.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return Shaken(is_spoken=False)


def can_speak(version: str, *, chain_file: Path, key_file: Path) -> bool:
    """Whether this machine speaks a version with itself: some have given up the old ones."""
    server = _speaking(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), version)
    server.load_cert_chain(chain_file, key_file)
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        _speaking(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), version).wrap_bio(one, other, server_hostname="localhost"),
        server.wrap_bio(other, one, server_side=True),
    ]
    done: set[int] = set()
    for turn in range(TURNS):
        try:
            sides[turn % 2].do_handshake()
            done.add(turn % 2)
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError:
            return False
    return len(done) == len(sides)


def certificate_of(chain_file: Path) -> bytes:
    """The first certificate of a chain, as DER."""
    text = chain_file.read_text(encoding="ascii")
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(text[: text.index(end) + len(end)])


def _speaking(context: ssl.SSLContext, version: str) -> ssl.SSLContext:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        # Python warns of exactly what is wanted here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = VERSIONS[version]
    if version in OLD:
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context
