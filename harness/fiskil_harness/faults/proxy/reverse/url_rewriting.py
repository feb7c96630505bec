"""Where a relay leads, and how what the hosted API says of itself is told of the relay: a walk through pages stays on it.

Only whole values are rewritten, and only those that a client follows: the links of a list, ``auth_url``, and a redirect.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from fiskil_harness.errors import UsageError

FOLLOWED = ("first", "last", "next", "prev", "self", "auth_url")
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Origin:
    """A scheme, a host and a port. ``host`` is what the header of that name says."""

    def __init__(self, url: str) -> None:
        """Take *url* apart.

        Raises:
            UsageError: It is no origin, or says more than one.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise UsageError(f"{url!r} is no URL: {error}. Give an origin like 'https://api.fiskil.com'.") from None
        if "@" in url:
            raise UsageError("An origin names nobody: leave out what stands before the @. Give scheme and host alone.")
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise UsageError(f"{url!r} is no origin to relay to. Give scheme and host, like 'https://api.fiskil.com'.")
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            shown = f"{parts.scheme}://{parts.netloc}"
            raise UsageError(f"{url!r} is more than an origin, and the client names the path. Give {shown!r}.")
        self.is_tls = parts.scheme == "https"
        if not self.is_tls and not is_loopback(parts.hostname):
            raise UsageError(f"{url!r} would send credentials over the network in the clear. Give 'https://{parts.netloc}'.")
        self.hostname = parts.hostname
        self.port = DEFAULT_PORTS[parts.scheme] if port is None else port
        self.is_default_port = self.port == DEFAULT_PORTS[parts.scheme]
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.host = name if self.is_default_port else f"{name}:{self.port}"
        self.url = f"{parts.scheme}://{self.host}"


class Rewriting:
    """Puts the relay's own URL where the upstream's stood; one that *keeps_home* lets no redirect lead anywhere else."""

    def __init__(self, upstream: Origin, own_url: str, *, keeps_home: bool = False) -> None:
        self._own = own_url.encode()
        self.keeps_home = keeps_home
        self.needle = upstream.host.encode()
        port = f"(?::{upstream.port})?" if upstream.is_default_port else ""
        scheme, _, rest = upstream.url.partition("://")
        place = f"{scheme}:(?P<slash>\\\\?/)\\\\?/{re.escape(rest)}{port}"
        names = "|".join(FOLLOWED)
        # A longer host begins with the same letters, so what follows must end the host.
        self._value = re.compile(rf'(?P<name>"(?:{names})"[ \t\r\n]{{0,64}}:[ \t\r\n]{{0,64}}"){place}(?=[/\\?#"])'.encode())
        self._location = re.compile(rf"{place}(?=[/?#]|$)".encode())

    def body(self, body: bytes) -> bytes:
        """*body*, a JSON text, with every link that is followed leading to the relay; the same object where none is."""
        if self.needle not in body:
            return body
        return self._value.sub(self._put, body)

    def headers(self, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """*headers* with a redirect that stays on the relay."""
        told = [(name, self.location(value) if name == b"location" else value) for name, value in headers]
        return [pair for pair in told if pair[0] != b"location" or not self._leads_away(pair[1])]

    def location(self, value: bytes) -> bytes:
        """A target of a redirect; one that leads elsewhere stays as it is."""
        match = self._location.match(value)
        return value if match is None else self._own + value[match.end() :]

    def _leads_away(self, location: bytes) -> bool:
        if not self.keeps_home:
            return False
        plain = location.strip().replace(b"\\", b"/")
        is_own = plain == self._own or plain.startswith((self._own + b"/", self._own + b"?"))
        return not is_own and (plain.startswith(b"//") or b":" in plain.partition(b"/")[0])

    def _put(self, match: re.Match[bytes]) -> bytes:
        own = self._own if match["slash"] == b"/" else self._own.replace(b"/", b"\\/")
        return match["name"] + own
