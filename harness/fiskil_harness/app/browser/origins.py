"""The origins of app, API and consent page on this machine, and the URLs that a page may request."""

from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct

from fiskil_harness.app.browser.form_browser import is_loopback, is_same_origin

HOSTED = "https://api.fiskil.com"
"""The origin of Fiskil's real API. A request of a page to it counts as an API call, even if the request is blocked."""

HOSTLESS = ("about", "blob", "data", "javascript", "chrome-error")
"""URL schemes without a host."""


class Origins(Struct, frozen=True, kw_only=True):
    """Functions that return the current origins of the app, the API and the consent page, and further allowed hosts.

    ``auth_origin`` is the origin of the consent page as the app knows it, if that differs.
    """

    app: Callable[[], str]
    api: Callable[[], str]
    auth: Callable[[], str]
    auth_origin: str = ""
    allow_hosts: tuple[str, ...] = ()

    def is_app(self, url: str) -> bool:
        """Return true if *url* has the app's origin."""
        return is_same_origin(url, self.app())

    def is_api(self, url: str) -> bool:
        """Return true if *url* has the origin of Fiskil's API, local or real."""
        return is_same_origin(url, self.api()) or is_same_origin(url, HOSTED)

    def is_auth(self, url: str) -> bool:
        """Return true if *url* has the consent page's origin."""
        return any(is_same_origin(url, origin) for origin in (self.auth(), self.auth_origin) if origin)

    def may_pass(self, url: str) -> bool:
        """Return true if a page may request *url*: it is on this machine, or the config allows its host by name."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme in HOSTLESS:
            return True
        is_known = parts.scheme in {"http", "https", "ws", "wss"}
        is_near = is_loopback(host) or host.endswith(".localhost") or host in self.allow_hosts
        return is_known and (is_near or self.is_auth(url))
