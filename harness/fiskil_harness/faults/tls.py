"""Faults of TLS: certificates that nobody may trust, servers that ask for more than a client has, and handshakes that break.

No app may go on after one of the first sort: neither without a check of the certificate nor without TLS.
"""

from typing import ClassVar

from fiskil_harness.core.net.certificates import ServerCertificate
from fiskil_harness.faults.connection_fault import LONGEST_MS, ConnectionFault, Greeting, Serve, TurnAway
from fiskil_harness.faults.fault import End, PlainFault, refuse_outside

REASONS = {
    "T-REVOKED": "No common HTTP client asks whether a certificate was revoked, unless it is told to.",
    "T-PIN-MISMATCH": "An app that pins sees it as rotated_certificate; no other can see it.",
}
"""Ids of the catalogue that are no faults of their own here, and why."""

PLAIN_RESPONSE = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 20\r\nconnection: close\r\n\r\n"
    b"This port is plain.\n"
)


class Tls(ConnectionFault, frozen=True, kw_only=True):
    """What all of them share: they need a server that speaks TLS."""

    needs_tls: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("answer",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.GOOD

    def greet(self) -> Greeting:
        """Show what the fault is about."""
        return Serve(certificate=self.certificate)


class ExpiredCertificate(Tls, frozen=True, kw_only=True, tag="expired_certificate"):
    """The certificate was valid until yesterday."""

    ids: ClassVar[tuple[str, ...]] = ("T-EXPIRED",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.EXPIRED


class FutureCertificate(Tls, frozen=True, kw_only=True, tag="future_certificate"):
    """The certificate is valid from tomorrow on, as a clock that is behind would see a new one."""

    ids: ClassVar[tuple[str, ...]] = ("T-NOT-YET",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.NOT_YET_VALID


class WrongHost(Tls, frozen=True, kw_only=True, tag="wrong_host"):
    """The certificate is good, and another host's."""

    ids: ClassVar[tuple[str, ...]] = ("T-WRONG-HOST",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.WRONG_HOST


class SelfSigned(Tls, frozen=True, kw_only=True, tag="self_signed"):
    """The certificate vouches for itself."""

    ids: ClassVar[tuple[str, ...]] = ("T-SELF-SIGNED",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.SELF_SIGNED


class UnknownAuthority(Tls, frozen=True, kw_only=True, tag="unknown_authority"):
    """The certificate is of an authority that nobody knows."""

    ids: ClassVar[tuple[str, ...]] = ("T-UNKNOWN-CA",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.UNKNOWN_AUTHORITY


class MissingIntermediate(Tls, frozen=True, kw_only=True, tag="missing_intermediate"):
    """The certificate between the server's and the authority's is not sent."""

    ids: ClassVar[tuple[str, ...]] = ("T-MISSING-INTERMEDIATE",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.NO_INTERMEDIATE


class OldTls(Tls, frozen=True, kw_only=True, tag="old_tls"):
    """The server speaks TLS 1.1 at most."""

    ids: ClassVar[tuple[str, ...]] = ("T-WEAK",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.OLD_VERSION


class AlpnMismatch(Tls, frozen=True, kw_only=True, tag="alpn_mismatch"):
    """The server finds none of its protocols among those that the client speaks, and says so in an alert."""

    ids: ClassVar[tuple[str, ...]] = ("T-ALPN-MISMATCH",)
    certificate: ClassVar[ServerCertificate] = ServerCertificate.NO_PROTOCOL


class SniRequired(Tls, frozen=True, kw_only=True, tag="sni_required"):
    """The server refuses clients that do not name a host, as all do who call it by its address."""

    ids: ClassVar[tuple[str, ...]] = ("T-SNI-REQUIRED",)

    def greet(self) -> Greeting:
        """Ask for a name; who gives one is served."""
        return Serve(certificate=ServerCertificate.NEEDS_NAME, is_met_by_success=False)


class ClientCertificateRequired(Tls, frozen=True, kw_only=True, tag="client_certificate_required"):
    """The server wants a certificate of the client; with TLS 1.3 the client is told only after its own handshake is over."""

    ids: ClassVar[tuple[str, ...]] = ("T-MTLS-REQUIRED",)

    def greet(self) -> Greeting:
        """Ask for a certificate; who has one is served."""
        return Serve(certificate=ServerCertificate.NEEDS_CLIENT_CERTIFICATE, is_met_by_success=False)


class HandshakeStall(Tls, frozen=True, kw_only=True, tag="handshake_stall"):
    """The client's hello is never answered."""

    ids: ClassVar[tuple[str, ...]] = ("T-STALL",)

    def greet(self) -> Greeting:
        """Wait a minute."""
        return TurnAway(end=End.CLOSE, awaits_data=True, silence_s=LONGEST_MS / 1000)


class HandshakeReset(Tls, frozen=True, kw_only=True, tag="handshake_reset"):
    """The client's hello is answered by RST."""

    ids: ClassVar[tuple[str, ...]] = ("T-RST-HS",)

    def greet(self) -> Greeting:
        """RST."""
        return TurnAway(end=End.RESET, awaits_data=True)


class HandshakeClose(Tls, frozen=True, kw_only=True, tag="handshake_close"):
    """The client's hello is answered by FIN."""

    ids: ClassVar[tuple[str, ...]] = ("T-FIN-HS",)

    def greet(self) -> Greeting:
        """FIN."""
        return TurnAway(end=End.CLOSE, awaits_data=True)


class PlainHttp(Tls, frozen=True, kw_only=True, tag="plain_http"):
    """The client's hello is answered in plain HTTP."""

    ids: ClassVar[tuple[str, ...]] = ("T-PLAINTEXT",)

    def greet(self) -> Greeting:
        """The answer of a server that was asked for HTTP and heard none."""
        return TurnAway(end=End.CLOSE, awaits_data=True, data=PLAIN_RESPONSE)


class TlsTruncation(Tls, frozen=True, kw_only=True, tag="tls_truncation"):
    """After ``after_bytes`` of answers the connection closes without a close_notify."""

    ids: ClassVar[tuple[str, ...]] = ("T-TRUNC",)
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 100

    def check(self) -> None:
        """Refuse an end before the first byte."""
        refuse_outside(self, "after_bytes", 1)

    def greet(self) -> Greeting:
        """Serve it so far."""
        return Serve(cut_after_bytes=self.after_bytes)


class RotatedCertificate(Tls, frozen=True, kw_only=True, tag="rotated_certificate"):
    """The certificate is another than before, and as good; whoever checks certificates goes on."""

    ids: ClassVar[tuple[str, ...]] = ("T-ROTATE",)
    spoils: ClassVar[tuple[str, ...]] = ()
    certificate: ClassVar[ServerCertificate] = ServerCertificate.ROTATED


FAULTS: tuple[type[PlainFault], ...] = (
    ExpiredCertificate,
    FutureCertificate,
    WrongHost,
    SelfSigned,
    UnknownAuthority,
    MissingIntermediate,
    OldTls,
    AlpnMismatch,
    SniRequired,
    ClientCertificateRequired,
    HandshakeStall,
    HandshakeReset,
    HandshakeClose,
    PlainHttp,
    TlsTruncation,
    RotatedCertificate,
)
