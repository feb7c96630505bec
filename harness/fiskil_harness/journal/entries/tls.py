"""Observations of the app as a TLS server."""

from fiskil_harness.journal.entries.entry import Entry


class TlsServed(Entry, frozen=True, kw_only=True):
    """The app was started as a TLS server.

    *is_up* is False if the app did not become ready. *has_plain_port* is True if the app also listens for plain HTTP.
    """

    is_up: bool
    has_plain_port: bool = False


class Handshake(Entry, frozen=True, kw_only=True):
    """One handshake with the app's TLS port, limited to one version of TLS.

    *is_supported* is True if the app accepted *version*, and None if this machine does not support the version, so that the
    handshake was not tried. *is_our_certificate* is True if the app presented the certificate that the harness issued to it,
    and None if the app presented no certificate or none was issued.
    """

    version: str
    is_supported: bool | None
    is_our_certificate: bool | None = None
