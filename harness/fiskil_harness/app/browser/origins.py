"""What is where on this machine, and which addresses a page may ask for."""

from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct

from fiskil_harness.app.browser.form_browser import is_loopback, is_same_origin

HOSTED = "https://api.fiskil.com"
"""Where the real API is; a page that asks for it calls the API, whether or not it gets there."""

INNER = ("about", "blob", "data", "javascript", "chrome-error")
"""Addresses that name no machine."""


class Places(Struct, frozen=True, kw_only=True):
    """The origins of the app, of the API and of the consent page as they are now, and further hosts that may be reached."""

    app: Callable[[], str]
    api: Callable[[], str]
    auth: Callable[[], str]
    allow_hosts: tuple[str, ...] = ()

    def is_app(self, url: str) -> bool:
        """Whether *url* is the app's own."""
        return is_same_origin(url, self.app())

    def is_api(self, url: str) -> bool:
        """Whether *url* is one of Fiskil's API, the local one or the real one."""
        return is_same_origin(url, self.api()) or is_same_origin(url, HOSTED)

    def is_auth(self, url: str) -> bool:
        """Whether *url* is the consent page's."""
        return is_same_origin(url, self.auth())

    def may_pass(self, url: str) -> bool:
        """Whether a page may ask for *url*: this machine, and what the config allows by name."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme in INNER:
            return True
        is_known = parts.scheme in {"http", "https", "ws", "wss"}
        return is_known and (is_loopback(host) or host.endswith(".localhost") or host in self.allow_hosts)
