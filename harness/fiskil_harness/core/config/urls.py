"""Checks of URLs; the messages never repeat a password from a URL."""

import re
from urllib.parse import urlsplit

_CREDENTIALS = re.compile(r"([^/?#]*//)?[^/?#]*@")


def why_unusable(url: str, host: str = "") -> str:
    """Return the problem with *url* as the end of a sentence; "" if *url* is usable. *host* is its host, to refuse IPv6."""
    if _CREDENTIALS.match(url):
        return "carries a user name or a password, and the harness sends neither. Leave out everything before the '@'."
    if ":" in host:
        return (
            f"names the IPv6 address {host!r}, which deliveries cannot reach, because they come from IPv4 addresses. "
            "Let the app listen on 127.0.0.1, and use this address."
        )
    return ""


def is_absolute(target: str) -> bool:
    """Return True if *target* is a URL of its own, and not a path at the app."""
    return target.lower().startswith(("http://", "https://"))


def joined(app_url: str, target: str) -> str:
    """Return the URL of a request: *target* if it is absolute, otherwise the path *target* at the app."""
    return target if is_absolute(target) else app_url + target


def origin_of(url: str) -> str:
    """Return the scheme and the host of *url*; only dots if it has no scheme. The rest may contain keys and passwords."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "..."
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if parts.scheme else "..."


def redacted_url(url: str) -> str:
    """Return *url* for an error message, or a placeholder if an '@' shows that it may contain a password."""
    return "one with an '@' in it" if "@" in url else repr(url)
