"""Observations of the app as a TLS server."""

from fiskil_harness.journal.entries.entry import Entry


class TlsServed(Entry, frozen=True, kw_only=True):
    """The app serves TLS from now on.

    *is_up* is False if the app did not become ready. *has_plain_port* is True if it also listens for plain HTTP.
    """

    is_up: bool
    has_plain_port: bool = False


class Handshake(Entry, frozen=True, kw_only=True):
    """One handshake with the app's TLS port, limited to one version of TLS.

    *is_spoken* states whether the app accepted *version*; it is None if this machine does not support the version.
    *is_our_certificate* states whether the app presented the certificate that the harness issued to it. It is None if the
    app presented no certificate, or if none was issued.
    """

    version: str
    is_supported: bool | None
    is_our_certificate: bool | None = None
