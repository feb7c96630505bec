"""The upstream origin of a relay, and the rewriting of its URLs in responses, so that a client stays on the relay.

Only whole values are rewritten, and only those that a client follows: links of a list, ``auth_url``, and redirects.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from fiskil_harness.errors import UsageError

FOLLOWED = ("first", "last", "next", "prev", "self", "auth_url")
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Return True if *host* is a loopback IP address or ``localhost``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Origin:
    """A scheme, a host and a port; ``host`` is the value of the ``Host`` header."""

    def __init__(self, url: str) -> None:
        """Parse *url*.

        Raises:
            UsageError: *url* is not an origin, contains more than an origin, or would send credentials unencrypted.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise UsageError(f"{url!r} is not a valid URL: {error}. Give an origin like 'https://api.fiskil.com'.") from None
        if "@" in url:
            raise UsageError(
                "An upstream URL must not contain credentials. Remove everything before the @: give scheme and host only."
            )
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise UsageError(f"{url!r} is not an origin. Give scheme and host, like 'https://api.fiskil.com'.")
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            origin = f"{parts.scheme}://{parts.netloc}"
            raise UsageError(f"{url!r} is more than an origin; the client adds the path. Give {origin!r}.")
        self.is_tls = parts.scheme == "https"
        if not self.is_tls and not is_loopback(parts.hostname):
            raise UsageError(f"{url!r} would send credentials unencrypted over the network. Give 'https://{parts.netloc}'.")
        self.hostname = parts.hostname
        self.port = DEFAULT_PORTS[parts.scheme] if port is None else port
        self.is_default_port = self.port == DEFAULT_PORTS[parts.scheme]
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.host = name if self.is_default_port else f"{name}:{self.port}"
        self.url = f"{parts.scheme}://{self.host}"


class Rewriting:
    """Replaces the upstream's URL by the relay's own; with *keeps_home* it removes redirects to any other host."""

    def __init__(self, upstream: Origin, own_url: str, *, keeps_home: bool = False) -> None:
        self._own = own_url.encode()
        self.keeps_home = keeps_home
        self.needle = upstream.host.encode()
        port = f"(?::{upstream.port})?" if upstream.is_default_port else ""
        scheme, _, rest = upstream.url.partition("://")
        place = f"{scheme}:(?P<slash>\\\\?/)\\\\?/{re.escape(rest)}{port}"
        names = "|".join(FOLLOWED)
        # A longer host may begin with the same letters, so the next character must end the host.
        self._value = re.compile(rf'(?P<name>"(?:{names})"[ \t\r\n]{{0,64}}:[ \t\r\n]{{0,64}}"){place}(?=[/\\?#"])'.encode())
        self._location = re.compile(rf"{place}(?=[/?#]|$)".encode())

    def body(self, body: bytes) -> bytes:
        """Return *body*, a JSON text, with every link that clients follow pointing to the relay; itself if unchanged."""
        if self.needle not in body:
            return body
        return self._value.sub(self._put, body)

    def headers(self, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return *headers* with redirects to the API pointing to the relay; redirects elsewhere are removed if required."""
        rewritten = [(name, self.location(value) if name == b"location" else value) for name, value in headers]
        return [pair for pair in rewritten if pair[0] != b"location" or not self._leads_away(pair[1])]

    def location(self, value: bytes) -> bytes:
        """Return *value*, the target of a redirect, pointing to the relay; a target at another host stays unchanged."""
        match = self._location.match(value)
        return value if match is None else self._own + value[match.end() :]

    def _leads_away(self, location: bytes) -> bool:
        if not self.keeps_home:
            return False
        # Clients ignore tabs and line breaks in a URL.
        plain = location.translate(None, b"\t\r\n").strip().replace(b"\\", b"/")
        is_own = plain == self._own or plain.startswith((self._own + b"/", self._own + b"?"))
        return not is_own and (plain.startswith(b"//") or b":" in plain.partition(b"/")[0])

    def _put(self, match: re.Match[bytes]) -> bytes:
        own = self._own if match["slash"] == b"/" else self._own.replace(b"/", b"\\/")
        return match["name"] + own
