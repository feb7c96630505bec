"""What was seen of the app as a server of TLS."""

from fiskil_harness.journal.entries.entry import Entry


class TlsServed(Entry, frozen=True, kw_only=True):
    """From now on the app is to serve TLS; ``is_up`` says whether it was ready then.

    ``has_plain_port`` says whether it has another port, for plain HTTP.
    """

    is_up: bool
    has_plain_port: bool = False


class Handshake(Entry, frozen=True, kw_only=True):
    """A client that speaks one version of TLS called at the app's TLS port.

    ``is_spoken`` is None where this machine cannot speak the version. ``is_given`` says whether the certificate that was
    shown is the one that the app was given; None where none was shown, or none was given.
    """

    version: str
    is_spoken: bool | None
    is_our_certificate: bool | None = None
