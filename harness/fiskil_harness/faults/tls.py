"""TLS faults: untrusted certificates, servers with further requirements, and handshakes that fail.

An app that receives an untrusted certificate must not continue: neither without verifying it, nor without TLS.
"""

from typing import Annotated, ClassVar

from fiskil_harness.core.net.certificates import ServerCertificate
from fiskil_harness.faults.connection_fault import LONGEST_MS, ConnectionFault, Greeting, Serve, TurnAway
from fiskil_harness.faults.fault import Between, End

PLAIN_RESPONSE = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 20\r\nconnection: close\r\n\r\n"
    b"This port is plain.\n"
)


class Tls(ConnectionFault, frozen=True, kw_only=True):
    """Base class of faults that need a server with TLS; ``certificate`` is the certificate that the server presents."""

    needs_tls: ClassVar[bool] = True
    certificate: ClassVar[ServerCertificate] = ServerCertificate.GOOD

    def greet(self) -> Greeting:
        """Return a connection with the fault's certificate."""
        return Serve(certificate=self.certificate)


class ExpiredCertificate(Tls, frozen=True, kw_only=True, tag="expired_certificate"):
    """The certificate expired yesterday."""

    ids: ClassVar[tuple[str, ...]] = ("T-EXPIRED",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.EXPIRED


class FutureCertificate(Tls, frozen=True, kw_only=True, tag="future_certificate"):
    """The certificate becomes valid tomorrow; a client whose clock is behind sees the same error."""

    ids: ClassVar[tuple[str, ...]] = ("T-NOT-YET",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.NOT_YET_VALID


class WrongHost(Tls, frozen=True, kw_only=True, tag="wrong_host"):
    """The certificate is for another host."""

    ids: ClassVar[tuple[str, ...]] = ("T-WRONG-HOST",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.WRONG_HOST


class SelfSigned(Tls, frozen=True, kw_only=True, tag="self_signed"):
    """The certificate is self-signed."""

    ids: ClassVar[tuple[str, ...]] = ("T-SELF-SIGNED",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.SELF_SIGNED


class UnknownAuthority(Tls, frozen=True, kw_only=True, tag="unknown_authority"):
    """The certificate is signed by an authority that no client trusts."""

    ids: ClassVar[tuple[str, ...]] = ("T-UNKNOWN-CA",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.UNKNOWN_AUTHORITY


class MissingIntermediate(Tls, frozen=True, kw_only=True, tag="missing_intermediate"):
    """The server does not send the certificate between its own and the authority's."""

    ids: ClassVar[tuple[str, ...]] = ("T-MISSING-INTERMEDIATE",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.NO_INTERMEDIATE


class OldTls(Tls, frozen=True, kw_only=True, tag="old_tls"):
    """The server supports TLS 1.1 at most."""

    ids: ClassVar[tuple[str, ...]] = ("T-WEAK",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.OLD_VERSION


class AlpnMismatch(Tls, frozen=True, kw_only=True, tag="alpn_mismatch"):
    """The server supports none of the client's ALPN protocols, and reports that in a TLS alert."""

    ids: ClassVar[tuple[str, ...]] = ("T-ALPN-MISMATCH",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.NO_PROTOCOL


class SniRequired(Tls, frozen=True, kw_only=True, tag="sni_required"):
    """The server refuses clients that send no host name (SNI), such as clients that connect to an IP address."""

    ids: ClassVar[tuple[str, ...]] = ("T-SNI-REQUIRED",)

    def greet(self) -> Greeting:
        """Return a connection that requires a host name; a client that sends a host name is served."""
        return Serve(certificate=ServerCertificate.NEEDS_NAME, is_met_by_success=False)


class ClientCertificateRequired(Tls, frozen=True, kw_only=True, tag="client_certificate_required"):
    """The server requires a client certificate; in TLS 1.3 the client learns this only after completing its handshake."""

    ids: ClassVar[tuple[str, ...]] = ("T-MTLS-REQUIRED",)

    def greet(self) -> Greeting:
        """Return a connection that requires a client certificate; a client that sends a certificate is served."""
        return Serve(certificate=ServerCertificate.NEEDS_CLIENT_CERTIFICATE, is_met_by_success=False)


class HandshakeStall(Tls, frozen=True, kw_only=True, tag="handshake_stall"):
    """The server does not respond to the client's TLS hello."""

    ids: ClassVar[tuple[str, ...]] = ("T-STALL",)

    def greet(self) -> Greeting:
        """Return a connection that stays silent for a minute."""
        return TurnAway(end=End.CLOSE, awaits_data=True, silence_s=LONGEST_MS / 1000)


class HandshakeReset(Tls, frozen=True, kw_only=True, tag="handshake_reset"):
    """The server responds to the client's TLS hello with RST."""

    ids: ClassVar[tuple[str, ...]] = ("T-RST-HS",)

    def greet(self) -> Greeting:
        """Return a reset after the hello."""
        return TurnAway(end=End.RESET, awaits_data=True)


class HandshakeClose(Tls, frozen=True, kw_only=True, tag="handshake_close"):
    """The server responds to the client's TLS hello with FIN."""

    ids: ClassVar[tuple[str, ...]] = ("T-FIN-HS",)

    def greet(self) -> Greeting:
        """Return a close after the hello."""
        return TurnAway(end=End.CLOSE, awaits_data=True)


class PlainHttp(Tls, frozen=True, kw_only=True, tag="plain_http"):
    """The server responds to the client's TLS hello in plain HTTP."""

    ids: ClassVar[tuple[str, ...]] = ("T-PLAINTEXT",)

    def greet(self) -> Greeting:
        """Return the error of a plain HTTP server that received no HTTP."""
        return TurnAway(end=End.CLOSE, awaits_data=True, data=PLAIN_RESPONSE)


class TlsTruncation(Tls, frozen=True, kw_only=True, tag="tls_truncation"):
    """The connection closes without a close_notify after ``after_bytes`` of responses.

    Args:
        after_bytes: The number of response bytes that are sent, at least 1.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("T-TRUNC",)
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: Annotated[int, Between(1)] = 100

    def greet(self) -> Greeting:
        """Return a connection that is served up to the byte of the cut."""
        return Serve(cut_after_bytes=self.after_bytes)


class RotatedCertificate(Tls, frozen=True, kw_only=True, tag="rotated_certificate"):
    """The server presents a new, valid certificate; a client that verifies certificates continues to work."""

    ids: ClassVar[tuple[str, ...]] = ("T-ROTATE",)
    spoils: ClassVar[tuple[str, ...]] = ()
    certificate: ClassVar[ServerCertificate] = ServerCertificate.ROTATED
